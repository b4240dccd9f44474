// Reading VRML 2.0 text: tokens, and numbers as they stand in lists.
#ifndef FACET_IO_SCAN_VRML_TEXT_H
#define FACET_IO_SCAN_VRML_TEXT_H

#include "io/scan/number.h"

#include <facet/error.h>
#include <facet/text.h>

#include <endian.h>

struct vrml_text {
    const char *begin, *at, *end;
};

enum vrml_kind { VRML_END, VRML_OPEN, VRML_CLOSE, VRML_LIST, VRML_LIST_END, VRML_STRING, VRML_WORD };

struct vrml_token {
    enum vrml_kind kind;
    struct facet_word word; // as it stands; a string's without its quotes
};

struct vrml_token vrml_next(struct vrml_text *text);
// DATA: what was expected at the place, and what stands there.
int vrml_broken(const struct vrml_text *text, const char *at, const char *expected, struct facet_error *error);

static inline bool vrml_parts(char c) {
    return (unsigned char)c <= ' ' || c == ',';
}

// Over blanks, commas and comments; false at the end of the file.
static inline bool vrml_skip(struct vrml_text *text) {
    for (; text->at < text->end; text->at++) {
        if (*text->at == '#')
            while (text->at + 1 < text->end && *text->at != '\n' && *text->at != '\r') text->at++;
        else if (!vrml_parts(*text->at))
            return true;
    }
    return false;
}

// Whether a number may end before `at`.
static inline bool vrml_ends(const struct vrml_text *text) {
    return text->at == text->end || vrml_parts(*text->at) || *text->at == ']' || *text->at == '}' || *text->at == '#';
}

// ---- short numbers, without a branch on how many digits they have ----------------------------------------------------
// Eight bytes are looked at as one word, the first of them lowest; digits have been turned to 0..9.

static inline uint64_t vrml_eight(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word) ^ 0x3030303030303030u;
}

// How many digits come first; 8 when all are.
static inline int vrml_digits(uint64_t word) {
    uint64_t others = ((word + 0x7676767676767676u) | word) & 0x8080808080808080u;
    return others ? __builtin_ctzll(others) / 8 : 8;
}

// The number that the first digits of a word are: they are added up pairwise. length is 1 to 8.
static inline uint64_t vrml_sum(uint64_t word, int length) {
    word <<= 64 - 8 * length;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ffu;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffffu;
    return (word * 10000 + (word >> 32)) & 0xffffffffu;
}

// To the next number and over its sign; NULL near the end of the file.
static inline const char *vrml_begin(const char *at, const char *end, bool *negative) {
    while (at < end && vrml_parts(*at)) at++;
    if (end - at < 12) return NULL;
    *negative = *at == '-';
    return at + *negative;
}

// An index of at most seven digits that a blank or comma ends, which is what lists are made of; gives where it ends. NULL:
// something else stands there.
static inline const char *vrml_quick_index(const char *at, const char *end, int64_t *index) {
    bool negative;
    at = vrml_begin(at, end, &negative);
    if (!at) return NULL;
    uint64_t word = vrml_eight(at);
    int length = vrml_digits(word);
    if (length == 0 || length == 8 || !vrml_parts(at[length])) return NULL;
    int64_t sum = (int64_t)vrml_sum(word, length);
    *index = negative ? -sum : sum;
    return at + length;
}

// A number of at most seven digits with a point among them. The value is number_float's. False, the text unmoved: it is none.
static inline bool vrml_quick_float(struct vrml_text *text, float *value) {
    bool negative;
    const char *p = vrml_begin(text->at, text->end, &negative);
    if (!p) return false;
    uint64_t word = vrml_eight(p);
    int whole = vrml_digits(word);
    if (whole == 8 || p[whole] != '.') return false;
    uint64_t before = ((uint64_t)1 << 8 * whole) - 1;
    word = (word & before) | (word >> 8 & ~before & 0x00ffffffffffffffu) | (uint64_t)0xff << 56; // the point taken out
    int length = vrml_digits(word);
    if (length == 0 || !vrml_parts(p[length + 1])) return false;
    if (!number_round(vrml_sum(word, length), whole - length, negative, value)) return false;
    text->at = p + length + 1;
    return true;
}

static inline bool vrml_float(struct vrml_text *text, float *value) {
    return vrml_quick_float(text, value) ||
           (vrml_skip(text) && number_float(&text->at, text->end, value) && vrml_ends(text));
}

// Over the bracket that ends a list, if it comes next.
static inline bool vrml_list_ends(struct vrml_text *text) {
    bool ends = vrml_skip(text) && *text->at == ']';
    text->at += ends;
    return ends;
}

#endif
