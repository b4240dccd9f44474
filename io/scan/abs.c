// Range images of FRGC (.abs, .abs.gz): rows, columns, a heading, then flags, all x, all y and all z as text.
#include "io/scan/format.h"

#include "io/scan/bytes.h"
#include "io/scan/grid.h"
#include "io/scan/inflate.h"
#include "io/scan/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// What the largest scanner's image would take, several times over.
enum { MOST_TEXT = 128 << 20, LEAST_BYTES = 8 }; // a point takes four values and what parts them

struct abs_text {
    const char *begin, *at, *end;
    int64_t rows, columns;
};

static int broken(const struct abs_text *text, const char *expected, struct facet_error *error) {
    struct facet_text rest = {text->at, text->end, 1, false};
    struct facet_word word;
    long long line = scan_line_of(text->begin, text->at);
    if (text->at == text->end)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the file ends", line, expected);
    facet_next_word(&rest, &word);
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", line, expected,
                           facet_quote(word).text);
}

static bool parts(char c) {
    return (unsigned char)c <= ' ';
}

static void skip(struct abs_text *text) {
    while (text->at < text->end && parts(*text->at)) text->at++;
}

static void skip_line(struct abs_text *text) {
    struct facet_text rest = {text->at, text->end, 1, false};
    facet_skip_line(&rest);
    text->at = rest.at;
}

// "480 rows": the number that begins the line.
static int read_side(struct abs_text *text, const char *what, int64_t *side, struct facet_error *error) {
    skip(text);
    const char *from = text->at;
    if (number_integer(&text->at, text->end, side) && *side > 0 && *side <= INT32_MAX) return skip_line(text), FACET_OK;
    text->at = from;
    return broken(text, what, error);
}

static int read_flags(struct abs_text *text, struct mesh_builder *builder, int64_t points, struct facet_error *error) {
    for (int64_t i = 0; i < points; i++) {
        skip(text);
        bool alone = text->at + 1 >= text->end || parts(text->at[1]);
        if (text->at == text->end || !alone || (*text->at != '0' && *text->at != '1'))
            return broken(text, "a flag, 0 or 1,", error);
        builder->mesh.vertices[3 * i] = *text->at++ == '1' ? 0 : NAN;
    }
    return FACET_OK;
}

// Values of points that are flagged as background are passed over.
static int read_axis(struct abs_text *text, struct mesh_builder *builder, int64_t points, int axis,
                     struct facet_error *error) {
    for (int64_t i = 0; i < points; i++) {
        float value, *vertex = builder->mesh.vertices + 3 * i;
        skip(text);
        const char *from = text->at;
        if (!number_float(&text->at, text->end, &value) || (text->at < text->end && !parts(*text->at))) {
            text->at = from;
            return broken(text, "a coordinate", error);
        }
        if (axis > 0 || !isnan(vertex[0])) vertex[axis] = value;
    }
    return FACET_OK;
}

static int parse_text(struct abs_text *text, struct mesh_builder *builder, struct facet_error *error) {
    int code = read_side(text, "the number of rows", &text->rows, error);
    if (!code) code = read_side(text, "the number of columns", &text->columns, error);
    if (code) return code;
    skip_line(text);
    int64_t left = text->end - text->at, points = text->rows * text->columns;
    if (points > (left + 1) / LEAST_BYTES)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%lld x %lld points of at least %d bytes each, but only %lld bytes are left at line 4",
                               (long long)text->rows, (long long)text->columns, LEAST_BYTES, (long long)left);
    code = mesh_reserve(builder, points, 0, error);
    if (!code) code = read_flags(text, builder, points, error);
    for (int axis = 0; !code && axis < 3; axis++) code = read_axis(text, builder, points, axis, error);
    if (code) return code;
    skip(text);
    if (text->at < text->end) return broken(text, "the end of the file", error);
    builder->mesh.n_vertices = points;
    return grid_to_mesh(builder, text->rows, text->columns, error);
}

static int parse_abs(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    char *inflated = NULL;
    int code = FACET_OK;
    if (is_gzip(bytes, size)) {
        code = inflate_gzip(bytes, size, MOST_TEXT, &inflated, &size, error);
        if (code) return code;
        bytes = inflated;
    }
    struct facet_text begin = scan_text(bytes, size);
    struct abs_text text = {.begin = bytes, .at = begin.at, .end = begin.end};
    code = parse_text(&text, builder, error);
    free(inflated);
    return code;
}

static bool starts_like_abs(const char *bytes, size_t size) {
    struct facet_text text = scan_text(bytes, size);
    struct facet_word word;
    int64_t rows;
    return facet_next_word(&text, &word) && facet_integer(word, &rows) && facet_next_word(&text, &word) &&
           facet_word_is(word, "rows");
}

const struct scan_format scan_abs = {
    .name = "ABS", .suffixes = ".abs .abs.gz", .recognise = starts_like_abs, .parse = parse_abs};
