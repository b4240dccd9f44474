// The report stage on known answers: which mistakes are the surest, where the model looked, which pictures are drawn.
// ranks: 1 2 7
#include "pipeline/items.h"
#include "report/gather.h"
#include "report/quality.h"
#include "report/sheets.h"
#include "stage_fake.h"

#include <facet/image.h>
#include <math.h>
#include <png.h>
#include <unistd.h>

enum { ROWS = 6, VIEWS = 2, PLANES = 4, SIDE = 8, SLOTS = 2, CLASSES = 2 };

extern const struct facet_plugin facet_plugin_report;

static struct facet_comm *world;
static struct facet_items *items;
static char folder[] = "report_stage_XXXXXX";

// Rows 0..3 are of dataset "one" (two subjects), 4 and 5 of "two"; row 5 is set aside, row 3 has no label.
static const struct {
    const char *subject, *label;
    float intensity;
} rows[ROWS] = {{"A", "fear", 0.2F}, {"A", "fear", 0.9F}, {"B", "joy", 1},
                {"B", "", 1},        {"C", "joy", 1},     {"C", "fear", 1}};
static uint8_t valid[ROWS] = {1, 1, 1, 1, 1, 0};
static const int32_t test_fold[ROWS][SLOTS] = {{0, 1}, {0, -1}, {0, -1}, {0, -1}, {1, -1}, {0, 1}};
// Wrong are row 0 (0.6, then 0.7), row 2 (0.9) and, but for being set aside, row 5; what stands at slot -1 is no answer.
static const float probabilities[ROWS][SLOTS][CLASSES] = {{{0.4F, 0.6F}, {0.3F, 0.7F}}, {{0.8F, 0.2F}, {0, 1}},
                                                          {{0.9F, 0.1F}, {1, 0}},       {{0.5F, 0.5F}, {1, 0}},
                                                          {{0.45F, 0.55F}, {1, 0}},     {{0, 1}, {0, 1}}};

static void give_rows(struct facet_stage *stage) {
    float attention[ROWS][SLOTS][CLASSES][VIEWS] = {0};
    uint8_t *views = malloc(ROWS * VIEWS * PLANES * SIDE * SIDE), planes[ROWS][PLANES];
    assert_non_null(views);
    for (int i = 0; i < ROWS * VIEWS * PLANES * SIDE * SIDE; i++)
        views[i] = (uint8_t)(i / (VIEWS * PLANES * SIDE * SIDE) * 40 + 20);
    for (int row = 0; row < ROWS; row++) {
        memcpy(planes[row], (const uint8_t[PLANES]){1, 2, 3, 4}, PLANES);
        for (int i = 0; i < SLOTS * CLASSES; i++) {
            attention[row][i / CLASSES][i % CLASSES][0] = row == 1 ? 1 : 0.25F;
            attention[row][i / CLASSES][i % CLASSES][1] = row == 1 ? 0 : 0.75F;
        }
    }
    fake_give(stage, "views", FACET_U8, 5, (const int64_t[]){ROWS, VIEWS, PLANES, SIDE, SIDE}, views);
    fake_give(stage, "view_planes", FACET_U8, 2, (const int64_t[]){ROWS, PLANES}, planes);
    fake_give(stage, "test_fold", FACET_I32, 2, (const int64_t[]){ROWS, SLOTS}, test_fold);
    fake_give(stage, "probabilities", FACET_F32, 3, (const int64_t[]){ROWS, SLOTS, CLASSES}, probabilities);
    fake_give(stage, "attention", FACET_F32, 4, (const int64_t[]){ROWS, SLOTS, CLASSES, VIEWS}, attention);
    free(views);
}

static struct facet_stage new_stage(void) {
    return (struct facet_stage){.comm = world, .items = items, .valid = valid, .threads = 1, .folder = folder};
}

static void the_surest_mistakes_come_first(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct gather_mistake mistakes[GATHER_MISTAKES];
    int count = 0;
    give_rows(&stage);
    assert_int_equal(gather_mistakes(&stage, mistakes, &count, NULL), FACET_OK);
    assert_int_equal(count, 2);
    assert_int_equal(mistakes[0].row, 2);
    assert_int_equal(mistakes[0].shown, 1);
    assert_int_equal(mistakes[0].answered, 0);
    assert_int_equal(mistakes[1].row, 0);
    assert_true(mistakes[1].probability == 0.7F);
    fake_clear(&stage);
}

// fear: row 0 twice (0.25, 0.75) and row 1 once (1, 0); joy: rows 2 and 4.
static void attention_is_the_mean_over_tested_rows(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct report_data data = {0};
    give_rows(&stage);
    assert_int_equal(gather(&stage, &data, NULL), FACET_OK);
    assert_int_equal(data.attention.classes, CLASSES);
    assert_int_equal(data.attention.rows[0], 3);
    assert_int_equal(data.attention.rows[1], 2);
    assert_true(data.attention.weight[0] == 0.5 && data.attention.weight[1] == 0.5);
    assert_true(data.attention.weight[2] == 0.25 && data.attention.weight[3] == 0.75);
    report_data_free(&data);
    fake_clear(&stage);
}

static void check_picture(const char *file, uint32_t width, uint32_t height) {
    char path[256];
    png_image image = {.version = PNG_IMAGE_VERSION};
    snprintf(path, sizeof path, "%s/report/%s", folder, file);
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    png_image_free(&image);
}

static char *read_page(void) {
    char path[256], *text = calloc(1, 1 << 20);
    snprintf(path, sizeof path, "%s/report/index.html", folder);
    FILE *file = fopen(path, "rb");
    assert_true(text && file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static void the_page_and_its_pictures_are_written(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct facet_error error = {0};
    const float curves[2][1][1] = {{{1}}, {{2}}};
    give_rows(&stage);
    fake_give(&stage, "curves/values", FACET_F32, 3, (const int64_t[]){2, 1, 1}, curves);
    fake_give_text(&stage, "curves/columns", "total");
    fake_give_text(&stage, "folds/name", "first <fold>\nsecond\n");
    fake_give_text(&stage, "model/config", "{\"views\": 2}");
    if (fake_run(&facet_plugin_report, "subjects = 1;", &stage, &error)) fail_msg("%s", error.text);
    if (facet_comm_rank(world) == 0) {
        char *text = read_page();
        assert_non_null(strstr(text, "joy → fear, 90 %"));
        assert_non_null(strstr(text, "first &lt;fold&gt;"));
        assert_non_null(strstr(text, "--set a=&lt;b&gt;"));
        assert_non_null(strstr(text, "one, A</div>"));
        assert_null(strstr(text, "one, B</div>")); // one subject a dataset was asked for
        check_picture("pictures/expressions_1.png", CLASSES * SIDE + 2, SIDE);
        check_picture("pictures/views_1.png", 4 * SIDE + 6, SIDE);
        check_picture("pictures/attention.png", VIEWS * SIDE, SIDE);
        check_picture("pictures/mistakes_0.png", 5 * SIDE + 8, SIDE);
        free(text);
    }
    fake_clear(&stage);
}

static void a_pipeline_with_nothing_has_a_page(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct facet_error error = {0};
    if (fake_run(&facet_plugin_report, "", &stage, &error)) fail_msg("%s", error.text);
    if (facet_comm_rank(world) == 0) {
        char *text = read_page();
        assert_null(strstr(text, "<img"));
        free(text);
    }
}

// ---- quality --------------------------------------------------------------------------------------------------------

// What preprocess measured; row 5 is set aside and holds zeros. No noise is known of row 1, and nothing of the landmarks.
static void give_quality(struct facet_stage *stage, int64_t metrics) {
    static const float noise[ROWS] = {0.25F, NAN, 0.5F, 0.125F, 0.375F, 0}, yaw[ROWS] = {-30, 10, 30, INFINITY, 0, 0};
    static const float coverage[ROWS] = {1, 0.5F, 0.75F, 0.5F, 1, 0};
    float quality[ROWS * (FACET_METRICS + 1)] = {0};
    for (int row = 0; row < ROWS - 1; row++) {
        float *of = quality + row * metrics;
        of[FACET_METRIC_VERTICES] = 5000;
        of[FACET_METRIC_NOISE] = noise[row];
        if (metrics > FACET_METRIC_YAW) of[FACET_METRIC_YAW] = yaw[row];
        if (metrics <= FACET_METRIC_COVERAGE) continue;
        of[FACET_METRIC_LANDMARK_GAP] = NAN;
        of[FACET_METRIC_COVERAGE] = coverage[row];
    }
    fake_give(stage, "quality", FACET_F32, 2, (const int64_t[]){ROWS, metrics}, quality);
}

static void check_worst(const struct quality_metric *metric, int count, const int64_t *wanted) {
    assert_int_equal(metric->n_worst, count);
    for (int i = 0; i < count; i++) assert_int_equal(metric->worst[i].row, wanted[i]);
}

static void quality_is_counted_over_all_ranks(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct report_quality quality;
    struct facet_error error = {0};
    struct facet_params *params = NULL;
    static const struct facet_param_spec table[] = {
        {.name = "max_noise_mm", .type = FACET_PARAM_FLOAT, .fallback = "0.6", .doc = "d", .max = 9},
        {.name = "max_yaw_deg", .type = FACET_PARAM_FLOAT, .fallback = "0.0", .doc = "d", .max = 90},
        {.name = "min_coverage", .type = FACET_PARAM_STRING, .fallback = "\"no number\"", .doc = "d"},
        {.name = NULL}};
    assert_int_equal(facet_params_from_text(table, "", &params, &error), FACET_OK);
    struct facet_params *others = NULL; // a setting of the same name that sets no scan aside by the metric
    assert_int_equal(facet_params_from_text(table, "max_noise_mm = 0.3;", &others, &error), FACET_OK);
    stage.n_records = 3;
    stage.records[0] = (struct facet_stage_record){.plugin = "synth"};
    stage.records[1] = (struct facet_stage_record){.plugin = "preprocess", .params = params};
    stage.records[2] = (struct facet_stage_record){.plugin = "describe", .params = others};
    give_quality(&stage, FACET_METRICS);
    if (quality_gather(&stage, &quality, &error)) fail_msg("%s", error.text);
    assert_int_equal(quality.datasets[0].found, 4);
    assert_int_equal(quality.datasets[1].found, 2);
    assert_int_equal(quality.datasets[1].used, 1);
    const struct quality_metric *noise = &quality.metrics[FACET_METRIC_NOISE];
    assert_true(noise->measured == 4 && noise->smallest == 0.125 && noise->most == 0.5 && noise->limit == 0.6);
    assert_true(noise->spread[0].measured == 3 && noise->spread[0].missing == 1);
    assert_true(fabs(noise->spread[0].median - 0.25) <= noise->axis.step / HISTOGRAM_FINE);
    assert_true(noise->spread[1].smallest == 0.375 && noise->spread[1].most == 0.375);
    check_worst(noise, 4, (const int64_t[]){2, 4, 0, 3});
    check_worst(&quality.metrics[FACET_METRIC_YAW], 3, (const int64_t[]){0, 2, 1});      // as far, the first row first
    check_worst(&quality.metrics[FACET_METRIC_COVERAGE], 3, (const int64_t[]){1, 3, 2}); // 1 is the best there is
    check_worst(&quality.metrics[FACET_METRIC_VERTICES], 0, NULL);                       // the same everywhere
    assert_true(isnan(quality.metrics[FACET_METRIC_YAW].limit) && isnan(quality.metrics[FACET_METRIC_COVERAGE].limit));
    const struct quality_metric *gap = &quality.metrics[FACET_METRIC_LANDMARK_GAP];
    assert_true(gap->measured == 0 && gap->axis.bars == 0 && gap->n_worst == 0 && isnan(gap->spread[0].median));
    assert_true(gap->spread[0].missing == 4 && gap->spread[1].missing == 1);
    facet_params_destroy(params);
    facet_params_destroy(others);
    quality_free(&quality);
    fake_clear(&stage);
}

// A container of another version may have fewer metrics or more.
static void metrics_may_be_fewer_or_more(void **state) {
    (void)state;
    for (int64_t metrics = FACET_METRIC_NOISE + 1; metrics <= FACET_METRICS + 1; metrics++) {
        struct facet_stage stage = new_stage();
        struct report_quality quality;
        give_quality(&stage, metrics);
        assert_int_equal(quality_gather(&stage, &quality, NULL), FACET_OK);
        assert_true(quality.metrics[FACET_METRIC_NOISE].measured == 4);
        assert_true(quality.metrics[FACET_METRIC_COVERAGE].measured == (metrics > FACET_METRIC_COVERAGE ? 5 : 0));
        assert_true(quality.metrics[FACET_METRIC_TEXTURED].spread[0].missing ==
                    (metrics > FACET_METRIC_TEXTURED ? 0 : 4));
        quality_free(&quality);
        fake_clear(&stage);
    }
}

static void the_worst_are_drawn(void **state) {
    (void)state;
    struct facet_stage stage = new_stage();
    struct facet_error error = {0};
    give_rows(&stage);
    give_quality(&stage, FACET_METRICS);
    stage.n_quarantine = 1;
    stage.quarantine[0] = (struct facet_quarantine_entry){5, "preprocess", "FACET_ERROR_DATA", "it is <empty>"};
    if (fake_run(&facet_plugin_report, "", &stage, &error)) fail_msg("%s", error.text);
    if (facet_comm_rank(world) == 0) {
        char *text = read_page();
        assert_non_null(strstr(text, "1 of 6 scans could not be used"));
        assert_non_null(strstr(text, "it is &lt;empty&gt;"));
        assert_non_null(strstr(text, "<img src=\"pictures/worst_noise_mm_3.png\""));
        assert_null(strstr(text, "pictures/worst_noise_mm_4.png"));
        check_picture("pictures/worst_noise_mm_3.png", SIDE, SIDE);
        assert_non_null(strstr(text, "<b>−30°</b><span>one, A</span>"));
        assert_non_null(strstr(text, "The same in every scan: vertices 5000"));
        free(text);
    }
    fake_clear(&stage);
}

// ---- pairs ----------------------------------------------------------------------------------------------------------

static void give_pairs(struct facet_stage *stage, int64_t count, const int64_t (*rows_of)[2], const float *distance,
                       const uint8_t *exact) {
    fake_give(stage, "duplicates/rows", FACET_I64, 2, (const int64_t[]){count, 2}, rows_of);
    fake_give(stage, "duplicates/distance", FACET_F32, 1, &count, distance);
    fake_give(stage, "duplicates/exact", FACET_U8, 1, &count, exact);
}

// Rows 0 and 1 are of A, 2 and 3 of B, 4 of C.
static void pairs_of_two_people_come_first(void **state) {
    (void)state;
    const int64_t pairs[6][2] = {{0, 1}, {2, 3}, {0, 2}, {1, 4}, {1, 3}, {0, 4}};
    const float distance[6] = {0, 0.25F, NAN, 0.5F, 0, 0.125F};
    const uint8_t exact[6] = {1, 0, 0, 0, 1, 0};
    const int order[6] = {4, 5, 3, 2, 0, 1};
    struct facet_stage stage = new_stage();
    struct quality_pairs found = {0};
    give_pairs(&stage, 6, pairs, distance, exact);
    assert_int_equal(quality_pairs_gather(&stage, &found, NULL), FACET_OK);
    assert_true(found.searched && found.exact == 2 && found.near == 4 && found.between_people == 4);
    assert_int_equal(found.n_first, 6);
    for (int i = 0; i < 6; i++) assert_memory_equal(found.first[i].rows, pairs[order[i]], sizeof pairs[0]);
    fake_clear(&stage);
}

static void only_so_many_pairs_are_shown(void **state) {
    (void)state;
    int64_t pairs[50][2];
    float distance[50];
    uint8_t exact[50] = {0};
    struct facet_stage stage = new_stage();
    struct quality_pairs found = {0};
    for (int i = 0; i < 50; i++) pairs[i][0] = i % 2, pairs[i][1] = 4, distance[i] = (float)((i * 7) % 50);
    give_pairs(&stage, 50, pairs, distance, exact);
    assert_int_equal(quality_pairs_gather(&stage, &found, NULL), FACET_OK);
    assert_int_equal(found.near, 50);
    assert_int_equal(found.n_first, QUALITY_PAIRS);
    for (int i = 0; i < QUALITY_PAIRS; i++) assert_true(found.first[i].distance == (float)i);
    fake_clear(&stage);
}

static void pairs_are_shown_side_by_side(void **state) {
    (void)state;
    for (int64_t count = 0; count < 2; count++) {
        struct facet_stage stage = new_stage();
        struct facet_error error = {0};
        give_rows(&stage);
        give_pairs(&stage, count, (const int64_t[1][2]){{2, 4}}, (const float[]){0.25F}, (const uint8_t[]){0});
        if (fake_run(&facet_plugin_report, "", &stage, &error)) fail_msg("%s", error.text);
        if (facet_comm_rank(world) == 0) {
            char *text = read_page();
            assert_int_equal(strstr(text, "No two scans are the same.") != NULL, count == 0);
            assert_int_equal(strstr(text, "<td>near</td><td class=number>0.250 mm</td>") != NULL, count == 1);
            assert_int_equal(strstr(text, "<img src=\"pictures/pair_0_1.png\" alt=\"row 4\">") != NULL, count == 1);
            if (count == 1) check_picture("pictures/pair_0_1.png", SIDE, SIDE);
            free(text);
        }
        fake_clear(&stage);
    }
}

static void no_scan_left_is_a_page_too(void **state) {
    (void)state;
    static uint8_t none[ROWS];
    struct facet_stage stage = new_stage();
    struct facet_error error = {0};
    stage.valid = none;
    give_quality(&stage, FACET_METRICS);
    if (fake_run(&facet_plugin_report, "", &stage, &error)) fail_msg("%s", error.text);
    if (facet_comm_rank(world) == 0) {
        char *text = read_page();
        assert_null(strstr(text, "<svg"));
        assert_non_null(strstr(text, "Not measured in any scan: vertices, pieces"));
        free(text);
    }
    fake_clear(&stage);
}

// A failure on the rank that writes is everybody's.
static void broken_inputs_stop_all_ranks(void **state) {
    (void)state;
    const struct {
        const char *name;
        enum facet_type type;
        int rank;
        int64_t dims[5];
        const char *said;
    } cases[] = {{"views", FACET_U8, 4, {ROWS, 1, 2, 2}, "views is not"},
                 {"views", FACET_F32, 5, {ROWS, 1, 1, 2, 2}, "views is not"},
                 {"attention", FACET_F32, 3, {ROWS, SLOTS, CLASSES}, "attention has not"},
                 {"probabilities", FACET_F32, 3, {ROWS, SLOTS + 1, CLASSES}, "probabilities has not"},
                 {"curves/values", FACET_F32, 3, {1, 1, 3}, "curves/values is not"},
                 {"quality", FACET_F64, 2, {ROWS, 14}, "quality is not f32"},
                 {"quality", FACET_F32, 3, {ROWS, 14, 1}, "quality is not f32"},
                 {"duplicates/rows", FACET_I64, 2, {1, 3}, "duplicates has not"},
                 {"duplicates/rows", FACET_I64, 2, {2, 2}, "duplicates has not"},
                 {"duplicates/rows", FACET_I64, 2, {1, 2}, "pair 0 has row 6 of 6"}};
    const int64_t beyond[4] = {1, ROWS, 1, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct facet_stage stage = new_stage();
        struct facet_error error = {0};
        fake_give(&stage, cases[i].name, cases[i].type, cases[i].rank, cases[i].dims,
                  cases[i].type == FACET_I64 ? beyond : NULL);
        fake_give(&stage, "duplicates/distance", FACET_F32, 1, (const int64_t[]){1}, NULL);
        fake_give(&stage, "duplicates/exact", FACET_U8, 1, (const int64_t[]){1}, NULL);
        if (i < 7) fake_give(&stage, "duplicates/rows", FACET_I64, 2, (const int64_t[]){1, 2}, NULL);
        fake_give(&stage, "test_fold", FACET_I32, 2, (const int64_t[]){ROWS, SLOTS}, test_fold);
        fake_give_text(&stage, "curves/columns", "total");
        if (i != 4) fake_give(&stage, "curves/values", FACET_F32, 3, (const int64_t[]){1, 1, 1}, NULL);
        if (i > 1) fake_give(&stage, "views", FACET_U8, 5, (const int64_t[]){ROWS, 1, 1, 2, 2}, NULL);
        assert_int_equal(fake_run(&facet_plugin_report, "", &stage, &error), FACET_ERROR_DATA);
        if (!strstr(error.text, cases[i].said)) fail_msg("case %zu: %s", i, error.text);
        fake_clear(&stage);
    }
}

static int start(void **state) {
    (void)state;
    items = facet_items_create();
    for (int row = 0; row < ROWS; row++) {
        if (row == 0 || row == 4) facet_items_begin_dataset(items, row ? "two" : "one", NULL);
        struct facet_item item = {.subject = rows[row].subject,
                                  .label = rows[row].label,
                                  .path = "",
                                  .licence = "",
                                  .intensity = rows[row].intensity};
        if (facet_items_add(items, &item, NULL)) return 1;
    }
    return mkdtemp(folder) ? 0 : 1;
}

static int stop(void **state) {
    (void)state;
    char command[128];
    facet_items_destroy(items);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(int argc, char **argv) {
    if (facet_ranks_start(&argc, &argv, &world, NULL)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surest_mistakes_come_first),
        cmocka_unit_test(attention_is_the_mean_over_tested_rows),
        cmocka_unit_test(the_page_and_its_pictures_are_written),
        cmocka_unit_test(a_pipeline_with_nothing_has_a_page),
        cmocka_unit_test(quality_is_counted_over_all_ranks),
        cmocka_unit_test(metrics_may_be_fewer_or_more),
        cmocka_unit_test(the_worst_are_drawn),
        cmocka_unit_test(pairs_of_two_people_come_first),
        cmocka_unit_test(only_so_many_pairs_are_shown),
        cmocka_unit_test(pairs_are_shown_side_by_side),
        cmocka_unit_test(no_scan_left_is_a_page_too),
        cmocka_unit_test(broken_inputs_stop_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, start, stop);
    facet_ranks_stop(world);
    return failed;
}
