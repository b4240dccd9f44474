// Writes put together: whatever their order and size, the file ends as if each had been made at once.
// ranks: 1
// timeout: 60
#include "pipeline/batch.h"
#include "mpi/ranks.h"

#include <facet/random.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 50000, WIDTH = 3 };
static char path[] = "/tmp/facet-batch-XXXXXX";
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static struct facet_container *make(void) {
    struct facet_error error = {0};
    struct facet_container *container;
    const struct facet_dataset datasets[] = {
        {.name = "a", .type = FACET_I32, .rank = 2, .dims = {ROWS, WIDTH}},
        {.name = "b", .type = FACET_I32, .rank = 2, .dims = {ROWS, WIDTH}},
    };
    assert_int_equal(facet_container_create(MPI_COMM_SELF, path, datasets, 2, NULL, 0, &container, &error), FACET_OK);
    return container;
}

static void the_file_ends_as_if_each_write_were_made_at_once(void **state) {
    (void)state;
    struct facet_error error = {0};
    static int32_t expected[2][ROWS][WIDTH], actual[ROWS][WIDTH], rows[ROWS][WIDTH];
    struct facet_container *container = make();
    struct facet_batch *batch = facet_batch_create(container, &turn);
    int64_t next[2] = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        int which = (int)(facet_random_u64(1, i, 0, 0) % 2);
        int64_t count = 1 + (int64_t)(facet_random_u64(1, i, 1, 0) % (i % 50 ? 20 : 20000));
        bool jump = facet_random_u64(1, i, 2, 0) % 8 == 0 || next[which] + count > ROWS;
        int64_t first = jump ? (int64_t)(facet_random_u64(1, i, 3, 0) % (uint64_t)(ROWS - count)) : next[which];
        for (int64_t r = 0; r < count; r++)
            for (int k = 0; k < WIDTH; k++) expected[which][first + r][k] = rows[r][k] = (int32_t)(i * 7 + (uint32_t)r);
        assert_int_equal(facet_batch_write(batch, which ? "b" : "a", first, count, rows, &error), FACET_OK);
        next[which] = first + count;
    }
    assert_int_equal(facet_batch_flush(batch, &error), FACET_OK);
    for (int which = 0; which < 2; which++) {
        assert_int_equal(facet_container_read(container, which ? "b" : "a", 0, ROWS, actual, &error), FACET_OK);
        assert_memory_equal(actual, expected[which], sizeof actual);
    }
    facet_batch_destroy(batch);
    facet_container_close(container, NULL);
}

static void what_cannot_be_written_is_told(void **state) {
    (void)state;
    struct facet_error error = {0};
    int32_t row[WIDTH] = {0};
    struct facet_container *container = make();
    struct facet_batch *batch = facet_batch_create(container, &turn);
    assert_int_equal(facet_batch_write(batch, "c", 0, 1, row, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "no dataset named c"));
    assert_int_equal(facet_batch_write(batch, "a", ROWS, 1, row, &error), FACET_OK);
    assert_int_equal(facet_batch_flush(batch, &error), FACET_ERROR_DATA);
    facet_batch_destroy(batch);
    facet_container_close(container, NULL);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_ends_as_if_each_write_were_made_at_once),
        cmocka_unit_test(what_cannot_be_written_is_told),
    };
    struct facet_comm *world;
    struct facet_error error = {0};
    int file = mkstemp(path);
    if (file < 0 || facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    close(file);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    facet_ranks_stop(world);
    return failed;
}
