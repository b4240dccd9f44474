// Numbers are read whole, rounded once and whatever the locale.
#include <facet/text.h>

#include <facet/random.h>

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct facet_word word_of(const char *text) {
    return (struct facet_word){text, strlen(text)};
}

static void floats_are_those_of_strtof(void **state) {
    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        char text[64];
        double size = pow(10, 100 * facet_random_uniform(3, i, 1, 0) - 50 * (i % 2) - 25);
        double value = i % 3 ? facet_random_normal(3, i, 0, 0) * 100 : facet_random_normal(3, i, 0, 0) * size;
        snprintf(text, sizeof text, i % 5 ? "%.*g" : "%.*f", (int)(i % 21), value);
        float mine = 0, theirs = strtof(text, NULL);
        assert_true(facet_float(word_of(text), &mine));
        if (memcmp(&mine, &theirs, sizeof mine) != 0)
            fail_msg("%s: %.9g, not %.9g", text, (double)mine, (double)theirs);
    }
}

// 1 + 2^-24 lies halfway between two floats; the digits after it decide.
static void halfway_cases_round_once(void **state) {
    (void)state;
    float value;
    assert_true(facet_float(word_of("1.000000059604644775"), &value));
    assert_float_equal(value, 1.0f, 0);
    assert_true(facet_float(word_of("1.00000005960464478"), &value));
    assert_true(value > 1.0f);
    assert_true(facet_float(word_of("1.0000000596046447754"), &value));
    assert_float_equal(value, strtof("1.0000000596046447754", NULL), 0);
}

static void odd_spellings(void **state) {
    (void)state;
    const char *good[] = {"1", "+1", "-.5", "5.", "1e3", "1E-3", "nan", "-inf", "Infinity", "1e-50", "1e50"};
    const char *bad[] = {"", "-", ".", "e5", "1e", "1.5.2", "1,5", "0x10", "1f", "1 ", "--1", "1e+", "n", "abc"};
    float value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(facet_float(word_of(good[i]), &value));
        float theirs = strtof(good[i], NULL);
        assert_true((isnan(value) && isnan(theirs)) || memcmp(&value, &theirs, sizeof value) == 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (facet_float(word_of(bad[i]), &value)) fail_msg("\"%s\" was taken for a number", bad[i]);
}

static void integers(void **state) {
    (void)state;
    int64_t value;
    assert_true(facet_integer(word_of("-12"), &value));
    assert_int_equal(value, -12);
    assert_true(facet_integer(word_of("900000000000000000"), &value));
    const char *bad[] = {"", "-", "1.0", "12x", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(facet_integer(word_of(bad[i]), &value));
}

static void words_and_joined_lines(void **state) {
    (void)state;
    const char text[] = "  a b\\\r\n c\r\nd\\";
    struct facet_text scan = {text, text + sizeof text - 1, 1, true};
    struct facet_word word;
    for (int i = 0; i < 3; i++) {
        assert_true(facet_next_word(&scan, &word));
        assert_int_equal(word.length, 1);
        assert_int_equal(*word.at, "abc"[i]);
    }
    assert_false(facet_next_word(&scan, &word));
    facet_skip_line(&scan);
    assert_int_equal(scan.line, 3);
    assert_true(facet_next_word(&scan, &word));
    assert_true(facet_word_is(word, "d\\"));
    const char joint[] = "\\\n";
    scan = (struct facet_text){joint, joint + 2, 1, true};
    assert_false(facet_next_word(&scan, &word));
    assert_ptr_equal(scan.at, scan.end);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_are_those_of_strtof),
        cmocka_unit_test(halfway_cases_round_once),
        cmocka_unit_test(odd_spellings),
        cmocka_unit_test(integers),
        cmocka_unit_test(words_and_joined_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
