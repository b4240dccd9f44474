// Containers written by several ranks read back the same, and a damaged file gives a sentence.
// ranks: 1 2 4
// timeout: 60
#include "io/h5/container.h"
#include "mpi/ranks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 37, COLUMNS = 5 };
static struct facet_comm *world;
static char path[256];

static const struct facet_dataset layout[] = {
    {.name = "data/x", .type = FACET_F32, .rank = 2, .dims = {ROWS, COLUMNS}},
    {.name = "items/label", .width = 8, .rank = 1, .dims = {ROWS}},
    {.name = "units/hash", .type = FACET_I64, .rank = 2, .dims = {3, 2}},
};
static const struct facet_text_attribute attributes[] = {{"schema", "facet/1"}, {"config", ""}};

static void write_rows_in_turn(struct facet_container *container) {
    struct facet_error error;
    for (int64_t row = facet_comm_rank(world); row < ROWS; row += facet_comm_size(world)) {
        float x[COLUMNS];
        char label[8] = {0};
        for (int i = 0; i < COLUMNS; i++) x[i] = (float)(row * 10 + i);
        snprintf(label, sizeof label, "r%lld", (long long)row);
        assert_int_equal(facet_container_write(container, "data/x", row, 1, x, &error), FACET_OK);
        assert_int_equal(facet_container_write(container, "items/label", row, 1, label, &error), FACET_OK);
    }
}

static void rows_written_by_any_rank_read_back(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    MPI_Comm mpi = facet_comm_mpi(world);
    assert_int_equal(facet_container_create(mpi, path, layout, 3, attributes, 2, &container, &error), FACET_OK);
    write_rows_in_turn(container);
    assert_int_equal(facet_container_flush(container, &error), FACET_OK);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);

    assert_int_equal(facet_container_open(mpi, path, false, &container, &error), FACET_OK);
    float x[ROWS][COLUMNS];
    assert_int_equal(facet_container_read(container, "data/x", 0, ROWS, x, &error), FACET_OK);
    assert_float_equal(x[36][4], 364.0f, 0);
    char *text;
    assert_int_equal(facet_container_attribute(container, "schema", &text, &error), FACET_OK);
    assert_string_equal(text, "facet/1");
    free(text);
    struct facet_dataset *datasets;
    int count;
    assert_int_equal(facet_container_list(container, &datasets, &count, &error), FACET_OK);
    assert_int_equal(count, 3);
    assert_string_equal(datasets[1].name, "items/label");
    assert_int_equal(datasets[1].width, 8);
    free(datasets);
    facet_container_close(container, &error);
}

static void a_changed_byte_changes_the_hash(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset x;
    struct facet_hash before, after;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
    assert_int_equal(facet_container_describe(container, "data/x", &x, &error), FACET_OK);
    assert_int_equal(facet_container_hash(container, &x, &before, &error), FACET_OK);
    facet_comm_barrier(world, &error);
    float row[COLUMNS] = {0, 1, 2, 3, 4.0000005f};
    if (facet_comm_rank(world) == 0) facet_container_write(container, "data/x", 0, 1, row, &error);
    facet_container_flush(container, &error);
    facet_comm_barrier(world, &error);
    assert_int_equal(facet_container_hash(container, &x, &after, &error), FACET_OK);
    assert_true(before.low != after.low && before.high != after.high);
    facet_container_close(container, &error);
}

static void wrong_names_and_rows_are_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    float x[COLUMNS];
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    assert_int_equal(facet_container_read(container, "data/y", 0, 1, x, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "data/y"));
    assert_int_equal(facet_container_read(container, "data/x", ROWS, 1, x, &error), FACET_ERROR_DATA);
    facet_container_close(container, &error);
}

static void damaged_files_give_a_sentence(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    MPI_Comm mpi = facet_comm_mpi(world);
    assert_int_equal(facet_container_open(mpi, "/nowhere/x.h5", false, &container, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "No such file"));
    facet_comm_barrier(world, &error);
    if (facet_comm_rank(world) == 0) assert_int_equal(truncate(path, 300), 0);
    facet_comm_barrier(world, &error);
    assert_int_equal(facet_container_open(mpi, path, false, &container, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, path));
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/facet-container-%s.h5", folder ? folder : "/tmp", getenv("FACET_TEST_NAME"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_written_by_any_rank_read_back),
        cmocka_unit_test(a_changed_byte_changes_the_hash),
        cmocka_unit_test(wrong_names_and_rows_are_refused),
        cmocka_unit_test(damaged_files_give_a_sentence),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (facet_comm_rank(world) == 0) unlink(path);
    facet_ranks_stop(world);
    return failures;
}
