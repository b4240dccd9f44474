// Range images of Bosphorus (.bnt): a header, then blocks of all x, all y, all z and both places in the picture, as doubles.
#include "io/scan/format.h"

#include "io/scan/bytes.h"
#include "io/scan/grid.h"

#include <math.h>

enum { NAME_AT = 14, BLOCKS = 5, VALUE = 8 };

struct bnt {
    const char *bytes;
    size_t size, name_length, values; // values: where the first block begins
    int64_t rows, columns;
    double background;
};

static const char *block(const struct bnt *bnt, int which) {
    return bnt->bytes + bnt->values + (size_t)(which * bnt->rows * bnt->columns) * VALUE;
}

static int ends(const struct bnt *bnt, size_t expected, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "byte %zu: the file ends, %s up to byte %zu expected", bnt->size,
                           what, expected);
}

static int read_header(struct bnt *bnt, struct facet_error *error) {
    if (bnt->size < NAME_AT) return ends(bnt, NAME_AT, "a header", error);
    bnt->rows = scan_u16(bnt->bytes), bnt->columns = scan_u16(bnt->bytes + 2);
    bnt->background = scan_f64(bnt->bytes + 4);
    bnt->name_length = scan_u16(bnt->bytes + 12);
    size_t count_at = NAME_AT + bnt->name_length;
    bnt->values = count_at + 4;
    if (bnt->size < bnt->values) return ends(bnt, bnt->values, "the picture's name and the number of values", error);
    uint32_t count = scan_u32(bnt->bytes + count_at);
    if (count != (uint64_t)(BLOCKS * bnt->rows * bnt->columns))
        return facet_error_set(
            error, FACET_ERROR_DATA, "byte %zu: %lld values for %lld x %lld points expected, found %u", count_at,
            (long long)(BLOCKS * bnt->rows * bnt->columns), (long long)bnt->rows, (long long)bnt->columns, count);
    if (bnt->size - bnt->values < (size_t)count * VALUE)
        return ends(bnt, bnt->values + (size_t)count * VALUE, "the values of all points", error);
    return FACET_OK;
}

// Background is marked by one value in all coordinates.
static void read_row(const struct bnt *bnt, int64_t row, float *vertices, float *texcoords) {
    const char *from[BLOCKS];
    for (int k = 0; k < BLOCKS; k++) from[k] = block(bnt, k) + row * bnt->columns * VALUE;
    for (int64_t i = 0; i < bnt->columns; i++, vertices += 3, texcoords += 2) {
        bool background = scan_f64(from[2] + i * VALUE) == bnt->background;
        for (int k = 0; k < 3; k++) vertices[k] = background ? NAN : grid_coordinate(scan_f64(from[k] + i * VALUE));
        texcoords[0] = grid_coordinate(scan_f64(from[3] + i * VALUE));
        texcoords[1] = 1 - grid_coordinate(scan_f64(from[4] + i * VALUE)); // the picture's rows are counted downwards
    }
}

// The lowest row comes first in the file; the mesh begins at the top. There is room.
static void read_points(const struct bnt *bnt, struct facet_mesh *mesh) {
    for (int64_t row = bnt->columns > 0 ? bnt->rows - 1 : -1, to = 0; row >= 0; row--, to += bnt->columns)
        read_row(bnt, row, mesh->vertices + 3 * to, mesh->texcoords + 2 * to);
    mesh->n_vertices = mesh->n_texcoords = bnt->rows * bnt->columns;
}

static int parse_bnt(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error) {
    struct bnt bnt = {.bytes = bytes, .size = size};
    int code = read_header(&bnt, error);
    if (!code) code = mesh_reserve(builder, bnt.rows * bnt.columns, 0, error);
    if (!code) code = mesh_reserve_textured(builder, bnt.rows * bnt.columns, 0, error);
    if (!code) read_points(&bnt, &builder->mesh);
    if (!code) code = mesh_set_texture(builder, bytes + NAME_AT, bnt.name_length, error);
    return code ? code : grid_to_mesh(builder, bnt.rows, bnt.columns, error);
}

// The header says how long the file is.
static bool is_bnt(const char *bytes, size_t size) {
    struct bnt bnt = {.bytes = bytes, .size = size};
    struct facet_error ignored;
    return read_header(&bnt, &ignored) == FACET_OK && bnt.rows > 0 && bnt.columns > 0 &&
           bnt.values + (size_t)(BLOCKS * bnt.rows * bnt.columns) * VALUE == size;
}

const struct scan_format scan_bnt = {.name = "BNT", .suffixes = ".bnt", .recognise = is_bnt, .parse = parse_bnt};
