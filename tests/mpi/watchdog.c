// The watchdog: what it tells of, when, and what it lets be.
// ranks: 1 2
// timeout: 60
#include "mpi/watchdog.h"
#include "mpi/pulse.h"
#include "mpi/ranks.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct facet_comm *world;

struct ear {
    pthread_mutex_t lock;
    int times;
    char text[600];
};

static void hear(void *context, const char *text) {
    struct ear *ear = context;
    pthread_mutex_lock(&ear->lock);
    ear->times++;
    snprintf(ear->text, sizeof ear->text, "%s", text);
    pthread_mutex_unlock(&ear->lock);
}

static int times(struct ear *ear) {
    pthread_mutex_lock(&ear->lock);
    int n = ear->times;
    pthread_mutex_unlock(&ear->lock);
    return n;
}

static struct facet_watchdog *begin(struct ear *ear, double limit) {
    struct facet_error error;
    struct facet_watchdog *watchdog;
    *ear = (struct ear){.lock = PTHREAD_MUTEX_INITIALIZER};
    struct facet_watchdog_options options = {.warn = limit, .threads = 2, .tell = hear, .context = ear};
    assert_int_equal(facet_watchdog_start(world, &options, &watchdog, &error), FACET_OK);
    assert_non_null(watchdog);
    return watchdog;
}

static void until_told(struct ear *ear, int n) {
    for (int i = 0; i < 1000 && times(ear) < n; i++) usleep(10000);
    assert_int_equal(times(ear), n);
}

static void expect_text(struct ear *ear, const char *part) {
    if (!strstr(ear->text, part)) fail_msg("\"%s\" is not in \"%s\"", part, ear->text);
}

static void without_limits_there_is_none(void **state) {
    (void)state;
    struct facet_error error;
    struct facet_watchdog *watchdog;
    struct facet_watchdog_options options = {.threads = 1};
    assert_int_equal(facet_watchdog_start(world, &options, &watchdog, &error), FACET_OK);
    assert_null(watchdog);
    facet_watchdog_stop(watchdog);
}

static void a_unit_that_does_not_move_is_told_of_once(void **state) {
    (void)state;
    struct ear ear;
    struct facet_watchdog *watchdog = begin(&ear, 1);
    char rank[32];
    snprintf(rank, sizeof rank, "rank %d on ", facet_comm_rank(world));
    facet_pulse_stage("render");
    facet_pulse_unit(7, 21, 3);
    until_told(&ear, 1);
    expect_text(&ear, rank);
    expect_text(&ear, "has not moved for 1 s: stage render, unit 7 (rows 21 to 23)");
    usleep(300000);
    assert_int_equal(times(&ear), 1);
    facet_pulse_rest();
    usleep(300000);
    facet_pulse_unit(8, 24, 3); // moved, and stuck again
    until_told(&ear, 2);
    expect_text(&ear, "unit 8");
    facet_pulse_rest();
    facet_watchdog_stop(watchdog);
}

// Rank 0 alone tells, and only after twice the time.
static void all_that_wait_are_told_of_by_one(void **state) {
    (void)state;
    struct ear ear;
    struct facet_watchdog *watchdog = begin(&ear, 1);
    facet_pulse_stage("train");
    facet_pulse_wait("allgather");
    if (facet_comm_rank(world) == 0) {
        until_told(&ear, 1);
        expect_text(&ear, "rank 0 on ");
        expect_text(&ear, "waits in allgather for 2 s: stage train");
    } else {
        usleep(2500000);
        assert_int_equal(times(&ear), 0);
    }
    facet_pulse_work();
    facet_watchdog_stop(watchdog);
}

// One rank works on and moves, the others wait for it many times as long as the limit.
static void a_wait_for_a_rank_that_moves_is_let_be(void **state) {
    (void)state;
    struct ear ear;
    struct facet_watchdog *watchdog = begin(&ear, 1);
    struct facet_error error;
    bool mover = facet_comm_rank(world) == facet_comm_size(world) - 1; // rank 0 would tell of waits
    for (int i = 0; mover && i < 50; i++) {
        facet_pulse_beat();
        usleep(100000);
    }
    assert_int_equal(facet_comm_barrier(world, &error), FACET_OK);
    assert_int_equal(times(&ear), 0);
    facet_watchdog_stop(watchdog);
}

static void *rest_beside(void *nothing) {
    (void)nothing;
    facet_pulse_thread(1);
    for (int i = 0; i < 30; i++) {
        facet_pulse_unit(i, i, 1);
        usleep(100000);
    }
    facet_pulse_rest();
    return NULL;
}

// The threads of a rank are looked at one by one.
static void a_thread_that_hangs_is_told_of_though_another_moves(void **state) {
    (void)state;
    struct ear ear;
    struct facet_watchdog *watchdog = begin(&ear, 1);
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, rest_beside, NULL), 0);
    facet_pulse_unit(77, 770, 10);
    until_told(&ear, 1);
    expect_text(&ear, "unit 77 (rows 770 to 779)");
    pthread_join(other, NULL);
    facet_pulse_rest();
    facet_watchdog_stop(watchdog);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error) != FACET_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_there_is_none),
        cmocka_unit_test(a_unit_that_does_not_move_is_told_of_once),
        cmocka_unit_test(all_that_wait_are_told_of_by_one),
        cmocka_unit_test(a_wait_for_a_rank_that_moves_is_let_be),
        cmocka_unit_test(a_thread_that_hangs_is_told_of_though_another_moves),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    facet_ranks_stop(world);
    return failures;
}
