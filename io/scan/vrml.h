// Reading VRML 2.0 text: tokens, and numbers as they stand in lists.
#ifndef FACET_IO_SCAN_VRML_H
#define FACET_IO_SCAN_VRML_H

#include "io/scan/number.h"

#include <facet/error.h>
#include <facet/text.h>

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

static inline bool vrml_float(struct vrml_text *text, float *value) {
    return vrml_skip(text) && number_float(&text->at, text->end, value) && vrml_ends(text);
}

#endif
