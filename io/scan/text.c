#include <facet/text.h>

#include "io/scan/number.h"

#include <string.h>

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
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
        bool blank = number_blank(*text->at);
        text->at += blank;
        more = blank || skip_joint(text);
    }
    word->at = text->at;
    while (text->at < text->end && !number_blank(*text->at) && !is_line_end(*text->at)) {
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

bool facet_float(struct facet_word word, float *value) {
    const char *at = word.at, *end = word.at + word.length;
    return number_float(&at, end, value) && at == end;
}

bool facet_integer(struct facet_word word, int64_t *value) {
    const char *at = word.at, *end = word.at + word.length;
    return number_integer(&at, end, value) && at == end;
}

struct facet_quote facet_quote(struct facet_word word) {
    struct facet_quote quote = {{0}};
    size_t n = word.length < 40 ? word.length : 40;
    for (size_t i = 0; i < n; i++) quote.text[i] = word.at[i] >= ' ' && word.at[i] <= '~' ? word.at[i] : '?';
    if (n < word.length) memcpy(quote.text + n, "...", 4);
    return quote;
}
