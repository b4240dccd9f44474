// What audit finds against looking at every two rows, on any number of ranks: random descriptors with copies among them.
// ranks: 1 2 3 4
#include "audit/pairs.h"
#include "pipeline/items.h"
#include "stage_fake.h"

#include <facet/random.h>
#include <jansson.h>
#include <math.h>
#include <unistd.h>

enum { ROWS = 1500, VALUES = 21, PEOPLE = 25 };

extern const struct facet_plugin facet_plugin_audit;

static struct facet_comm *world;
static char folder[] = "audit_stage_XXXXXX";

static const char *const labels[] = {"anger", "fear", "joy"};

struct made {
    struct facet_items *items;
    uint8_t valid[ROWS], role[2][ROWS];
    float descriptor[ROWS][VALUES];
    int64_t content[ROWS][2];
};
static struct made made;

static uint32_t draw(uint32_t row, uint32_t what, uint32_t below) {
    return (uint32_t)(facet_random_u64(11, row, what, 7) % below);
}

// Three datasets; sequences of one to four frames; the people of a dataset come again and again.
static void make_items(void) {
    struct facet_error error;
    made.items = facet_items_create();
    assert_non_null(made.items);
    int sequence = -1, frame = 0, length = 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        static const char *const datasets[] = {"one", "two", "three"};
        if (row % (ROWS / 3) == 0) {
            assert_int_equal(facet_items_begin_dataset(made.items, datasets[row / (ROWS / 3)], &error), FACET_OK);
            length = 0;
        }
        if (length-- <= 0) sequence++, frame = 0, length = (int)draw(row, 1, 4);
        char subject[16], path[32];
        snprintf(subject, sizeof subject, "p%u", (unsigned)draw((uint32_t)sequence, 2, PEOPLE));
        snprintf(path, sizeof path, "scans/%u, \"%u\".obj", (unsigned)row, (unsigned)row);
        struct facet_item item = facet_item_unknown();
        item.subject = subject, item.path = path, item.label = labels[draw((uint32_t)sequence, 3, 3)];
        item.sequence = sequence, item.frame = frame++;
        assert_int_equal(facet_items_add(made.items, &item, &error), FACET_OK);
    }
}

// Some rows are near an earlier one, some the same in all, some equal in shape but not in content.
static void make_rows(void) {
    for (uint32_t row = 0; row < ROWS; row++) {
        uint32_t kind = row > 10 ? draw(row, 4, 10) : 9, from = row ? draw(row, 5, row) : 0;
        made.valid[row] = draw(row, 6, 50) > 0;
        made.content[row][0] = kind == 0 ? made.content[from][0] : (int64_t)row, made.content[row][1] = 5;
        for (int i = 0; i < VALUES; i++) {
            double noise = facet_random_normal(13, row, (uint32_t)i, 1);
            made.descriptor[row][i] = kind < 4 ? made.descriptor[from][i] : (float)(1.5 / (1 + 0.2 * i) * noise);
            if (kind == 1 || kind == 2) made.descriptor[row][i] += (float)(0.1 * kind * noise);
        }
        if (draw(row, 7, 40) == 0) made.descriptor[row][0] = NAN;
        for (int f = 0; f < 2; f++) made.role[f][row] = (uint8_t)(draw(row / 50, 8 + (uint32_t)f, 2) ? 1 : 3);
    }
}

static struct facet_stage new_stage(bool folds) {
    struct facet_stage stage = {
        .comm = world, .items = made.items, .valid = made.valid, .threads = 2, .folder = folder};
    fake_give(&stage, "descriptor", FACET_F32, 2, (const int64_t[]){ROWS, VALUES}, made.descriptor);
    fake_give(&stage, "content", FACET_I64, 2, (const int64_t[]){ROWS, 2}, made.content);
    if (folds) fake_give(&stage, "folds/role", FACET_U8, 2, (const int64_t[]){2, ROWS}, made.role);
    return stage;
}

// ---- the plain way ---------------------------------------------------------------------------------------------------

static bool same(int a, int b) {
    return memcmp(made.content[a], made.content[b], sizeof made.content[a]) == 0;
}

static bool told(int row) {
    return made.valid[row] && !isnan(made.descriptor[row][0]);
}

static double apart(int a, int b) {
    double sum = 0;
    for (int i = 0; i < VALUES; i++) sum += pow((double)made.descriptor[a][i] - made.descriptor[b][i], 2);
    return sqrt(sum);
}

static struct facet_item item(int row) {
    return facet_items_get(made.items, row);
}

static bool one_sequence(int a, int b) {
    return item(a).sequence == item(b).sequence;
}

struct expected {
    uint8_t pair[ROWS][ROWS]; // [earlier][later]: 1 near, 2 exact
    int64_t pairs, frames_near, frames_same, own_near, compared;
};
static struct expected expected;

static void expect_exact(void) {
    for (int b = 0; b < ROWS; b++) {
        for (int a = 0; a < b && made.valid[b]; a++) {
            if (!made.valid[a] || !same(a, b)) continue;
            if (one_sequence(a, b))
                expected.frames_same++;
            else
                expected.pair[a][b] = 2;
            break;
        }
    }
}

static void expect_near(double reach) {
    for (int a = 0; a < ROWS; a++) {
        int best = -1;
        bool own = false;
        if (!told(a)) continue;
        expected.compared++;
        expected.frames_near += a > 0 && told(a - 1) && one_sequence(a, a - 1) && apart(a, a - 1) <= reach;
        for (int b = 0; b < ROWS; b++) {
            bool mine = facet_items_subject_of(made.items, a) == facet_items_subject_of(made.items, b);
            if (!told(b) || apart(a, b) > reach) continue;
            own |= mine && !one_sequence(a, b);
            if (!mine && (best < 0 || apart(a, b) < apart(a, best))) best = b;
        }
        expected.own_near += own;
        if (best < 0 || same(a, best)) continue;
        uint8_t *pair = a < best ? &expected.pair[a][best] : &expected.pair[best][a];
        if (!*pair) *pair = 1;
    }
}

static void expect_all(double reach) {
    memset(&expected, 0, sizeof expected);
    expect_exact();
    expect_near(reach);
    for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < ROWS; b++) expected.pairs += expected.pair[a][b] > 0;
}

// ---- tests ---------------------------------------------------------------------------------------------------------------

static int kind_of(int a, int b) {
    if (strcmp(item(a).dataset, item(b).dataset) != 0) return AUDIT_DATASETS;
    if (strcmp(item(a).subject, item(b).subject) != 0) return AUDIT_SUBJECTS;
    return strcmp(item(a).label, item(b).label) != 0 ? AUDIT_LABELS : AUDIT_REPEAT;
}

static void check_pairs(struct facet_stage *stage) {
    const struct facet_array *rows = fake_made(stage, "duplicates/rows");
    const float *distance = fake_made(stage, "duplicates/distance")->data;
    const uint8_t *exact = fake_made(stage, "duplicates/exact")->data,
                  *kind = fake_made(stage, "duplicates/kind")->data;
    assert_int_equal(rows->dims[0], expected.pairs);
    if (facet_comm_rank(world) != 0) return;
    for (int64_t i = 0; i < rows->dims[0]; i++) {
        const int64_t *pair = (const int64_t *)rows->data + 2 * i;
        int a = (int)pair[0], b = (int)pair[1];
        assert_int_equal(expected.pair[a][b], exact[i] ? 2 : 1);
        assert_int_equal(kind[i], kind_of(a, b));
        assert_float_equal(distance[i], exact[i] ? 0 : apart(a, b), 1e-5);
        assert_true(i == 0 || kind[i] >= kind[i - 1]);
        expected.pair[a][b] = 0; // each once
    }
}

static int64_t told_in(json_t *json, const char *key) {
    json_t *value = json_object_get(json, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void check_counts(struct facet_stage *stage) {
    json_t *json = json_loads(fake_made(stage, "duplicates/json")->data, 0, NULL);
    assert_non_null(json);
    assert_int_equal(told_in(json, "compared"), expected.compared);
    assert_int_equal(told_in(json, "rows_near_own_sequences"), expected.own_near);
    assert_int_equal(told_in(json, "frames_near_previous"), expected.frames_near);
    assert_int_equal(told_in(json, "frames_repeated"), expected.frames_same);
    assert_true(expected.own_near > 0 && expected.frames_near > 0 && expected.frames_same > 0);
    json_decref(json);
}

static void it_finds_what_looking_at_every_two_rows_finds(void **state) {
    (void)state;
    static const double reaches[] = {0.3, 0.7, 2.5};
    for (int i = 0; i < 3; i++) {
        char settings[64];
        struct facet_error error = {0};
        struct facet_stage stage = new_stage(false);
        snprintf(settings, sizeof settings, "near_mm = %.1f;", reaches[i]);
        expect_all(reaches[i]);
        if (fake_run(&facet_plugin_audit, settings, &stage, &error)) fail_msg("%s", error.text);
        check_pairs(&stage);
        check_counts(&stage);
        fake_clear(&stage);
    }
}

static int lines_of(const char *path, char *first, size_t size) {
    char line[4096];
    int n = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); n++)
        if (n == 1) snprintf(first, size, "%s", line);
    fclose(file);
    return n;
}

static void people_get_a_list_and_a_sentence(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = new_stage(true);
    char path[200], first[4096] = "", text[64];
    expect_all(0.5);
    assert_int_equal(fake_run(&facet_plugin_audit, "", &stage, &error), FACET_OK);
    snprintf(text, sizeof text, "%lld pairs of rows show the same scan: ", (long long)expected.pairs);
    if (strncmp(stage.warning, text, strlen(text)) != 0) fail_msg("%s", stage.warning);
    assert_non_null(strstr(stage.warning, "duplicates.csv"));
    if (facet_comm_rank(world) == 0) {
        snprintf(path, sizeof path, "%s/duplicates.csv", folder);
        assert_int_equal(lines_of(path, first, sizeof first), expected.pairs + 1);
        assert_non_null(strstr(first, "datasets,exact,0.000,"));
        assert_non_null(strstr(first, ".obj\",")); // commas and quotes in a path are quoted
        assert_non_null(strstr(first, "\"\""));
    }
    fake_clear(&stage);
}

static void folds_that_ask_about_a_scan_they_saw_are_counted(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = new_stage(true);
    assert_int_equal(fake_run(&facet_plugin_audit, "", &stage, &error), FACET_OK);
    expect_all(0.5);
    int64_t across = 0;
    for (int a = 0; a < ROWS; a++)
        for (int b = 0; b < ROWS; b++)
            across += expected.pair[a][b] && (made.role[0][a] != made.role[0][b] || made.role[1][a] != made.role[1][b]);
    json_t *json = json_loads(fake_made(&stage, "duplicates/json")->data, 0, NULL);
    assert_int_equal(told_in(json, "pairs_across_folds"), across);
    assert_in_range(across, 1, expected.pairs - 1);
    json_decref(json);
    fake_clear(&stage);
}

static void refusing_ends_the_run_on_every_rank(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = new_stage(false);
    assert_int_equal(fake_run(&facet_plugin_audit, "on_duplicates = \"refuse\";", &stage, &error), FACET_ERROR_DATA);
    if (!strstr(error.text, "pairs of rows show the same scan: ")) fail_msg("%s", error.text);
    assert_string_equal(stage.warning, "");
    fake_clear(&stage);
}

static void wrong_fields_are_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = {
        .comm = world, .items = made.items, .valid = made.valid, .threads = 1, .folder = folder};
    fake_give(&stage, "descriptor", FACET_F64, 1, (const int64_t[]){ROWS}, NULL);
    fake_give(&stage, "content", FACET_I64, 2, (const int64_t[]){ROWS, 2}, made.content);
    assert_int_equal(fake_run(&facet_plugin_audit, "", &stage, &error), FACET_ERROR_DATA);
    fake_clear(&stage);
}

static void pairs_are_none_where_nothing_is_alike(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_stage stage = {
        .comm = world, .items = made.items, .valid = made.valid, .threads = 1, .folder = folder};
    float far[ROWS][2];
    int64_t other[ROWS][2];
    for (int i = 0; i < ROWS; i++)
        far[i][0] = (float)(i % 40), far[i][1] = (float)i / 40, other[i][0] = other[i][1] = i;
    fake_give(&stage, "descriptor", FACET_F32, 2, (const int64_t[]){ROWS, 2}, far);
    fake_give(&stage, "content", FACET_I64, 2, (const int64_t[]){ROWS, 2}, other);
    assert_int_equal(fake_run(&facet_plugin_audit, "on_duplicates = \"refuse\";", &stage, &error), FACET_OK);
    assert_int_equal(fake_made(&stage, "duplicates/rows")->dims[0], 0);
    assert_string_equal(stage.warning, "");
    fake_clear(&stage);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    make_items();
    make_rows();
    bool root = facet_comm_rank(world) == 0;
    if (root && !mkdtemp(folder)) return 1;
    facet_comm_bcast(world, folder, sizeof folder, 0, &error);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_what_looking_at_every_two_rows_finds),
        cmocka_unit_test(people_get_a_list_and_a_sentence),
        cmocka_unit_test(folds_that_ask_about_a_scan_they_saw_are_counted),
        cmocka_unit_test(refusing_ends_the_run_on_every_rank),
        cmocka_unit_test(wrong_fields_are_refused),
        cmocka_unit_test(pairs_are_none_where_nothing_is_alike),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[200];
    snprintf(path, sizeof path, "%s/duplicates.csv", folder);
    if (root) unlink(path), rmdir(folder);
    facet_items_destroy(made.items);
    facet_ranks_stop(world);
    return failed;
}
