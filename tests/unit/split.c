// Splits: who is held out under each protocol, what is refused, and that the proof sees a leak.
#include "split/protocol.h"
#include "split/prove.h"
#include "split_fake.h"

static const char *const three[] = {"lab", "wild", "old"};
static const int sizes[] = {10, 5, 20};
static const struct protocol leave_one = {.leave_one_dataset_out = true, .folds = 10, .within = 0.2};
static const struct protocol five_folds = {.folds = 5};

struct setting {
    struct facet_items *items;
    uint8_t *valid;
    struct folds folds;
    struct facet_error error;
};

static void set_up(struct setting *s, const struct protocol *protocol) {
    *s = (struct setting){.items = fake_items(3, three, sizes, 2)};
    s->valid = fake_valid(s->items);
    s->valid[7] = 0;
    if (protocol_split(protocol, s->items, s->valid, 3, &s->folds, &s->error)) fail_msg("%s", s->error.text);
}

static void tear_down(struct setting *s) {
    folds_free(&s->folds);
    free(s->valid);
    facet_items_destroy(s->items);
}

static int role(const struct setting *s, int fold, int64_t row) {
    return s->folds.role[fold * s->folds.rows + row];
}

static int subjects_with(const struct setting *s, int fold, int dataset, int wanted) {
    uint8_t seen[64] = {0};
    int n = 0;
    for (int64_t row = 0; row < s->folds.rows; row++)
        if (role(s, fold, row) == wanted && facet_items_dataset_of(s->items, row) == dataset)
            seen[facet_items_subject_of(s->items, row)] = 1;
    for (int i = 0; i < 64; i++) n += seen[i];
    return n;
}

static void a_left_out_dataset_is_tested_whole_and_trained_on_never(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, &leave_one);
    assert_int_equal(s.folds.n_folds, 3);
    const int held[] = {2, 1, 4}; // a fifth of 10, 5 and 20
    for (int f = 0; f < 3; f++)
        for (int d = 0; d < 3; d++) {
            assert_int_equal(subjects_with(&s, f, d, ROLE_TEST), d == f ? sizes[d] : held[d]);
            assert_int_equal(subjects_with(&s, f, d, ROLE_TRAIN), d == f ? 0 : sizes[d] - held[d]);
        }
    assert_string_equal(s.folds.name[1], "lab + old");
    tear_down(&s);
}

static void the_same_people_are_held_out_of_every_fold(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, &leave_one);
    for (int64_t row = 0; row < s.folds.rows; row++) {
        int d = facet_items_dataset_of(s.items, row), a = (d + 1) % 3, b = (d + 2) % 3;
        assert_int_equal(role(&s, a, row), role(&s, b, row));
    }
    tear_down(&s);
}

static void every_subject_is_tested_by_one_fold_of_k(void **state) {
    (void)state;
    struct setting s;
    int32_t *test_fold;
    int64_t slots;
    set_up(&s, &five_folds);
    assert_int_equal(folds_test_table(&s.folds, &test_fold, &slots, &s.error), FACET_OK);
    assert_int_equal(slots, 1);
    for (int64_t row = 0; row < s.folds.rows; row++) assert_true(row == 7 ? test_fold[row] == -1 : test_fold[row] >= 0);
    for (int f = 0; f < 5; f++)
        for (int d = 0; d < 3; d++) assert_int_equal(subjects_with(&s, f, d, ROLE_TEST), sizes[d] / 5);
    assert_int_equal(folds_prove_tests(s.folds.role, 5, test_fold, slots, s.folds.rows, &s.error), FACET_OK);
    test_fold[12] = (test_fold[12] + 1) % 5;
    assert_int_equal(folds_prove_tests(s.folds.role, 5, test_fold, slots, s.folds.rows, &s.error), FACET_ERROR_DATA);
    test_fold[12] = -1;
    assert_int_equal(folds_prove_tests(s.folds.role, 5, test_fold, slots, s.folds.rows, &s.error), FACET_ERROR_DATA);
    assert_non_null(strstr(s.error.text, "row 12 is tested by 1 folds, 0 are listed"));
    free(test_fold);
    tear_down(&s);
}

static void rows_set_aside_or_without_a_label_have_no_role(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, &five_folds);
    for (int f = 0; f < 5; f++) assert_int_equal(role(&s, f, 7), ROLE_UNUSED);
    const struct facet_item unknown = {.subject = "s00", .label = "", .path = "", .sequence = 999};
    assert_int_equal(facet_items_add(s.items, &unknown, &s.error), FACET_OK);
    folds_free(&s.folds);
    free(s.valid);
    s.valid = fake_valid(s.items);
    assert_int_equal(protocol_split(&five_folds, s.items, s.valid, 3, &s.folds, &s.error), FACET_OK);
    for (int f = 0; f < 5; f++) assert_int_equal(role(&s, f, s.folds.rows - 1), ROLE_UNUSED);
    tear_down(&s);
}

static void validation_takes_training_subjects_alone(void **state) {
    (void)state;
    struct setting s;
    for (int which = 0; which < 2; which++) {
        struct protocol p = which ? leave_one : five_folds;
        p.validation = 0.25;
        set_up(&s, &p);
        for (int f = 0; f < s.folds.n_folds; f++) {
            int validation = subjects_with(&s, f, 2, ROLE_VALIDATION);
            assert_int_equal(validation, which && f == 2 ? 0 : 4); // a quarter of 16
        }
        tear_down(&s);
    }
}

static void the_seed_decides_and_nothing_else(void **state) {
    (void)state;
    struct setting s, again;
    struct folds other;
    set_up(&s, &leave_one);
    set_up(&again, &leave_one);
    assert_memory_equal(s.folds.role, again.folds.role, (size_t)(3 * s.folds.rows));
    assert_int_equal(protocol_split(&leave_one, s.items, s.valid, 4, &other, &s.error), FACET_OK);
    assert_memory_not_equal(s.folds.role, other.role, (size_t)(3 * s.folds.rows));
    folds_free(&other);
    tear_down(&again);
    tear_down(&s);
}

static void refuse(struct facet_items *items, const struct protocol *protocol, const char *sentence) {
    struct facet_error error = {0};
    struct folds folds;
    uint8_t *valid = fake_valid(items);
    assert_int_equal(protocol_split(protocol, items, valid, 1, &folds, &error), FACET_ERROR_CONFIG);
    if (!strstr(error.text, sentence)) fail_msg("%s", error.text);
    assert_null(folds.role);
    free(valid);
    facet_items_destroy(items);
}

static void too_few_datasets_or_subjects_are_refused(void **state) {
    (void)state;
    const int one[] = {1, 3}, four[] = {4};
    refuse(fake_items(1, three, sizes, 1), &leave_one, "needs two sources or more");
    refuse(fake_items(2, three, one, 1), &leave_one, "dataset lab has 1 subjects with a label, too few");
    refuse(fake_items(1, three, four, 1), &five_folds, "5 folds need as many subjects with a label, there are 4");
}

static void the_proof_sees_a_leak(void **state) {
    (void)state;
    struct setting s;
    set_up(&s, &leave_one);
    char *names = folds_names(&s.folds);
    assert_int_equal(folds_prove(s.folds.role, 3, names, s.items, &s.error), FACET_OK);
    s.folds.role[1 * s.folds.rows + 65] = ROLE_TRAIN; // row 65 is of wild, which fold 1 tests
    assert_int_equal(folds_prove(s.folds.role, 3, names, s.items, &s.error), FACET_ERROR_DATA);
    assert_non_null(strstr(s.error.text, "fold 1 (lab + old) leaks: subject s00 of wild is trained on (row 65) and "
                                         "tested (row 60)"));
    s.folds.role[1 * s.folds.rows + 65] = ROLE_VALIDATION;
    assert_int_equal(folds_prove(s.folds.role, 3, names, s.items, &s.error), FACET_ERROR_DATA);
    s.folds.role[1 * s.folds.rows + 65] = 9;
    assert_int_equal(folds_prove(s.folds.role, 3, names, s.items, &s.error), FACET_ERROR_DATA);
    memset(s.folds.role, ROLE_TEST, (size_t)(3 * s.folds.rows));
    assert_int_equal(folds_prove(s.folds.role, 3, names, s.items, &s.error), FACET_ERROR_DATA);
    assert_non_null(strstr(s.error.text, "trains on 0 rows"));
    free(names);
    tear_down(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_left_out_dataset_is_tested_whole_and_trained_on_never),
        cmocka_unit_test(the_same_people_are_held_out_of_every_fold),
        cmocka_unit_test(every_subject_is_tested_by_one_fold_of_k),
        cmocka_unit_test(rows_set_aside_or_without_a_label_have_no_role),
        cmocka_unit_test(validation_takes_training_subjects_alone),
        cmocka_unit_test(the_seed_decides_and_nothing_else),
        cmocka_unit_test(too_few_datasets_or_subjects_are_refused),
        cmocka_unit_test(the_proof_sees_a_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
