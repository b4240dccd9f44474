// Millions of numbers, easy and hard, are read to the bit and to the byte as strtof reads them.
#include <facet/random.h>
#include <facet/text.h>

#include "io/scan/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EASY = 1500000, HARD = 200000, DIGITS = 300000, LONGEST = 512 };

static void compare(const char *text) {
    char *stop;
    float theirs = strtof(text, &stop), mine = 0;
    const char *at = text;
    bool read = number_float(&at, text + strlen(text), &mine);
    if (read != (stop != text)) fail_msg("\"%s\": %s", text, read ? "was read" : "was not read");
    if (at != stop) fail_msg("\"%s\": %td bytes read, not %td", text, at - text, stop - text);
    if (memcmp(&mine, &theirs, sizeof mine) != 0)
        fail_msg("\"%s\": %.9g, not %.9g", text, (double)mine, (double)theirs);
}

static double uniform(uint32_t i, uint32_t k) {
    return facet_random_uniform(11, 0, i, k);
}

static int below(uint32_t i, uint32_t k, int n) {
    return (int)(uniform(i, k) * n);
}

static float any_float(uint32_t i) {
    uint32_t bits = (uint32_t)facet_random_u64(11, 1, i, 0);
    float value;
    if ((bits & 0x7f800000u) == 0x7f800000u) bits &= ~0x00800000u;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void as_files_have_them(void **state) {
    (void)state;
    for (uint32_t i = 0; i < EASY; i++) {
        char text[LONGEST];
        double value = (uniform(i, 0) - 0.5) * pow(10, below(i, 1, 9) - 3);
        if (i % 3 == 0) snprintf(text, sizeof text, "%.*f", below(i, 2, 9), value);
        if (i % 3 == 1) snprintf(text, sizeof text, "%.*g", 1 + below(i, 2, 18), value);
        if (i % 3 == 2) snprintf(text, sizeof text, "%.*e", below(i, 2, 19), value);
        compare(text);
    }
}

// The middle between two floats, written in full and cut short, and its nearest neighbours.
static void between_two_floats(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HARD; i++) {
        char text[LONGEST];
        float low = fabsf(any_float(i));
        if (low >= FLT_MAX) continue;
        double middle = ((double)low + (double)nextafterf(low, FLT_MAX)) / 2;
        if (i % 4 == 1) middle = nextafter(middle, 0);
        if (i % 4 == 2) middle = nextafter(middle, 1e300);
        if (i % 2) snprintf(text, sizeof text, "%.*e", below(i, 2, 120), middle);
        if (!(i % 2)) snprintf(text, sizeof text, "%.*f", below(i, 2, 180), middle);
        compare(text);
        if (strchr(text, 'e') || !strchr(text, '.')) continue;
        size_t length = strlen(text);
        memset(text + length, '0', 20), text[length + 20] = (char)('0' + i % 8 / 4), text[length + 21] = '\0';
        compare(text);
    }
}

static void whole_numbers_halfway(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HARD; i++) {
        char text[LONGEST];
        uint64_t number = (((uint64_t)1 << 24) + facet_random_u64(11, 2, i, 0) % (1 << 24)) * 2 + 1;
        int shift = below(i, 3, 38);
        number <<= shift;
        snprintf(text, sizeof text, "%llu%s", (unsigned long long)(number + i % 3 - 1), i % 5 ? "" : ".000");
        compare(text);
    }
}

// Texts that are made of what numbers are made of.
static void any_digits(void **state) {
    (void)state;
    static const char parts[] = "00000123456789995..eE+- xnaifty()";
    for (uint32_t i = 0; i < DIGITS; i++) {
        char text[LONGEST];
        int length = below(i, 0, i % 100 ? 12 : 120);
        for (int k = 0; k < length; k++) text[k] = parts[below(i, 4 + (uint32_t)k, i % 3 ? 19 : (int)sizeof parts - 1)];
        text[length] = '\0';
        if (length == 0 || *text == ' ' || strchr(text, 'x')) continue;
        compare(text);
    }
}

static void ends_of_the_range(void **state) {
    (void)state;
    static const char *const texts[] = {"3.4028235e38",
                                        "3.40282356e38",
                                        "3.4028235677973366e38",
                                        "3.4028235677973367e38",
                                        "1e39",
                                        "-1e400",
                                        "1e-400",
                                        "-1e-50",
                                        "1.17549435e-38",
                                        "1.1754943e-38",
                                        "1.17549428e-38",
                                        "1.4e-45",
                                        "7.0064923216240854e-46",
                                        "7.0064923216240853e-46",
                                        "0e99999999999999999999",
                                        "1e99999999999999999999",
                                        "1e-99999999999999999999",
                                        "-0",
                                        "-0.0e5",
                                        "+.5",
                                        "5.",
                                        "5.e1",
                                        ".",
                                        "-",
                                        "+.e1",
                                        "1e",
                                        "1e+",
                                        "1e-x",
                                        "1.5.2",
                                        "1,5",
                                        "inf",
                                        "-INFINITY",
                                        "infinit",
                                        "nan",
                                        "nan(ind)",
                                        "nan(",
                                        "nan(a-b)",
                                        "na",
                                        ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) compare(texts[i]);
    char text[LONGEST] = "";
    memset(text, '0', NUMBER_LONGEST - 1), text[NUMBER_LONGEST - 1] = '7', text[NUMBER_LONGEST] = '\0';
    compare(text);
    const char *at = text;
    float value;
    text[NUMBER_LONGEST] = '0', text[NUMBER_LONGEST + 1] = '\0';
    assert_false(number_float(&at, text + NUMBER_LONGEST + 1, &value));
}

// Nothing behind `end` counts, wherever that is.
static void the_end_is_the_end(void **state) {
    (void)state;
    const char text[] = "-12.5e-3";
    for (size_t length = 0; length < sizeof text; length++) {
        char copy[sizeof text] = "";
        memcpy(copy, text, length);
        const char *at = text;
        float mine = 0, theirs = strtof(copy, NULL);
        number_float(&at, text + length, &mine);
        assert_memory_equal(&mine, &theirs, sizeof mine);
    }
    const char *at = text;
    int64_t whole;
    assert_true(number_integer(&at, text + 2, &whole));
    assert_int_equal(whole, -1);
}

int main(void) {
    setlocale(LC_ALL, "C");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_files_have_them),    cmocka_unit_test(between_two_floats),
        cmocka_unit_test(whole_numbers_halfway), cmocka_unit_test(any_digits),
        cmocka_unit_test(ends_of_the_range),     cmocka_unit_test(the_end_is_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
