// Lengths of time as people write them, and the end of a batch job as its environment tells it.
#include "pipeline/stop.h"
#include "pipeline/duration.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void times_are_read_as_written(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"5400", 5400}, {"45s", 45},        {"90m", 5400},          {"1.5h", 5400},
                {"2d", 172800}, {"3:50:00", 13800}, {"1-12:00:30", 129630}, {"100:00:00", 360000}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double seconds = 0;
        if (!facet_duration_read(good[i].text, &seconds)) fail_msg("\"%s\" is not read", good[i].text);
        assert_true(seconds == good[i].seconds);
    }
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",      "0",   "-5",    "3:50", "3:60:00",     "3:00:00x",
                                      "5400x", "nan", "1e999", "m",    "-1-00:00:01", "1:2:3:4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double seconds;
        if (facet_duration_read(bad[i], &seconds)) fail_msg("\"%s\" is read as %g s", bad[i], seconds);
    }
}

static void times_are_told_shortly(void **state) {
    (void)state;
    char text[32];
    facet_duration_write(0.25, text, sizeof text);
    assert_string_equal(text, "0.25 s");
    facet_duration_write(90, text, sizeof text);
    assert_string_equal(text, "90 s");
    facet_duration_write(13800, text, sizeof text);
    assert_string_equal(text, "3:50:00");
}

static void signals_go_by_their_names(void **state) {
    (void)state;
    const char *names;
    assert_int_equal(facet_stop_signal_named("USR2", &names), SIGUSR2);
    assert_int_equal(facet_stop_signal_named("sigxcpu", &names), SIGXCPU);
    assert_int_equal(facet_stop_signal_named("KILL", &names), 0);
    assert_non_null(strstr(names, "USR2"));
}

static void set_moment(const char *variable, double from_now) {
    char text[32];
    snprintf(text, sizeof text, "%.0f", (double)time(NULL) + from_now);
    setenv(variable, text, 1);
}

static void check_left(double expected) {
    struct facet_error error = {0};
    double left = -1;
    assert_int_equal(facet_batch_seconds_left(&left, &error), FACET_OK);
    if (left < expected - 30 || left > expected + 30) fail_msg("%g s left, not about %g", left, expected);
}

static void the_batch_system_is_believed_in_this_order(void **state) {
    (void)state;
    unsetenv("SLURM_JOB_ID"), unsetenv("SLURM_JOB_END_TIME"), unsetenv("FACET_END_TIME");
    check_left(0);
    set_moment("SLURM_JOB_END_TIME", 1000);
    check_left(1000);
    set_moment("FACET_END_TIME", 500);
    check_left(500);
    set_moment("FACET_END_TIME", -500);
    check_left(-500);
}

static void an_end_that_is_no_time_is_refused(void **state) {
    (void)state;
    struct facet_error error = {0};
    double left;
    setenv("FACET_END_TIME", "noon", 1);
    assert_int_equal(facet_batch_seconds_left(&left, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "noon"));
    unsetenv("FACET_END_TIME");
}

// A scheduler's command that answers as `script` does, first in the PATH.
static void put_squeue(const char *folder, const char *script) {
    char path[256], line[4096];
    snprintf(path, sizeof path, "%s/squeue", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
    snprintf(line, sizeof line, "%s:/usr/bin:/bin", folder);
    setenv("PATH", line, 1);
}

static void slurm_is_asked_when_its_environment_does_not_say(void **state) {
    (void)state;
    char folder[] = "/tmp/facet-squeue-XXXXXX", path[64], script[200], moment[32];
    time_t end = time(NULL) + 700;
    struct tm local;
    assert_non_null(mkdtemp(folder));
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", localtime_r(&end, &local));
    unsetenv("SLURM_JOB_END_TIME");
    snprintf(script, sizeof script, "[ \"$*\" = '-h -j 42 -o %%e' ] && echo %s", moment);
    put_squeue(folder, script);
    setenv("SLURM_JOB_ID", "42", 1);
    check_left(700);
    setenv("SLURM_JOB_ID", "42; reboot", 1); // no job has such a number
    check_left(0);
    setenv("SLURM_JOB_ID", "42", 1);
    put_squeue(folder, "echo NONE");
    check_left(0);
    put_squeue(folder, "exit 1");
    check_left(0);
    snprintf(path, sizeof path, "%s/squeue", folder);
    unlink(path);
    check_left(0);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_written),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(times_are_told_shortly),
        cmocka_unit_test(signals_go_by_their_names),
        cmocka_unit_test(the_batch_system_is_believed_in_this_order),
        cmocka_unit_test(an_end_that_is_no_time_is_refused),
        cmocka_unit_test(slurm_is_asked_when_its_environment_does_not_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
