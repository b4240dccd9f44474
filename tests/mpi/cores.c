// The cores of a rank: ranks of a node do not share any while there are enough, and a team's threads are placed on them.
// ranks: 1 2 3
// timeout: 60
#include "pipeline/cores.h"
#include "mpi/ranks.h"

#include <omp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct facet_comm *world;

static cpu_set_t mask(void) {
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return set;
}

static void ranks_of_a_node_have_cores_of_their_own(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_cores *cores;
    cpu_set_t before = mask(), all[8], both;
    int size = facet_comm_size(world);
    assert_int_equal(facet_cores_create(world, 0, true, &cores, &error), FACET_OK);
    bool bound = strstr(facet_cores_text(cores), "not bound") == NULL;
    cpu_set_t mine = mask();
    assert_int_equal(facet_comm_allgather(world, &mine, sizeof mine, all, &error), FACET_OK);
    for (int a = 0; a < size; a++)
        for (int b = 0; bound && b < a; b++) {
            CPU_AND(&both, &all[a], &all[b]);
            assert_int_equal(CPU_COUNT(&both), 0);
        }
    assert_true(bound || CPU_EQUAL(&mine, &before));
    assert_true(facet_cores_threads(cores) >= 1 && facet_cores_threads(cores) <= CPU_COUNT(&mine));
    facet_cores_destroy(cores);
    cpu_set_t after = mask();
    assert_true(CPU_EQUAL(&before, &after));
}

static void a_team_is_placed_and_its_master_stays_free(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct facet_cores *cores;
    cpu_set_t at[2], both;
    assert_int_equal(facet_cores_create(world, 2, true, &cores, &error), FACET_OK);
    assert_int_equal(facet_cores_threads(cores), 2);
    cpu_set_t share = mask();
    bool splits = strstr(facet_cores_text(cores), "not bound") == NULL && CPU_COUNT(&share) >= 2;
    facet_cores_place_team(cores);
#pragma omp parallel num_threads(2)
    at[omp_get_thread_num()] = mask();
    assert_true(CPU_EQUAL(&at[0], &share));
    CPU_AND(&both, &at[1], &share);
    assert_true(CPU_EQUAL(&both, &at[1]));
    assert_true(!splits || CPU_COUNT(&at[1]) < CPU_COUNT(&share));
    facet_cores_take_part(cores, 0);
    at[0] = mask();
    CPU_AND(&both, &at[0], &at[1]);
    assert_true(!splits || CPU_COUNT(&both) == 0);
    facet_cores_destroy(cores);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_of_a_node_have_cores_of_their_own),
        cmocka_unit_test(a_team_is_placed_and_its_master_stays_free),
    };
    struct facet_error error = {0};
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_ranks_stop(world);
    return failed;
}
