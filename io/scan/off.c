// OFF: a heading with what a vertex has, three counts, then a line a vertex and a line a face.
#include "io/scan/format.h"

#include "io/scan/bytes.h"

#include <stdio.h>

enum { VERTEX_BYTES = 6, FACE_BYTES = 2 }; // the shortest lines there are: "0 0 0" and "0", with their ends

struct off {
    struct facet_text text;
    struct mesh_builder *builder;
    bool has_texcoords, has_colours, has_normals;
};

static int broken(const struct off *off, const char *expected, struct facet_word found, struct facet_error *error) {
    if (found.length == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the %s ends",
                               (long long)off->text.line, expected, off->text.at == off->text.end ? "file" : "line");
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", (long long)off->text.line,
                           expected, facet_quote(found).text);
}

// The next word of the line; a comment ends it.
static bool next_word(struct off *off, struct facet_word *word) {
    if (facet_next_word(&off->text, word) && *word->at != '#') return true;
    word->length = 0;
    return false;
}

// To the next line that holds a word, and that word.
static bool first_word(struct off *off, struct facet_word *word) {
    while (off->text.at < off->text.end) {
        if (next_word(off, word)) return true;
        facet_skip_line(&off->text);
    }
    *word = (struct facet_word){off->text.at, 0};
    return false;
}

// [ST][C][N]OFF
static bool read_heading(struct off *off, struct facet_word word) {
    const char *at = word.at, *end = word.at + word.length;
    off->has_texcoords = end - at >= 2 && memcmp(at, "ST", 2) == 0;
    at += off->has_texcoords ? 2 : 0;
    off->has_colours = at < end && *at == 'C';
    at += off->has_colours;
    off->has_normals = at < end && *at == 'N';
    at += off->has_normals;
    return end - at == 3 && memcmp(at, "OFF", 3) == 0;
}

static int read_counts(struct off *off, int64_t counts[2], struct facet_error *error) {
    struct facet_word word;
    for (int k = 0; k < 2; k++) {
        bool there = k == 0 ? first_word(off, &word) : next_word(off, &word);
        if (!there || !facet_integer(word, &counts[k]) || counts[k] < 0 || counts[k] > INT32_MAX)
            return broken(off, k == 0 ? "the number of vertices" : "the number of faces", word, error);
    }
    facet_skip_line(&off->text); // the number of edges says nothing
    int64_t left = off->text.end - off->text.at + 1;
    if (counts[0] <= left / VERTEX_BYTES && counts[1] <= left / FACE_BYTES) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "line %lld: %lld vertices and %lld faces cannot stand in the %lld bytes that follow",
                           (long long)off->text.line, (long long)counts[0], (long long)counts[1], (long long)left - 1);
}

// Colours are whole numbers up to 255, or fractions of 1 when they have a point.
static bool read_colour(struct facet_word word, uint8_t *colour) {
    float value;
    if (!facet_float(word, &value)) return false;
    if (memchr(word.at, '.', word.length)) value *= 255;
    *colour = value >= 255 ? 255 : value > 0 ? (uint8_t)(value + 0.5f) : 0;
    return true;
}

static int read_floats(struct off *off, struct facet_word *word, float *values, int n, struct facet_error *error) {
    for (int k = 0; k < n; k++) {
        if (!facet_float(*word, &values[k])) return broken(off, "a number of a vertex", *word, error);
        next_word(off, word);
    }
    return FACET_OK;
}

static int read_colours(struct off *off, struct facet_word *word, struct facet_error *error) {
    uint8_t rgb[3];
    for (int k = 0; k < 3; k++, next_word(off, word))
        if (!read_colour(*word, &rgb[k])) return broken(off, "red, green or blue", *word, error);
    return mesh_add_colour(off->builder, rgb, error);
}

// x y z, then normal, colour (with or without opacity) and texture coordinates as the heading says; all but the first
// may be followed by what is not known.
static int read_vertex(struct off *off, struct facet_error *error) {
    struct facet_word word;
    float vertex[3], normal[3];
    first_word(off, &word);
    int code = read_floats(off, &word, vertex, 3, error);
    if (!code) code = mesh_add_vertex(off->builder, vertex, error);
    if (!code && off->has_normals) code = read_floats(off, &word, normal, 3, error);
    if (!code && off->has_colours) code = read_colours(off, &word, error);
    facet_skip_line(&off->text);
    return code;
}

static int read_corner(struct off *off, int32_t *corner, struct facet_error *error) {
    int64_t vertex, vertices = off->builder->mesh.n_vertices;
    struct facet_word word;
    if (next_word(off, &word) && facet_integer(word, &vertex) && vertex >= 0 && vertex < vertices)
        return *corner = (int32_t)vertex, FACET_OK;
    char expected[64];
    snprintf(expected, sizeof expected, "a vertex from 0 to %lld", (long long)vertices - 1);
    return broken(off, expected, word, error);
}

static int read_face(struct off *off, struct facet_error *error) {
    int32_t first = 0, last = 0, corner = 0;
    int64_t corners;
    struct facet_word word;
    if (!first_word(off, &word) || !facet_integer(word, &corners) || corners < 0)
        return broken(off, "the number of corners of a face", word, error);
    for (int64_t i = 0; i < corners; i++) {
        int code = read_corner(off, &corner, error);
        if (!code && i >= 2) code = mesh_add_triangle(off->builder, first, last, corner, error);
        if (code) return code;
        if (i == 0) first = corner;
        last = corner;
    }
    facet_skip_line(&off->text); // a face's colour may follow
    return FACET_OK;
}

static int parse_off(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    struct off off = {.text = scan_text(bytes, size), .builder = builder};
    struct facet_word word;
    int64_t counts[2];
    if (!first_word(&off, &word) || !read_heading(&off, word))
        return broken(&off, "OFF, COFF, NOFF, CNOFF or STOFF", word, error);
    struct facet_text ahead = off.text;
    if (facet_next_word(&ahead, &word) && facet_word_is(word, "BINARY"))
        return broken(&off, "an OFF file in text", word, error);
    int code = read_counts(&off, counts, error);
    for (int64_t i = 0; !code && i < counts[0]; i++) code = read_vertex(&off, error);
    for (int64_t i = 0; !code && i < counts[1]; i++) code = read_face(&off, error);
    if (!code && builder->mesh.n_vertices == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: a vertex expected, the file claims none",
                               (long long)off.text.line);
    return code;
}

static bool starts_like_off(const char *bytes, size_t size) {
    struct off off = {.text = scan_text(bytes, size)};
    struct facet_word word;
    return first_word(&off, &word) && read_heading(&off, word);
}

const struct scan_format scan_off = {
    .name = "OFF", .suffixes = ".off .coff", .recognise = starts_like_off, .parse = parse_off};
