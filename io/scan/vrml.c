// VRML 2.0 as face scanners write it: every IndexedFaceSet of the file, placed by its Transforms and joined to one mesh.
// Nodes that only colour a shape are passed over.
#include "io/scan/vrml.h"

#include "io/scan/format.h"

int vrml_unexpected(const struct vrml *vrml, struct vrml_token found, const char *expected, struct facet_error *error) {
    const char *at = found.word.at - (found.kind == VRML_STRING);
    return vrml_broken(&vrml->text, at, expected, error);
}

int vrml_expect(struct vrml *vrml, enum vrml_kind kind, const char *expected, struct facet_error *error) {
    struct vrml_token token = vrml_next(&vrml->text);
    return token.kind == kind ? FACET_OK : vrml_unexpected(vrml, token, expected, error);
}

// To behind the bracket or brace that ends the node or list whose begin was just read.
static int skip_rest(struct vrml *vrml, struct facet_error *error) {
    for (int64_t depth = 1; depth > 0;) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_END) return vrml_unexpected(vrml, token, "the end of a node or list", error);
        depth += (token.kind == VRML_OPEN || token.kind == VRML_LIST);
        depth -= (token.kind == VRML_CLOSE || token.kind == VRML_LIST_END);
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

static int finish_set(struct vrml *vrml, struct vrml_face_set *set, struct facet_error *error) {
    struct mesh_builder *builder = vrml->builder;
    vrml->face_sets++;
    if (!set->coord_index) return FACET_OK;
    if (set->texcoord_index) {
        struct vrml_text list = vrml->text;
        list.at = set->texcoord_index;
        if (vrml_list_ends(&list)) set->texcoord_index = NULL;
    }
    set->has_texcoords = set->texcoords.count > 0;
    int code = set->has_texcoords ? fill_texture(builder, error) : FACET_OK;
    if (!code) code = vrml_fan(vrml, set, error);
    return code || builder->mesh.n_texcoords == 0 ? code : fill_texture(builder, error);
}

// The list is only passed over now: fast, when nothing in it could hide its end.
static int remember_list(struct vrml *vrml, const char **list, struct facet_error *error) {
    struct vrml_text *text = &vrml->text;
    int code = vrml_expect(vrml, VRML_LIST, "[", error);
    if (code) return code;
    *list = text->at;
    const char *end = memchr(text->at, ']', (size_t)(text->end - text->at));
    if (!end || memchr(text->at, '#', (size_t)(end - text->at))) return skip_rest(vrml, error);
    text->at = end + 1;
    return FACET_OK;
}

static int read_field(struct vrml *vrml, struct vrml_face_set *set, struct facet_word name, struct facet_error *error) {
    if (facet_word_is(name, "coord")) return vrml_read_points(vrml, false, &set->vertices, error);
    if (facet_word_is(name, "texCoord")) return vrml_read_points(vrml, true, &set->texcoords, error);
    if (facet_word_is(name, "coordIndex")) return remember_list(vrml, &set->coord_index, error);
    if (facet_word_is(name, "texCoordIndex")) return remember_list(vrml, &set->texcoord_index, error);
    if (facet_word_is(name, "ccw")) set->clockwise = facet_word_is(vrml_next(&vrml->text).word, "FALSE");
    return FACET_OK; // the value of any other field is passed over as if it were fields
}

static int read_face_set(struct vrml *vrml, struct facet_error *error) {
    struct vrml_face_set set = {0};
    int code = FACET_OK;
    while (!code) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_CLOSE) return finish_set(vrml, &set, error);
        if (token.kind == VRML_END) return vrml_unexpected(vrml, token, "} of an IndexedFaceSet", error);
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
        if (token.kind == VRML_END) return vrml_unexpected(vrml, token, "} of an ImageTexture", error);
        if (token.kind != VRML_STRING || (known && *known)) continue;
        int code = mesh_set_texture(vrml->builder, token.word.at, token.word.length, error);
        if (code) return code;
        known = vrml->builder->mesh.texture;
    }
    return FACET_OK;
}

// Nodes of which only one part is to be seen, or that stand for another file.
static bool is_choice(struct facet_word type) {
    return facet_word_is(type, "LOD") || facet_word_is(type, "Switch") || facet_word_is(type, "Inline");
}

static int enter(struct vrml *vrml, struct facet_word type, int64_t *depth, struct facet_error *error) {
    if (facet_word_is(type, "IndexedFaceSet")) return read_face_set(vrml, error);
    if (facet_word_is(type, "ImageTexture")) return read_texture(vrml, error);
    if (is_choice(type)) return vrml_broken(&vrml->text, type.at, "a file without LOD, Switch and Inline", error);
    ++*depth;
    return facet_word_is(type, "Transform") ? vrml_place_begin(vrml, *depth, error) : FACET_OK;
}

// A shape that is there twice would have to be read twice. Other things may be used again: materials, lights of a script.
static bool uses_shape(struct facet_word before) {
    return before.length == 0 || facet_word_is(before, "geometry") || facet_word_is(before, "children");
}

static int read_word(struct vrml *vrml, struct vrml_token token, struct facet_word before, int64_t depth,
                     struct facet_error *error) {
    if (facet_word_is(before, "DEF") || facet_word_is(before, "USE")) return FACET_OK; // a name
    if (facet_word_is(token.word, "PROTO") || facet_word_is(token.word, "EXTERNPROTO"))
        return vrml_unexpected(vrml, token, "a file without prototypes", error);
    if (facet_word_is(token.word, "USE") && uses_shape(before))
        return vrml_unexpected(vrml, token, "a shape that is written out", error);
    return vrml_place_field(vrml, token.word, depth, error);
}

// Nodes nest in any way; all that counts is which of them are face sets, pictures and Transforms.
static int walk(struct vrml *vrml, struct facet_error *error) {
    struct facet_word last = {"", 0};
    int64_t depth = 0;
    for (int code = FACET_OK; !code;) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_END && depth == 0) return FACET_OK;
        if (token.kind == VRML_END) return vrml_unexpected(vrml, token, "the end of a node or list", error);
        bool closes = token.kind == VRML_CLOSE || token.kind == VRML_LIST_END;
        if (closes && depth == 0) return vrml_unexpected(vrml, token, "a node", error);
        if (closes) vrml_place_end(vrml, depth);
        depth += (token.kind == VRML_LIST) - closes;
        if (token.kind == VRML_WORD) code = read_word(vrml, token, last, depth, error);
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
