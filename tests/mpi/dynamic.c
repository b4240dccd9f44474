// The stage `dynamic`: what rows carry, from sequences with frames and views missing, alike on any number of ranks and threads.
// ranks: 1 2 3 4
#include "dynamic/weights.h"
#include "pipeline/items.h"
#include "stage_fake.h"

#include <facet/image.h>
#include <facet/random.h>

#include <math.h>

extern const struct facet_plugin facet_plugin_dynamic;

enum { ROWS = 61, VIEWS = 2, PLANES = 2, SIDE = 3, PIXELS = SIDE * SIDE, PICTURE = PLANES * PIXELS };
enum { ALONE = 20 }; // a row that is a sequence by itself

static struct facet_comm *world, *alone;
static struct facet_items *items;
static uint8_t valid[ROWS], mask[ROWS][VIEWS], views[ROWS][VIEWS][PICTURE];
static const uint8_t planes[PLANES] = {FACET_PLANE_DEPTH, FACET_PLANE_SHADED};

static int32_t sequence_of(int row) {
    return row < ALONE ? row / 10 : row == ALONE ? 2 : 3 + (row - ALONE - 1) / 13;
}

// Two sequences of ten frames, one of one, three of thirteen and a rest; every eighth row is set aside, every ninth is blind
// on the right. What is not seen holds numbers that would be noticed.
static void make_rows(void) {
    items = facet_items_create();
    facet_items_begin_dataset(items, "d", NULL);
    for (int row = 0; row < ROWS; row++) {
        struct facet_item item = facet_item_unknown();
        item.subject = "s", item.sequence = sequence_of(row);
        item.frame =
            row > 0 && sequence_of(row - 1) == sequence_of(row) ? facet_items_get(items, row - 1).frame + 1 : 0;
        if (item.sequence == 1) item.onset = 2, item.apex = 7;
        facet_items_add(items, &item, NULL);
        valid[row] = row % 8 != 5;
        mask[row][0] = valid[row], mask[row][1] = valid[row] && row % 9 != 6;
        for (int v = 0; v < VIEWS; v++)
            for (uint32_t i = 0; i < PICTURE; i++)
                views[row][v][i] = (uint8_t)(1 + 254 * facet_random_uniform(3, (uint32_t)row, (uint32_t)v, i));
    }
}

static void run(struct facet_comm *comm, int threads, const char *text, struct facet_stage *stage) {
    struct facet_error error = {0};
    uint8_t all_planes[ROWS][PLANES];
    for (int row = 0; row < ROWS; row++)
        for (int p = 0; p < PLANES; p++) all_planes[row][p] = valid[row] ? planes[p] : 0;
    *stage = (struct facet_stage){.comm = comm, .items = items, .valid = valid, .threads = threads};
    fake_give(stage, "views", FACET_U8, 5, (const int64_t[]){ROWS, VIEWS, PLANES, SIDE, SIDE}, views);
    fake_give(stage, "view_mask", FACET_U8, 2, (const int64_t[]){ROWS, VIEWS}, mask);
    fake_give(stage, "view_planes", FACET_U8, 2, (const int64_t[]){ROWS, PLANES}, all_planes);
    if (fake_run(&facet_plugin_dynamic, text, stage, &error)) fail_msg("%s", error.text);
}

static size_t row_bytes(const struct facet_array *array) {
    return facet_array_elements(array) / ROWS * facet_type_size(array->type);
}

static const uint8_t *made(struct facet_stage *stage, const char *name, int64_t row) {
    const struct facet_array *array = fake_made(stage, name);
    return (const uint8_t *)array->data + (size_t)row * row_bytes(array);
}

// What this rank has made is what one rank alone makes; what it has not made it left alone.
static void ranks_make_whole_sequences(void **state) {
    (void)state;
    static const char *const texts[] = {"", "window = 4; images = [ \"frame\", \"pooled\" ];",
                                        "window = 3; stride = 3; scale = \"minmax\"; pooling = \"linear\";",
                                        "images = [ \"difference\", \"onset-apex\" ]; min_cover = 0.0; window = 1;"};
    static const char *const names[] = {"views", "view_mask", "view_planes", "view_ranges", "carries"};
    int size = facet_comm_size(world), rank = facet_comm_rank(world);
    int64_t from = facet_comm_shard(ROWS, size, rank), to = facet_comm_shard(ROWS, size, rank + 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct facet_stage ours, whole;
        run(world, 1 + (int)i % 2, texts[i], &ours);
        run(alone, 1, texts[i], &whole);
        for (int64_t row = 0; row < ROWS; row++) {
            int64_t begin = row;
            while (begin > 0 && sequence_of((int)begin - 1) == sequence_of((int)row)) begin--;
            bool mine = begin >= from && begin < to;
            for (int n = 0; n < 5; n++) {
                size_t bytes = row_bytes(fake_made(&whole, names[n]));
                const uint8_t *a = made(&ours, names[n], row), *b = made(&whole, names[n], row);
                if (mine) assert_memory_equal(a, b, bytes);
                for (size_t k = 0; k < bytes && !mine; k++) assert_int_equal(a[k], 0);
            }
        }
        fake_clear(&ours), fake_clear(&whole);
    }
}

// The image of one pixel of one view over rows [first, end), added up plainly.
static double pooled(enum dynamic_pooling pooling, int first, int end, int v, int i) {
    double weights[ROWS], value = 0;
    int n = 0, t = 0;
    for (int row = first; row < end; row++) n += mask[row][v];
    dynamic_weights(pooling, n, weights);
    for (int row = first; row < end; row++)
        if (mask[row][v]) value += weights[t++] * views[row][v][i];
    return value / dynamic_weights_sum(weights, n);
}

static void check_code(int code, double value, double magnify) {
    double want = fmax(1, fmin(255, 128 + 127 * magnify * value / 255));
    if (fabs(code - want) > 0.5 + 1e-9) fail_msg("%d instead of %g", code, want);
}

static void missing_frames_and_views_are_passed_over(void **state) {
    (void)state;
    struct facet_stage stage;
    run(alone, 2, "magnify = 1.5;", &stage);
    const uint8_t *carries = fake_made(&stage, "carries")->data;
    int n = 0;
    for (int row = 0; row < ROWS; row++) n += carries[row];
    assert_int_equal(n, sequence_of(ROWS - 1) + 1);
    assert_true(carries[17]); // the apex
    for (int v = 0; v < VIEWS; v++) {
        assert_int_equal(made(&stage, "view_mask", 17)[v], 1);
        for (int i = 0; i < PICTURE; i++)
            check_code(made(&stage, "views", 17)[v * PICTURE + i], pooled(DYNAMIC_HARMONIC, 10, 20, v, i), 1.5);
    }
    assert_memory_equal(made(&stage, "views", ALONE), views[ALONE], sizeof views[ALONE]); // a frame alone is itself
    assert_memory_equal(made(&stage, "view_planes", 16), planes, sizeof planes);          // carries nothing
    assert_int_equal(made(&stage, "view_planes", 13)[0], 0);                              // set aside
    for (int i = 0; i < VIEWS * PICTURE; i++) assert_int_equal(made(&stage, "views", 16)[i], 0);
    assert_non_null(strstr(fake_made(&stage, "pooling")->data, "harmonic: frame t of n weighs"));
    fake_clear(&stage);
}

static void windows_and_differences_add_planes(void **state) {
    (void)state;
    struct facet_stage stage;
    run(alone, 1, "images = [ \"pooled\", \"difference\", \"frame\" ]; pooling = \"linear\"; window = 3; stride = 2;",
        &stage);
    assert_int_equal(fake_made(&stage, "views")->dims[2], 3 * PLANES);
    assert_int_equal(made(&stage, "view_planes", 11)[2 * PLANES + 1], FACET_PLANE_SHADED);
    const uint8_t *of = made(&stage, "views", 15 - 2); // rows 12 to 14; 13 is set aside, so a neighbour carries it
    for (int i = 0; i < VIEWS * 3 * PICTURE; i++) assert_int_equal(of[i], 0);
    of = made(&stage, "views", 12);
    assert_int_equal(made(&stage, "carries", 12)[0], 1);
    for (int i = 0; i < PICTURE; i++) {
        check_code(of[i], pooled(DYNAMIC_LINEAR, 12, 15, 0, i), 4);
        check_code(of[PICTURE + i], views[12][0][i] - views[12][0][i], 4); // the onset itself
        assert_int_equal(of[2 * PICTURE + i], views[12][0][i]);
    }
    of = made(&stage, "views", 17) + 3 * PICTURE; // rows 16 to 18, on the right; the onset is row 12
    for (int i = 0; i < PICTURE; i++) check_code(of[PICTURE + i], views[17][1][i] - views[12][1][i], 4);
    fake_clear(&stage);
}

// Depths in mm beside the same depths as codes: the finer ones are taken, ranges tell what a code means, and 8 bits are
// there for who asks.
static void finer_views_are_taken(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage;
    static float depths[ROWS][VIEWS][PICTURE];
    double ranges[ROWS][PLANES][3];
    for (int row = 0; row < ROWS; row++) {
        for (int p = 0; p < PLANES; p++) memcpy(ranges[row][p], (double[]){-63.5, 63.5, 1}, sizeof ranges[row][p]);
        for (int i = 0; i < VIEWS * PICTURE; i++)
            depths[row][i / PICTURE][i % PICTURE] =
                ((float)views[row][i / PICTURE][i % PICTURE] - 128) / 2 + 0.1f * (float)(row % 2);
    }
    for (int finer = 0; finer < 2; finer++) {
        run(alone, 1, "", &stage);
        stage.n_made = 0;
        fake_give(&stage, "view_ranges", FACET_F64, 3, (const int64_t[]){ROWS, PLANES, 3}, ranges);
        fake_give(&stage, "views_f32", FACET_F32, 5, (const int64_t[]){ROWS, VIEWS, PLANES, SIDE, SIDE}, depths);
        const char *text = finer ? "images = [ \"difference\" ]; window = 1; magnify = 10.0;"
                                 : "images = [ \"difference\" ]; window = 1; magnify = 10.0; input = \"u8\";";
        if (fake_run(&facet_plugin_dynamic, text, &stage, &error)) fail_msg("%s", error.text);
        const double *range = (const double *)made(&stage, "view_ranges", 17);
        assert_float_equal(range[1], 25.5 / 2, 1e-9); // 25.5 codes of half a mm
        assert_float_equal(range[0], -range[1], 0);
        const uint8_t *of = made(&stage, "views", 17);
        for (int i = 0; i < PICTURE; i++) // 0.1 mm more are 0.2 codes
            check_code(of[i], views[17][0][i] - views[12][0][i] + (finer ? 0.2 : 0), 10.00001);
        fake_clear(&stage);
    }
}

static void sequences_with_too_few_frames_carry_nothing(void **state) {
    (void)state;
    struct facet_stage stage;
    run(alone, 1, "min_frames = 0.9;", &stage); // 8 or 9 of ten are seen, 11 or 12 of thirteen
    const uint8_t *carries = fake_made(&stage, "carries")->data;
    for (int row = 0; row < 10; row++) assert_false(carries[row] && valid[5]);
    for (int row = 0; row < ROWS; row++) {
        int there = 0, all = 0;
        for (int i = 0; i < ROWS; i++)
            if (sequence_of(i) == sequence_of(row)) all++, there += valid[i];
        if (there < 0.9 * all) assert_false(carries[row]);
    }
    assert_true(carries[ALONE]);
    fake_clear(&stage);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = {.comm = world, .items = items, .valid = valid, .threads = 1};
    fake_give(&stage, "view_mask", FACET_U8, 2, (const int64_t[]){ROWS, VIEWS}, mask);
    fake_give(&stage, "views", FACET_F32, 5, (const int64_t[]){ROWS, VIEWS, PLANES, SIDE, SIDE}, NULL);
    assert_int_equal(fake_run(&facet_plugin_dynamic, "", &stage, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, "dynamic.input = \"best\": the stage before makes no such views"));
    const char *twice = "images = [ \"pooled\", \"frame\", \"pooled\" ];";
    assert_int_equal(fake_run(&facet_plugin_dynamic, twice, &stage, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, "dynamic.images: \"pooled\" is listed twice"));
    fake_clear(&stage);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    if (facet_comm_create(MPI_COMM_SELF, &alone, &error)) return 1;
    make_rows();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_make_whole_sequences),
        cmocka_unit_test(missing_frames_and_views_are_passed_over),
        cmocka_unit_test(windows_and_differences_add_planes),
        cmocka_unit_test(finer_views_are_taken),
        cmocka_unit_test(sequences_with_too_few_frames_carry_nothing),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_items_destroy(items);
    facet_comm_destroy(alone);
    facet_ranks_stop(world);
    return failed;
}
