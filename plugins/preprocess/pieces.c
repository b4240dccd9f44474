// Connected pieces of a surface, and thinning by merging vertices in cubes.
#include "preprocess/keymap.h"
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
        memmove(surface->triangles[kept++], surface->triangles[t], sizeof *surface->triangles);
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

// Gives every vertex the number of its cube, in order of first use; returns how many cubes there are.
static int64_t number_cubes(const struct preprocess_surface *surface, double size, struct preprocess_keymap *map,
                            int32_t *cube) {
    int32_t used = 0;
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        int32_t key[3];
        for (int k = 0; k < 3; k++) key[k] = (int32_t)floor(surface->vertices[v][k] / size);
        cube[v] = preprocess_keymap_put(map, key, used);
        if (cube[v] == used) used++;
    }
    return used;
}

static int count_cubes(const struct preprocess_surface *surface, double size, int32_t *cube, int64_t *cubes,
                       struct facet_error *error) {
    struct preprocess_keymap *map;
    int code = preprocess_keymap_create(surface->n_vertices, &map, error);
    if (code) return code;
    *cubes = number_cubes(surface, size, map, cube);
    preprocess_keymap_destroy(map);
    return FACET_OK;
}

// The mean of a cube's colours, rounded; `sum` has room for three sums and a count a cube.
static void merge_colours(struct preprocess_surface *surface, const int32_t *cube, int64_t cubes, double (*sum)[4]) {
    memset(sum, 0, (size_t)cubes * sizeof *sum);
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        for (int k = 0; k < 3; k++) sum[cube[v]][k] += surface->colours[v][k];
        sum[cube[v]][3] += 1;
    }
    for (int64_t c = 0; c < cubes; c++)
        for (int k = 0; k < 3; k++) surface->colours[c][k] = (uint8_t)(sum[c][k] / sum[c][3] + 0.5);
}

// Moves every cube's vertices to their mean; cubes are numbered in order of first use, so cube <= vertex always.
static void merge_cubes(struct preprocess_surface *surface, const int32_t *cube, int64_t cubes, double (*sum)[4]) {
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        for (int k = 0; k < 3; k++) sum[cube[v]][k] += surface->vertices[v][k];
        sum[cube[v]][3] += 1;
    }
    for (int64_t c = 0; c < cubes; c++)
        for (int k = 0; k < 3; k++) surface->vertices[c][k] = (float)(sum[c][k] / sum[c][3]);
    for (int64_t t = 0; t < surface->n_triangles; t++)
        for (int k = 0; k < 3; k++) surface->triangles[t][k] = cube[surface->triangles[t][k]];
    if (surface->colours) merge_colours(surface, cube, cubes, sum);
    surface->n_vertices = cubes;
}

int preprocess_surface_thin(struct preprocess_surface *surface, int64_t max_vertices, struct facet_error *error) {
    if (surface->n_vertices <= max_vertices) return FACET_OK;
    int64_t cubes = surface->n_vertices;
    int32_t *cube = malloc((size_t)surface->n_vertices * sizeof *cube);
    double(*sum)[4] = NULL;
    int code = cube ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a mesh");
    double size = fmax(0.5 * sqrt(preprocess_surface_area(surface) / (double)max_vertices), 1e-3);
    while (!code && cubes > max_vertices) {
        size *= 1.1;
        code = count_cubes(surface, size, cube, &cubes, error);
    }
    if (code) goto error;
    sum = calloc((size_t)cubes, sizeof *sum);
    if (!sum) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a mesh");
        goto error;
    }
    merge_cubes(surface, cube, cubes, sum);
    code = preprocess_surface_clean(surface, error);
error:
    free(sum);
    free(cube);
    return code;
}
