#include "preprocess/solid.h"

#include <stdlib.h>
#include <string.h>

static const double least_share = 0.01;

static void keep_large(const struct preprocess_surface *surface, const int32_t *piece, const int32_t *size,
                       struct preprocess_surface *solid) {
    double least = least_share * (double)surface->n_vertices;
    solid->n_vertices = 0;
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        if (size[piece[v]] < least) continue;
        memcpy(solid->vertices[solid->n_vertices++], surface->vertices[v], sizeof *solid->vertices);
    }
    if (2 * solid->n_vertices >= surface->n_vertices) return;
    solid->n_vertices = surface->n_vertices;
    memcpy(solid->vertices, surface->vertices, (size_t)surface->n_vertices * sizeof *solid->vertices);
}

int preprocess_solid_create(const struct preprocess_surface *surface, struct preprocess_surface *solid,
                            struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices;
    *solid = (struct preprocess_surface){.n_vertices = 0};
    int32_t *piece = malloc((n + 1) * sizeof *piece), *size = calloc(n + 1, sizeof *size);
    solid->vertices = malloc((n + 1) * sizeof *solid->vertices);
    int code = FACET_OK;
    if (piece && size && solid->vertices) {
        preprocess_surface_label(surface, piece);
        for (size_t v = 0; v < n; v++) size[piece[v]]++;
        keep_large(surface, piece, size, solid);
    } else {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to tell a face from loose pieces");
        preprocess_surface_free(solid);
        *solid = (struct preprocess_surface){.n_vertices = 0};
    }
    free(piece);
    free(size);
    return code;
}
