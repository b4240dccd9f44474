// Metrics with known answers, intervals over people, groups within and across, and what evaluate refuses to measure.
#include "evaluate/evaluation.h"
#include "split/protocol.h"
#include "split_fake.h"

#include <jansson.h>
#include <math.h>

static void metrics_match_a_hand_calculation(void **state) {
    (void)state;
    // Nobody shows the third class, but one row is taken for it.
    const int64_t confusion[9] = {3, 1, 0, 2, 4, 1, 0, 0, 0};
    double v[N_METRICS];
    metrics_of(confusion, 3, v);
    assert_float_equal(v[METRIC_ACCURACY], 7.0 / 11, 1e-12);
    assert_float_equal(v[METRIC_UAR], (3.0 / 4 + 4.0 / 7) / 2, 1e-12);
    assert_float_equal(v[METRIC_F1], (6.0 / (4 + 5) + 8.0 / (7 + 5)) / 2, 1e-12);
    const int64_t none[4] = {0};
    metrics_of(none, 2, v);
    assert_true(isnan(v[METRIC_ACCURACY]) && isnan(v[METRIC_UAR]) && isnan(v[METRIC_F1]));
}

static void calibration_error_is_the_gap_inside_each_bin(void **state) {
    (void)state;
    struct calibration c = {0};
    assert_true(isnan(calibration_error(&c)));
    calibration_add(&c, 0.91, true); // one bin: 1 right, 1.83 expected
    calibration_add(&c, 0.92, false);
    calibration_add(&c, 0.5, true); // another: 1 right, 0.5 expected
    calibration_add(&c, 1.0, true); // the last one
    assert_float_equal(calibration_error(&c), (0.83 + 0.5 + 0) / 4, 1e-12);
}

enum { PEOPLE = 40, SCANS = 10 };

// Everybody shows class 0 in SCANS rows; method 0 is right for the first `right` people, method 1 for nobody.
static struct bootstrap people(int32_t *confusion, int64_t *first, int subjects, int right) {
    memset(confusion, 0, (size_t)(2 * subjects * 4) * sizeof *confusion);
    for (int s = 0; s < subjects; s++) {
        confusion[4 * s + (s >= right)] = SCANS;
        confusion[4 * (subjects + s) + 1] = SCANS;
    }
    first[0] = 0, first[1] = subjects;
    return (struct bootstrap){.classes = 2,
                              .methods = 2,
                              .subjects = subjects,
                              .confusion = confusion,
                              .strata = 1,
                              .first = first,
                              .resamples = 2000,
                              .seed = 7,
                              .threads = 1};
}

static void intervals_are_about_people_not_rows(void **state) {
    (void)state;
    int32_t confusion[2 * PEOPLE * 4];
    int64_t first[2];
    struct interval scores[2][N_METRICS];
    struct difference differences[N_METRICS];
    struct bootstrap b = people(confusion, first, PEOPLE, PEOPLE / 2);
    assert_int_equal(bootstrap_run(&b, scores[0], differences, NULL), FACET_OK);
    const struct interval *a = &scores[0][METRIC_ACCURACY];
    double half = 1.96 * sqrt(0.25 / PEOPLE); // of a binomial of 40 people; 400 rows would give a third of it
    assert_float_equal(a->value, 0.5, 0);
    assert_float_equal(a->low, 0.5 - half, 0.02);
    assert_float_equal(a->high, 0.5 + half, 0.02);
    assert_float_equal(differences[METRIC_ACCURACY].value, 0.5, 0);
    assert_float_equal(differences[METRIC_ACCURACY].low, a->low, 0); // the same people drawn for both
    assert_float_equal(differences[METRIC_ACCURACY].p, 2.0 / 2001, 1e-12);
    assert_float_equal(scores[1][METRIC_ACCURACY].high, 0, 0);
}

static void equal_methods_do_not_differ_and_few_people_have_no_interval(void **state) {
    (void)state;
    int32_t confusion[2 * PEOPLE * 4];
    int64_t first[2];
    struct interval scores[2][N_METRICS];
    struct difference differences[N_METRICS];
    struct bootstrap b = people(confusion, first, PEOPLE, 0);
    assert_int_equal(bootstrap_run(&b, scores[0], differences, NULL), FACET_OK);
    assert_float_equal(differences[METRIC_UAR].value, 0, 0);
    assert_float_equal(differences[METRIC_UAR].p, 1, 0);
    for (int n = 1; n <= 7; n++) {
        b = people(confusion, first, n, n);
        assert_int_equal(bootstrap_run(&b, scores[0], differences, NULL), FACET_OK);
        assert_float_equal(scores[0][METRIC_ACCURACY].value, 1, 0);
        assert_int_equal(isnan(scores[0][METRIC_ACCURACY].low) != 0, n < 6);
        assert_int_equal(isnan(differences[METRIC_ACCURACY].p) != 0, n < 6);
    }
}

static void strata_keep_their_size(void **state) {
    (void)state;
    int32_t confusion[2 * PEOPLE * 4];
    struct interval scores[2][N_METRICS];
    struct difference differences[N_METRICS];
    int64_t first[3];
    struct bootstrap b = people(confusion, first, PEOPLE, PEOPLE / 2);
    first[1] = PEOPLE / 2, first[2] = PEOPLE; // one dataset always right, the other always wrong
    b.strata = 2;
    assert_int_equal(bootstrap_run(&b, scores[0], differences, NULL), FACET_OK);
    assert_float_equal(scores[0][METRIC_ACCURACY].low, 0.5, 0);
    assert_float_equal(scores[0][METRIC_ACCURACY].high, 0.5, 0);
}

static void draws_depend_on_seed_and_group_not_on_threads(void **state) {
    (void)state;
    int32_t confusion[2 * PEOPLE * 4];
    int64_t first[2];
    struct interval scores[4][2][N_METRICS];
    struct difference differences[4][N_METRICS];
    struct bootstrap b = people(confusion, first, PEOPLE, PEOPLE / 2);
    for (int s = 0; s < PEOPLE; s++) confusion[4 * s] += s % 7, b.resamples = 300; // many values, few ties
    for (int i = 0; i < 4; i++) {
        b.threads = i == 1 ? 3 : 1, b.key = i == 2, b.seed = i == 3 ? 8 : 7;
        assert_int_equal(bootstrap_run(&b, scores[i][0], differences[i], NULL), FACET_OK);
    }
    assert_memory_equal(scores[0], scores[1], sizeof scores[0]);
    assert_memory_equal(differences[0], differences[1], sizeof differences[0]);
    assert_int_not_equal(memcmp(scores[0], scores[2], sizeof scores[0]), 0);
    assert_int_not_equal(memcmp(scores[0], scores[3], sizeof scores[0]), 0);
}

// ---- a whole evaluation ----------------------------------------------------------------------------------------------
enum { CLASSES = 3 };

// Two datasets, folds by dataset. The model is right within a domain; across, it calls everything class 0. The baseline
// always says class 1.
static struct evaluation made_up(struct facet_items **items, uint8_t **valid) {
    static const char *const datasets[] = {"lab", "w\"ild"};
    static const int subjects[] = {5, 10};
    struct protocol protocol = {.leave_one_dataset_out = true, .within = 0.2};
    struct folds folds;
    struct evaluation e = {.methods = 2, .classes = CLASSES, .resamples = 200, .seed = 3, .threads = 1};
    *items = fake_items(2, datasets, subjects, 1);
    *valid = fake_valid(*items);
    assert_int_equal(protocol_split(&protocol, *items, *valid, 1, &folds, NULL), FACET_OK);
    assert_int_equal(folds_test_table(&folds, &e.test_fold, &e.slots, NULL), FACET_OK);
    e.names = folds_names(&folds);
    e.items = *items, e.valid = *valid, e.rows = folds.rows, e.folds = folds.n_folds, e.role = folds.role;
    folds.role = NULL;
    folds_free(&folds);
    for (int m = 0; m < 2; m++) {
        e.probabilities[m] = calloc((size_t)(e.rows * e.slots * CLASSES), sizeof(float));
        assert_non_null(e.probabilities[m]);
    }
    for (int64_t i = 0; i < e.rows * e.slots; i++) {
        int64_t row = i / e.slots;
        bool across = e.test_fold[i] == facet_items_dataset_of(*items, row);
        float *model = e.probabilities[0] + i * CLASSES, *baseline = e.probabilities[1] + i * CLASSES;
        if (e.test_fold[i] < 0) continue;
        for (int k = 0; k < CLASSES; k++) model[k] = baseline[k] = 0.1f;
        model[across ? 0 : facet_items_class_of(*items, row)] = 0.8f;
        baseline[1] = 0.8f;
    }
    return e;
}

static void finish(struct evaluation *e, struct facet_items *items, uint8_t *valid) {
    evaluation_free(e);
    facet_items_destroy(items);
    free(valid);
}

static void groups_are_cells_then_pools_with_known_scores(void **state) {
    (void)state;
    struct facet_items *items;
    uint8_t *valid;
    struct evaluation e = made_up(&items, &valid);
    struct groups groups;
    valid[0] = 0; // subject 0 of lab
    memset(e.probabilities[0], 0, (size_t)(e.slots * CLASSES) * sizeof(float));
    assert_int_equal(evaluation_run(&e, &groups, NULL), FACET_OK);
    assert_int_equal(groups.count, 6);
    assert_int_equal(groups.set_aside, 1);
    const struct group *across = &groups.all[4], *within = &groups.all[5], *first = &groups.all[0];
    assert_false(first->within); // fold 0 leaves out dataset 0
    assert_true(groups.all[1].within && groups.all[2].within);
    assert_false(groups.all[3].within);
    assert_int_equal(first->n, 5 * 3 - 1);
    assert_int_equal(first->subjects, 5);
    assert_int_equal(across->fold, -1);
    assert_int_equal(across->n, 45 - 1);
    assert_int_equal(across->subjects, 15);
    assert_int_equal(within->subjects, 1 + 2);
    assert_float_equal(within->scores[0][METRIC_F1].value, 1, 0);
    assert_float_equal(within->ece[0], 0.2, 1e-6);
    assert_float_equal(groups.all[3].scores[0][METRIC_UAR].value, 1.0 / 3, 1e-12);
    assert_float_equal(groups.all[3].scores[0][METRIC_UAR].high, 1.0 / 3, 1e-12); // everybody has every class
    assert_float_equal(groups.all[3].scores[0][METRIC_F1].value, 2.0 * 10 / (10 + 30) / 3, 1e-12);
    assert_float_equal(groups.all[3].differences[METRIC_ACCURACY].value, 0, 0);
    assert_int_equal(groups.all[3].confusion[2 * CLASSES], 10);                         // the model takes class 2 for 0
    assert_int_equal(groups.all[3].confusion[CLASSES * CLASSES + 2 * CLASSES + 1], 10); // the baseline for 1
    groups_free(&groups);
    finish(&e, items, valid);
}

static void json_says_what_was_measured(void **state) {
    (void)state;
    struct facet_items *items;
    uint8_t *valid;
    struct evaluation e = made_up(&items, &valid);
    struct groups groups;
    assert_int_equal(evaluation_run(&e, &groups, NULL), FACET_OK);
    char *text = evaluation_json(&e, &groups);
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "cells")), 8);
    assert_int_equal(json_array_size(json_object_get(root, "pooled")), 4);
    assert_int_equal(json_array_size(json_object_get(root, "differences")), 6);
    int fold, within;
    const char *dataset, *trained_on, *method;
    double uar;
    json_int_t rows, subjects, hit;
    json_t *cell = json_array_get(json_object_get(root, "cells"), 7);
    assert_int_equal(json_unpack(cell, "{s:i, s:s, s:b, s:s, s:I, s:I, s:{s:F}, s:[[I]]}", "fold", &fold, "dataset",
                                 &dataset, "within", &within, "method", &method, "n", &rows, "subjects", &subjects,
                                 "uar", "value", &uar, "confusion", &hit),
                     0);
    assert_int_equal(fold, 1);
    assert_string_equal(dataset, "w\"ild");
    assert_string_equal(method, "baseline");
    assert_false(within);
    assert_int_equal(rows, 30);
    assert_int_equal(subjects, 10);
    assert_int_equal(hit, 0);
    assert_float_equal(uar, 1.0 / 3, 1e-8);
    json_t *trained = json_array_get(json_object_get(root, "folds"), 1);
    assert_int_equal(
        json_unpack(trained, "{s:[s!], s:{s:I}}", "trained_on", &trained_on, "train", "subjects", &subjects), 0);
    assert_string_equal(trained_on, "lab");
    assert_int_equal(subjects, 4);
    json_t *lonely = json_array_get(json_object_get(root, "cells"), 4); // fold 1's one person of lab
    assert_true(json_is_null(json_object_get(json_object_get(lonely, "uar"), "low")));
    json_decref(root);
    free(text);
    groups_free(&groups);
    finish(&e, items, valid);
}

static void expect_refusal(struct evaluation *e, const char *sentence) {
    struct facet_error error = {0};
    struct groups groups;
    assert_int_equal(evaluation_run(e, &groups, &error), FACET_ERROR_DATA);
    if (!strstr(error.text, sentence)) fail_msg("%s", error.text);
    assert_null(groups.all);
}

static void leaks_and_unsound_probabilities_are_refused(void **state) {
    (void)state;
    struct facet_items *items;
    uint8_t *valid;
    struct evaluation e = made_up(&items, &valid);
    int64_t row = e.rows - 1;
    while (e.role[row] != ROLE_TRAIN) row--;
    e.role[row] = ROLE_TEST; // one scan of somebody fold 0 trains on
    expect_refusal(&e, "leaks: subject s");
    e.role[row] = ROLE_TRAIN;
    e.probabilities[1][1] = NAN;
    expect_refusal(&e, "the baseline's probabilities");
    e.probabilities[1][1] = 0.7f;
    expect_refusal(&e, "row 0 is tested by fold 0");
    e.probabilities[1][1] = 0.8f;
    memset(valid, 0, (size_t)e.rows);
    expect_refusal(&e, "no tested row is left");
    finish(&e, items, valid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_match_a_hand_calculation),
        cmocka_unit_test(calibration_error_is_the_gap_inside_each_bin),
        cmocka_unit_test(intervals_are_about_people_not_rows),
        cmocka_unit_test(equal_methods_do_not_differ_and_few_people_have_no_interval),
        cmocka_unit_test(strata_keep_their_size),
        cmocka_unit_test(draws_depend_on_seed_and_group_not_on_threads),
        cmocka_unit_test(groups_are_cells_then_pools_with_known_scores),
        cmocka_unit_test(json_says_what_was_measured),
        cmocka_unit_test(leaks_and_unsound_probabilities_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
