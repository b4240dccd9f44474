#include "preprocess/repair.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 8, SAMPLE = 2048 }; // a median of so many is good to a few percent

struct spikes {
    double (*sum)[5]; // of the neighbours of each vertex, of the edges between them, and how many
    float *distance;
    uint8_t *is;
};

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(float *values, int64_t n) {
    if (n == 0) return 0;
    qsort(values, (size_t)n, sizeof *values, by_value);
    return values[n / 2];
}

static double median_distance(const float *distance, int64_t vertices) {
    float some[SAMPLE + 1];
    int64_t n = 0, step = vertices / SAMPLE + 1;
    for (int64_t v = 0; v < vertices; v += step) some[n++] = distance[v];
    return median(some, n);
}

// An inner edge is passed twice, once from each side, which leaves the weights even.
static void add_neighbours(const struct preprocess_surface *surface, double (*sum)[5]) {
    memset(sum, 0, (size_t)surface->n_vertices * sizeof *sum);
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        for (int k = 0; k < 3; k++) {
            const float *a = surface->vertices[v[(k + 1) % 3]], *b = surface->vertices[v[(k + 2) % 3]];
            double *to = sum[v[k]], square = 0;
            for (int i = 0; i < 3; i++) {
                double d = (double)a[i] - b[i];
                to[i] += (double)a[i] + b[i], square += d * d;
            }
            to[3] += sqrt(square), to[4] += 1;
        }
    }
}

// How far each vertex lies from the middle of its neighbours, mm.
static void measure(const struct preprocess_surface *surface, struct spikes *s) {
    add_neighbours(surface, s->sum);
    for (int64_t v = 0; v < surface->n_vertices; v++) {
        double square = 0, n = s->sum[v][4];
        for (int i = 0; i < 3; i++) {
            double d = n > 0 ? surface->vertices[v][i] - s->sum[v][i] / (2 * n) : 0;
            square += d * d;
        }
        s->distance[v] = (float)sqrt(square);
    }
}

// Of neighbours that both lie far off, the one farther off goes; the other may have been drawn along.
static void choose(const struct preprocess_surface *surface, double edges, double least, struct spikes *s) {
    for (int64_t v = 0; v < surface->n_vertices; v++)
        s->is[v] = s->distance[v] > least && s->distance[v] * s->sum[v][4] > edges * s->sum[v][3];
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        for (int k = 0; k < 3; k++) {
            int32_t a = v[k], b = v[(k + 1) % 3];
            if (!s->is[a] || !s->is[b]) continue;
            if (s->distance[a] < s->distance[b]) s->is[a] = 0;
            if (s->distance[b] < s->distance[a]) s->is[b] = 0;
        }
    }
}

static int64_t drop(struct preprocess_surface *surface, const uint8_t *is) {
    int64_t kept = 0, spikes = 0;
    for (int64_t v = 0; v < surface->n_vertices; v++) spikes += is[v];
    for (int64_t t = 0; spikes && t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        if (is[v[0]] || is[v[1]] || is[v[2]]) continue;
        preprocess_triangle_move(surface, kept++, t);
    }
    if (spikes) surface->n_triangles = kept;
    return spikes;
}

int preprocess_spikes_remove(struct preprocess_surface *surface, double edges, int64_t *removed,
                             struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 1;
    struct spikes s = {malloc(n * sizeof *s.sum), malloc(n * sizeof *s.distance), calloc(n, 1)};
    int code = FACET_OK;
    *removed = 0;
    if (!s.sum || !s.distance || !s.is) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the spikes of a mesh");
        goto error;
    }
    for (int round = 0; round < MOST_ROUNDS; round++) {
        measure(surface, &s);
        double least = 6 * 1.4826 * median_distance(s.distance, surface->n_vertices);
        choose(surface, edges, least, &s);
        int64_t spikes = drop(surface, s.is);
        *removed += spikes;
        if (spikes == 0) break;
        code = preprocess_surface_compact(surface, error);
        if (code) break;
    }
error:
    free(s.sum), free(s.distance), free(s.is);
    return code;
}
