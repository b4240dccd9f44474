// Limits of time: no unit or step is begun that would outlast them, and rank 0's word holds on all ranks.
// ranks: 1 2
// timeout: 60
#include "mpi/ranks.h"
#include "pipeline/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct facet_comm *world;

static void a_unit_that_would_outlast_the_limit_is_not_begun(void **state) {
    (void)state;
    struct facet_error error = {0};
    char about[200];
    struct facet_stop_rules rules = {.max_time = 7200, .exit_status = 75};
    assert_int_equal(facet_stop_set_limits(world, &rules, about, &error), FACET_OK);
    assert_non_null(strstr(about, "at its time limit"));
    facet_stop_note_work(3600);
    facet_stop_note_work(10); // the longest counts
    assert_false(facet_stop_requested());
    assert_int_equal(facet_stop_agree(world, &error), FACET_OK);
    if (facet_comm_rank(world) == facet_comm_size(world) - 1) facet_stop_note_work(7300);
    assert_int_equal(facet_stop_agree(world, &error), FACET_INTERRUPTED);
    assert_non_null(strstr(error.text, "stopped: the time limit of 2:00:00 leaves "));
    assert_non_null(strstr(error.text, "the next unit or step may take 2:01:40"));
}

int main(int argc, char **argv) {
    struct facet_error error;
    unsetenv("FACET_END_TIME"), unsetenv("SLURM_JOB_ID"), unsetenv("SLURM_JOB_END_TIME");
    facet_stop_on_signals(0);
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_unit_that_would_outlast_the_limit_is_not_begun)};
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    facet_ranks_stop(world);
    return failures;
}
