#include <facet/text.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 400 };

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

// Bytes of the line end at `at`: \n, \r\n or \r; 0 when there is none.
static size_t line_end(const struct facet_text *text, const char *at) {
    if (at == text->end || !is_line_end(*at)) return 0;
    return *at == '\r' && at + 1 < text->end && at[1] == '\n' ? 2 : 1;
}

static bool skip_joint(struct facet_text *text) {
    if (!text->joins || text->at == text->end || *text->at != '\\') return false;
    size_t length = line_end(text, text->at + 1);
    if (length == 0) return false;
    text->at += 1 + length;
    text->line++;
    return true;
}

bool facet_next_word(struct facet_text *text, struct facet_word *word) {
    for (bool more = true; more && text->at < text->end;) {
        bool blank = is_blank(*text->at);
        text->at += blank;
        more = blank || skip_joint(text);
    }
    word->at = text->at;
    while (text->at < text->end && !is_blank(*text->at) && !is_line_end(*text->at)) {
        if (text->joins && *text->at == '\\' && line_end(text, text->at + 1)) break;
        text->at++;
    }
    word->length = (size_t)(text->at - word->at);
    return word->length > 0;
}

void facet_skip_line(struct facet_text *text) {
    while (text->at < text->end && !is_line_end(*text->at))
        if (!skip_joint(text)) text->at++;
    text->at += line_end(text, text->at);
    text->line++;
}

bool facet_word_is(struct facet_word word, const char *expected) {
    return word.length == strlen(expected) && memcmp(word.at, expected, word.length) == 0;
}

struct decimal {
    uint64_t digits; // value is digits * 10^exponent
    int exponent;
    bool negative;
};

static bool is_digit(const char *at, const char *end) {
    return at < end && *at >= '0' && *at <= '9';
}

static const char *read_digits(const char *at, const char *end, struct decimal *decimal, int *count) {
    for (; is_digit(at, end) && *count < 19; at++, ++*count)
        decimal->digits = decimal->digits * 10 + (uint64_t)(*at - '0');
    return at;
}

// Numbers of up to 18 digits with a small exponent, which is what files are made of.
static bool plain_decimal(struct facet_word word, struct decimal *decimal) {
    const char *at = word.at, *end = word.at + word.length;
    int count = 0, whole;
    *decimal = (struct decimal){.negative = at < end && *at == '-'};
    if (at < end && (*at == '-' || *at == '+')) at++;
    at = read_digits(at, end, decimal, &count);
    whole = count;
    if (at < end && *at == '.') at = read_digits(at + 1, end, decimal, &count);
    if (count == 0 || count > 18) return false;
    decimal->exponent = whole - count;
    if (at < end && (*at == 'e' || *at == 'E')) {
        struct decimal power = {0};
        int sign = 1, power_count = 0;
        at++;
        if (at < end && (*at == '-' || *at == '+')) sign = *at++ == '-' ? -1 : 1;
        at = read_digits(at, end, &power, &power_count);
        if (power_count == 0 || power_count > 3) return false;
        decimal->exponent += sign * (int)power.digits;
    }
    return at == end;
}

// Exact powers and exact digits make one rounding to double (Clinger 1990). The second rounding, to float, is safe
// unless the double lies just between two floats or outside the normal floats.
static bool fast_float(const struct decimal *decimal, float *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (decimal->digits >> 53 || decimal->exponent < -22 || decimal->exponent > 22) return false;
    double v = (double)decimal->digits;
    v = decimal->exponent < 0 ? v / powers[-decimal->exponent] : v * powers[decimal->exponent];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bool halfway = (bits & 0x1fffffff) == 0x10000000;
    if (halfway || (v != 0 && (v < FLT_MIN || v > FLT_MAX))) return false;
    *value = (float)(decimal->negative ? -v : v);
    return true;
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool looks_like_number(struct facet_word word) {
    const char *at = word.at, *end = word.at + word.length;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at < end && *at == '.') at++;
    if (is_digit(at, end)) return end - at < 2 || (at[1] != 'x' && at[1] != 'X');
    return at < end && (*at == 'n' || *at == 'N' || *at == 'i' || *at == 'I');
}

static bool slow_float(struct facet_word word, float *value) {
    char copy[LONGEST_NUMBER + 1], *stop;
    if (word.length > LONGEST_NUMBER || !looks_like_number(word)) return false;
    memcpy(copy, word.at, word.length);
    copy[word.length] = '\0';
    pthread_once(&c_locale_once, make_c_locale);
    if (!c_locale) return false;
    *value = strtof_l(copy, &stop, c_locale);
    return stop == copy + word.length;
}

bool facet_float(struct facet_word word, float *value) {
    struct decimal decimal;
    if (plain_decimal(word, &decimal) && fast_float(&decimal, value)) return true;
    return slow_float(word, value);
}

bool facet_integer(struct facet_word word, int64_t *value) {
    const char *at = word.at, *end = word.at + word.length;
    bool negative = at < end && *at == '-';
    int64_t sum = 0;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    for (; is_digit(at, end); at++) {
        if (sum > (INT64_MAX - 9) / 10) return false;
        sum = sum * 10 + (*at - '0');
    }
    *value = negative ? -sum : sum;
    return at == end;
}

struct facet_quote facet_quote(struct facet_word word) {
    struct facet_quote quote = {{0}};
    size_t n = word.length < 40 ? word.length : 40;
    for (size_t i = 0; i < n; i++) quote.text[i] = word.at[i] >= ' ' && word.at[i] <= '~' ? word.at[i] : '?';
    if (n < word.length) memcpy(quote.text + n, "...", 4);
    return quote;
}
