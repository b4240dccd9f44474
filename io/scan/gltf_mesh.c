// Meshes of glTF: primitives of triangles with places, texture coordinates and colours.
#include "io/scan/gltf.h"

#include <string.h>

enum { TRIANGLES = 4, STRIP = 5, FAN = 6 };
static const double metre = 1000; // in mm; glTF measures in metres

// What a primitive is made of. The values of all attributes are as many as the places.
struct primitive {
    struct gltf_values places, texcoords, colours, indices;
    bool has_texcoords, has_colours, has_indices, mirrored;
    int64_t first_vertex, first_texcoord;
};

static int refused(int64_t mesh, size_t primitive, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "mesh %lld, primitive %zu: %s expected", (long long)mesh, primitive,
                           what);
}

static double determinant(const double m[16]) {
    return m[0] * (m[5] * m[10] - m[9] * m[6]) - m[4] * (m[1] * m[10] - m[9] * m[2]) +
           m[8] * (m[1] * m[6] - m[5] * m[2]);
}

static int find_attribute(struct gltf *gltf, const json_t *entry, const char *name, bool *there,
                          struct gltf_values *values, struct facet_error *error) {
    const json_t *attributes = json_object_get(entry, "attributes");
    *there = json_object_get(attributes, name) != NULL;
    return *there ? gltf_values_of(gltf, gltf_integer(attributes, name, -1), values, error) : FACET_OK;
}

// Colours and texture coordinates of another shape than a mesh can have are none.
static int find_values(struct gltf *gltf, const json_t *entry, struct primitive *p, struct facet_error *error) {
    bool has_places;
    int code = find_attribute(gltf, entry, "POSITION", &has_places, &p->places, error);
    if (!code && !has_places) return facet_error_set(error, FACET_ERROR_DATA, "places of vertices (POSITION) expected");
    if (!code) code = find_attribute(gltf, entry, "TEXCOORD_0", &p->has_texcoords, &p->texcoords, error);
    if (!code) code = find_attribute(gltf, entry, "COLOR_0", &p->has_colours, &p->colours, error);
    p->has_indices = json_object_get(entry, "indices") != NULL;
    if (!code && p->has_indices) code = gltf_values_of(gltf, gltf_integer(entry, "indices", -1), &p->indices, error);
    p->has_texcoords = p->has_texcoords && p->texcoords.components == 2 && p->texcoords.count == p->places.count;
    p->has_colours = p->has_colours && p->colours.components >= 3 && p->colours.count == p->places.count;
    return code;
}

static void place_vertex(const struct gltf_values *places, int64_t i, const double m[16], float vertex[3]) {
    double at[3];
    for (int k = 0; k < 3; k++) at[k] = (double)gltf_number(places, i, k);
    for (int k = 0; k < 3; k++)
        vertex[k] = (float)(metre * (m[k] * at[0] + m[4 + k] * at[1] + m[8 + k] * at[2] + m[12 + k]));
}

static uint8_t to_byte(float value) {
    return value >= 1 ? 255 : value > 0 ? (uint8_t)(value * 255 + 0.5f) : 0;
}

static int add_vertices(struct gltf *gltf, const struct primitive *p, const double place[16],
                        struct facet_error *error) {
    struct mesh_builder *builder = gltf->builder;
    bool coloured = p->has_colours && builder->n_colours == builder->mesh.n_vertices;
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < p->places.count; i++) {
        float vertex[3];
        place_vertex(&p->places, i, place, vertex);
        code = mesh_add_vertex(builder, vertex, error);
        if (!code && p->has_texcoords) // glTF measures v downwards
            code = mesh_add_texcoord(builder, gltf_number(&p->texcoords, i, 0), 1 - gltf_number(&p->texcoords, i, 1),
                                     error);
        uint8_t rgb[3] = {0};
        for (int k = 0; coloured && k < 3; k++) rgb[k] = to_byte(gltf_number(&p->colours, i, k));
        if (!code && coloured) code = mesh_add_colour(builder, rgb, error);
    }
    return code;
}

static int add_triangle(struct gltf *gltf, const struct primitive *p, const uint32_t corners[3],
                        struct facet_error *error) {
    int32_t v[3], t[3];
    for (int k = 0; k < 3; k++) {
        int64_t corner = corners[p->mirrored && k > 0 ? 3 - k : k];
        v[k] = (int32_t)(p->first_vertex + corner);
        t[k] = p->has_texcoords ? (int32_t)(p->first_texcoord + corner) : -1;
    }
    int code = mesh_add_triangle(gltf->builder, v[0], v[1], v[2], error);
    return code ? code : mesh_add_texture_triangle(gltf->builder, t[0], t[1], t[2], error);
}

static int add_triangles(struct gltf *gltf, const struct primitive *p, struct facet_error *error) {
    int64_t n = p->has_indices ? p->indices.count : p->places.count;
    for (int64_t i = 0; i + 2 < n; i += 3) {
        uint32_t corners[3];
        for (int k = 0; k < 3; k++) {
            corners[k] = p->has_indices ? gltf_index(&p->indices, i + k) : (uint32_t)(i + k);
            if (corners[k] >= p->places.count)
                return facet_error_set(error, FACET_ERROR_DATA,
                                       "index %lld: a vertex from 0 to %lld expected, found %u", (long long)(i + k),
                                       (long long)p->places.count - 1, corners[k]);
        }
        int code = add_triangle(gltf, p, corners, error);
        if (code) return code;
    }
    return FACET_OK;
}

// Many primitives may share values, and many nodes a mesh; a real file does so a few times, not by thousands.
static int check_room(const struct gltf *gltf, const struct primitive *p, struct facet_error *error) {
    const struct facet_mesh *mesh = &gltf->builder->mesh;
    int64_t corners = p->has_indices ? p->indices.count : p->places.count;
    if (mesh->n_vertices + p->places.count <= gltf->most && mesh->n_triangles + corners / 3 <= gltf->most)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "more vertices or triangles than the file has bytes (%lld)",
                           (long long)gltf->most);
}

static int add_primitive(struct gltf *gltf, const json_t *entry, const double place[16], struct facet_error *error) {
    struct primitive p = {.mirrored = determinant(place) < 0,
                          .first_vertex = gltf->builder->mesh.n_vertices,
                          .first_texcoord = gltf->builder->mesh.n_texcoords};
    int code = find_values(gltf, entry, &p, error);
    if (code) return code;
    if (p.places.components != 3 || !gltf_is_float(&p.places))
        return facet_error_set(error, FACET_ERROR_DATA, "places of three floats expected");
    if (p.has_indices && !gltf_is_index_type(&p.indices))
        return facet_error_set(error, FACET_ERROR_DATA, "indices of 8, 16 or 32 bits without sign expected");
    code = check_room(gltf, &p, error);
    if (!code) code = add_vertices(gltf, &p, place, error);
    return code ? code : add_triangles(gltf, &p, error);
}

static const json_t *at(const json_t *object, const char *key) {
    return json_object_get(object, key);
}

static int digit_of(char c) {
    const char *digits = "0123456789abcdef", *at = c >= '0' ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

// "a%20face.png" is "a face.png".
static void decode_uri(char *text) {
    char *to = text;
    for (const char *at = text; *at; to++) {
        int high = *at == '%' ? digit_of(at[1]) : -1, low = high >= 0 ? digit_of(at[2]) : -1;
        bool coded = low >= 0 && high + low > 0;
        *to = coded ? (char)(16 * high + low) : *at;
        at += coded ? 3 : 1;
    }
    *to = '\0';
}

// The picture of the primitive's material, when it is a file of its own. The first one found stays.
static int note_texture(struct gltf *gltf, const json_t *primitive, struct facet_error *error) {
    const char *known = gltf->builder->mesh.texture;
    const json_t *material = gltf_entry(gltf, "materials", gltf_integer(primitive, "material", -1));
    const json_t *use = at(at(material, "pbrMetallicRoughness"), "baseColorTexture");
    const json_t *texture = gltf_entry(gltf, "textures", gltf_integer(use, "index", -1));
    const json_t *image = gltf_entry(gltf, "images", gltf_integer(texture, "source", -1));
    const char *uri = json_string_value(at(image, "uri"));
    if (!uri || strncmp(uri, "data:", 5) == 0 || (known && *known)) return FACET_OK;
    int code = mesh_set_texture(gltf->builder, uri, strlen(uri), error);
    if (!code) decode_uri(gltf->builder->mesh.texture);
    return code;
}

int gltf_add_mesh(struct gltf *gltf, int64_t mesh, const double place[16], struct facet_error *error) {
    const json_t *entry = gltf_entry(gltf, "meshes", mesh), *primitives = at(entry, "primitives");
    if (!entry)
        return facet_error_set(error, FACET_ERROR_DATA, "mesh %lld: a mesh of the file expected", (long long)mesh);
    for (size_t i = 0; i < json_array_size(primitives); i++) {
        const json_t *primitive = json_array_get(primitives, i);
        int64_t mode = gltf_integer(primitive, "mode", TRIANGLES);
        if (mode == STRIP || mode == FAN) return refused(mesh, i, "triangles, neither strips nor fans,", error);
        if (at(at(primitive, "extensions"), "KHR_draco_mesh_compression"))
            return refused(mesh, i, "a mesh that Draco has not compressed", error);
        if (mode != TRIANGLES) continue; // points and lines
        int code = add_primitive(gltf, primitive, place, error);
        if (code) return facet_error_prefix(error, "mesh %lld, primitive %zu", (long long)mesh, i);
        code = note_texture(gltf, primitive, error);
        if (code) return code;
    }
    return FACET_OK;
}
