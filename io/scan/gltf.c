// glTF in one binary file: the container, and the nodes that place its meshes.
#include "io/scan/gltf.h"

#include "io/scan/bytes.h"
#include "io/scan/format.h"

#include <stdlib.h>

enum { HEADER = 12, CHUNK_HEADER = 8, VERSION = 2, DEEPEST = 100 };
static const uint32_t json_chunk = 0x4e4f534a, buffer_chunk = 0x004e4942;
static const double identity[16] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

// ---- nodes ----------------------------------------------------------------------------------------------------------

// n numbers of a list; false when it is no such list. *there: whether there is one at all.
static bool read_numbers(const json_t *node, const char *key, double *numbers, size_t n, bool *there) {
    const json_t *list = json_object_get(node, key);
    *there = list != NULL;
    if (!list) return true;
    if (json_array_size(list) != n) return false;
    for (size_t i = 0; i < n; i++) {
        if (!json_is_number(json_array_get(list, i))) return false;
        numbers[i] = json_number_value(json_array_get(list, i));
    }
    return true;
}

// Translation * rotation * scale, column by column.
static void compose(const double t[3], const double q[4], const double s[3], double m[16]) {
    double x = q[0], y = q[1], z = q[2], w = q[3];
    const double rotation[9] = {1 - 2 * (y * y + z * z), 2 * (x * y + z * w),     2 * (x * z - y * w),
                                2 * (x * y - z * w),     1 - 2 * (x * x + z * z), 2 * (y * z + x * w),
                                2 * (x * z + y * w),     2 * (y * z - x * w),     1 - 2 * (x * x + y * y)};
    memcpy(m, identity, sizeof identity);
    for (int column = 0; column < 3; column++)
        for (int row = 0; row < 3; row++) m[4 * column + row] = rotation[3 * column + row] * s[column];
    memcpy(m + 12, t, 3 * sizeof *t);
}

static bool read_place(const json_t *node, double m[16]) {
    double t[3] = {0, 0, 0}, q[4] = {0, 0, 0, 1}, s[3] = {1, 1, 1};
    bool there;
    if (!read_numbers(node, "matrix", m, 16, &there)) return false;
    if (there) return true;
    if (!read_numbers(node, "translation", t, 3, &there) || !read_numbers(node, "rotation", q, 4, &there) ||
        !read_numbers(node, "scale", s, 3, &there))
        return false;
    compose(t, q, s, m);
    return true;
}

static void multiply(const double a[16], const double b[16], double product[16]) {
    for (int column = 0; column < 4; column++)
        for (int row = 0; row < 4; row++) {
            double sum = 0;
            for (int k = 0; k < 4; k++) sum += a[4 * k + row] * b[4 * column + k];
            product[4 * column + row] = sum;
        }
}

struct walk {
    struct gltf *gltf;
    bool *visited; // one a node: each has one parent at most
};

static int visit_all(struct walk *walk, const json_t *numbers, const double place[16], int depth,
                     struct facet_error *error);

static int visit(struct walk *walk, int64_t number, const double above[16], int depth, struct facet_error *error) {
    const json_t *node = gltf_entry(walk->gltf, "nodes", number);
    double own[16], place[16];
    if (!node)
        return facet_error_set(error, FACET_ERROR_DATA, "node %lld: a node of the file expected", (long long)number);
    if (walk->visited[number] || depth > DEEPEST)
        return facet_error_set(error, FACET_ERROR_DATA, "node %lld: a node with one parent, at most %d deep, expected",
                               (long long)number, DEEPEST);
    walk->visited[number] = true;
    if (!read_place(node, own))
        return facet_error_set(
            error, FACET_ERROR_DATA,
            "node %lld: a matrix of 16 numbers, or 3 of translation, 4 of rotation, 3 of scale expected",
            (long long)number);
    multiply(above, own, place);
    int code = FACET_OK;
    if (json_object_get(node, "mesh")) code = gltf_add_mesh(walk->gltf, gltf_integer(node, "mesh", -1), place, error);
    return code ? code : visit_all(walk, json_object_get(node, "children"), place, depth + 1, error);
}

static int visit_all(struct walk *walk, const json_t *numbers, const double place[16], int depth,
                     struct facet_error *error) {
    int code = FACET_OK;
    for (size_t i = 0; !code && i < json_array_size(numbers); i++) {
        const json_t *number = json_array_get(numbers, i);
        code = visit(walk, json_is_integer(number) ? json_integer_value(number) : -1, place, depth, error);
    }
    return code;
}

// The scene that is to be shown first; where there are no nodes, the meshes as they stand.
static int add_scene(struct gltf *gltf, struct facet_error *error) {
    size_t nodes = json_array_size(json_object_get(gltf->root, "nodes"));
    const json_t *scene = gltf_entry(gltf, "scenes", gltf_integer(gltf->root, "scene", 0));
    int code = FACET_OK;
    if (!scene || nodes == 0) {
        size_t meshes = json_array_size(json_object_get(gltf->root, "meshes"));
        for (size_t i = 0; !code && i < meshes; i++) code = gltf_add_mesh(gltf, (int64_t)i, identity, error);
        return code;
    }
    struct walk walk = {gltf, calloc(nodes, sizeof(bool))};
    if (!walk.visited) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu nodes", nodes);
    code = visit_all(&walk, json_object_get(scene, "nodes"), identity, 0, error);
    free(walk.visited);
    return code;
}

// ---- the container --------------------------------------------------------------------------------------------------

// Extensions that a reader must know change what the file means, save those of how a surface looks.
static int check_extensions(const struct gltf *gltf, struct facet_error *error) {
    const json_t *required = json_object_get(gltf->root, "extensionsRequired");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (!name || strncmp(name, "KHR_materials_", 14) != 0)
            return facet_error_set(error, FACET_ERROR_DATA, "the file needs the extension %.60s, which is not read",
                                   name ? name : "without a name");
    }
    return FACET_OK;
}

static int read_chunks(struct gltf *gltf, const char *bytes, size_t size, struct facet_text *json,
                       struct facet_error *error) {
    for (size_t at = HEADER; size - at >= CHUNK_HEADER;) {
        size_t length = scan_u32(bytes + at);
        uint32_t type = scan_u32(bytes + at + 4);
        at += CHUNK_HEADER;
        if (length > size - at)
            return facet_error_set(error, FACET_ERROR_DATA, "byte %zu: the file ends, a chunk of %zu bytes expected",
                                   size, length);
        if (type == json_chunk && !json->at) *json = (struct facet_text){bytes + at, bytes + at + length, 1, false};
        if (type == buffer_chunk && !gltf->buffer) gltf->buffer = bytes + at, gltf->buffer_size = (int64_t)length;
        at += length;
    }
    if (json->at) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "byte %d: a chunk of JSON expected", HEADER);
}

static int check_header(const char *bytes, size_t *size, struct facet_error *error) {
    if (*size < HEADER || memcmp(bytes, "glTF", 4) != 0)
        return facet_error_set(error, FACET_ERROR_DATA, "byte 0: the %d bytes of a glTF header expected", HEADER);
    if (scan_u32(bytes + 4) != VERSION)
        return facet_error_set(error, FACET_ERROR_DATA, "byte 4: glTF of version %d expected, found %u", VERSION,
                               scan_u32(bytes + 4));
    size_t length = scan_u32(bytes + 8);
    if (length < HEADER || length > *size)
        return facet_error_set(error, FACET_ERROR_DATA, "byte 8: a length of at most %zu expected, found %zu", *size,
                               length);
    *size = length;
    return FACET_OK;
}

static int parse_json(struct gltf *gltf, struct facet_text json, struct facet_error *error) {
    json_error_t reason;
    json_t *root = json_loadb(json.at, (size_t)(json.end - json.at), 0, &reason);
    if (!root)
        return facet_error_set(error, FACET_ERROR_DATA, "byte %d of the JSON: %.100s", reason.position, reason.text);
    gltf->root = root;
    int code = check_extensions(gltf, error);
    if (!code) code = add_scene(gltf, error);
    json_decref(root);
    if (code || gltf->builder->mesh.n_vertices > 0) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "no vertex in any mesh of the scene");
}

static int parse_gltf(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    struct gltf gltf = {.most = (int64_t)size, .builder = builder};
    struct facet_text json = {0};
    int code = check_header(bytes, &size, error);
    if (!code) code = read_chunks(&gltf, bytes, size, &json, error);
    return code ? code : parse_json(&gltf, json, error);
}

static bool starts_like_gltf(const char *bytes, size_t size) {
    return size >= 4 && memcmp(bytes, "glTF", 4) == 0;
}

const struct scan_format scan_gltf = {
    .name = "glTF", .suffixes = ".glb", .recognise = starts_like_gltf, .parse = parse_gltf};
