// Reading VRML 2.0 text: tokens, and numbers as they stand in lists.
#ifndef FACET_IO_SCAN_VRML_H
#define FACET_IO_SCAN_VRML_H

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

// An index of at most seven digits that a blank or comma ends, which is what lists are made of: without a branch on how
// many digits it has. False, the text unmoved: something else stands there. Eight bytes are looked at in one word: the first
// that is no digit says where the number ends, and the digits before it are added up pairwise.
static inline bool vrml_quick_index(struct vrml_text *text, int64_t *index) {
    const char *p = text->at;
    while (p < text->end && vrml_parts(*p)) p++;
    if (text->end - p < 10) return false;
    bool negative = *p == '-';
    p += negative;
    uint64_t digits;
    memcpy(&digits, p, sizeof digits);
    digits = le64toh(digits) ^ 0x3030303030303030u;
    uint64_t others = ((digits + 0x7676767676767676u) | digits) & 0x8080808080808080u;
    if (others == 0) return false;
    int length = __builtin_ctzll(others) / 8;
    if (length == 0 || !vrml_parts(p[length])) return false;
    digits <<= 64 - 8 * length;
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    digits = (digits * 10000 + (digits >> 32)) & 0xffffffffu;
    *index = negative ? -(int64_t)digits : (int64_t)digits;
    text->at = p + length;
    return true;
}

static inline bool vrml_float(struct vrml_text *text, float *value) {
    return vrml_skip(text) && number_float(&text->at, text->end, value) && vrml_ends(text);
}

#endif
