// A process killed while it writes rows leaves a container whose structure is whole and that holds every row it had
// finished.
// timeout: 60
#include "io/h5/container.h"
#include "mpi/ranks.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 5000, COLUMNS = 1000, KILL_AFTER = 300 };
static char path[256];
static int finished = -1; // the last row the killed process said it had written

static void make_row(int row, float x[COLUMNS]) {
    for (int i = 0; i < COLUMNS; i++) x[i] = (float)(row + 1) + (float)i / COLUMNS;
}

// The victim: says each row's number once it is written.
static int write_rows(int say) {
    const struct facet_dataset layout[] = {
        {.name = "data/x", .type = FACET_F32, .rank = 2, .dims = {ROWS, COLUMNS}},
        {.name = "units/state", .type = FACET_U8, .rank = 1, .dims = {ROWS}},
    };
    const struct facet_text_attribute attribute = {"schema", "facet/2"};
    struct facet_comm *comm;
    struct facet_container *container;
    struct facet_error error;
    float x[COLUMNS];
    if (facet_ranks_start(NULL, NULL, &comm, &error) != FACET_OK) return 1;
    if (facet_container_create(facet_comm_mpi(comm), path, layout, 2, &attribute, 1, &container, &error) != FACET_OK)
        return 1;
    for (int row = 0; row < ROWS; row++) {
        make_row(row, x);
        if (facet_container_write(container, "data/x", row, 1, x, &error) != FACET_OK) return 1;
        if (write(say, &row, sizeof row) != sizeof row) return 1;
    }
    return 1; // it was to be killed long before
}

static int kill_a_writer(void) {
    int ends[2], row;
    if (pipe(ends) != 0) return -1;
    pid_t victim = fork();
    if (victim == 0) {
        close(ends[0]);
        _exit(write_rows(ends[1]));
    }
    close(ends[1]);
    while (finished < KILL_AFTER && read(ends[0], &row, sizeof row) == sizeof row) finished = row;
    kill(victim, SIGKILL);
    while (read(ends[0], &row, sizeof row) == sizeof row) finished = row;
    close(ends[0]);
    int status;
    return waitpid(victim, &status, 0) == victim && WIFSIGNALED(status) ? 0 : -1;
}

static struct facet_comm *world;

static void the_structure_is_whole(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    struct facet_dataset *datasets;
    int count;
    char *text;
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, true, &container, &error), FACET_OK);
    assert_int_equal(facet_container_list(container, &datasets, &count, &error), FACET_OK);
    assert_int_equal(count, 2);
    free(datasets);
    assert_int_equal(facet_container_attribute(container, "schema", &text, &error), FACET_OK);
    assert_string_equal(text, "facet/2");
    free(text);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

static void finished_rows_are_there_and_later_ones_are_zero(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_container *container;
    float x[COLUMNS], expected[COLUMNS];
    assert_in_range(finished, KILL_AFTER, ROWS - 3);
    assert_int_equal(facet_container_open(facet_comm_mpi(world), path, false, &container, &error), FACET_OK);
    for (int row = 0; row <= finished; row++) {
        make_row(row, expected);
        assert_int_equal(facet_container_read(container, "data/x", row, 1, x, &error), FACET_OK);
        assert_memory_equal(x, expected, sizeof x);
    }
    memset(expected, 0, sizeof expected); // the row after may be begun, the one after that is not
    assert_int_equal(facet_container_read(container, "data/x", finished + 2, 1, x, &error), FACET_OK);
    assert_memory_equal(x, expected, sizeof x);
    assert_int_equal(facet_container_close(container, &error), FACET_OK);
}

int main(int argc, char **argv) {
    struct facet_error error;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/facet-killed-%ld.h5", folder ? folder : "/tmp", (long)getpid());
    if (kill_a_writer() != 0) return 1; // before this process starts MPI itself
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_structure_is_whole),
        cmocka_unit_test(finished_rows_are_there_and_later_ones_are_zero),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    facet_ranks_stop(world);
    return failures;
}
