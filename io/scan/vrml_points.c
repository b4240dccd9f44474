// Coordinates of VRML, of vertices and of textures.
#include "io/scan/vrml.h"

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
    int code = vrml_expect(vrml, VRML_LIST, "[", error);
    while (!code && !vrml_list_ends(&vrml->text)) {
        float at[3];
        code = read_numbers(vrml, at, of_texture ? 2 : 3, error);
        if (code) break;
        code = of_texture ? mesh_add_texcoord(vrml->builder, at[0], at[1], error)
                          : mesh_add_vertex(vrml->builder, at, error);
        if (!code) code = vrml_points_quick(vrml, of_texture, error);
    }
    return code;
}

static struct vrml_run run_from(const struct vrml *vrml, bool of_texture, int64_t first) {
    const struct facet_mesh *mesh = &vrml->builder->mesh;
    return (struct vrml_run){first, (of_texture ? mesh->n_texcoords : mesh->n_vertices) - first};
}

// The fields of a Coordinate or TextureCoordinate.
static int read_point_fields(struct vrml *vrml, bool of_texture, struct vrml_run *run, struct facet_error *error) {
    const struct facet_mesh *mesh = &vrml->builder->mesh;
    int64_t first = of_texture ? mesh->n_texcoords : mesh->n_vertices;
    int code = vrml_expect(vrml, VRML_OPEN, "{", error);
    while (!code) {
        struct vrml_token token = vrml_next(&vrml->text);
        if (token.kind == VRML_CLOSE) break;
        if (token.kind == VRML_WORD && facet_word_is(token.word, "point"))
            code = read_point_list(vrml, of_texture, error);
        else
            code = vrml_unexpected(vrml, token, "point [ or }", error);
    }
    *run = run_from(vrml, of_texture, first);
    return code;
}

static int use_name(struct vrml *vrml, bool of_texture, struct vrml_run *run, struct facet_error *error) {
    struct vrml_token token = vrml_next(&vrml->text);
    for (int i = vrml->n_names - 1; i >= 0; i--) {
        const struct vrml_named *named = &vrml->names[i];
        bool same = named->of_texture == of_texture && named->name.length == token.word.length &&
                    memcmp(named->name.at, token.word.at, token.word.length) == 0;
        if (same && named->place != vrml_place_number(vrml))
            return vrml_unexpected(vrml, token, "coordinates that are named in the same Transform", error);
        if (same) return *run = named->run, FACET_OK;
    }
    return vrml_unexpected(vrml, token, "a name that DEF gave to coordinates before", error);
}

int vrml_read_points(struct vrml *vrml, bool of_texture, struct vrml_run *run, struct facet_error *error) {
    const char *type = of_texture ? "TextureCoordinate" : "Coordinate";
    struct facet_word name = {NULL, 0};
    struct vrml_token token = vrml_next(&vrml->text);
    if (facet_word_is(token.word, "NULL")) return FACET_OK;
    if (facet_word_is(token.word, "USE")) return use_name(vrml, of_texture, run, error);
    if (facet_word_is(token.word, "DEF")) {
        name = vrml_next(&vrml->text).word;
        token = vrml_next(&vrml->text);
    }
    if (!facet_word_is(token.word, type)) return vrml_unexpected(vrml, token, type, error);
    int code = read_point_fields(vrml, of_texture, run, error);
    if (code || !name.at) return code;
    if (vrml->n_names == VRML_MOST_NAMES)
        return facet_error_set(error, FACET_ERROR_DATA, "more than %d coordinates with names", VRML_MOST_NAMES);
    vrml->names[vrml->n_names++] = (struct vrml_named){name, of_texture, vrml_place_number(vrml), *run};
    return FACET_OK;
}
