// Outputs over ranks: ragged and fixed rows of random sizes come back as written across the bounds of units, the content does
// not depend on who wrote what nor in which units, and damage to where rows lie is found.
// ranks: 1 3
// timeout: 60
#include "pipeline/output.h"
#include "pipeline/items.h"

#include <facet/random.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 101, CAPACITY = 40, MOST_IN_A_UNIT = 16 };
static const struct facet_field fields[2] = {
    {.name = "mesh", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "view", .type = FACET_U8, .rank = 1, .dims = {7}}};
static const char *const names[] = {"only"};
static struct facet_comm *world;
static struct facet_items *items;
static char path[256];

static int64_t count_of(int64_t row) {
    return (int64_t)(facet_random_u64(5, 0, (uint32_t)row, 0) % (CAPACITY + 1));
}

static float value_of(int64_t row, int64_t i) {
    return (float)facet_random_normal(6, (uint32_t)i, (uint32_t)row, 0);
}

static void make_columns(struct facet_column *columns[2], int64_t rows) {
    for (int f = 0; f < 2; f++) assert_non_null(columns[f] = facet_column_create(&fields[f], rows));
}

static void fill(struct facet_column *columns[2], struct facet_rows *rows) {
    struct facet_error error;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t row = rows->first + i, n = count_of(row);
        rows->valid[i] = 1, rows->code[i] = FACET_OK;
        assert_int_equal(facet_column_resize(columns[0], i, n, &error), FACET_OK);
        for (int64_t k = 0; k < 3 * n; k++) ((float *)facet_column_data(columns[0], i))[k] = value_of(row, k);
        memset(facet_column_data(columns[1], i), (int)row, 7);
    }
}

static void open_output(const struct facet_units *units, struct facet_output **output) {
    static const struct facet_text_attribute attributes[] = {
        {"fingerprint", "f"}, {"created", "c"}, {"kind", "map"}, {"fields", "mesh\nview\n"}};
    const struct facet_output_plan plan = {.path = path,
                                           .fields = fields,
                                           .n_fields = 2,
                                           .items = items,
                                           .units = units,
                                           .node_names = names,
                                           .n_nodes = 1,
                                           .chain_length = 1,
                                           .attributes = attributes,
                                           .n_attributes = 4};
    struct facet_error error = {0};
    if (facet_output_open(world, &plan, output, &error) != FACET_OK) fail_msg("%s", error.text);
}

// Ranks take the units in turn; the content they make.
static struct facet_hash write_all(int64_t unit_rows) {
    struct facet_units units;
    struct facet_output *output;
    struct facet_column *columns[2];
    struct facet_rows rows;
    struct facet_error error = {0};
    struct facet_hash hash;
    uint8_t done[ROWS] = {0};
    const double seconds = 1;
    if (facet_comm_rank(world) == 0) unlink(path);
    assert_int_equal(facet_comm_barrier(world, &error), FACET_OK);
    assert_int_equal(facet_units_plan(items, unit_rows, false, &units, &error), FACET_OK);
    open_output(&units, &output);
    assert_int_equal(facet_output_begin(output, items, done, true, &error), FACET_OK);
    make_columns(columns, units.largest);
    assert_int_equal(facet_rows_create(units.largest, &rows, &error), FACET_OK);
    pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    struct facet_unit_data *data = facet_output_unit_data(output);
    struct facet_batch *batch = facet_batch_create(facet_output_container(output), &turn);
    for (int64_t unit = facet_comm_rank(world); unit < units.count; unit += facet_comm_size(world)) {
        rows.first = units.range[unit][0], rows.count = units.range[unit][1] - rows.first;
        fill(columns, &rows);
        assert_int_equal(facet_output_pack(output, data, columns, &rows, NULL, &error), FACET_OK);
        assert_int_equal(facet_output_write(output, batch, unit, data, &seconds, &error), FACET_OK);
    }
    assert_int_equal(facet_batch_flush(batch, &error), FACET_OK);
    assert_int_equal(facet_output_close(output, &error), FACET_OK);
    struct facet_container *container;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_content_hash(container, &hash, &error), FACET_OK);
    struct facet_hash recorded;
    assert_int_equal(facet_content_hash_recorded(container, &recorded, &error), FACET_OK);
    assert_memory_equal(&hash, &recorded, sizeof hash);
    facet_container_close(container, NULL);
    facet_unit_data_destroy(data);
    facet_batch_destroy(batch);
    facet_rows_destroy(&rows);
    for (int f = 0; f < 2; f++) facet_column_destroy(columns[f]);
    facet_units_free(&units);
    return hash;
}

static void content_is_the_same_in_any_units(void **state) {
    (void)state;
    struct facet_hash small = write_all(3), large = write_all(MOST_IN_A_UNIT), one = write_all(ROWS);
    assert_memory_equal(&small, &large, sizeof small);
    assert_memory_equal(&small, &one, sizeof small);
}

static void rows_read_back_across_units(void **state) {
    (void)state;
    write_all(5);
    struct facet_container *container;
    struct facet_column *columns[2];
    struct facet_error error = {0};
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    make_columns(columns, ROWS);
    for (int64_t first = 0; first < ROWS; first += 17) {
        int64_t count = ROWS - first < 23 ? ROWS - first : 23;
        for (int f = 0; f < 2; f++)
            assert_int_equal(facet_field_read(container, &fields[f], first, count, columns[f], &error), FACET_OK);
        for (int64_t i = 0; i < count; i++) {
            assert_int_equal(facet_column_count(columns[0], i), count_of(first + i));
            const float *mesh = facet_column_data(columns[0], i);
            for (int64_t k = 0; k < 3 * count_of(first + i); k++) assert_true(mesh[k] == value_of(first + i, k));
            assert_int_equal(*(uint8_t *)facet_column_data(columns[1], i), first + i);
        }
    }
    for (int f = 0; f < 2; f++) facet_column_destroy(columns[f]);
    facet_container_close(container, NULL);
}

static void damage(const char *name, int64_t row, const void *value) {
    struct facet_container *container;
    struct facet_error error = {0};
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
    if (facet_comm_rank(world) == 0)
        assert_int_equal(facet_container_write(container, name, row, 1, value, &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

// Starts and counts out of any range, or of another row, are found as an altered unit, never followed.
static void places_that_cannot_be_are_found(void **state) {
    (void)state;
    const int64_t bad[] = {-1, INT64_MAX, INT64_MIN, (int64_t)ROWS * CAPACITY, CAPACITY + 1, 7};
    const char *const columns[] = {"data/mesh_start", "data/mesh_count"};
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            struct facet_container *container;
            struct facet_error error = {0};
            uint8_t *which;
            int64_t units, n_bad;
            bool items_match;
            write_all(4);
            damage(columns[c], 41, &bad[i]);
            assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
            assert_int_equal(facet_output_verify(container, &which, &units, &n_bad, &items_match, &error), FACET_OK);
            assert_int_equal(n_bad, 1);
            assert_true(which[10] && items_match);
            free(which);
            facet_container_close(container, NULL);
        }
}

int main(void) {
    struct facet_error error = {0};
    if (facet_ranks_start(NULL, NULL, &world, &error) != FACET_OK) return 1;
    snprintf(path, sizeof path, "facet-%s.h5", getenv("FACET_TEST_NAME") ? getenv("FACET_TEST_NAME") : "output");
    items = facet_items_create();
    if (!items || facet_items_begin_dataset(items, "d", &error) != FACET_OK) return 1;
    for (int row = 0; row < ROWS; row++) {
        struct facet_item item = {
            .subject = "s", .label = "l", .path = "", .licence = "", .consent = "", .sequence = row};
        if (facet_items_add(items, &item, &error) != FACET_OK) return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_the_same_in_any_units),
        cmocka_unit_test(rows_read_back_across_units),
        cmocka_unit_test(places_that_cannot_be_are_found),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (facet_comm_rank(world) == 0) unlink(path), facet_marks_remove(path);
    facet_items_destroy(items);
    facet_ranks_stop(world);
    return failed;
}
