// glTF in one binary file (.glb): JSON that describes, and one buffer of bytes that it refers to.
#ifndef FACET_IO_SCAN_GLTF_H
#define FACET_IO_SCAN_GLTF_H

#include "io/scan/mesh.h"

#include <jansson.h>

struct gltf {
    const json_t *root;
    const char *buffer; // the bytes of buffer 0
    int64_t buffer_size;
    int64_t most; // vertices, and triangles, that a file of this size may make
    struct mesh_builder *builder;
};

// An entry of one of the file's lists ("nodes", "accessors", ...); NULL when there is none of that number.
const json_t *gltf_entry(const struct gltf *gltf, const char *list, int64_t number);
// A whole number of an object, `missing` when it is not there; -2 when it is something else.
int64_t gltf_integer(const json_t *object, const char *key, int64_t missing);

// Values in the buffer: count elements of so many components.
struct gltf_values {
    const char *bytes;
    int64_t count, stride;
    int type; // the component's, by its number in glTF
    int components;
};

// Checked: each of its bytes lies in the buffer. Errors: DATA.
int gltf_values_of(const struct gltf *gltf, int64_t accessor, struct gltf_values *values, struct facet_error *error);
bool gltf_is_float(const struct gltf_values *values);
bool gltf_is_index_type(const struct gltf_values *values);
uint32_t gltf_index(const struct gltf_values *values, int64_t element);
// Whole numbers are fractions of the largest of their type.
float gltf_number(const struct gltf_values *values, int64_t element, int component);

// The triangles of one mesh, placed by a column-major matrix. In mm.
int gltf_add_mesh(struct gltf *gltf, int64_t mesh, const double place[16], struct facet_error *error);

#endif
