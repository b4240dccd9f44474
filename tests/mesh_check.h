// What must be true of any surface that leaves preprocess, and how many of its edges are open or have more than two triangles.
#ifndef FACET_TESTS_MESH_CHECK_H
#define FACET_TESTS_MESH_CHECK_H

#include "preprocess/edges.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct mesh_edges {
    int64_t open, many;
};

static inline bool mesh_edges(const struct preprocess_surface *surface, struct mesh_edges *edges) {
    int32_t *other;
    *edges = (struct mesh_edges){0};
    if (preprocess_edges_pair(surface, &other, NULL)) return false;
    for (int64_t c = 0; c < 3 * surface->n_triangles; c++)
        edges->open += other[c] == PREPROCESS_EDGE_OPEN, edges->many += other[c] == PREPROCESS_EDGE_MANY;
    free(other);
    return true;
}

static inline bool mesh_triangle_is_well(const struct preprocess_surface *surface, int64_t t) {
    const int32_t *v = surface->triangles[t];
    double area[3];
    for (int k = 0; k < 3; k++)
        if (v[k] < 0 || v[k] >= surface->n_vertices) return false;
    preprocess_triangle_area(surface, t, area);
    return v[0] != v[1] && v[1] != v[2] && v[2] != v[0] &&
           area[0] * area[0] + area[1] * area[1] + area[2] * area[2] > 0;
}

// NULL, or what is wrong with it: numbers that are none, triangles without area or beyond the vertices, vertices without triangles.
static inline const char *mesh_fault(const struct preprocess_surface *surface) {
    static char text[128];
    uint8_t *used = calloc((size_t)surface->n_vertices + 1, 1);
    const char *fault = used ? NULL : "no memory";
    for (int64_t v = 0; !fault && v < surface->n_vertices; v++) {
        const float *p = surface->vertices[v];
        if (isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2])) continue;
        snprintf(text, sizeof text, "vertex %lld is not finite", (long long)v), fault = text;
    }
    for (int64_t t = 0; !fault && t < surface->n_triangles; t++) {
        if (mesh_triangle_is_well(surface, t)) {
            for (int k = 0; k < 3; k++) used[surface->triangles[t][k]] = 1;
            continue;
        }
        snprintf(text, sizeof text, "triangle %lld is degenerate or beyond the vertices", (long long)t), fault = text;
    }
    for (int64_t v = 0; !fault && v < surface->n_vertices; v++)
        if (!used[v]) snprintf(text, sizeof text, "vertex %lld is in no triangle", (long long)v), fault = text;
    free(used);
    return fault;
}

#endif
