// Sharing out cores: fair, whole, neighbours together, and never a core to a rank that may not use it.
#include "pipeline/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 64 };

// A line a rank, a letter a core: 'x' where it may. The owners come as digits, '-' for nobody.
static void check(int ranks, int cores, const char *const *lines, const char *expected) {
    bool may[MOST] = {0};
    int owner[MOST];
    char got[MOST] = "";
    for (int r = 0; r < ranks; r++)
        for (int c = 0; c < cores; c++) may[r * cores + c] = lines[r][c] == 'x';
    assert_true(facet_share_cores(ranks, cores, may, owner));
    for (int c = 0; c < cores; c++) got[c] = owner[c] < 0 ? '-' : (char)('0' + owner[c]);
    assert_string_equal(got, expected);
}

static void equal_sets_are_cut_in_runs(void **state) {
    (void)state;
    check(2, 4, (const char *[]){"xxxx", "xxxx"}, "0011");
    check(3, 8, (const char *[]){"xxxxxxxx", "xxxxxxxx", "xxxxxxxx"}, "00011122");
    check(1, 3, (const char *[]){"x-x"}, "0-0");
}

static void a_launchers_cuts_are_kept(void **state) {
    (void)state;
    check(2, 4, (const char *[]){"xx--", "--xx"}, "0011");
    check(4, 4, (const char *[]){"xx--", "xx--", "--xx", "--xx"}, "0123");
}

static void who_has_least_choice_is_not_left_without(void **state) {
    (void)state;
    check(2, 4, (const char *[]){"xxxx", "xx--"}, "1100");
    check(2, 2, (const char *[]){"xx", "x-"}, "10");
}

static void more_ranks_than_cores_leave_some_without(void **state) {
    (void)state;
    check(3, 2, (const char *[]){"xx", "xx", "xx"}, "01");
    check(1, 2, (const char *[]){"--"}, "--");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sets_are_cut_in_runs),
        cmocka_unit_test(a_launchers_cuts_are_kept),
        cmocka_unit_test(who_has_least_choice_is_not_left_without),
        cmocka_unit_test(more_ranks_than_cores_leave_some_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
