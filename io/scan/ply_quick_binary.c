// Rows of binary PLY files as nearly all have them: vertices of 32-bit floats and byte colours, and triangles.
#include "io/scan/ply.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { FACE_ROW = 1 + 3 * sizeof(int32_t), BLOCK = 1024 };

static bool must_turn(const struct ply *ply) {
    return (ply->header.format == PLY_BIG) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

// ---- vertices ---------------------------------------------------------------------------------------------------------

struct columns {
    int offset[PLY_VERTEX_ROLES]; // of a role in a row
    int stride;
    bool usual; // floats and byte colours
};

static bool usual_type(const struct ply_property *property, bool colours) {
    if (property->role == PLY_OTHER) return true;
    bool colour = property->role >= PLY_RED && property->role <= PLY_BLUE;
    return colour ? property->type == PLY_UINT8 || !colours : property->type == PLY_FLOAT32;
}

static struct columns find_columns(const struct ply *ply) {
    struct columns columns = {.usual = true};
    for (int p = 0; p < ply->element->n_properties; p++) {
        const struct ply_property *property = &ply->element->properties[p];
        columns.usual &= !property->count_type && usual_type(property, ply->header.has_colours);
        if (property->role < PLY_VERTEX_ROLES) columns.offset[property->role] = columns.stride;
        columns.stride += (int)ply_type_size(property->type);
    }
    return columns;
}

static inline void copy_float(float *to, const char *from, bool turn) {
    uint32_t bits;
    memcpy(&bits, from, sizeof bits);
    if (turn) bits = __builtin_bswap32(bits);
    memcpy(to, &bits, sizeof bits);
}

static inline void copy_positions(float *to, const char *from, int64_t rows, const struct columns *columns, bool turn) {
    int x = columns->offset[PLY_X], y = columns->offset[PLY_Y], z = columns->offset[PLY_Z], stride = columns->stride;
    for (int64_t i = 0; i < rows; i++, from += stride, to += 3)
        copy_float(to, from + x, turn), copy_float(to + 1, from + y, turn), copy_float(to + 2, from + z, turn);
}

static void copy_colours(uint8_t *to, const char *from, int64_t rows, const struct columns *columns) {
    for (int64_t i = 0; i < rows; i++, from += columns->stride, to += 3)
        for (int k = 0; k < 3; k++) to[k] = (uint8_t)from[columns->offset[PLY_RED + k]];
}

static void copy_texcoords(float *to, const char *from, int64_t rows, const struct columns *columns, bool turn) {
    for (int64_t i = 0; i < rows; i++, from += columns->stride, to += 2)
        for (int k = 0; k < 2; k++) copy_float(to + k, from + columns->offset[PLY_U + k], turn);
}

static void read_vertices(struct ply *ply) {
    struct columns columns = find_columns(ply);
    struct mesh_builder *builder = ply->builder;
    struct facet_mesh *mesh = &builder->mesh;
    const char *from = ply->text.at;
    int64_t left = ply->text.end - from, rows = ply->element->rows - ply->row;
    bool turn = must_turn(ply), texcoords = ply->header.has_vertex_texcoords && !ply->header.has_face_texcoords;
    if (!columns.usual || columns.stride == 0) return;
    if (rows > left / columns.stride) rows = left / columns.stride;
    float *to = mesh->vertices + 3 * mesh->n_vertices;
    bool packed = columns.stride == 12 && columns.offset[PLY_Y] == 4 && columns.offset[PLY_Z] == 8;
    if (packed && !turn) memcpy(to, from, (size_t)rows * 12);
    if (!packed && !turn) copy_positions(to, from, rows, &columns, false);
    if (turn) copy_positions(to, from, rows, &columns, true);
    if (ply->header.has_colours) {
        copy_colours(mesh->colours + 3 * builder->n_colours, from, rows, &columns);
        builder->n_colours += rows;
    }
    if (texcoords) {
        copy_texcoords(mesh->texcoords + 2 * mesh->n_texcoords, from, rows, &columns, turn);
        mesh->n_texcoords += rows;
    }
    mesh->n_vertices += rows, ply->row += rows, ply->text.at += rows * columns.stride;
}

// ---- triangles --------------------------------------------------------------------------------------------------------

static bool is_usual_face(const struct ply *ply) {
    const struct ply_property *list = ply->element->properties;
    bool counted = list->count_type == PLY_UINT8 || list->count_type == PLY_INT8;
    bool indices = list->role == PLY_INDICES && (list->type == PLY_INT32 || list->type == PLY_UINT32);
    return ply->element->n_properties == 1 && counted && indices;
}

// Whether all of these rows are triangles of the vertices there are.
static bool copy_turned_triangles(int32_t *to, const char *from, int64_t rows, uint32_t vertices, bool turn) {
    bool good = true;
    for (int64_t i = 0; i < rows; i++, from += FACE_ROW, to += 3) {
        uint32_t indices[3];
        memcpy(indices, from + 1, sizeof indices);
        for (int k = 0; k < 3; k++) indices[k] = turn ? __builtin_bswap32(indices[k]) : indices[k];
        good &= (from[0] == 3) & (indices[0] < vertices) & (indices[1] < vertices) & (indices[2] < vertices);
        memcpy(to, indices, sizeof indices);
    }
    return good;
}

#if defined(__SSE2__)
// A row is loaded and stored as 16 bytes, of which the last belong to the next.
static bool copy_triangles(int32_t *to, const char *from, int64_t rows, uint32_t vertices) {
    __m128i last = _mm_set1_epi32((int32_t)vertices - 1), low = _mm_setzero_si128(), high = _mm_setzero_si128();
    int counts = 0;
    for (int64_t i = 0; i < rows; i++, from += FACE_ROW, to += 3) {
        __m128i indices = _mm_loadu_si128((const __m128i *)(from + 1));
        counts |= from[0] ^ 3;
        low = _mm_or_si128(low, indices);
        high = _mm_or_si128(high, _mm_cmpgt_epi32(indices, last));
        _mm_storeu_si128((__m128i *)to, indices);
    }
    __m128i negative = _mm_srai_epi32(low, 31);
    return counts == 0 && (_mm_movemask_epi8(_mm_or_si128(negative, high)) & 0xfff) == 0;
}
#else
static bool copy_triangles(int32_t *to, const char *from, int64_t rows, uint32_t vertices) {
    return copy_turned_triangles(to, from, rows, vertices, false);
}
#endif

static void read_faces(struct ply *ply) {
    struct facet_mesh *mesh = &ply->builder->mesh;
    bool turn = must_turn(ply);
    while (is_usual_face(ply)) {
        int64_t rows = ply->element->rows - ply->row;
        int64_t whole = (ply->text.end - ply->text.at - 4) / FACE_ROW; // of those 16 bytes are there to be loaded
        if (rows > whole) rows = whole;
        if (rows > BLOCK) rows = BLOCK;
        if (rows <= 0 || mesh->n_triangles + rows + 2 > ply->builder->triangle_room) return;
        int32_t *to = mesh->triangles + 3 * mesh->n_triangles;
        uint32_t vertices = (uint32_t)ply->header.vertices;
        bool good = turn ? copy_turned_triangles(to, ply->text.at, rows, vertices, true)
                         : copy_triangles(to, ply->text.at, rows, vertices);
        if (!good) return;
        mesh->n_triangles += rows, ply->row += rows, ply->text.at += rows * FACE_ROW;
    }
}

void ply_read_binary_quick(struct ply *ply) {
    if (ply->is_vertex) read_vertices(ply);
    if (ply->is_face && !ply->header.has_face_texcoords) read_faces(ply);
}
