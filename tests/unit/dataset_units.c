// Action units as coders write them.
#include "dataset/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void units_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text, *au;
    } good[] = {
        {"1+2", "?11"},
        {"AU4 + AU7", "????1??1"},
        {"L12+R14A", "????????????1?1"},
        {"4+7(k)", "????1"},
        {"7 (k)", ""},
        {"", ""},
        {"  ", ""},
        {"12LC", "????????????1"},
    };
    static const char *const bad[] = {"0", "65", "smile", "1++2", "1+", "1,2", "1(x)", "+1", "9999999999999999999"};
    char au[FACET_AU_MAX + 2];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(dataset_units(good[i].text, au));
        assert_string_equal(au, good[i].au);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(dataset_units(bad[i], au));
    assert_true(dataset_units("64+1", au));
    assert_int_equal(strlen(au), 65);
    assert_int_equal(au[64], '1');
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(units_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
