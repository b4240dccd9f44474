// Reading words and numbers from a buffer that ends where it ends: no terminator, no locale.
#ifndef FACET_TEXT_H
#define FACET_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facet_word {
    const char *at;
    size_t length;
};

struct facet_text {
    const char *at, *end;
    int64_t line; // of `at`, from 1
    bool joins;   // a backslash before a line end joins the lines, as in OBJ
};

// The next word of the line; false at its end.
bool facet_next_word(struct facet_text *text, struct facet_word *word);
void facet_skip_line(struct facet_text *text); // to the start of the next line, joined lines included
bool facet_word_is(struct facet_word word, const char *expected);

// The whole word is the number, rounded once to the nearest float; nan and inf are numbers.
bool facet_float(struct facet_word word, float *value);
bool facet_integer(struct facet_word word, int64_t *value);

// For messages: at most 40 printable bytes of the word.
struct facet_quote {
    char text[48];
};
struct facet_quote facet_quote(struct facet_word word);

#endif
