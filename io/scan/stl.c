// STL, in text and in binary. Each triangle brings its own corners; equal ones become one vertex.
#include "io/scan/format.h"

#include "io/scan/bytes.h"

#include <stdlib.h>
#include <strings.h>

enum { HEADER = 80, COUNT_END = 84, TRIANGLE = 50, NORMAL = 12, LEAST_TEXT = 24 };

// ---- equal corners --------------------------------------------------------------------------------------------------

// Finds the vertex that stands at a place: open addressing, at least half of it free.
struct weld {
    struct mesh_builder *builder;
    int32_t *vertices; // -1: free
    uint64_t mask;
};

static int weld_begin(struct weld *weld, struct mesh_builder *builder, int64_t most, struct facet_error *error) {
    uint64_t room = 64;
    while (room < 2 * (uint64_t)most) room *= 2;
    *weld = (struct weld){builder, malloc(room * sizeof *weld->vertices), room - 1};
    if (!weld->vertices)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld corners", (long long)most);
    memset(weld->vertices, 0xff, room * sizeof *weld->vertices);
    return FACET_OK;
}

static uint64_t hash_of(const float at[3]) {
    uint32_t bits[3];
    memcpy(bits, at, sizeof bits);
    uint64_t hash = (bits[0] | (uint64_t)bits[1] << 32) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29 ^ bits[2]) * 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 32;
}

static int weld_vertex(struct weld *weld, float at[3], int32_t *vertex, struct facet_error *error) {
    for (int k = 0; k < 3; k++) at[k] += 0.0f; // -0 is 0
    uint64_t slot = hash_of(at) & weld->mask;
    for (; weld->vertices[slot] >= 0; slot = (slot + 1) & weld->mask) {
        *vertex = weld->vertices[slot];
        if (memcmp(weld->builder->mesh.vertices + 3 * (int64_t)*vertex, at, 3 * sizeof *at) == 0) return FACET_OK;
    }
    *vertex = (int32_t)weld->builder->mesh.n_vertices;
    weld->vertices[slot] = *vertex;
    return mesh_add_vertex(weld->builder, at, error);
}

static int add_triangle(struct weld *weld, float corners[3][3], struct facet_error *error) {
    int32_t v[3];
    for (int k = 0; k < 3; k++) {
        int code = weld_vertex(weld, corners[k], &v[k], error);
        if (code) return code;
    }
    return mesh_add_triangle(weld->builder, v[0], v[1], v[2], error);
}

// ---- binary ---------------------------------------------------------------------------------------------------------

static int parse_binary(const char *bytes, size_t size, struct weld *weld, struct facet_error *error) {
    int64_t count = size >= COUNT_END ? scan_u32(bytes + HEADER) : 0;
    if (size < COUNT_END)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "byte %zu: the file ends, the number of triangles at byte 80 expected", size);
    if (count > (int64_t)(size - COUNT_END) / TRIANGLE)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "byte %zu: the file ends, %lld triangles up to byte %lld expected", size,
                               (long long)count, (long long)(COUNT_END + TRIANGLE * count));
    int code = weld_begin(weld, weld->builder, 3 * count, error);
    for (int64_t i = 0; !code && i < count; i++) {
        const char *at = bytes + COUNT_END + TRIANGLE * i + NORMAL;
        float corners[3][3];
        for (int k = 0; k < 9; k++) corners[k / 3][k % 3] = scan_f32(at + 4 * k);
        code = add_triangle(weld, corners, error);
    }
    return code;
}

// ---- text -----------------------------------------------------------------------------------------------------------

static bool is(struct facet_word word, const char *expected) {
    return word.length == strlen(expected) && strncasecmp(word.at, expected, word.length) == 0;
}

static int broken(const struct facet_text *text, const char *expected, struct facet_word found,
                  struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", (long long)text->line,
                           expected, facet_quote(found).text);
}

static int read_corner(struct facet_text *text, float corner[3], struct facet_error *error) {
    for (int k = 0; k < 3; k++) {
        struct facet_word word;
        if (!facet_next_word(text, &word) || !facet_float(word, &corner[k]))
            return broken(text, "a coordinate", word, error);
    }
    return FACET_OK;
}

// One line; *corners counts those of the facet, *open the solids begun.
static int read_line(struct facet_text *text, struct weld *weld, float corners[3][3], int *n_corners, bool *open,
                     struct facet_error *error) {
    struct facet_word word;
    if (!facet_next_word(text, &word)) return FACET_OK;
    if (is(word, "vertex")) {
        if (*n_corners == 3) return broken(text, "endloop after three corners", word, error);
        return read_corner(text, corners[(*n_corners)++], error);
    }
    if (is(word, "solid") || is(word, "endsolid")) return *open = is(word, "solid"), FACET_OK;
    if (is(word, "facet")) return *n_corners = 0, FACET_OK;
    if (is(word, "outer") || is(word, "endfacet")) return FACET_OK;
    if (!is(word, "endloop"))
        return broken(text, "facet, outer loop, vertex, endloop, endfacet or endsolid", word, error);
    if (*n_corners != 3) return broken(text, "three corners before endloop", word, error);
    return add_triangle(weld, corners, error);
}

static int parse_text(struct facet_text text, struct weld *weld, struct facet_error *error) {
    float corners[3][3];
    int n_corners = 0, code = weld_begin(weld, weld->builder, (text.end - text.at) / LEAST_TEXT * 3 + 3, error);
    bool open = false;
    while (!code && text.at < text.end) {
        code = read_line(&text, weld, corners, &n_corners, &open, error);
        facet_skip_line(&text);
    }
    if (code || !open) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: endsolid expected, but the file ends",
                           (long long)text.line);
}

// ---- the file -------------------------------------------------------------------------------------------------------

// Some binary files begin with "solid" too; their length gives them away, or the zeros of a header or count.
static bool is_binary(const char *bytes, size_t size) {
    return size > COUNT_END && size - COUNT_END == (size_t)TRIANGLE * scan_u32(bytes + HEADER);
}

static bool is_text(const char *bytes, size_t size) {
    struct facet_text text = scan_text(bytes, size);
    struct facet_word word;
    if (memchr(bytes, '\0', size < COUNT_END ? size : COUNT_END)) return false;
    return facet_next_word(&text, &word) && is(word, "solid");
}

static bool starts_like_stl(const char *bytes, size_t size) {
    return is_binary(bytes, size) || is_text(bytes, size);
}

static int parse_stl(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    struct weld weld = {.builder = builder};
    bool in_text = !is_binary(bytes, size) && is_text(bytes, size);
    int code = in_text ? parse_text(scan_text(bytes, size), &weld, error) : parse_binary(bytes, size, &weld, error);
    free(weld.vertices);
    if (code || builder->mesh.n_triangles > 0) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "no triangle in %zu bytes; is it an STL file?", size);
}

const struct scan_format scan_stl = {
    .name = "STL", .suffixes = ".stl", .recognise = starts_like_stl, .parse = parse_stl};
