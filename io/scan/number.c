// Numbers that are not easy: many digits, exponents, words, and those whose rounding takes exact arithmetic.
#include "io/scan/number.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

// clang-format off
const double number_powers[] = {
    1e-60, 1e-59, 1e-58, 1e-57, 1e-56, 1e-55, 1e-54, 1e-53, 1e-52, 1e-51, 1e-50, 1e-49, 1e-48, 1e-47, 1e-46, 1e-45,
    1e-44, 1e-43, 1e-42, 1e-41, 1e-40, 1e-39, 1e-38, 1e-37, 1e-36, 1e-35, 1e-34, 1e-33, 1e-32, 1e-31, 1e-30, 1e-29,
    1e-28, 1e-27, 1e-26, 1e-25, 1e-24, 1e-23, 1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13,
    1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6,
    1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 1e24, 1e25,
    1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38, 1e39, 1e40,
};
// clang-format on

struct decimal {
    const char *end;
    uint64_t digits; // the first NUMBER_EASY_DIGITS that count
    int64_t power;
    bool negative;
};

// Adds the digits at `at`; those that no longer fit are cut off. places: 0 before the point, -1 behind it.
static const char *add_digits(const char *at, const char *end, int places, struct decimal *decimal) {
    static const uint64_t full = 100000000000000000; // 10^(NUMBER_EASY_DIGITS - 1)
    for (; number_digit(at, end); at++) {
        bool fits = decimal->digits < full;
        if (fits) decimal->digits = decimal->digits * 10 + (uint64_t)(*at - '0');
        decimal->power += places + !fits;
    }
    return at;
}

// An exponent; where there is none `at` is given back.
static const char *add_exponent(const char *at, const char *end, struct decimal *decimal) {
    const char *p = at + 1;
    int64_t exponent = 0;
    if (at == end || (*at != 'e' && *at != 'E')) return at;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (!number_digit(p, end)) return at;
    for (; number_digit(p, end); p++)
        if (exponent < 100000) exponent = exponent * 10 + (*p - '0');
    decimal->power += negative ? -exponent : exponent;
    return p;
}

static bool read_decimal(const char *at, const char *end, struct decimal *decimal) {
    const char *p = at;
    *decimal = (struct decimal){.negative = p < end && *p == '-'};
    if (p < end && (*p == '-' || *p == '+')) p++;
    bool some = number_digit(p, end);
    p = add_digits(p, end, 0, decimal);
    if (p < end && *p == '.') {
        some |= number_digit(p + 1, end);
        p = add_digits(p + 1, end, -1, decimal);
    }
    if (!some) return false;
    decimal->end = add_exponent(p, end, decimal);
    return decimal->end - at <= NUMBER_LONGEST;
}

static bool begins_with(const char *at, const char *end, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && strncasecmp(at, word, length) == 0;
}

static bool is_word_byte(char c) {
    return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// nan, nan(anything), inf and infinity: where they end, or NULL.
static const char *end_of_name(const char *at, const char *end) {
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (begins_with(at, end, "infinity")) return at + 8;
    if (begins_with(at, end, "inf")) return at + 3;
    if (!begins_with(at, end, "nan")) return NULL;
    const char *p = at + 4;
    if (at + 3 == end || at[3] != '(') return at + 3;
    while (p < end && is_word_byte(*p)) p++;
    return p < end && *p == ')' ? p + 1 : at + 3;
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool exact_float(const char *at, const char *number_end, float *value) {
    char copy[NUMBER_LONGEST + 1], *stop;
    size_t length = (size_t)(number_end - at);
    if (length > NUMBER_LONGEST) return false;
    memcpy(copy, at, length);
    copy[length] = '\0';
    pthread_once(&c_locale_once, make_c_locale);
    if (!c_locale) return false;
    *value = strtof_l(copy, &stop, c_locale);
    return stop == copy + length;
}

bool number_float_hard(const char **at, const char *end, float *value) {
    struct decimal decimal;
    if (read_decimal(*at, end, &decimal)) {
        bool near = decimal.power >= NUMBER_LEAST_POWER && decimal.power <= NUMBER_MOST_POWER;
        bool rounded = near && number_round(decimal.digits, (int)decimal.power, decimal.negative, value);
        if (!rounded && !exact_float(*at, decimal.end, value)) return false;
        *at = decimal.end;
        return true;
    }
    const char *name_end = end_of_name(*at, end);
    if (!name_end || !exact_float(*at, name_end, value)) return false;
    *at = name_end;
    return true;
}
