// Smoothing and vertex normals.
#include "preprocess/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double length(const double v[3]) {
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

// The angle of triangle t at corner k, in radians.
static double angle(const struct preprocess_surface *surface, const int32_t t[3], int k) {
    const float *a = surface->vertices[t[k]], *b = surface->vertices[t[(k + 1) % 3]];
    const float *c = surface->vertices[t[(k + 2) % 3]];
    double u[3], v[3], dot = 0;
    for (int i = 0; i < 3; i++) {
        u[i] = (double)b[i] - a[i], v[i] = (double)c[i] - a[i];
        dot += u[i] * v[i];
    }
    return acos(fmax(-1.0, fmin(1.0, dot / (length(u) * length(v)))));
}

static void add_face(const struct preprocess_surface *surface, int64_t t, int by_angle, double (*sum)[3]) {
    const int32_t *v = surface->triangles[t];
    double area[3];
    preprocess_triangle_area(surface, t, area);
    double size = length(area);
    if (!(size > 0)) return;
    for (int k = 0; k < 3; k++) {
        double weight = by_angle ? angle(surface, v, k) / size : 1.0;
        for (int i = 0; i < 3; i++) sum[v[k]][i] += weight * area[i];
    }
}

int preprocess_surface_normals(struct preprocess_surface *surface, int by_angle, struct facet_error *error) {
    double(*sum)[3] = calloc((size_t)surface->n_vertices + 1, sizeof *sum);
    if (!sum) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the normals of a mesh");
    for (int64_t t = 0; t < surface->n_triangles; t++) add_face(surface, t, by_angle, sum);
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        double size = length(sum[v]);
        for (int i = 0; i < 3; i++) surface->normals[v][i] = size > 0 ? (float)(sum[v][i] / size) : i == 2;
    }
    free(sum);
    return FACET_OK;
}

// One step of the umbrella operator: each vertex goes `amount` of the way to the mean of its edges' other ends. An
// inner edge counts twice, once a side, which leaves the weights even.
static void umbrella(struct preprocess_surface *surface, double amount, double (*sum)[4]) {
    memset(sum, 0, (size_t)surface->n_vertices * sizeof *sum);
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        for (int k = 0; k < 3; k++) {
            int32_t v = surface->triangles[t][k];
            for (int j = 1; j < 3; j++) {
                const float *other = surface->vertices[surface->triangles[t][(k + j) % 3]];
                for (int i = 0; i < 3; i++) sum[v][i] += other[i];
                sum[v][3] += 1;
            }
        }
    }
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        if (!(sum[v][3] > 0)) continue;
        for (int i = 0; i < 3; i++)
            surface->vertices[v][i] += (float)(amount * (sum[v][i] / sum[v][3] - surface->vertices[v][i]));
    }
}

// G. Taubin, A signal processing approach to fair surface design, SIGGRAPH 1995.
int preprocess_surface_smooth(struct preprocess_surface *surface, int rounds, struct facet_error *error) {
    if (rounds < 1) return FACET_OK;
    double(*sum)[4] = malloc(((size_t)surface->n_vertices + 1) * sizeof *sum);
    if (!sum) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to smooth a mesh");
    for (int round = 0; round < rounds; round++) {
        umbrella(surface, 0.5, sum);
        umbrella(surface, -0.53, sum);
    }
    free(sum);
    return FACET_OK;
}
