#include "io/scan/grid.h"

#include <stdlib.h>
#include <string.h>

// An edge this many times as long as most are goes from one thing to another behind it: that is a slope of 83 degrees.
static const double longest_edge = 8;
enum { SAMPLES = 4096 };

struct grid {
    struct mesh_builder *builder;
    const float *points; // of the builder
    int64_t rows, columns;
    double limit; // mm, squared
    bool turned;  // columns and rows run so that the other way round is counter-clockwise
};

static bool is_seen(const struct grid *grid, int64_t i) {
    const float *p = grid->points + 3 * i;
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

static double squared_length(const struct grid *grid, int64_t a, int64_t b) {
    const float *p = grid->points + 3 * a, *q = grid->points + 3 * b;
    double x = (double)q[0] - p[0], y = (double)q[1] - p[1], z = (double)q[2] - p[2];
    return x * x + y * y + z * z;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The median of evenly chosen edges along rows and columns, squared; infinite when there is none.
static double usual_length(const struct grid *grid) {
    double lengths[SAMPLES];
    int count = 0;
    int64_t points = grid->rows * grid->columns, step = 2 * points / SAMPLES + 1;
    for (int64_t i = 0; i < 2 * points && count < SAMPLES; i += step) {
        int64_t a = i / 2, b = i % 2 ? a + grid->columns : a + 1;
        bool inside = i % 2 ? b < points : b % grid->columns != 0;
        if (inside && is_seen(grid, a) && is_seen(grid, b)) lengths[count++] = squared_length(grid, a, b);
    }
    if (count == 0) return INFINITY;
    qsort(lengths, (size_t)count, sizeof *lengths, by_size);
    return lengths[count / 2];
}

// Twice the area of a triangle as seen from +z, negative when it is clockwise.
static double area(const struct grid *grid, int64_t a, int64_t b, int64_t c) {
    const float *p = grid->points + 3 * a, *q = grid->points + 3 * b, *r = grid->points + 3 * c;
    return ((double)q[0] - p[0]) * ((double)r[1] - p[1]) - ((double)r[0] - p[0]) * ((double)q[1] - p[1]);
}

static bool is_turned(const struct grid *grid) {
    double sum = 0;
    for (int64_t i = 0; i + grid->columns < grid->rows * grid->columns; i++) {
        if ((i + 1) % grid->columns == 0 || !is_seen(grid, i) || !is_seen(grid, i + 1)) continue;
        if (is_seen(grid, i + grid->columns)) sum += area(grid, i, i + 1, i + grid->columns);
    }
    return sum < 0;
}

// Corners are given counter-clockwise for a grid whose columns run to +x and rows to +y. There is room.
static inline void add_triangle(const struct grid *grid, int64_t a, int64_t b, int64_t c) {
    struct facet_mesh *mesh = &grid->builder->mesh;
    int32_t *to = mesh->triangles + 3 * mesh->n_triangles;
    bool near = squared_length(grid, a, b) <= grid->limit && squared_length(grid, b, c) <= grid->limit &&
                squared_length(grid, c, a) <= grid->limit;
    to[0] = (int32_t)a, to[1] = (int32_t)(grid->turned ? c : b), to[2] = (int32_t)(grid->turned ? b : c);
    mesh->n_triangles += near;
}

// A cell is cut along its shorter diagonal; where one corner is background the other three are a triangle.
static inline void add_cell(const struct grid *grid, int64_t i) {
    const int64_t corners[4] = {i, i + 1, i + 1 + grid->columns, i + grid->columns};
    int64_t seen[4];
    int count = 0;
    for (int k = 0; k < 4; k++) {
        seen[count] = corners[k];
        count += is_seen(grid, corners[k]);
    }
    if (count < 3) return;
    bool other = count == 4 && squared_length(grid, seen[1], seen[3]) < squared_length(grid, seen[0], seen[2]);
    int64_t first = seen[other ? 1 : 0], third = seen[other ? 3 : 2];
    add_triangle(grid, first, seen[other ? 2 : 1], third);
    if (count == 4) add_triangle(grid, first, third, seen[other ? 0 : 3]);
}

static void add_cells(const struct grid *grid) {
    for (int64_t row = 0; row + 1 < grid->rows; row++)
        for (int64_t column = 0; column + 1 < grid->columns; column++) add_cell(grid, row * grid->columns + column);
}

// Points are numbered anew in the order in which they stood. number: one a point, 0 at first.
static void drop_unused(struct facet_mesh *mesh, int32_t *number) {
    int64_t kept = 0;
    for (int64_t i = 0; i < 3 * mesh->n_triangles; i++) number[mesh->triangles[i]] = 1;
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        if (!number[i]) continue;
        memmove(mesh->vertices + 3 * kept, mesh->vertices + 3 * i, 3 * sizeof(float));
        if (mesh->n_texcoords) memmove(mesh->texcoords + 2 * kept, mesh->texcoords + 2 * i, 2 * sizeof(float));
        number[i] = (int32_t)kept++;
    }
    for (int64_t i = 0; i < 3 * mesh->n_triangles; i++) mesh->triangles[i] = number[mesh->triangles[i]];
    mesh->n_vertices = kept;
    if (mesh->n_texcoords) mesh->n_texcoords = kept;
}

// Each vertex has its own texture coordinate, so the triangles of both are the same.
static int copy_triangles(struct mesh_builder *builder, struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = mesh_reserve_textured(builder, 0, mesh->n_triangles, error);
    if (code) return code;
    memcpy(mesh->texture_triangles, mesh->triangles, (size_t)mesh->n_triangles * 3 * sizeof *mesh->triangles);
    builder->n_texture_triangles = mesh->n_triangles;
    return FACET_OK;
}

int grid_to_mesh(struct mesh_builder *builder, int64_t rows, int64_t columns, struct facet_error *error) {
    struct grid grid = {.builder = builder, .points = builder->mesh.vertices, .rows = rows, .columns = columns};
    grid.limit = longest_edge * longest_edge * usual_length(&grid);
    grid.turned = is_turned(&grid);
    int code = mesh_reserve(builder, 0, 2 * rows * columns + 1, error); // one more is written, then counted or not
    if (code) return code;
    add_cells(&grid);
    if (builder->mesh.n_triangles == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "no three neighbours among %lld x %lld points are a surface",
                               (long long)rows, (long long)columns);
    int32_t *number = calloc((size_t)builder->mesh.n_vertices, sizeof *number);
    if (!number)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a range image of %lld x %lld points",
                               (long long)rows, (long long)columns);
    drop_unused(&builder->mesh, number);
    free(number);
    return builder->mesh.n_texcoords > 0 ? copy_triangles(builder, error) : FACET_OK;
}
