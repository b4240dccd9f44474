// Wavefront OBJ: vertices and faces; everything else is passed over.
#include "io/scan/format.h"
#include <facet/text.h>

#include <string.h>

struct obj {
    struct facet_text text;
    struct mesh_builder *builder;
    int64_t highest, highest_line; // the largest vertex number a face names (from 1), and where
};

static int broken(const struct obj *obj, struct facet_error *error, const char *expected, struct facet_word word) {
    if (word.length == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the line ends",
                               (long long)obj->text.line, expected);
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", (long long)obj->text.line,
                           expected, facet_quote(word).text);
}

static int read_vertex(struct obj *obj, struct facet_error *error) {
    float vertex[3];
    for (int k = 0; k < 3; k++) {
        struct facet_word word;
        if (!facet_next_word(&obj->text, &word) || !facet_float(word, &vertex[k]))
            return broken(obj, error, "a coordinate", word);
    }
    return mesh_add_vertex(obj->builder, vertex, error);
}

// Cuts the part before the next slash off a corner: "7/2/3" gives "7" and leaves "2/3".
static struct facet_word cut(struct facet_word *corner, bool *more) {
    const char *slash = memchr(corner->at, '/', corner->length);
    struct facet_word part = {corner->at, slash ? (size_t)(slash - corner->at) : corner->length};
    *more = slash != NULL;
    size_t used = part.length + (slash != NULL);
    corner->at += used;
    corner->length -= used;
    return part;
}

// i, i/j, i//k or i/j/k; gives i counted from 0, which may be of a vertex still to come.
static int read_corner(struct obj *obj, struct facet_word word, int64_t *vertex, struct facet_error *error) {
    struct facet_word rest = word;
    bool more;
    int64_t number, ignored;
    if (!facet_integer(cut(&rest, &more), &number)) return broken(obj, error, "a vertex number", word);
    for (int k = 0; more; k++) {
        struct facet_word part = cut(&rest, &more);
        bool may_be_empty = k == 0 && more;
        if (k > 1 || (!facet_integer(part, &ignored) && !(may_be_empty && part.length == 0)))
            return broken(obj, error, "a corner like 1, 1/2, 1//3 or 1/2/3", word);
    }
    int64_t known = obj->builder->mesh.n_vertices;
    *vertex = number < 0 ? known + number : number - 1;
    if (number == 0 || *vertex < 0 || *vertex >= INT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "line %lld: the face names vertex %lld, but %lld vertices stand before it",
                               (long long)obj->text.line, (long long)number, (long long)known);
    if (*vertex >= obj->highest) {
        obj->highest = *vertex + 1;
        obj->highest_line = obj->text.line;
    }
    return FACET_OK;
}

static int read_face(struct obj *obj, struct facet_error *error) {
    int64_t first = 0, last = 0, vertex = 0;
    struct facet_word word;
    int corners = 0;
    for (; facet_next_word(&obj->text, &word) && *word.at != '#'; corners++) {
        int code = read_corner(obj, word, &vertex, error);
        if (!code && corners >= 2)
            code = mesh_add_triangle(obj->builder, (int32_t)first, (int32_t)last, (int32_t)vertex, error);
        if (code) return code;
        if (corners == 0) first = vertex;
        last = vertex;
    }
    if (corners >= 3) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: a face of %d corners, at least 3 expected",
                           (long long)obj->text.line, corners);
}

static int finish(const struct obj *obj, struct facet_error *error) {
    int64_t vertices = obj->builder->mesh.n_vertices;
    if (vertices == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "no vertex (\"v x y z\") in %lld lines; is it an OBJ file?",
                               (long long)obj->text.line - 1);
    if (obj->highest <= vertices) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: the face names vertex %lld, but the file has %lld",
                           (long long)obj->highest_line, (long long)obj->highest, (long long)vertices);
}

static int parse_obj(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct obj obj = {.text = {bytes + mark, bytes + size, 1, true}, .builder = builder};
    while (obj.text.at < obj.text.end) {
        struct facet_word word;
        int code = FACET_OK;
        if (facet_next_word(&obj.text, &word)) {
            if (facet_word_is(word, "v")) code = read_vertex(&obj, error);
            if (facet_word_is(word, "f")) code = read_face(&obj, error);
        }
        if (code) return code;
        facet_skip_line(&obj.text);
    }
    return finish(&obj, error);
}

const struct scan_format scan_obj = {.name = "OBJ", .suffixes = ".obj", .parse = parse_obj};
