// The body of a PLY file, in text or in binary of either byte order. One walk serves them all: the formats differ only
// in how the next value is read.
#include "io/scan/ply.h"

#include "io/scan/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CAREFUL_ROWS = 64, // after which the quick readers are tried again
    LEAST_TRIANGLE = 4 // bytes
};
static const int64_t MOST_WHOLE = INT64_C(1) << 53; // of the whole numbers that a double holds without a gap

static int broken(const struct ply *ply, struct facet_error *error, const char *expected) {
    if (ply->header.format == PLY_ASCII)
        return facet_error_set(error, FACET_ERROR_DATA, "line %lld: %s expected in row %lld of element %s",
                               (long long)ply->text.line, expected, (long long)ply->row, ply->element->name);
    return facet_error_set(error, FACET_ERROR_DATA, "byte %lld: %s expected in row %lld of element %s",
                           (long long)(ply->text.at - ply->begin), expected, (long long)ply->row, ply->element->name);
}

static double decode(const unsigned char *b, enum ply_type type) {
    uint64_t bits = 0; // b is little-endian by now
    size_t size = ply_type_size(type);
    for (size_t i = 0; i < size; i++) bits |= (uint64_t)b[i] << (8 * i);
    uint32_t low = (uint32_t)bits;
    float f;
    double d;
    switch (type) {
    case PLY_INT8:
        return (int8_t)low;
    case PLY_INT16:
        return (int16_t)low;
    case PLY_INT32:
        return (int32_t)low;
    case PLY_FLOAT32:
        memcpy(&f, &low, sizeof f);
        return f;
    case PLY_FLOAT64:
        memcpy(&d, &bits, sizeof d);
        return d;
    default:
        return low;
    }
}

static int next_binary(struct ply *ply, enum ply_type type, double *value, struct facet_error *error) {
    size_t size = ply_type_size(type);
    unsigned char bytes[8];
    if ((size_t)(ply->text.end - ply->text.at) < size)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "byte %lld: the file ends in row %lld of element %s, %zu more bytes expected",
                               (long long)(ply->text.at - ply->begin), (long long)ply->row, ply->element->name, size);
    for (size_t i = 0; i < size; i++)
        bytes[ply->header.format == PLY_BIG ? size - 1 - i : i] = (unsigned char)ply->text.at[i];
    ply->text.at += size;
    *value = decode(bytes, type);
    return FACET_OK;
}

static int next_ascii(struct ply *ply, enum ply_type type, double *value, struct facet_error *error) {
    struct facet_word word;
    int64_t integer;
    float number;
    if (!facet_next_word(&ply->text, &word)) return broken(ply, error, "one more value");
    bool whole = type < PLY_FLOAT32 && facet_integer(word, &integer);
    if (whole && integer >= -MOST_WHOLE && integer <= MOST_WHOLE) {
        *value = (double)integer;
        return FACET_OK;
    }
    if (!facet_float(word, &number)) return broken(ply, error, "a number");
    *value = number;
    return FACET_OK;
}

static int next_value(struct ply *ply, enum ply_type type, double *value, struct facet_error *error) {
    return ply->header.format == PLY_ASCII ? next_ascii(ply, type, value, error) : next_binary(ply, type, value, error);
}

// The least a value can take: in text a digit and what parts it from the next.
static int64_t least_bytes(const struct ply *ply, enum ply_type type) {
    return ply->header.format == PLY_ASCII ? 2 : (int64_t)ply_type_size(type);
}

static bool fits(const struct ply *ply, int64_t count, int64_t bytes_each) {
    return count <= (ply->text.end - ply->text.at + 1) / bytes_each;
}

static int next_index(struct ply *ply, enum ply_type type, int32_t *index, struct facet_error *error) {
    double value;
    int code = next_value(ply, type, &value, error);
    if (code) return code;
    if (!(value >= 0 && value < (double)ply->header.vertices) || value != floor(value)) {
        char expected[96];
        snprintf(expected, sizeof expected, "a vertex from 0 to %lld, not %.15g,", (long long)ply->header.vertices - 1,
                 value);
        return broken(ply, error, expected);
    }
    *index = (int32_t)value;
    return FACET_OK;
}

// The corners of a face, and what it lists beside them.
struct row {
    double values[PLY_VERTEX_ROLES];
    enum ply_type types[PLY_VERTEX_ROLES];
    int64_t corners, first_texcoord, texcoords;
};

static int read_corners(struct ply *ply, enum ply_type type, struct row *row, struct facet_error *error) {
    int32_t first = 0, last = 0, vertex = 0;
    for (int64_t i = 0; i < row->corners; i++) {
        int code = next_index(ply, type, &vertex, error);
        if (!code && i >= 2) code = mesh_add_triangle(ply->builder, first, last, vertex, error);
        if (code) return code;
        if (i == 0) first = vertex;
        last = vertex;
    }
    return FACET_OK;
}

static int read_texcoords(struct ply *ply, enum ply_type type, int64_t values, struct row *row,
                          struct facet_error *error) {
    double pair[2] = {0};
    int code = FACET_OK;
    row->first_texcoord = ply->builder->mesh.n_texcoords, row->texcoords = values / 2;
    for (int64_t i = 0; !code && i < values; i++) {
        code = next_value(ply, type, &pair[i % 2], error);
        if (!code && i % 2) code = mesh_add_texcoord(ply->builder, (float)pair[0], (float)pair[1], error);
    }
    return code;
}

static int read_list(struct ply *ply, const struct ply_property *property, struct row *row, struct facet_error *error) {
    double count, ignored;
    int code = next_value(ply, property->count_type, &count, error);
    if (code) return code;
    if (!(count >= 0 && count <= INT32_MAX) || count != floor(count)) return broken(ply, error, "the length of a list");
    if (!fits(ply, (int64_t)count, least_bytes(ply, property->type)))
        return broken(ply, error, "a list that fits into the rest of the file");
    if (property->role == PLY_TEXCOORDS && ply->header.has_face_texcoords)
        return read_texcoords(ply, property->type, (int64_t)count, row, error);
    if (property->role == PLY_INDICES) {
        row->corners = (int64_t)count;
        return read_corners(ply, property->type, row, error);
    }
    for (int64_t i = 0; !code && i < (int64_t)count; i++) code = next_value(ply, property->type, &ignored, error);
    return code;
}

static int end_row(struct ply *ply, struct facet_error *error) {
    if (ply->header.format != PLY_ASCII) return FACET_OK;
    struct facet_word word;
    if (facet_next_word(&ply->text, &word)) return broken(ply, error, "the end of the line");
    facet_skip_line(&ply->text);
    return FACET_OK;
}

static void skip_empty_lines(struct facet_text *text) {
    for (;;) {
        struct facet_text ahead = *text;
        struct facet_word word;
        if (ahead.at == ahead.end || facet_next_word(&ahead, &word)) return;
        facet_skip_line(text);
    }
}

uint8_t ply_colour(double value, enum ply_type type) {
    double scaled = type >= PLY_FLOAT32 ? 255 * value : type == PLY_UINT16 ? value / 257 : value;
    if (!(scaled > 0)) return 0; // NaN too
    return scaled < 254.5 ? (uint8_t)(scaled + 0.5) : 255;
}

static int add_vertex(struct ply *ply, const struct row *row, struct facet_error *error) {
    const double *v = row->values;
    float vertex[3] = {(float)v[PLY_X], (float)v[PLY_Y], (float)v[PLY_Z]};
    uint8_t colour[3];
    int code = mesh_add_vertex(ply->builder, vertex, error);
    for (int k = 0; k < 3; k++) colour[k] = ply_colour(v[PLY_RED + k], row->types[PLY_RED + k]);
    if (!code && ply->header.has_colours) code = mesh_add_colour(ply->builder, colour, error);
    if (code || !ply->header.has_vertex_texcoords || ply->header.has_face_texcoords) return code;
    return mesh_add_texcoord(ply->builder, (float)v[PLY_U], (float)v[PLY_V], error);
}

// Each triangle of a fanned face gets the texture coordinates of its corners, if each corner has some.
static int add_face(struct ply *ply, const struct row *row, struct facet_error *error) {
    int32_t first = row->texcoords == row->corners ? (int32_t)row->first_texcoord : -1;
    int code = FACET_OK;
    for (int64_t i = 2; ply->header.has_face_texcoords && !code && i < row->corners; i++) {
        int32_t b = first < 0 ? -1 : first + (int32_t)i - 1, c = first < 0 ? -1 : first + (int32_t)i;
        code = mesh_add_texture_triangle(ply->builder, first, b, c, error);
    }
    return code;
}

static int read_row(struct ply *ply, struct facet_error *error) {
    struct row row = {0};
    if (ply->header.format == PLY_ASCII) skip_empty_lines(&ply->text);
    for (int p = 0; p < ply->element->n_properties; p++) {
        const struct ply_property *property = &ply->element->properties[p];
        double value = 0;
        int code = property->count_type ? read_list(ply, property, &row, error)
                                        : next_value(ply, property->type, &value, error);
        if (code) return code;
        if (property->role >= PLY_VERTEX_ROLES) continue;
        row.values[property->role] = value, row.types[property->role] = property->type;
    }
    int code = ply->is_vertex ? add_vertex(ply, &row, error) : ply->is_face ? add_face(ply, &row, error) : FACET_OK;
    return code ? code : end_row(ply, error);
}

// A count that the bytes left cannot hold is refused before anything is made for it.
static int check_rows(struct ply *ply, struct facet_error *error) {
    int64_t bytes = 0;
    for (int p = 0; p < ply->element->n_properties; p++) {
        const struct ply_property *property = &ply->element->properties[p];
        bytes += least_bytes(ply, property->count_type ? property->count_type : property->type);
    }
    if (fits(ply, ply->element->rows, bytes)) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "the header claims %lld rows of element %s, at least %lld bytes each, but only %lld bytes "
                           "are left at byte %lld",
                           (long long)ply->element->rows, ply->element->name, (long long)bytes,
                           (long long)(ply->text.end - ply->text.at), (long long)(ply->text.at - ply->begin));
}

// For all rows of the element that the bytes left can hold, and for what a store of 16 bytes writes behind them.
static int make_room(struct ply *ply, struct facet_error *error) {
    struct mesh_builder *builder = ply->builder;
    int64_t most = (ply->text.end - ply->text.at) / LEAST_TRIANGLE, rows = ply->element->rows;
    int64_t vertices = ply->is_vertex ? rows + 2 : 0, faces = !ply->is_face ? 0 : 2 + (rows < most ? rows : most);
    bool texcoords = ply->header.has_vertex_texcoords && !ply->header.has_face_texcoords;
    int code = mesh_reserve(builder, vertices, faces, error);
    if (!code && ply->header.has_colours) code = mesh_reserve_colours(builder, vertices, error);
    return code || !texcoords ? code : mesh_reserve_textured(builder, vertices, 0, error);
}

static int read_element(struct ply *ply, struct facet_error *error) {
    ply->is_vertex = strcmp(ply->element->name, "vertex") == 0, ply->is_face = strcmp(ply->element->name, "face") == 0;
    ply->row = 0;
    int code = check_rows(ply, error);
    if (!code) code = make_room(ply, error);
    while (!code && ply->row < ply->element->rows) {
        if (ply->header.format == PLY_ASCII) ply_read_text_quick(ply);
        if (ply->header.format != PLY_ASCII) ply_read_binary_quick(ply);
        for (int i = 0; !code && i < CAREFUL_ROWS && ply->row < ply->element->rows; i++) {
            code = read_row(ply, error);
            ply->row += !code;
        }
    }
    return code;
}

// What the header says of textures, and texture coordinates a vertex.
static int finish(struct ply *ply, struct facet_error *error) {
    struct mesh_builder *builder = ply->builder;
    struct facet_mesh *mesh = &builder->mesh;
    struct facet_word name = ply->header.texture;
    int code = name.length > 0 ? mesh_set_texture(builder, name.at, name.length, error) : FACET_OK;
    if (code || !ply->header.has_vertex_texcoords || ply->header.has_face_texcoords) return code;
    code = mesh_reserve_textured(builder, 0, mesh->n_triangles, error);
    if (code || mesh->n_triangles == 0) return code;
    memcpy(mesh->texture_triangles, mesh->triangles, (size_t)mesh->n_triangles * 3 * sizeof *mesh->triangles);
    builder->n_texture_triangles = mesh->n_triangles;
    return FACET_OK;
}

static int parse_ply(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    struct ply ply = {.text = {bytes, bytes + size, 1, false}, .begin = bytes, .builder = builder};
    int code = ply_read_header(&ply.text, &ply.header, error);
    for (int e = 0; !code && e < ply.header.n_elements; e++) {
        ply.element = &ply.header.elements[e];
        code = read_element(&ply, error);
    }
    return code ? code : finish(&ply, error);
}

static bool starts_like_ply(const char *bytes, size_t size) {
    return size >= 4 && memcmp(bytes, "ply", 3) == 0 && (bytes[3] == '\n' || bytes[3] == '\r' || bytes[3] == ' ');
}

const struct scan_format scan_ply = {
    .name = "PLY", .suffixes = ".ply", .recognise = starts_like_ply, .parse = parse_ply};
