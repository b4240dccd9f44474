// The parts of a prediction that need no pilot: which rows are taken, and what is fitted to what was measured.
#include "pipeline/items.h"
#include "pipeline/plan_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

// ---- fits -----------------------------------------------------------------------------------------------------------

static void close_to(double is, double wanted, double share) {
    if (fabs(is - wanted) > share * fabs(wanted)) fail_msg("%g instead of %g", is, wanted);
}

static void costs_are_found(void **state) {
    (void)state;
    const double amount[4][PLAN_MOST_COLUMNS] = {{1, 2, 5}, {1, 7, 9}, {1, 20, 90}, {1, 40, 100}};
    const double at[PLAN_MOST_COLUMNS] = {1, 1000, 3000};
    double seconds[4];
    for (int i = 0; i < 4; i++) seconds[i] = 0.5 + 0.02 * amount[i][1] + 0.03 * amount[i][2];
    close_to(plan_fit(4, 3, amount, seconds, at), 0.5 + 20 + 90, 0.02);
}

static void no_cost_is_negative(void **state) {
    (void)state;
    const double rows[] = {10, 20, 40}, falling[] = {3, 2, 1};
    double at_much = plan_fit_line(3, rows, falling, 1000);
    if (at_much < 1 || at_much > 3) fail_msg("falling times give %g", at_much);
}

// Two amounts that rise together: nothing tells them apart, and nothing needs to.
static void what_cannot_be_told_apart_is_shared(void **state) {
    (void)state;
    const double amount[2][PLAN_MOST_COLUMNS] = {{1, 3}, {2, 6}}, seconds[] = {4, 8};
    const double at[PLAN_MOST_COLUMNS] = {10, 30};
    close_to(plan_fit(2, 2, amount, seconds, at), 40, 0.01);
}

// What the small sizes show to be linear is not carried on as a cube.
static void a_cube_needs_evidence(void **state) {
    (void)state;
    double amount[2][PLAN_MOST_COLUMNS] = {{1, 10, 100, 1000}, {1, 30, 900, 27000}};
    const double at[PLAN_MOST_COLUMNS] = {1, 300, 9e4, 2.7e7}, linear[] = {1, 3}, cubic[] = {1, 27};
    double told = plan_fit(2, 4, amount, linear, at);
    if (told < 20 || told > 60) fail_msg("30 seconds became %g", told);
    close_to(plan_fit(2, 4, amount, cubic, at), 27000, 0.05);
}

static void powers_are_held(void **state) {
    (void)state;
    const double rows[] = {10, 20}, square[] = {1, 4}, steep[] = {1, 100}, falling[] = {4, 1}, moment[] = {1e-3, 8e-3};
    close_to(plan_fit_power(2, rows, square, 40), 16, 1e-6);
    close_to(plan_fit_power(2, rows, steep, 40), 800, 1e-6);
    close_to(plan_fit_power(2, rows, falling, 40), 1, 1e-6);
    close_to(plan_fit_power(2, rows, moment, 40), 16e-3, 1e-6);
    close_to(plan_fit_power(1, rows, square, 40), 4, 1e-6);
}

static void units_go_to_who_is_free(void **state) {
    (void)state;
    const double seconds[] = {4, 1, 1, 1, 3, 2};
    close_to(plan_makespan(6, seconds, 1), 12, 1e-12);
    close_to(plan_makespan(6, seconds, 2), 6, 1e-12); // 4+2, 1+1+1+3
    close_to(plan_makespan(6, seconds, 100), 4, 1e-12);
    assert_true(plan_makespan(0, seconds, 3) == 0);
}

// ---- rows -----------------------------------------------------------------------------------------------------------

static void add(struct facet_items *items, const char *subject, const char *label, int sequence) {
    const struct facet_item item = {
        .subject = subject, .label = label, .path = "", .licence = "", .sequence = sequence};
    assert_int_equal(facet_items_add(items, &item, NULL), FACET_OK);
}

// 2 datasets of 60 and 20 subjects with `each` rows; one subject of the second shows what nobody else does.
static struct facet_items *make_items(int each) {
    static const char *const labels[] = {"a", "b", "c"};
    struct facet_items *items = facet_items_create();
    assert_non_null(items);
    for (int dataset = 0; dataset < 2; dataset++) {
        assert_int_equal(facet_items_begin_dataset(items, dataset ? "few" : "many", NULL), FACET_OK);
        for (int s = 0; s < (dataset ? 20 : 60); s++)
            for (int i = 0; i < each; i++) {
                char subject[16];
                snprintf(subject, sizeof subject, "s%d", s);
                add(items, subject, dataset && s == 13 && i == 0 ? "rare" : labels[i % 3], s * each + i);
            }
    }
    return items;
}

struct found {
    int64_t rows, of_dataset[2];
    int subjects[2], classes;
};

static struct found look(const struct facet_items *items, const int64_t *rows, int64_t count) {
    struct found f = {.rows = count};
    int subject[200] = {0}, class[8] = {0};
    for (int64_t i = 0; i < count; i++) {
        assert_true(i == 0 || rows[i] > rows[i - 1]);
        int dataset = facet_items_dataset_of(items, rows[i]);
        f.of_dataset[dataset]++;
        f.subjects[dataset] += subject[facet_items_subject_of(items, rows[i])]++ == 0;
        f.classes += class[facet_items_class_of(items, rows[i])]++ == 0;
    }
    return f;
}

static struct found pick(int each, int64_t target, int subjects, uint64_t seed) {
    struct facet_items *items = make_items(each);
    int64_t *rows, count;
    assert_int_equal(plan_pick(items, target, subjects, seed, &rows, &count, NULL), FACET_OK);
    struct found f = look(items, rows, count);
    free(rows);
    facet_items_destroy(items);
    return f;
}

static void whole_subjects_in_proportion(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct found f = pick(6, 240, 6, seed);
        assert_int_equal(f.rows, 6 * (f.subjects[0] + f.subjects[1]));
        assert_int_equal(f.of_dataset[0], 180);
        assert_in_range(f.of_dataset[1], 60, 66); // and the rare class, if it was not among them
        assert_int_equal(f.classes, 4);
    }
}

static void few_rows_still_are_enough_people(void **state) {
    (void)state;
    struct found f = pick(6, 1, 6, 1);
    assert_in_range(f.subjects[0], 6, 6);
    assert_in_range(f.subjects[1], 6, 7);
    f = pick(6, 1000000, 6, 1);
    assert_int_equal(f.rows, 480);
}

static void long_subjects_are_thinned(void **state) {
    (void)state;
    struct found f = pick(600, 200, 6, 2);
    assert_in_range(f.rows, 100, 400);
    assert_int_equal(f.subjects[0], 6);
    assert_int_equal(f.classes, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_are_found),
        cmocka_unit_test(no_cost_is_negative),
        cmocka_unit_test(what_cannot_be_told_apart_is_shared),
        cmocka_unit_test(a_cube_needs_evidence),
        cmocka_unit_test(powers_are_held),
        cmocka_unit_test(units_go_to_who_is_free),
        cmocka_unit_test(whole_subjects_in_proportion),
        cmocka_unit_test(few_rows_still_are_enough_people),
        cmocka_unit_test(long_subjects_are_thinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
