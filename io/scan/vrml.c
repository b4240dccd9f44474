// VRML 2.0 as face scanners write it: every IndexedFaceSet of the file, joined to one mesh. Nodes that only place or colour
// a shape are passed over: coordinates stay those in the file, which are what landmark files refer to.
#include "io/scan/vrml.h"

#include "io/scan/format.h"

#include <stdio.h>

enum { MOST_NAMES = 64 };

// A run of the mesh's vertices or texture coordinates.
struct run {
    int64_t first, count;
};

// `DEF name Coordinate { ... }`, for `USE name` later on.
struct named {
    struct facet_word name;
    bool of_texture;
    struct run run;
};

struct vrml {
    struct vrml_text text;
    struct mesh_builder *builder;
    struct named names[MOST_NAMES];
    int n_names;
    int64_t face_sets;
};

// An IndexedFaceSet while its fields are read: they come in any order, so the index lists wait.
struct face_set {
    struct run vertices, texcoords;
    const char *coord_index, *texcoord_index; // behind the bracket of the list; NULL: there is none
    bool clockwise, has_texcoords;
};

static int broken(const struct vrml *vrml, struct vrml_token found, const char *expected, struct facet_error *error) {
    const char *at = found.word.at - (found.kind == VRML_STRING);
    return vrml_broken(&vrml->text, at, expected, error);
}

static int expect(struct vrml *vrml, enum vrml_kind kind, const char *expected, struct facet_error *error) {
    struct vrml_token token = vrml_next(&vrml->text);
    return token.kind == kind ? FACET_OK : broken(vrml, token, expected, error);
}

// To behind the bracket or brace that ends the node or list whose begin was just read.
static int skip_rest(struct vrml *vrml, struct facet_error *error) {
    for (int64_t depth = 1; depth > 0;) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_END) return broken(vrml, token, "the end of a node or list", error);
        depth += (token.kind == VRML_OPEN || token.kind == VRML_LIST);
        depth -= (token.kind == VRML_CLOSE || token.kind == VRML_LIST_END);
    }
    return FACET_OK;
}

// ---- coordinates ----------------------------------------------------------------------------------------------------

static bool list_ends(struct vrml_text *text) {
    bool ends = vrml_skip(text) && *text->at == ']';
    text->at += ends;
    return ends;
}

static int read_numbers(struct vrml *vrml, float *numbers, int n, struct facet_error *error) {
    struct vrml_text *text = &vrml->text;
    for (int k = 0; k < n; k++) {
        vrml_skip(text);
        const char *from = text->at;
        if (!vrml_float(text, &numbers[k])) return vrml_broken(text, from, "a coordinate", error);
    }
    return FACET_OK;
}

static int read_point_list(struct vrml *vrml, bool of_texture, struct facet_error *error) {
    int code = expect(vrml, VRML_LIST, "[", error);
    while (!code && !list_ends(&vrml->text)) {
        float at[3];
        code = read_numbers(vrml, at, of_texture ? 2 : 3, error);
        if (code) break;
        code = of_texture ? mesh_add_texcoord(vrml->builder, at[0], at[1], error)
                          : mesh_add_vertex(vrml->builder, at, error);
    }
    return code;
}

static struct run run_from(const struct vrml *vrml, bool of_texture, int64_t first) {
    const struct facet_mesh *mesh = &vrml->builder->mesh;
    return (struct run){first, (of_texture ? mesh->n_texcoords : mesh->n_vertices) - first};
}

// The fields of a Coordinate or TextureCoordinate.
static int read_point_fields(struct vrml *vrml, bool of_texture, struct run *run, struct facet_error *error) {
    const struct facet_mesh *mesh = &vrml->builder->mesh;
    int64_t first = of_texture ? mesh->n_texcoords : mesh->n_vertices;
    int code = expect(vrml, VRML_OPEN, "{", error);
    while (!code) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_CLOSE) break;
        if (token.kind == VRML_WORD && facet_word_is(token.word, "point"))
            code = read_point_list(vrml, of_texture, error);
        else
            code = broken(vrml, token, "point [ or }", error);
    }
    *run = run_from(vrml, of_texture, first);
    return code;
}

static int use_name(struct vrml *vrml, bool of_texture, struct run *run, struct facet_error *error) {
    struct vrml_token token = vrml_next(&vrml->text);
    for (int i = vrml->n_names - 1; i >= 0; i--) {
        const struct named *named = &vrml->names[i];
        bool same = named->of_texture == of_texture && named->name.length == token.word.length &&
                    memcmp(named->name.at, token.word.at, token.word.length) == 0;
        if (same) return *run = named->run, FACET_OK;
    }
    return broken(vrml, token, "a name that DEF gave to coordinates before", error);
}

// `Coordinate {...}`, `DEF name Coordinate {...}`, `USE name` or `NULL`.
static int read_point_node(struct vrml *vrml, bool of_texture, struct run *run, struct facet_error *error) {
    const char *type = of_texture ? "TextureCoordinate" : "Coordinate";
    struct facet_word name = {NULL, 0};
    struct vrml_token token = vrml_next(&vrml->text);
    if (facet_word_is(token.word, "NULL")) return FACET_OK;
    if (facet_word_is(token.word, "USE")) return use_name(vrml, of_texture, run, error);
    if (facet_word_is(token.word, "DEF")) {
        name = vrml_next(&vrml->text).word;
        token = vrml_next(&vrml->text);
    }
    if (!facet_word_is(token.word, type)) return broken(vrml, token, type, error);
    int code = read_point_fields(vrml, of_texture, run, error);
    if (code || !name.at) return code;
    if (vrml->n_names == MOST_NAMES)
        return facet_error_set(error, FACET_ERROR_DATA, "more than %d coordinates with names", MOST_NAMES);
    vrml->names[vrml->n_names++] = (struct named){name, of_texture, *run};
    return FACET_OK;
}

// ---- faces ----------------------------------------------------------------------------------------------------------

enum { POLYGON_ENDS = -1, LIST_ENDS = -2 };

// A list of corners: an index of the run, POLYGON_ENDS or LIST_ENDS. The index given counts from the mesh's first.
static int next_corner(const struct vrml *vrml, struct vrml_text *list, struct run run, int32_t *corner,
                       struct facet_error *error) {
    int64_t index;
    const char *from = list->at, *quick = vrml_quick_index(from, list->end, &index);
    if (quick) {
        list->at = quick;
    } else {
        *corner = LIST_ENDS;
        if (list_ends(list)) return FACET_OK;
        from = list->at;
        if (!number_integer(&list->at, list->end, &index) || !vrml_ends(list))
            return vrml_broken(&vrml->text, from, "an index or ]", error);
    }
    if (index >= -1 && index < run.count) {
        *corner = index == -1 ? POLYGON_ENDS : (int32_t)(run.first + index);
        return FACET_OK;
    }
    char expected[64];
    snprintf(expected, sizeof expected, "an index from 0 to %lld, or -1,", (long long)run.count - 1);
    return vrml_broken(&vrml->text, from, expected, error);
}

static int add_triangle(const struct vrml *vrml, const struct face_set *set, const int32_t v[3], const int32_t t[3],
                        struct facet_error *error) {
    int second = set->clockwise ? 2 : 1, third = 3 - second;
    int code = mesh_add_triangle(vrml->builder, v[0], v[second], v[third], error);
    if (code || !set->has_texcoords) return code;
    return mesh_add_texture_triangle(vrml->builder, t[0], t[second], t[third], error);
}

// The same, where there is room, without the calls: they would cost as much as reading the indices.
static inline int put_triangle(const struct vrml *vrml, const struct face_set *set, int32_t corners[2][3],
                               struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    bool room = builder->mesh.n_triangles < builder->triangle_room &&
                (!set->has_texcoords || builder->n_texture_triangles < builder->texture_triangle_room);
    if (!room || set->clockwise) return add_triangle(vrml, set, corners[0], corners[1], error);
    memcpy(builder->mesh.triangles + 3 * builder->mesh.n_triangles++, corners[0], sizeof corners[0]);
    if (set->has_texcoords)
        memcpy(builder->mesh.texture_triangles + 3 * builder->n_texture_triangles++, corners[1], sizeof corners[1]);
    return FACET_OK;
}

// Where the set has no texture indices of its own, those of the vertices are meant.
static int next_corners(const struct vrml *vrml, const struct face_set *set, struct vrml_text lists[2], int32_t *vertex,
                        int32_t *texcoord, struct facet_error *error) {
    const char *from = lists[1].at;
    int code = next_corner(vrml, &lists[0], set->vertices, vertex, error);
    *texcoord = *vertex;
    if (code || !set->has_texcoords) return code;
    struct vrml_text *texture = &lists[set->texcoord_index ? 1 : 0];
    if (texture == lists) {
        *texcoord = (int32_t)(*vertex - set->vertices.first + set->texcoords.first);
        if (*vertex < 0 || *vertex - set->vertices.first < set->texcoords.count) return FACET_OK;
        return facet_error_set(error, FACET_ERROR_DATA, "vertex %lld of a face, but only %lld texture coordinates",
                               (long long)(*vertex - set->vertices.first), (long long)set->texcoords.count);
    }
    code = next_corner(vrml, texture, set->texcoords, texcoord, error);
    if (code || (*vertex < 0) == (*texcoord < 0)) return code;
    return vrml_broken(&vrml->text, from, "a texCoordIndex of as many corners a face as coordIndex", error);
}

// One polygon, or the end of the lists.
static int fan(const struct vrml *vrml, const struct face_set *set, struct vrml_text lists[2], bool *more,
               struct facet_error *error) {
    int32_t v[3], t[3];
    for (int64_t corners = 0;; corners++) {
        int k = corners < 2 ? (int)corners : 2;
        int code = next_corners(vrml, set, lists, &v[k], &t[k], error);
        *more = !code && v[k] != LIST_ENDS;
        if (code || v[k] < 0) return code;
        if (k < 2) continue;
        code = add_triangle(vrml, set, v, t, error);
        if (code) return code;
        v[1] = v[2], t[1] = t[2];
    }
}

// Most polygons are triangles of plain indices: "0, 1, 2, -1,". index: three from 0 to count - 1, then -1.
static inline bool is_triangle(const int64_t index[4], int64_t count) {
    uint64_t end = (uint64_t)count;
    return (uint64_t)index[0] < end && (uint64_t)index[1] < end && (uint64_t)index[2] < end && index[3] == -1;
}

static inline void take_triangle(const int64_t index[4], int64_t first, int32_t corners[3]) {
    for (int k = 0; k < 3; k++) corners[k] = (int32_t)(first + index[k]);
}

static inline bool quick_triangle(struct vrml_text *list, const struct run *run, int32_t corners[3]) {
    const char *at = list->at;
    int64_t index[4] = {0};
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        at = vrml_quick_index(at, list->end, &index[k]);
        if (!at) return false;
    }
    if (!is_triangle(index, run->count)) return false;
    take_triangle(index, run->first, corners);
    list->at = at;
    return true;
}

// Where an index begins is known only when the one before is read, so the two lists are read in turn: the processor does
// both at once. False, the lists unmoved: this polygon is something else.
static inline bool quick_triangles(struct vrml_text lists[2], const struct run runs[2], int32_t corners[2][3]) {
    const char *at = lists[0].at, *other = lists[1].at, *end = lists[0].end;
    int64_t index[4] = {0}, other_index[4] = {0};
#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        at = vrml_quick_index(at, end, &index[k]);
        other = vrml_quick_index(other, end, &other_index[k]);
        if (!at || !other) return false;
    }
    if (!is_triangle(index, runs[0].count) || !is_triangle(other_index, runs[1].count)) return false;
    take_triangle(index, runs[0].first, corners[0]);
    take_triangle(other_index, runs[1].first, corners[1]);
    lists[0].at = at, lists[1].at = other;
    return true;
}

static int fan_all(const struct vrml *vrml, const struct face_set *set, struct facet_error *error) {
    struct vrml_text lists[2] = {vrml->text, vrml->text};
    const struct run runs[2] = {set->vertices, set->texcoords};
    lists[0].at = set->coord_index, lists[1].at = set->texcoord_index;
    for (bool more = true; more;) {
        int32_t corners[2][3];
        bool quick = !set->has_texcoords   ? quick_triangle(lists, runs, corners[0])
                     : set->texcoord_index ? quick_triangles(lists, runs, corners)
                                           : false;
        int code = quick ? put_triangle(vrml, set, corners, error) : fan(vrml, set, lists, &more, error);
        if (code) return code;
    }
    return FACET_OK;
}

// Triangles of other sets have no texture: -1 stands for their corners.
static int fill_texture(struct mesh_builder *builder, struct facet_error *error) {
    int code = FACET_OK;
    while (!code && builder->n_texture_triangles < builder->mesh.n_triangles)
        code = mesh_add_texture_triangle(builder, -1, -1, -1, error);
    return code;
}

static int finish_set(struct vrml *vrml, struct face_set *set, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    vrml->face_sets++;
    if (!set->coord_index) return FACET_OK;
    if (set->texcoord_index) {
        struct vrml_text list = vrml->text;
        list.at = set->texcoord_index;
        if (list_ends(&list)) set->texcoord_index = NULL;
    }
    set->has_texcoords = set->texcoords.count > 0;
    int code = set->has_texcoords ? fill_texture(builder, error) : FACET_OK;
    if (!code) code = fan_all(vrml, set, error);
    return code || builder->mesh.n_texcoords == 0 ? code : fill_texture(builder, error);
}

// The list is only passed over now: fast, when nothing in it could hide its end.
static int remember_list(struct vrml *vrml, const char **list, struct facet_error *error) {
    struct vrml_text *text = &vrml->text;
    int code = expect(vrml, VRML_LIST, "[", error);
    if (code) return code;
    *list = text->at;
    const char *end = memchr(text->at, ']', (size_t)(text->end - text->at));
    if (!end || memchr(text->at, '#', (size_t)(end - text->at))) return skip_rest(vrml, error);
    text->at = end + 1;
    return FACET_OK;
}

static int read_field(struct vrml *vrml, struct face_set *set, struct facet_word name, struct facet_error *error) {
    if (facet_word_is(name, "coord")) return read_point_node(vrml, false, &set->vertices, error);
    if (facet_word_is(name, "texCoord")) return read_point_node(vrml, true, &set->texcoords, error);
    if (facet_word_is(name, "coordIndex")) return remember_list(vrml, &set->coord_index, error);
    if (facet_word_is(name, "texCoordIndex")) return remember_list(vrml, &set->texcoord_index, error);
    if (facet_word_is(name, "ccw")) set->clockwise = facet_word_is(vrml_next(&vrml->text).word, "FALSE");
    return FACET_OK; // the value of any other field is passed over as if it were fields
}

static int read_face_set(struct vrml *vrml, struct facet_error *error) {
    struct face_set set = {0};
    int code = FACET_OK;
    while (!code) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_CLOSE) return finish_set(vrml, &set, error);
        if (token.kind == VRML_END) return broken(vrml, token, "} of an IndexedFaceSet", error);
        if (token.kind == VRML_OPEN || token.kind == VRML_LIST) code = skip_rest(vrml, error);
        if (token.kind == VRML_WORD) code = read_field(vrml, &set, token.word, error);
    }
    return code;
}

// ---- the file -------------------------------------------------------------------------------------------------------

// The first picture that the file names.
static int read_texture(struct vrml *vrml, struct facet_error *error) {
    const char *known = vrml->builder->mesh.texture;
    struct vrml_token token = vrml_next(&vrml->text);
    for (; token.kind != VRML_CLOSE; token = vrml_next(&vrml->text)) {
        if (token.kind == VRML_END) return broken(vrml, token, "} of an ImageTexture", error);
        if (token.kind != VRML_STRING || (known && *known)) continue;
        int code = mesh_set_texture(vrml->builder, token.word.at, token.word.length, error);
        if (code) return code;
        known = vrml->builder->mesh.texture;
    }
    return FACET_OK;
}

static int enter(struct vrml *vrml, struct facet_word type, int64_t *depth, struct facet_error *error) {
    if (facet_word_is(type, "IndexedFaceSet")) return read_face_set(vrml, error);
    if (facet_word_is(type, "ImageTexture")) return read_texture(vrml, error);
    ++*depth;
    return FACET_OK;
}

// Nodes nest in any way; all that counts is which of them are face sets and pictures.
static int walk(struct vrml *vrml, struct facet_error *error) {
    struct facet_word last = {"", 0};
    int64_t depth = 0;
    for (int code = FACET_OK; !code;) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_END && depth == 0) return FACET_OK;
        if (token.kind == VRML_END) return broken(vrml, token, "the end of a node or list", error);
        bool closes = token.kind == VRML_CLOSE || token.kind == VRML_LIST_END;
        if (closes && depth == 0) return broken(vrml, token, "a node", error);
        if (facet_word_is(token.word, "PROTO")) return broken(vrml, token, "a file without prototypes", error);
        depth += (token.kind == VRML_LIST) - closes;
        if (token.kind == VRML_OPEN) code = enter(vrml, last, &depth, error);
        if (code) return code;
        last = token.kind == VRML_WORD ? token.word : (struct facet_word){"", 0};
    }
    return FACET_OK;
}

static bool starts_like_vrml(const char *bytes, size_t size) {
    return size >= 6 && memcmp(bytes, "#VRML ", 6) == 0;
}

static int parse_vrml(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct vrml vrml = {.text = {bytes, bytes + mark, bytes + size}, .builder = builder};
    if (starts_like_vrml(bytes + mark, size - mark) && (size - mark < 10 || memcmp(bytes + mark + 6, "V2.0", 4) != 0))
        return facet_error_set(error, FACET_ERROR_DATA, "line 1: VRML of version 2.0 (#VRML V2.0) expected");
    int code = walk(&vrml, error);
    if (code) return code;
    if (vrml.face_sets == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "no IndexedFaceSet in %zu bytes; is it a VRML 2.0 file?", size);
    if (builder->mesh.n_vertices == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "no vertex in any IndexedFaceSet");
    return FACET_OK;
}

const struct scan_format scan_vrml = {
    .name = "VRML", .suffixes = ".wrl .vrml", .recognise = starts_like_vrml, .parse = parse_vrml};
