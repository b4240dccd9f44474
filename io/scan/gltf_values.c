// Accessors of glTF: where the values of a mesh lie in the buffer.
#include "io/scan/gltf.h"

#include "io/scan/bytes.h"

enum { INT8 = 5120, UINT8, INT16, UINT16, UINT32 = 5125, FLOAT32 };

const json_t *gltf_entry(const struct gltf *gltf, const char *list, int64_t number) {
    return number < 0 ? NULL : json_array_get(json_object_get(gltf->root, list), (size_t)number);
}

int64_t gltf_integer(const json_t *object, const char *key, int64_t missing) {
    const json_t *value = json_object_get(object, key);
    if (!value) return missing;
    return json_is_integer(value) ? json_integer_value(value) : -2;
}

static int component_size(int type) {
    switch (type) {
    case INT8:
    case UINT8:
        return 1;
    case INT16:
    case UINT16:
        return 2;
    case UINT32:
    case FLOAT32:
        return 4;
    default:
        return 0;
    }
}

static int components_of(const char *type) {
    static const char *const names[] = {"SCALAR", "VEC2", "VEC3", "VEC4"};
    for (int i = 0; type && i < 4; i++)
        if (strcmp(type, names[i]) == 0) return i + 1;
    return 0;
}

static int refused(int64_t accessor, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "accessor %lld: %s expected", (long long)accessor, what);
}

// Each number is checked against the buffer before it is used to reckon, so that no sum can overflow.
static int find_bytes(const struct gltf *gltf, const json_t *entry, int64_t accessor, struct gltf_values *values,
                      struct facet_error *error) {
    int64_t size = gltf->buffer_size, element = (int64_t)component_size(values->type) * values->components;
    const json_t *view = gltf_entry(gltf, "bufferViews", gltf_integer(entry, "bufferView", -1));
    if (!view) return refused(accessor, "a bufferView of the file", error);
    bool elsewhere = json_object_get(gltf_entry(gltf, "buffers", 0), "uri") != NULL;
    if (elsewhere || gltf_integer(view, "buffer", -1) != 0)
        return refused(accessor, "a bufferView of the file's own buffer", error);
    int64_t view_at = gltf_integer(view, "byteOffset", 0), view_size = gltf_integer(view, "byteLength", -1);
    int64_t at = gltf_integer(entry, "byteOffset", 0);
    values->stride = gltf_integer(view, "byteStride", element);
    bool in_buffer = view_at >= 0 && view_at <= size && view_size >= 0 && view_size <= size - view_at;
    if (!in_buffer) return refused(accessor, "a bufferView inside the buffer", error);
    if (values->stride < element || values->stride > 252)
        return refused(accessor, "a byteStride of 252 at most", error);
    bool in_view = at >= 0 && at <= view_size && values->count >= 0 && values->count <= size &&
                   (values->count == 0 || (values->count - 1) * values->stride + element <= view_size - at);
    if (!in_view) return refused(accessor, "values inside the bufferView", error);
    values->bytes = gltf->buffer + view_at + at;
    return FACET_OK;
}

int gltf_values_of(const struct gltf *gltf, int64_t accessor, struct gltf_values *values, struct facet_error *error) {
    const json_t *entry = gltf_entry(gltf, "accessors", accessor);
    if (!entry) return refused(accessor, "an accessor of the file", error);
    if (json_object_get(entry, "sparse")) return refused(accessor, "values that are not sparse", error);
    int64_t type = gltf_integer(entry, "componentType", -1);
    *values = (struct gltf_values){.count = gltf_integer(entry, "count", -1),
                                   .type = type >= INT8 && type <= FLOAT32 ? (int)type : 0,
                                   .components = components_of(json_string_value(json_object_get(entry, "type")))};
    if (component_size(values->type) == 0 || values->components == 0)
        return refused(accessor, "a componentType from 5120 to 5126 and a type from SCALAR to VEC4", error);
    return find_bytes(gltf, entry, accessor, values, error);
}

bool gltf_is_float(const struct gltf_values *values) {
    return values->type == FLOAT32;
}

bool gltf_is_index_type(const struct gltf_values *values) {
    return values->components == 1 && (values->type == UINT8 || values->type == UINT16 || values->type == UINT32);
}

uint32_t gltf_index(const struct gltf_values *values, int64_t element) {
    const char *at = values->bytes + element * values->stride;
    if (values->type == UINT8) return (unsigned char)*at;
    return values->type == UINT16 ? scan_u16(at) : scan_u32(at);
}

float gltf_number(const struct gltf_values *values, int64_t element, int component) {
    const char *at = values->bytes + element * values->stride + component * component_size(values->type);
    switch (values->type) {
    case INT8:
        return (float)(signed char)*at / 127;
    case UINT8:
        return (float)(unsigned char)*at / 255;
    case INT16:
        return (float)(int16_t)scan_u16(at) / 32767;
    case UINT16:
        return (float)scan_u16(at) / 65535;
    case UINT32:
        return (float)((double)scan_u32(at) / UINT32_MAX);
    default:
        return scan_f32(at);
    }
}
