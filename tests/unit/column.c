// Columns: ragged rows lie together where they can, and hold what was put into them where they cannot.
#include "pipeline/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 4, MOST = 100, STEP = 3 };
static const struct facet_field field = {
    .name = "v", .type = FACET_F32, .rank = 2, .dims = {MOST, STEP}, .ragged = true};

static void fill(struct facet_column *column, int64_t row, int64_t count, float value) {
    struct facet_error error;
    assert_int_equal(facet_column_resize(column, row, count, &error), FACET_OK);
    float *v = facet_column_data(column, row);
    for (int64_t i = 0; i < count * STEP; i++) {
        assert_true(v[i] == 0);
        v[i] = value;
    }
}

static void expect_row(const struct facet_column *column, int64_t row, int64_t count, float value) {
    const float *v = facet_column_data(column, row);
    assert_int_equal(facet_column_count(column, row), count);
    for (int64_t i = 0; i < count * STEP; i++) assert_true(v[i] == value);
}

static void rows_sized_in_order_lie_together(void **state) {
    (void)state;
    struct facet_column *column = facet_column_create(&field, ROWS);
    assert_non_null(column);
    for (int turn = 0; turn < 2; turn++) {
        facet_column_clear(column, ROWS);
        assert_non_null(facet_column_span(column, 0, ROWS));                     // of nothing
        fill(column, 0, 10, 1), fill(column, 1, MOST, 2), fill(column, 3, 7, 4); // row 2 stays empty
        const float *all = facet_column_span(column, 0, ROWS);
        assert_ptr_equal(all, facet_column_data(column, 0));
        assert_true(all[10 * STEP] == 2 && all[(10 + MOST) * STEP] == 4);
        assert_ptr_equal(facet_column_span(column, 2, ROWS), facet_column_data(column, 3));
    }
    facet_column_destroy(column);
}

static void a_row_that_grows_or_is_cleared_parts_them(void **state) {
    (void)state;
    struct facet_column *column = facet_column_create(&field, ROWS);
    assert_non_null(column);
    fill(column, 0, 10, 1), fill(column, 1, 10, 2), fill(column, 2, 10, 3);
    facet_column_clear_row(column, 1);
    assert_null(facet_column_span(column, 0, 3));
    fill(column, 1, 10, 2);
    assert_non_null(facet_column_span(column, 0, 3));
    fill(column, 0, 11, 5);
    assert_null(facet_column_span(column, 0, 3));
    assert_non_null(facet_column_span(column, 1, 3));
    expect_row(column, 0, 11, 5), expect_row(column, 1, 10, 2), expect_row(column, 2, 10, 3);
    facet_column_destroy(column);
}

// A plugin may change its mind as often as it likes.
static void rows_sized_again_and_again_keep_their_values(void **state) {
    (void)state;
    struct facet_column *column = facet_column_create(&field, ROWS);
    struct facet_error error;
    assert_non_null(column);
    fill(column, 3, 5, 9);
    for (int64_t count = 1; count <= MOST; count++) fill(column, 0, count, (float)count), fill(column, 1, count, -1);
    fill(column, 2, MOST, 7);
    expect_row(column, 0, MOST, MOST), expect_row(column, 1, MOST, -1);
    expect_row(column, 2, MOST, 7), expect_row(column, 3, 5, 9);
    assert_int_equal(facet_column_resize(column, 0, MOST + 1, &error), FACET_ERROR_DATA);
    facet_column_destroy(column);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_sized_in_order_lie_together),
        cmocka_unit_test(a_row_that_grows_or_is_cleared_parts_them),
        cmocka_unit_test(rows_sized_again_and_again_keep_their_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
