#include "io/scan/vrml_text.h"

#include "io/scan/bytes.h"

static bool ends_word(char c) {
    return vrml_parts(c) || c == '{' || c == '}' || c == '[' || c == ']' || c == '"' || c == '#';
}

static struct vrml_token read_string(struct vrml_text *text) {
    const char *from = ++text->at;
    while (text->at < text->end && *text->at != '"') text->at += *text->at == '\\' && text->at + 1 < text->end ? 2 : 1;
    struct vrml_token token = {VRML_STRING, {from, (size_t)(text->at - from)}};
    if (text->at == text->end) return (struct vrml_token){VRML_END, {text->end, 0}};
    text->at++;
    return token;
}

struct vrml_token vrml_next(struct vrml_text *text) {
    static const char marks[] = {[VRML_OPEN] = '{', [VRML_CLOSE] = '}', [VRML_LIST] = '[', [VRML_LIST_END] = ']'};
    if (!vrml_skip(text)) return (struct vrml_token){VRML_END, {text->end, 0}};
    const char *from = text->at;
    if (*from == '"') return read_string(text);
    for (int kind = VRML_OPEN; kind <= VRML_LIST_END; kind++)
        if (*from == marks[kind]) return text->at++, (struct vrml_token){(enum vrml_kind)kind, {from, 1}};
    while (text->at < text->end && !ends_word(*text->at)) text->at++;
    return (struct vrml_token){VRML_WORD, {from, (size_t)(text->at - from)}};
}

int vrml_broken(const struct vrml_text *text, const char *at, const char *expected, struct facet_error *error) {
    struct vrml_text there = {text->begin, at, text->end};
    struct vrml_token token = vrml_next(&there);
    if (token.kind == VRML_END)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the file ends",
                               scan_line_of(text->begin, text->end), expected);
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"",
                           scan_line_of(text->begin, token.word.at), expected, facet_quote(token.word).text);
}
