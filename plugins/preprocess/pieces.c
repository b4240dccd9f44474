// Connected pieces of a surface.
#include "preprocess/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The root of v's piece; halves the path on the way.
static int32_t root(int32_t *parent, int32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

static void join(int32_t *parent, int32_t a, int32_t b) {
    a = root(parent, a);
    b = root(parent, b);
    if (a < b) parent[b] = a;
    if (b < a) parent[a] = b;
}

static double triangle_area(const struct preprocess_surface *surface, int64_t t) {
    double area[3];
    preprocess_triangle_area(surface, t, area);
    return 0.5 * sqrt(area[0] * area[0] + area[1] * area[1] + area[2] * area[2]);
}

static void join_pieces(const struct preprocess_surface *surface, int32_t *parent) {
    for (int64_t v = 0; v < surface->n_vertices; v++) parent[v] = (int32_t)v;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        join(parent, v[0], v[1]);
        join(parent, v[0], v[2]);
    }
}

void preprocess_surface_label(const struct preprocess_surface *surface, int32_t *piece) {
    join_pieces(surface, piece);
    for (int64_t v = 0; v < surface->n_vertices; v++) piece[v] = piece[piece[v]]; // parents come first
}

int preprocess_surface_pieces(const struct preprocess_surface *surface, int64_t *pieces, struct facet_error *error) {
    int32_t *parent = malloc(((size_t)surface->n_vertices + 1) * sizeof *parent);
    if (!parent) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to count the pieces of a mesh");
    join_pieces(surface, parent);
    *pieces = 0;
    for (int64_t v = 0; v < surface->n_vertices; v++) *pieces += parent[v] == v;
    free(parent);
    return FACET_OK;
}

static void drop_small(struct preprocess_surface *surface, double share, int32_t *parent, double *area) {
    join_pieces(surface, parent);
    double total = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        double a = triangle_area(surface, t);
        area[root(parent, surface->triangles[t][0])] += a;
        total += a;
    }
    double largest = 0, least = share * total;
    for (int64_t v = 0; v < surface->n_vertices; v++) largest = fmax(largest, area[v]);
    if (share >= 1) least = largest;
    int64_t kept = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        if (area[root(parent, surface->triangles[t][0])] < least) continue;
        preprocess_triangle_move(surface, kept++, t);
    }
    surface->n_triangles = kept;
}

int preprocess_surface_drop_pieces(struct preprocess_surface *surface, double share, struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 1;
    int32_t *parent = malloc(n * sizeof *parent);
    double *area = calloc(n, sizeof *area);
    int code = FACET_OK;
    if (parent && area) {
        drop_small(surface, share, parent, area);
    } else {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the pieces of a mesh");
    }
    free(parent);
    free(area);
    return code ? code : preprocess_surface_compact(surface, error);
}
