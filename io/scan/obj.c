// Wavefront OBJ: vertices with their colours, texture coordinates and faces; normals, lines and curves are passed over.
#include "io/scan/obj.h"

#include "io/scan/format.h"

#include <string.h>

enum { MOST_EXTRAS = 4 };

static int broken(const struct obj *obj, struct facet_error *error, const char *expected, struct facet_word word) {
    if (word.length == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, but the line ends",
                               (long long)obj->text.line, expected);
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected, found \"%s\"", (long long)obj->text.line,
                           expected, facet_quote(word).text);
}

// ---- vertices ---------------------------------------------------------------------------------------------------------

static uint8_t colour_byte(float value, float scale) {
    float scaled = value * scale + 0.5f;
    if (!(scaled > 0)) return 0; // NaN too
    return scaled < 255 ? (uint8_t)scaled : 255;
}

// Colours so far were taken to go to 1; they went to 255.
static void scale_colours(struct obj *obj) {
    uint8_t *colours = obj->builder->mesh.colours;
    for (int64_t i = 0; i < 3 * obj->builder->n_colours; i++) colours[i] = colours[i] > 127;
    obj->byte_colours = true;
}

int obj_add_colour(struct obj *obj, const float colour[3], struct facet_error *error) {
    uint8_t bytes[3];
    if (!obj->byte_colours && (colour[0] > 1 || colour[1] > 1 || colour[2] > 1)) scale_colours(obj);
    for (int k = 0; k < 3; k++) bytes[k] = colour_byte(colour[k], obj->byte_colours ? 1 : 255);
    return mesh_add_colour(obj->builder, bytes, error);
}

// x y z, and behind them nothing, a weight (which a mesh has no use for), or a colour.
static int read_vertex(struct obj *obj, struct facet_error *error) {
    float vertex[3], extras[MOST_EXTRAS];
    struct facet_word word;
    int n = 0;
    for (int k = 0; k < 3; k++)
        if (!facet_next_word(&obj->text, &word) || !facet_float(word, &vertex[k]))
            return broken(obj, error, "a coordinate", word);
    while (n < MOST_EXTRAS && facet_next_word(&obj->text, &word) && facet_float(word, &extras[n])) n++;
    int code = mesh_add_vertex(obj->builder, vertex, error);
    return code || n < 3 ? code : obj_add_colour(obj, extras, error);
}

static int read_texcoord(struct obj *obj, struct facet_error *error) {
    float u, v = 0;
    struct facet_word word;
    if (!facet_next_word(&obj->text, &word) || !facet_float(word, &u))
        return broken(obj, error, "a texture coordinate", word);
    if (facet_next_word(&obj->text, &word) && *word.at != '#' && !facet_float(word, &v))
        return broken(obj, error, "a texture coordinate", word);
    return mesh_add_texcoord(obj->builder, u, v, error);
}

// ---- faces ------------------------------------------------------------------------------------------------------------

struct corner {
    int32_t vertex, texcoord; // from 0; texcoord -1: none
};

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

static void note(struct obj_highest *highest, int64_t number, int64_t line) {
    if (number > highest->number) *highest = (struct obj_highest){number, line};
}

// A vertex that may still be to come.
static int find_vertex(struct obj *obj, int64_t number, int32_t *vertex, struct facet_error *error) {
    int64_t known = obj->builder->mesh.n_vertices, place = number < 0 ? known + number : number - 1;
    if (number == 0 || place < 0 || place >= INT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "line %lld: the face names vertex %lld, but %lld vertices stand before it",
                               (long long)obj->text.line, (long long)number, (long long)known);
    note(&obj->vertex, place + 1, obj->text.line);
    *vertex = (int32_t)place;
    return FACET_OK;
}

// Whether a texture coordinate that cannot be matters is known at the end: files without any name them all the same.
static int32_t find_texcoord(struct obj *obj, int64_t number) {
    int64_t known = obj->builder->mesh.n_texcoords, place = number < 0 ? known + number : number - 1;
    if (number == 0 || place < 0 || place >= INT32_MAX) {
        if (obj->lost.line == 0) obj->lost = (struct obj_highest){number, obj->text.line};
        return -1;
    }
    note(&obj->texcoord, place + 1, obj->text.line);
    return (int32_t)place;
}

// i, i/j, i//k or i/j/k.
static int read_corner(struct obj *obj, struct facet_word word, struct corner *corner, struct facet_error *error) {
    struct facet_word rest = word;
    bool more;
    int64_t number, other;
    if (!facet_integer(cut(&rest, &more), &number)) return broken(obj, error, "a vertex number", word);
    corner->texcoord = -1;
    for (int k = 0; more; k++) {
        struct facet_word part = cut(&rest, &more);
        bool is_number = facet_integer(part, &other), may_be_empty = k == 0 && more;
        if (k > 1 || (!is_number && !(may_be_empty && part.length == 0)))
            return broken(obj, error, "a corner like 1, 1/2, 1//3 or 1/2/3", word);
        if (k == 0 && is_number) corner->texcoord = find_texcoord(obj, other), obj->textured = true;
    }
    return find_vertex(obj, number, &corner->vertex, error);
}

static int add_triangle(struct obj *obj, struct corner a, struct corner b, struct corner c, struct facet_error *error) {
    struct mesh_builder *builder = obj->builder;
    int code = FACET_OK;
    while (obj->textured && !code && builder->n_texture_triangles < builder->mesh.n_triangles) // those before the first
        code = mesh_add_texture_triangle(builder, -1, -1, -1, error);
    if (!code) code = mesh_add_triangle(builder, a.vertex, b.vertex, c.vertex, error);
    if (code || !obj->textured) return code;
    return mesh_add_texture_triangle(builder, a.texcoord, b.texcoord, c.texcoord, error);
}

static int read_face(struct obj *obj, struct facet_error *error) {
    struct corner first = {0}, last = {0}, corner = {0};
    struct facet_word word;
    int corners = 0;
    for (; facet_next_word(&obj->text, &word) && *word.at != '#'; corners++) {
        int code = read_corner(obj, word, &corner, error);
        if (!code && corners >= 2) code = add_triangle(obj, first, last, corner, error);
        if (code) return code;
        if (corners == 0) first = corner;
        last = corner;
    }
    if (corners >= 3) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "line %lld: a face of %d corners, at least 3 expected",
                           (long long)obj->text.line, corners);
}

// ---- names ------------------------------------------------------------------------------------------------------------

// The rest of the line, with blanks inside and without those around.
static struct facet_word rest_of_line(const struct facet_text *text) {
    struct facet_text ahead = *text;
    struct facet_word word, rest = {ahead.at, 0};
    while (facet_next_word(&ahead, &word)) {
        if (rest.length == 0) rest.at = word.at;
        rest.length = (size_t)(word.at + word.length - rest.at);
    }
    return rest;
}

// The first of the libraries, whose name may have blanks in it: it ends with the first word that ends in ".mtl".
static struct facet_word first_library(struct facet_text text) {
    struct facet_word all = rest_of_line(&text), word;
    while (facet_next_word(&text, &word)) {
        bool ends = word.length > 4 && memcmp(word.at + word.length - 4, ".mtl", 4) == 0;
        if (ends) return (struct facet_word){all.at, (size_t)(word.at + word.length - all.at)};
    }
    return all;
}

static int set_names(const struct obj *obj, struct facet_error *error) {
    int code = FACET_OK;
    if (obj->library.length > 0) code = mesh_set_texture(obj->builder, obj->library.at, obj->library.length, error);
    if (code || obj->material.length == 0) return code;
    return mesh_set_material(obj->builder, obj->material.at, obj->material.length, error);
}

// ---- the file ---------------------------------------------------------------------------------------------------------

static int check_texcoords(const struct obj *obj, struct facet_error *error) {
    int64_t known = obj->builder->mesh.n_texcoords;
    struct obj_highest bad = obj->lost.line > 0 ? obj->lost : obj->texcoord;
    if (known == 0 || (obj->lost.line == 0 && bad.number <= known)) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "line %lld: the face names texture coordinate %lld, but the file has %lld",
                           (long long)bad.line, (long long)bad.number, (long long)known);
}

static int finish(const struct obj *obj, struct facet_error *error) {
    int64_t vertices = obj->builder->mesh.n_vertices;
    if (vertices == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "no vertex (\"v x y z\") in %lld lines; is it an OBJ file?",
                               (long long)obj->text.line - 1);
    if (obj->vertex.number > vertices)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: the face names vertex %lld, but the file has %lld",
                               (long long)obj->vertex.line, (long long)obj->vertex.number, (long long)vertices);
    int code = check_texcoords(obj, error);
    return code ? code : set_names(obj, error);
}

static int read_line(struct obj *obj, struct facet_error *error) {
    struct facet_word word;
    if (!facet_next_word(&obj->text, &word)) return FACET_OK;
    if (facet_word_is(word, "v")) return read_vertex(obj, error);
    if (facet_word_is(word, "f")) return read_face(obj, error);
    if (facet_word_is(word, "vt")) return read_texcoord(obj, error);
    if (facet_word_is(word, "mtllib") && obj->library.length == 0) obj->library = first_library(obj->text);
    if (facet_word_is(word, "usemtl") && obj->builder->mesh.n_triangles == 0) obj->material = rest_of_line(&obj->text);
    return FACET_OK;
}

static int parse_obj(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct obj obj = {.text = {bytes + mark, bytes + size, 1, true}, .begin = bytes, .builder = builder};
    while (obj.text.at < obj.text.end) {
        int code = read_line(&obj, error);
        if (code) return code;
        facet_skip_line(&obj.text);
        code = obj_read_quick(&obj, error);
        if (code) return code;
    }
    return finish(&obj, error);
}

const struct scan_format scan_obj = {.name = "OBJ", .suffixes = ".obj", .parse = parse_obj};
