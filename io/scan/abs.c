// Range images of FRGC (.abs, .abs.gz): rows, columns, a heading, then flags, all x, all y and all z as text.
#include "io/scan/format.h"

#include "io/scan/bytes.h"
#include "io/scan/grid.h"
#include "io/scan/inflate.h"
#include "io/scan/number.h"
#include "io/scan/quick.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// What the largest scanner's image would take, several times over.
enum { MOST_TEXT = 128 << 20, LEAST_BYTES = 8, CAREFUL = 64 }; // a point takes four values and what parts them

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

// Four flags in a row, as nearly all stand: "1 0 0 1 ". Where there are others, none is taken.
static bool take_four(struct abs_text *text, float *x) {
    static const uint64_t mask = 0xfffefffefffefffe, zeros = 0x2030203020302030;
    uint64_t word;
    if (text->end - text->at < (ptrdiff_t)sizeof word) return false;
    memcpy(&word, text->at, sizeof word);
    word = le64toh(word);
    if ((word & mask) != zeros) return false;
    for (int k = 0; k < 4; k++) x[3 * k] = word >> 16 * k & 1 ? 0 : NAN;
    text->at += sizeof word;
    return true;
}

// Into x, for the time being.
static int read_flags(struct abs_text *text, struct mesh_builder *builder, int64_t points, struct facet_error *error) {
    float *x = builder->mesh.vertices;
    for (int64_t i = 0; i < points; i++) {
        for (; points - i >= 4 && take_four(text, x + 3 * i); i += 4) continue;
        if (i == points) break;
        skip(text);
        bool alone = text->at + 1 >= text->end || parts(text->at[1]);
        if (text->at == text->end || !alone || (*text->at != '0' && *text->at != '1'))
            return broken(text, "a flag, 0 or 1,", error);
        x[3 * i] = *text->at++ == '1' ? 0 : NAN;
    }
    return FACET_OK;
}

// The x of a point that is flagged as background stays none.
static inline void put(float *values, int64_t i, int axis, float value) {
    values[3 * i] = axis == 0 && isnan(values[3 * i]) ? NAN : value;
}

#if defined(__x86_64__)
// The values of an axis from the i-th on as long as they are plain numbers; gives the first that is left.
QUICK_CODE static int64_t read_quick(struct abs_text *text, float *values, int axis, int64_t i, int64_t points) {
    struct quick_line run;
    struct quick q = quick_begin();
    for (bool more = true; more && text->end - text->at >= QUICK_MARGIN;) {
        float numbers[QUICK_WORDS + 4];
        quick_cut_words(text->at, ' ', &run);
        int n = points - i < run.words ? (int)(points - i) : run.words;
        quick_forget(&q);
        for (int k = 0; k < n; k++) numbers[k] = quick_float(&q, &run, k);
        more = n > 0 && quick_sure(&q, 16);
        if (!more) break;
        for (int k = 0; k < n; k++) put(values, i + k, axis, numbers[k]);
        i += n, text->at += run.end[n - 1];
    }
    return i;
}
#else
static int64_t read_quick(struct abs_text *text, float *values, int axis, int64_t i, int64_t points) {
    (void)text, (void)values, (void)axis, (void)points;
    return i;
}
#endif

static int read_value(struct abs_text *text, float *value, struct facet_error *error) {
    skip(text);
    const char *from = text->at;
    if (number_float(&text->at, text->end, value) && (text->at == text->end || parts(*text->at))) return FACET_OK;
    text->at = from;
    return broken(text, "a coordinate", error);
}

// Between two tries of the quick way, which may fail at any value, some are read with care.
static int read_axis(struct abs_text *text, struct mesh_builder *builder, int64_t points, int axis,
                     struct facet_error *error) {
    float *values = builder->mesh.vertices + axis;
    bool quick = quick_possible();
    for (int64_t i = 0; i < points;) {
        for (int k = 0; k < CAREFUL && i < points; k++, i++) {
            float value;
            int code = read_value(text, &value, error);
            if (code) return code;
            put(values, i, axis, value);
        }
        if (quick) i = read_quick(text, values, axis, i, points);
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
