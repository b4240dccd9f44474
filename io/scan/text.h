// Reading words and numbers from a buffer that ends where it ends: no terminator, no locale.
#ifndef FACET_IO_SCAN_TEXT_H
#define FACET_IO_SCAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_word {
    const char *at;
    size_t length;
};

struct scan_text {
    const char *at, *end;
    int64_t line; // of `at`, from 1
    bool joins;   // a backslash before a line end joins the lines, as in OBJ
};

// The next word of the line; false at its end.
bool scan_next_word(struct scan_text *text, struct scan_word *word);
void scan_skip_line(struct scan_text *text); // to the start of the next line, joined lines included
bool scan_word_is(struct scan_word word, const char *expected);

// The whole word is the number, rounded once to the nearest float; nan and inf are numbers.
bool scan_float(struct scan_word word, float *value);
bool scan_integer(struct scan_word word, int64_t *value);

// For messages: at most 40 printable bytes of the word.
struct scan_quote {
    char text[48];
};
struct scan_quote scan_quote(struct scan_word word);

#endif
