// Units: every row once, in order, never splitting a sequence when told not to.
#include "pipeline/units.h"
#include "pipeline/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct facet_items *sequences(const int *lengths, int count) {
    struct facet_error error = {0};
    struct facet_items *items = facet_items_create();
    assert_int_equal(facet_items_begin_dataset(items, "d", &error), FACET_OK);
    for (int s = 0; s < count; s++)
        for (int f = 0; f < lengths[s]; f++) {
            struct facet_item item = {.subject = "s", .sequence = s, .frame = f};
            assert_int_equal(facet_items_add(items, &item, &error), FACET_OK);
        }
    return items;
}

static void check(int64_t rows, bool whole, const int64_t (*expected)[2], int64_t count) {
    static const int lengths[] = {3, 5, 1, 4};
    struct facet_error error = {0};
    struct facet_items *items = sequences(lengths, 4);
    struct facet_units units;
    assert_int_equal(facet_units_plan(items, rows, whole, &units, &error), FACET_OK);
    assert_int_equal(units.count, count);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(units.range[i][0], expected[i][0]);
        assert_int_equal(units.range[i][1], expected[i][1]);
        assert_true(units.largest >= expected[i][1] - expected[i][0]);
    }
    facet_units_free(&units);
    facet_items_destroy(items);
}

static void rows_are_cut_evenly(void **state) {
    (void)state;
    static const int64_t four[][2] = {{0, 4}, {4, 8}, {8, 12}, {12, 13}}, all[][2] = {{0, 13}};
    check(4, false, four, 4);
    check(100, false, all, 1);
}

static void sequences_stay_whole(void **state) {
    (void)state;
    static const int64_t whole[][2] = {{0, 8}, {8, 13}}, one[][2] = {{0, 3}, {3, 8}, {8, 9}, {9, 13}};
    check(4, true, whole, 2);
    check(1, true, one, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_cut_evenly),
        cmocka_unit_test(sequences_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
