// Fewer vertices: cutting the face out of a head, and merging neighbours.
#include "synth/model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory while reducing a face model");
}

// Moves the values of kept vertices to the front; to[v] is the new number of v, negative for a dropped one.
static void pack(float *values, const int32_t *to, int64_t n) {
    for (int64_t v = 0; v < n; v++) {
        if (to[v] >= 0) memmove(values + 3 * (int64_t)to[v], values + 3 * v, 3 * sizeof *values);
    }
}

// Drops vertices no triangle uses.
static int drop_unused(struct synth_model *model, struct facet_error *error) {
    int64_t n = model->n_vertices, kept = 0;
    int32_t *to = malloc((size_t)n * sizeof *to);
    if (!to) return no_memory(error);
    memset(to, 0xff, (size_t)n * sizeof *to);
    for (int64_t i = 0; i < 3 * model->n_triangles; i++) to[model->triangles[i]] = 0;
    for (int64_t v = 0; v < n; v++) {
        if (to[v] == 0) to[v] = (int32_t)kept++;
    }
    for (int64_t i = 0; i < 3 * model->n_triangles; i++) model->triangles[i] = to[model->triangles[i]];
    pack(model->mean, to, n);
    for (int u = 0; u < model->n_units; u++) pack(model->units[u].offset, to, n);
    for (int d = 0; d < model->n_identity; d++) {
        float *mode = model->identity + 3 * d * n;
        pack(mode, to, n);
        memmove(model->identity + 3 * d * kept, mode, 3 * (size_t)kept * sizeof *mode);
    }
    model->n_vertices = kept;
    free(to);
    return FACET_OK;
}

static bool is_near(const struct synth_model *model, int32_t vertex, double radius) {
    const float *p = model->mean + 3 * (int64_t)vertex;
    double square = 0;
    for (int k = 0; k < 3; k++) square += (p[k] - model->nose[k]) * (p[k] - model->nose[k]);
    return square <= radius * radius;
}

int synth_model_crop(struct synth_model *model, double radius, struct facet_error *error) {
    int64_t kept = 0;
    for (int64_t i = 0; i < model->n_triangles; i++) {
        const int32_t *t = model->triangles + 3 * i;
        if (!is_near(model, t[0], radius) || !is_near(model, t[1], radius) || !is_near(model, t[2], radius)) continue;
        memmove(model->triangles + 3 * kept++, t, 3 * sizeof *t);
    }
    model->n_triangles = kept;
    return drop_unused(model, error);
}

static int32_t root_of(int32_t *parent, int32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

static bool same_cell(const float *a, const float *b, double cell) {
    for (int k = 0; k < 3; k++) {
        if (floor(a[k] / cell) != floor(b[k] / cell)) return false;
    }
    return true;
}

// Joins the ends of every edge that lies inside one cell: lips and lids that only touch stay apart. Returns how many
// groups there are; each is known by its lowest vertex.
static int64_t group(const struct synth_model *model, double cell, int32_t *parent) {
    int64_t groups = model->n_vertices;
    for (int64_t v = 0; v < model->n_vertices; v++) parent[v] = (int32_t)v;
    for (int64_t i = 0; i < 3 * model->n_triangles; i++) {
        int32_t a = model->triangles[i], b = model->triangles[i % 3 == 2 ? i - 2 : i + 1];
        if (!same_cell(model->mean + 3 * (int64_t)a, model->mean + 3 * (int64_t)b, cell)) continue;
        int32_t u = root_of(parent, a), v = root_of(parent, b);
        if (u == v) continue;
        parent[u > v ? u : v] = u > v ? v : u;
        groups--;
    }
    return groups;
}

static void merge(struct synth_model *model, int32_t *parent) {
    int64_t kept = 0;
    for (int64_t i = 0; i < model->n_triangles; i++) {
        int32_t t[3];
        for (int k = 0; k < 3; k++) t[k] = root_of(parent, model->triangles[3 * i + k]);
        if (t[0] == t[1] || t[1] == t[2] || t[2] == t[0]) continue;
        memcpy(model->triangles + 3 * kept++, t, sizeof t);
    }
    model->n_triangles = kept;
}

int synth_model_thin(struct synth_model *model, double density, struct facet_error *error) {
    int32_t *parent = malloc((size_t)model->n_vertices * sizeof *parent);
    double low = 0, high = 64; // mm, cell sizes that leave too many and too few
    if (!parent) return no_memory(error);
    for (int step = 0; step < 16; step++) {
        double middle = (low + high) / 2;
        if ((double)group(model, middle, parent) > density * (double)model->n_vertices)
            low = middle;
        else
            high = middle;
    }
    group(model, high, parent);
    merge(model, parent);
    free(parent);
    return drop_unused(model, error);
}
