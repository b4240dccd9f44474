#include "preprocess/surface.h"

#include "preprocess/keymap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int check(const float *vertices, int64_t n_vertices, const int32_t *triangles, int64_t n_triangles,
                 struct facet_error *error) {
    if (n_vertices < 1 || n_triangles < 1)
        return facet_error_set(error, FACET_ERROR_DATA, "the mesh is empty: %lld vertices, %lld triangles",
                               (long long)n_vertices, (long long)n_triangles);
    for (int64_t i = 0; i < n_vertices; i++) {
        const float *v = vertices + 3 * i;
        if (!isfinite(v[0]) || !isfinite(v[1]) || !isfinite(v[2]))
            return facet_error_set(error, FACET_ERROR_DATA, "vertex %lld is not finite: (%g, %g, %g)", (long long)i,
                                   (double)v[0], (double)v[1], (double)v[2]);
    }
    for (int64_t i = 0; i < 3 * n_triangles; i++) {
        if (triangles[i] < 0 || triangles[i] >= n_vertices)
            return facet_error_set(error, FACET_ERROR_DATA, "triangle %lld names vertex %d, but there are %lld",
                                   (long long)(i / 3), (int)triangles[i], (long long)n_vertices);
    }
    return FACET_OK;
}

int preprocess_surface_copy(const float *vertices, int64_t n_vertices, const int32_t *triangles, int64_t n_triangles,
                            struct preprocess_surface *surface, struct facet_error *error) {
    *surface = (struct preprocess_surface){0};
    int code = check(vertices, n_vertices, triangles, n_triangles, error);
    if (code) return code;
    size_t vertex_bytes = (size_t)n_vertices * sizeof *surface->vertices;
    size_t triangle_bytes = (size_t)n_triangles * sizeof *surface->triangles;
    surface->vertices = malloc(vertex_bytes);
    surface->normals = malloc(vertex_bytes);
    surface->triangles = malloc(triangle_bytes);
    if (!surface->vertices || !surface->normals || !surface->triangles) {
        preprocess_surface_free(surface);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a mesh of %lld vertices",
                               (long long)n_vertices);
    }
    memcpy(surface->vertices, vertices, vertex_bytes);
    memcpy(surface->triangles, triangles, triangle_bytes);
    surface->n_vertices = n_vertices;
    surface->n_triangles = n_triangles;
    return FACET_OK;
}

int preprocess_surface_paint(const uint8_t *colours, struct preprocess_surface *surface, struct facet_error *error) {
    surface->colours = malloc((size_t)surface->n_vertices * sizeof *surface->colours);
    if (!surface->colours) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the colours of a mesh");
    memcpy(surface->colours, colours, (size_t)surface->n_vertices * sizeof *surface->colours);
    return FACET_OK;
}

int preprocess_surface_drape(const float *texcoords, struct preprocess_surface *surface, struct facet_error *error) {
    size_t bytes = (size_t)surface->n_triangles * sizeof *surface->texcoords;
    surface->texcoords = malloc(bytes);
    if (!surface->texcoords) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the texture of a mesh");
    memcpy(surface->texcoords, texcoords, bytes);
    return FACET_OK;
}

void preprocess_surface_free(struct preprocess_surface *surface) {
    if (!surface) return;
    free(surface->vertices);
    free(surface->normals);
    free(surface->triangles);
    free(surface->colours);
    free(surface->texcoords);
    *surface = (struct preprocess_surface){0};
}

void preprocess_triangle_move(struct preprocess_surface *surface, int64_t to, int64_t from) {
    memmove(surface->triangles[to], surface->triangles[from], sizeof *surface->triangles);
    if (surface->texcoords) memmove(surface->texcoords[to], surface->texcoords[from], sizeof *surface->texcoords);
}

void preprocess_triangle_turn(struct preprocess_surface *surface, int64_t triangle) {
    int32_t *corner = surface->triangles[triangle], second = corner[1];
    corner[1] = corner[2], corner[2] = second;
    for (int k = 0; surface->texcoords && k < 2; k++) {
        float *uv = surface->texcoords[triangle], place = uv[2 + k];
        uv[2 + k] = uv[4 + k], uv[4 + k] = place;
    }
}

// Position bits with -0 as 0, so that equal positions have equal keys.
static void position_key(const float v[3], int32_t key[3]) {
    for (int k = 0; k < 3; k++) {
        float value = v[k] + 0.0f;
        memcpy(&key[k], &value, sizeof value);
    }
}

static void merge_vertices(struct preprocess_surface *surface, struct preprocess_keymap *map) {
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        for (int k = 0; k < 3; k++) {
            int32_t *v = &surface->triangles[t][k], key[3];
            position_key(surface->vertices[*v], key);
            *v = preprocess_keymap_put(map, key, *v);
        }
    }
}

static void order(int32_t *a, int32_t *b) {
    if (*a <= *b) return;
    int32_t t = *a;
    *a = *b;
    *b = t;
}

static void triangle_key(const int32_t triangle[3], int32_t key[3]) {
    memcpy(key, triangle, 3 * sizeof *key);
    order(&key[0], &key[1]);
    order(&key[1], &key[2]);
    order(&key[0], &key[1]);
}

void preprocess_triangle_area(const struct preprocess_surface *surface, int64_t triangle, double area[3]) {
    const int32_t *t = surface->triangles[triangle];
    const float *a = surface->vertices[t[0]], *b = surface->vertices[t[1]], *c = surface->vertices[t[2]];
    double u[3], v[3];
    for (int k = 0; k < 3; k++) u[k] = (double)b[k] - a[k], v[k] = (double)c[k] - a[k];
    for (int k = 0; k < 3; k++) area[k] = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3];
}

static double length(const double v[3]) {
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

double preprocess_surface_area(const struct preprocess_surface *surface) {
    double sum = 0, area[3];
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        preprocess_triangle_area(surface, t, area);
        sum += 0.5 * length(area);
    }
    return sum;
}

static void keep_distinct_triangles(struct preprocess_surface *surface, struct preprocess_keymap *map) {
    int64_t kept = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        int32_t key[3];
        double area[3];
        triangle_key(surface->triangles[t], key);
        preprocess_triangle_area(surface, t, area);
        if (key[0] == key[1] || key[1] == key[2] || !(length(area) > 0)) continue;
        if (preprocess_keymap_put(map, key, (int32_t)t) != t) continue;
        preprocess_triangle_move(surface, kept++, t);
    }
    surface->n_triangles = kept;
}

int preprocess_surface_clean(struct preprocess_surface *surface, struct facet_error *error) {
    struct preprocess_keymap *positions = NULL, *triangles = NULL;
    int code = preprocess_keymap_create(surface->n_vertices, &positions, error);
    if (code) goto error;
    merge_vertices(surface, positions);
    code = preprocess_keymap_create(surface->n_triangles, &triangles, error);
    if (code) goto error;
    keep_distinct_triangles(surface, triangles);
    code = preprocess_surface_compact(surface, error);
error:
    preprocess_keymap_destroy(positions);
    preprocess_keymap_destroy(triangles);
    return code;
}

int preprocess_surface_compact(struct preprocess_surface *surface, struct facet_error *error) {
    int32_t *place = calloc((size_t)surface->n_vertices + 1, sizeof *place);
    if (!place) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to drop unused vertices");
    for (int64_t t = 0; t < surface->n_triangles; t++)
        for (int k = 0; k < 3; k++) place[surface->triangles[t][k]] = 1;
    int32_t kept = 0;
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        if (!place[v]) continue;
        memmove(surface->vertices[kept], surface->vertices[v], sizeof *surface->vertices);
        if (surface->colours) memmove(surface->colours[kept], surface->colours[v], sizeof *surface->colours);
        place[v] = kept++;
    }
    surface->n_vertices = kept;
    for (int64_t t = 0; t < surface->n_triangles; t++)
        for (int k = 0; k < 3; k++) surface->triangles[t][k] = place[surface->triangles[t][k]];
    free(place);
    return FACET_OK;
}

void preprocess_surface_move(struct preprocess_surface *surface, double rotation[3][3], double scale,
                             const double origin[3]) {
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        double p[3];
        for (int k = 0; k < 3; k++) p[k] = surface->vertices[v][k] - origin[k];
        for (int k = 0; k < 3; k++) {
            const double *r = rotation[k];
            surface->vertices[v][k] = (float)(scale * (r[0] * p[0] + r[1] * p[1] + r[2] * p[2]));
        }
    }
}

static int inside(const float v[3], double radius) {
    return (double)v[0] * v[0] + (double)v[1] * v[1] + (double)v[2] * v[2] <= radius * radius;
}

void preprocess_surface_crop(struct preprocess_surface *surface, double radius) {
    int64_t kept = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        int all = 1;
        for (int k = 0; k < 3; k++) all &= inside(surface->vertices[v[k]], radius);
        if (all) preprocess_triangle_move(surface, kept++, t);
    }
    surface->n_triangles = kept;
}

void preprocess_surface_face_front(struct preprocess_surface *surface) {
    double sum = 0, area[3];
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        preprocess_triangle_area(surface, t, area);
        sum += area[2];
    }
    if (sum >= 0) return;
    for (int64_t t = 0; t < surface->n_triangles; t++) preprocess_triangle_turn(surface, t);
}
