#include "preprocess/edges.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// ---- pairs ------------------------------------------------------------------------------------------------------------

struct ends {
    int32_t low, high; // vertices
};

static struct ends ends_of(const struct preprocess_surface *surface, int32_t c) {
    const int32_t *t = surface->triangles[c / 3];
    int32_t a = t[c % 3], b = t[(c % 3 + 1) % 3];
    return a < b ? (struct ends){a, b} : (struct ends){b, a};
}

// A counting sort of the corners in `from` by one end of their edges; corners with equal ends keep their order.
static void sort_by_end(const struct preprocess_surface *surface, const struct ends *ends, bool by_low,
                        const int32_t *from, int32_t *begin, int32_t *to) {
    int32_t corners = (int32_t)(3 * surface->n_triangles);
    memset(begin, 0, ((size_t)surface->n_vertices + 1) * sizeof *begin);
    for (int32_t c = 0; c < corners; c++) begin[(by_low ? ends[c].low : ends[c].high) + 1]++;
    for (int64_t v = 0; v < surface->n_vertices; v++) begin[v + 1] += begin[v];
    for (int32_t i = 0; i < corners; i++) {
        int32_t c = from ? from[i] : i;
        to[begin[by_low ? ends[c].low : ends[c].high]++] = c;
    }
}

static void pair_sorted(const struct ends *ends, const int32_t *sorted, int32_t corners, int32_t *other) {
    for (int32_t i = 0, j; i < corners; i = j) {
        struct ends edge = ends[sorted[i]];
        for (j = i + 1; j < corners && ends[sorted[j]].low == edge.low && ends[sorted[j]].high == edge.high;) j++;
        for (int32_t k = i; k < j; k++) other[sorted[k]] = j - i == 1 ? PREPROCESS_EDGE_OPEN : PREPROCESS_EDGE_MANY;
        if (j - i == 2) other[sorted[i]] = sorted[i + 1], other[sorted[i + 1]] = sorted[i];
    }
}

int preprocess_edges_pair(const struct preprocess_surface *surface, int32_t **other, struct facet_error *error) {
    *other = NULL;
    if (surface->n_triangles > INT32_MAX / 3)
        return facet_error_set(error, FACET_ERROR_DATA, "the mesh has %lld triangles, more than %d",
                               (long long)surface->n_triangles, INT32_MAX / 3);
    int32_t corners = (int32_t)(3 * surface->n_triangles);
    size_t n = (size_t)corners + 1;
    struct ends *ends = calloc(n, sizeof *ends);
    int32_t *begin = malloc(((size_t)surface->n_vertices + 2) * sizeof *begin), *sorted = malloc(n * sizeof *sorted);
    int32_t *found = malloc(n * sizeof *found);
    int code = FACET_OK;
    if (!ends || !begin || !sorted || !found) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the edges of a mesh");
        goto error;
    }
    for (int32_t c = 0; c < corners; c++) ends[c] = ends_of(surface, c);
    sort_by_end(surface, ends, false, NULL, begin,
                found); // `found` holds the half-sorted corners until they are paired
    sort_by_end(surface, ends, true, found, begin, sorted);
    pair_sorted(ends, sorted, corners, found);
    *other = found, found = NULL;
error:
    free(ends), free(begin), free(sorted), free(found);
    return code;
}

// ---- orientation ------------------------------------------------------------------------------------------------------

struct flood {
    const int32_t *other;
    int8_t *turned;   // of a triangle: -1 not reached, 0 as it was, 1 to be turned over
    int32_t *reached; // the triangles of a part, in the order in which they were reached
};

// Both triangles of a well oriented edge pass it in opposite ways.
static bool agree(const struct preprocess_surface *surface, int32_t c, int32_t d) {
    return surface->triangles[c / 3][c % 3] != surface->triangles[d / 3][d % 3];
}

static int64_t reach(const struct preprocess_surface *surface, struct flood *flood, int32_t seed) {
    int64_t n = 0;
    flood->turned[seed] = 0, flood->reached[n++] = seed;
    for (int64_t i = 0; i < n; i++) {
        for (int32_t c = 3 * flood->reached[i], k = 0; k < 3; k++, c++) {
            int32_t d = flood->other[c];
            if (d < 0 || flood->turned[d / 3] >= 0) continue;
            flood->turned[d / 3] = (int8_t)(flood->turned[c / 3] ^ !agree(surface, c, d));
            flood->reached[n++] = d / 3;
        }
    }
    return n;
}

static void turn_over(struct preprocess_surface *surface, const struct flood *flood, int64_t n) {
    double kept = 0, turned = 0;
    for (int64_t i = 0; i < n; i++) {
        double area[3];
        preprocess_triangle_area(surface, flood->reached[i], area);
        *(flood->turned[flood->reached[i]] ? &turned : &kept) +=
            sqrt(area[0] * area[0] + area[1] * area[1] + area[2] * area[2]);
    }
    for (int64_t i = 0; i < n; i++)
        if (flood->turned[flood->reached[i]] == (turned <= kept)) preprocess_triangle_turn(surface, flood->reached[i]);
}

int preprocess_surface_orient(struct preprocess_surface *surface, struct facet_error *error) {
    int32_t *other;
    int code = preprocess_edges_pair(surface, &other, error);
    if (code) return code;
    size_t n = (size_t)surface->n_triangles + 1;
    struct flood flood = {other, malloc(n), malloc(n * sizeof *flood.reached)};
    if (flood.turned && flood.reached) {
        memset(flood.turned, -1, n);
        for (int32_t t = 0; t < surface->n_triangles; t++)
            if (flood.turned[t] < 0) turn_over(surface, &flood, reach(surface, &flood, t));
    } else {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to orient a mesh");
    }
    free(other), free(flood.turned), free(flood.reached);
    return code;
}
