// Numbers of text, read where they stand: no locale, no terminator, nothing past `end`. For parsers whose inner loop this
// is; facet/text.h reads the same numbers word by word.
#ifndef FACET_IO_SCAN_NUMBER_H
#define FACET_IO_SCAN_NUMBER_H

#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NUMBER_LEAST_POWER = -60, NUMBER_MOST_POWER = 40, NUMBER_EASY_DIGITS = 18, NUMBER_LONGEST = 400 };
extern const double number_powers[NUMBER_MOST_POWER - NUMBER_LEAST_POWER + 1]; // of ten, each the nearest double

// The same as number_float for any number at all: longer ones, nan, inf, those just between two floats.
bool number_float_hard(const char **at, const char *end, float *value);

static inline bool number_digit(const char *at, const char *end) {
    return at < end && (unsigned char)(*at - '0') < 10;
}

static inline const char *number_digits(const char *at, const char *end, uint64_t *sum) {
    for (; number_digit(at, end); at++) *sum = *sum * 10 + (uint64_t)(*at - '0');
    return at;
}

// digits * 10^power as the nearest float; false when this way cannot be sure. The double on the way is wrong by less than
// 4 units of its last place (three roundings), so its float is right unless it lies within that of the middle between two
// floats. digits must be below 2^63; digits cut off after the 18th do no harm.
static inline bool number_round(uint64_t digits, int power, bool negative, float *value) {
    if (power < NUMBER_LEAST_POWER || power > NUMBER_MOST_POWER) return false;
    double v = (double)(int64_t)digits * number_powers[power - NUMBER_LEAST_POWER];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bool middle = (bits + 8 - 0x10000000) % 0x20000000 <= 16;
    bool normal = v > (double)FLT_MIN * 1.001 && v < (double)FLT_MAX * 0.999;
    if ((middle || !normal) && digits != 0) return false;
    *value = (float)(negative ? -v : v);
    return true;
}

// The number that begins at *at, which is left behind it: the longest text that strtof of the C locale would take (but no
// hexadecimal), with its value to the bit. What follows is the caller's to judge. False, *at unmoved: no number there, or
// one of more than NUMBER_LONGEST bytes.
static inline bool number_float(const char **at, const char *end, float *value) {
    const char *p = *at;
    bool negative = p < end && *p == '-';
    uint64_t digits = 0;
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *whole = p;
    p = number_digits(p, end, &digits);
    ptrdiff_t count = p - whole;
    int power = 0;
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        p = number_digits(p, end, &digits);
        count += p - fraction;
        power = (int)(fraction - p);
    }
    if (count == 0 || count > NUMBER_EASY_DIGITS || (p < end && (*p | 0x20) == 'e') ||
        !number_round(digits, power, negative, value))
        return number_float_hard(at, end, value);
    *at = p;
    return true;
}

// A sign and digits; false, *at unmoved: none there, or more than an int64_t holds.
static inline bool number_integer(const char **at, const char *end, int64_t *value) {
    const char *p = *at;
    bool negative = p < end && *p == '-';
    uint64_t sum = 0;
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *first = p;
    for (; number_digit(p, end); p++) {
        if (sum > (INT64_MAX - 9) / 10) return false;
        sum = sum * 10 + (uint64_t)(*p - '0');
    }
    if (p == first) return false;
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    *at = p;
    return true;
}

static inline bool number_blank(char c) {
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

#endif
