// Ranks together: agreement, gathering, tree sums with the same bits for any count, the work counter, safe mode.
// ranks: 1 2 3 4
// timeout: 60
#include "mpi/counter.h"
#include "mpi/internal.h"

#include <facet/random.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct facet_comm *world;

static void one_failing_rank_fails_all_with_its_sentence(void **state) {
    (void)state;
    struct facet_error error = {0};
    int size = facet_comm_size(world), bad = size - 1, code = FACET_OK;
    if (facet_comm_rank(world) == bad) code = facet_error_set(&error, FACET_ERROR_DATA, "the scan is empty");
    assert_int_equal(facet_comm_agree(world, code, &error), FACET_ERROR_DATA);
    char expected[64] = "the scan is empty";
    if (size > 1) snprintf(expected, sizeof expected, "rank %d: the scan is empty", bad);
    assert_string_equal(error.text, expected);
    assert_int_equal(error.code, FACET_ERROR_DATA);
    assert_int_equal(facet_comm_agree(world, FACET_OK, &error), FACET_OK);
}

static void the_lowest_of_several_failing_ranks_wins(void **state) {
    (void)state;
    struct facet_error error = {0};
    int rank = facet_comm_rank(world), size = facet_comm_size(world), lowest = size > 2 ? 1 : 0, code = FACET_OK;
    if (rank >= lowest) code = facet_error_set(&error, rank == lowest ? FACET_ERROR_IO : FACET_ERROR_DATA, "%d", rank);
    assert_int_equal(facet_comm_agree(world, code, &error), FACET_ERROR_IO);
    assert_int_equal(facet_comm_agree(world, code, NULL), FACET_ERROR_IO);
}

static void a_flag_on_any_rank_is_seen_on_all(void **state) {
    (void)state;
    assert_false(facet_comm_any(world, false));
    assert_true(facet_comm_any(world, facet_comm_rank(world) == facet_comm_size(world) - 1));
}

static void gathers_unequal_parts_in_rank_order(void **state) {
    (void)state;
    struct facet_error error;
    int size = facet_comm_size(world), rank = facet_comm_rank(world);
    size_t counts[8], total = 0;
    for (int r = 0; r < size; r++) counts[r] = (size_t)r, total += (size_t)r;
    char mine[8], all[64];
    memset(mine, 'a' + rank, sizeof mine);
    assert_int_equal(facet_comm_allgatherv(world, mine, counts, all, &error), FACET_OK);
    size_t place = 0;
    for (int r = 0; r < size; r++)
        for (int i = 0; i < r; i++) assert_int_equal(all[place++], 'a' + r);
    assert_int_equal(place, total);
}

enum { LENGTH = 33 };

static float leaf_value(int64_t leaf, int i) {
    return (float)(facet_random_normal(5, (uint32_t)leaf, (uint32_t)i, 0) * (leaf % 3 ? 1.0 : 1e6));
}

// The tree of facet/comm.h, written as it is defined.
static float serial_tree(int64_t low, int64_t high, int i) {
    if (high - low == 1) return leaf_value(low, i);
    int64_t middle = low + (high - low + 1) / 2;
    return serial_tree(low, middle, i) + serial_tree(middle, high, i);
}

// All sums in the widths at hand; the leaves are made anew for each, a sum overwrites them.
static void check_tree_f32(int64_t n, int64_t first, int64_t last) {
    struct facet_error error;
    float *leaves[32], sum[LENGTH];
    for (int64_t leaf = first; leaf < last; leaf++) {
        leaves[leaf - first] = malloc(LENGTH * sizeof(float));
        for (int i = 0; i < LENGTH; i++) leaves[leaf - first][i] = leaf_value(leaf, i);
    }
    assert_int_equal(facet_comm_tree_sum_f32(world, n, leaves, LENGTH, sum, &error), FACET_OK);
    for (int i = 0; i < LENGTH; i++) {
        float expected = serial_tree(0, n, i);
        assert_memory_equal(&sum[i], &expected, sizeof expected);
    }
    for (int64_t leaf = first; leaf < last; leaf++) free(leaves[leaf - first]);
}

static double serial_tree_f64(int64_t low, int64_t high, int i) {
    if (high - low == 1) return leaf_value(low, i) * 1e-3;
    int64_t middle = low + (high - low + 1) / 2;
    return serial_tree_f64(low, middle, i) + serial_tree_f64(middle, high, i);
}

static void check_tree_f64(int64_t n, int64_t first, int64_t last) {
    struct facet_error error;
    double *leaves[32], sum[LENGTH];
    for (int64_t leaf = first; leaf < last; leaf++) {
        leaves[leaf - first] = malloc(LENGTH * sizeof(double));
        for (int i = 0; i < LENGTH; i++) leaves[leaf - first][i] = leaf_value(leaf, i) * 1e-3;
    }
    assert_int_equal(facet_comm_tree_sum_f64(world, n, leaves, LENGTH, sum, &error), FACET_OK);
    for (int i = 0; i < LENGTH; i++) {
        double expected = serial_tree_f64(0, n, i);
        assert_memory_equal(&sum[i], &expected, sizeof expected);
    }
    for (int64_t leaf = first; leaf < last; leaf++) free(leaves[leaf - first]);
}

static void check_tree(int64_t n) {
    int size = facet_comm_size(world), rank = facet_comm_rank(world);
    int64_t first = facet_comm_shard(n, size, rank), last = facet_comm_shard(n, size, rank + 1);
    check_tree_f32(n, first, last);
    check_tree_f64(n, first, last);
}

static void a_sum_over_nothing_is_zero(void **state) {
    (void)state;
    struct facet_error error;
    float sum[2] = {1, 2};
    assert_int_equal(facet_comm_tree_sum_f32(world, 0, NULL, 2, sum, &error), FACET_OK);
    assert_true(sum[0] == 0 && sum[1] == 0);
}

static void tree_sums_have_the_bits_of_the_serial_tree(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 17; n++) check_tree(n);
}

static void shards_cover_everything_once(void **state) {
    (void)state;
    for (int64_t n = 0; n < 20; n++)
        for (int size = 1; size < 7; size++) {
            assert_int_equal(facet_comm_shard(n, size, 0), 0);
            assert_int_equal(facet_comm_shard(n, size, size), n);
            for (int r = 0; r < size; r++)
                assert_true(facet_comm_shard(n, size, r) <= facet_comm_shard(n, size, r + 1));
        }
}

static void counter_hands_out_each_number_once(void **state) {
    (void)state;
    enum { LIMIT = 500 };
    struct facet_error error;
    struct facet_counter *counter;
    assert_int_equal(facet_counter_create(world, LIMIT, &counter, &error), FACET_OK);
    int64_t taken[LIMIT] = {0}, first, count;
    for (int64_t most = 1; facet_counter_claim(counter, most, &first, &count, &error) == FACET_OK && count > 0;
         most = 1 + most % 40) {
        assert_true(count <= most && count <= 1 + LIMIT / 8);
        for (int64_t i = 0; i < count; i++) taken[first + i]++;
    }
    assert_int_equal(facet_comm_sum_i64(world, taken, LIMIT, &error), FACET_OK);
    for (int i = 0; i < LIMIT; i++) assert_int_equal(taken[i], 1);
    facet_counter_destroy(counter);
}

static void a_stopped_counter_gives_no_more(void **state) {
    (void)state;
    struct facet_error error;
    struct facet_counter *counter;
    int64_t first, count;
    assert_int_equal(facet_counter_create(world, 1000000, &counter, &error), FACET_OK);
    if (facet_comm_rank(world) == facet_comm_size(world) - 1) facet_counter_stop(counter, &error);
    facet_comm_barrier(world, &error);
    assert_int_equal(facet_counter_claim(counter, 10, &first, &count, &error), FACET_OK);
    assert_int_equal(count, 0);
    facet_counter_destroy(counter);
}

static void the_share_of_a_rank_that_does_not_draw_goes_to_others(void **state) {
    (void)state;
    enum { LIMIT = 41 };
    struct facet_error error;
    struct facet_counter *counter;
    assert_int_equal(facet_counter_create(world, LIMIT, &counter, &error), FACET_OK);
    int64_t taken[LIMIT] = {0}, first, count;
    if (facet_comm_rank(world) == facet_comm_size(world) - 1)
        while (facet_counter_claim(counter, 7, &first, &count, &error) == FACET_OK && count > 0)
            for (int64_t i = 0; i < count; i++) taken[first + i]++;
    facet_comm_barrier(world, &error);
    if (facet_comm_rank(world) == facet_comm_size(world) - 1)
        for (int i = 0; i < LIMIT; i++) assert_int_equal(taken[i], 1);
    facet_counter_destroy(counter);
}

static void a_counter_of_nothing_gives_nothing(void **state) {
    (void)state;
    struct facet_error error;
    struct facet_counter *counter;
    int64_t first, count;
    assert_int_equal(facet_counter_create(world, 0, &counter, &error), FACET_OK);
    assert_int_equal(facet_counter_claim(counter, 10, &first, &count, &error), FACET_OK);
    assert_int_equal(count, 0);
    facet_counter_destroy(counter);
}

static void tallies_are_heard_as_their_sum(void **state) {
    (void)state;
    struct facet_error error;
    struct facet_counter *counter;
    int size = facet_comm_size(world);
    assert_int_equal(facet_counter_create(world, 100, &counter, &error), FACET_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(facet_counter_tally(counter, (int64_t[]){1, facet_comm_rank(world)}, &error), FACET_OK);
    facet_comm_barrier(world, &error);
    int64_t sums[FACET_TALLIES] = {-1, -1};
    for (int tries = 0; facet_comm_rank(world) == 0 && sums[0] < 0 && tries < 1000000; tries++)
        assert_int_equal(facet_counter_hear(counter, sums, &error), FACET_OK);
    facet_comm_barrier(world, &error);
    if (facet_comm_rank(world) == 0) {
        assert_int_equal(sums[0], 10 * size);
        assert_int_equal(sums[1], 10 * size * (size - 1) / 2);
        facet_counter_tally(counter, (int64_t[]){1, 0}, &error);
        assert_int_equal(facet_counter_hear(counter, sums, &error), FACET_OK); // and an answer nobody takes
    }
    facet_counter_destroy(counter);
}

// A communicator of its own for a test that leaves it failed.
static struct facet_comm *spare(void) {
    struct facet_error error;
    struct facet_comm *comm;
    assert_int_equal(facet_comm_create(facet_comm_mpi(world), &comm, &error), FACET_OK);
    assert_true(comm->safe);
    return comm;
}

static void safe_mode_finds_a_wrong_argument_on_one_rank(void **state) {
    (void)state;
    if (facet_comm_size(world) == 1) return;
    struct facet_error error;
    struct facet_comm *comm = spare();
    char data[16] = {0};
    size_t bytes = facet_comm_rank(comm) == 0 ? 8 : 16;
    assert_int_equal(facet_comm_bcast(comm, data, bytes, 0, &error), FACET_ERROR_INTERNAL);
    assert_non_null(strstr(error.text, "bcast"));
    facet_comm_destroy(comm);
}

static void safe_mode_finds_counts_that_differ(void **state) {
    (void)state;
    int size = facet_comm_size(world);
    if (size == 1) return;
    struct facet_error error;
    struct facet_comm *comm = spare();
    size_t counts[8] = {2, 4}; // the same total everywhere
    if (facet_comm_rank(comm) == 1) counts[0] = 4, counts[1] = 2;
    char mine[8] = {0}, all[64];
    assert_int_equal(facet_comm_allgatherv(comm, mine, counts, all, &error), FACET_ERROR_INTERNAL);
    assert_non_null(strstr(error.text, "allgatherv"));
    facet_comm_destroy(comm);
}

// One rank takes another way through the program: all learn it, and nobody waits at a later call.
static void safe_mode_finds_another_call_and_no_rank_waits_after(void **state) {
    (void)state;
    if (facet_comm_size(world) == 1) return;
    struct facet_error error = {0};
    struct facet_comm *comm = spare();
    if (facet_comm_rank(comm) == 0) {
        assert_int_equal(facet_comm_barrier(comm, &error), FACET_ERROR_INTERNAL);
        assert_int_equal(facet_comm_agree(comm, FACET_OK, &error), FACET_ERROR_INTERNAL);
        assert_non_null(strstr(error.text, "barrier"));
    } else {
        assert_true(facet_comm_any(comm, false));
        assert_int_equal(facet_comm_barrier(comm, &error), FACET_ERROR_INTERNAL);
        assert_non_null(strstr(error.text, "any"));
    }
    facet_comm_destroy(comm);
}

int main(int argc, char **argv) {
    struct facet_error error;
    setenv("FACET_SAFE_MODE", "1", 1);
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failing_rank_fails_all_with_its_sentence),
        cmocka_unit_test(the_lowest_of_several_failing_ranks_wins),
        cmocka_unit_test(a_flag_on_any_rank_is_seen_on_all),
        cmocka_unit_test(gathers_unequal_parts_in_rank_order),
        cmocka_unit_test(a_sum_over_nothing_is_zero),
        cmocka_unit_test(tree_sums_have_the_bits_of_the_serial_tree),
        cmocka_unit_test(shards_cover_everything_once),
        cmocka_unit_test(counter_hands_out_each_number_once),
        cmocka_unit_test(a_stopped_counter_gives_no_more),
        cmocka_unit_test(the_share_of_a_rank_that_does_not_draw_goes_to_others),
        cmocka_unit_test(a_counter_of_nothing_gives_nothing),
        cmocka_unit_test(tallies_are_heard_as_their_sum),
        cmocka_unit_test(safe_mode_finds_a_wrong_argument_on_one_rank),
        cmocka_unit_test(safe_mode_finds_counts_that_differ),
        cmocka_unit_test(safe_mode_finds_another_call_and_no_rank_waits_after),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    facet_ranks_stop(world);
    return failures;
}
