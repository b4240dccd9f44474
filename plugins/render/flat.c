// The fast way: edge functions stepped through each triangle's bounding box.
//
// J. Pineda, A parallel algorithm for polygon rasterization, SIGGRAPH 1988. A centre on an edge belongs to the triangle
// whose top or left edge it is, so of two triangles sharing an edge exactly one has it.
#include "render/flat.h"

#include <math.h>
#include <stdlib.h>

enum { HALF = FLAT_SUBPIXEL / 2 };

// Twice the area on the inner side of each edge, opposite corner k; at least 0 inside, whole numbers below 2^60.
struct edges {
    int64_t at[3], step_x[3], step_y[3]; // at the start, and what one sample to the right or down adds
    int64_t tie[3];                      // 0: a centre on the edge is inside; -1: it is not
    int64_t area;                        // twice the triangle's
    bool from_behind;
};

int render_hits_create(struct render_hits *hits, int side, struct facet_error *error) {
    FACET_REQUIRE(side >= 1 && side <= FLAT_SIDE_MAX);
    size_t samples = (size_t)side * (size_t)side;
    *hits = (struct render_hits){.side = side,
                                 .triangle = malloc(samples * sizeof *hits->triangle),
                                 .depth = malloc(samples * sizeof *hits->depth)};
    if (hits->triangle && hits->depth) return FACET_OK;
    render_hits_free(hits);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw %d x %d samples", side, side);
}

void render_hits_free(struct render_hits *hits) {
    if (!hits) return;
    free(hits->triangle);
    free(hits->depth);
    *hits = (struct render_hits){0};
}

// The edge from a to b with the inside on its right hand, y down, at the centre of sample (column, row).
static void set_edge(struct edges *edges, int k, const int32_t a[2], const int32_t b[2], int column, int row) {
    int64_t dx = (int64_t)b[0] - a[0], dy = (int64_t)b[1] - a[1];
    int64_t px = (int64_t)column * FLAT_SUBPIXEL + HALF - a[0], py = (int64_t)row * FLAT_SUBPIXEL + HALF - a[1];
    bool top = dy == 0 && dx > 0, left = dy < 0;
    edges->at[k] = dx * py - dy * px;
    edges->step_x[k] = -dy * FLAT_SUBPIXEL;
    edges->step_y[k] = dx * FLAT_SUBPIXEL;
    edges->tie[k] = top || left ? 0 : -1;
}

static bool set_edges(struct edges *edges, const int32_t p[3][2], int column, int row) {
    int64_t area = ((int64_t)p[1][0] - p[0][0]) * ((int64_t)p[2][1] - p[0][1]) -
                   ((int64_t)p[1][1] - p[0][1]) * ((int64_t)p[2][0] - p[0][0]);
    edges->from_behind = area > 0; // counter-clockwise seen by the camera is negative with y down
    edges->area = area < 0 ? -area : area;
    int flip = area < 0;
    for (int k = 0; k < 3; k++) {
        int next = (k + 1) % 3, last = (k + 2) % 3;
        set_edge(edges, k, p[flip ? last : next], p[flip ? next : last], column, row);
    }
    return area != 0;
}

static bool load(const struct flat_mesh *mesh, const struct render_points *points, int64_t t, int32_t p[3][2]) {
    for (int k = 0; k < 3; k++) {
        int32_t v = mesh->triangles[t][k];
        p[k][0] = points->x[v], p[k][1] = points->y[v];
    }
    return p[0][0] != FLAT_NOWHERE && p[1][0] != FLAT_NOWHERE && p[2][0] != FLAT_NOWHERE;
}

static int32_t least(int32_t a, int32_t b, int32_t c) {
    int32_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}
static int32_t most(int32_t a, int32_t b, int32_t c) {
    int32_t ab = a > b ? a : b;
    return ab > c ? ab : c;
}

// First and last sample whose centre lies in [low, high]; false when there is none.
static bool samples_between(int32_t low, int32_t high, int side, int *first, int *last) {
    if (high < HALF || low > (side - 1) * FLAT_SUBPIXEL + HALF) return false;
    *first = low <= HALF ? 0 : (low + HALF - 1) / FLAT_SUBPIXEL;
    *last = (high - HALF) / FLAT_SUBPIXEL;
    if (*last > side - 1) *last = side - 1;
    return *first <= *last;
}

static void shares(const struct edges *edges, const int64_t at[3], double share[3]) {
    for (int k = 0; k < 3; k++) share[k] = (double)at[k] / (double)edges->area;
}

static void hit(struct render_hits *hits, size_t sample, int64_t t, const double share[3], const double z[3]) {
    double depth = share[0] * z[0] + share[1] * z[1] + share[2] * z[2];
    if (!(depth > hits->depth[sample])) return;
    hits->depth[sample] = depth;
    hits->triangle[sample] = (int32_t)t;
}

static bool inside(const struct edges *edges, const int64_t at[3]) {
    return ((at[0] + edges->tie[0]) | (at[1] + edges->tie[1]) | (at[2] + edges->tie[2])) >= 0;
}

static void draw_row(struct render_hits *hits, const struct edges *edges, size_t sample, int count, int64_t t,
                     const double z[3]) {
    int64_t at[3] = {edges->at[0], edges->at[1], edges->at[2]};
    for (int i = 0; i < count; i++) {
        if (inside(edges, at)) {
            double share[3];
            shares(edges, at, share);
            hit(hits, sample + (size_t)i, t, share, z);
        }
        for (int k = 0; k < 3; k++) at[k] += edges->step_x[k];
    }
}

static void draw(const struct flat_mesh *mesh, const struct render_points *points, int64_t t,
                 struct render_hits *hits) {
    int32_t p[3][2];
    int left, right, top, bottom;
    struct edges edges;
    if (!load(mesh, points, t, p)) return;
    if (!samples_between(least(p[0][0], p[1][0], p[2][0]), most(p[0][0], p[1][0], p[2][0]), hits->side, &left, &right))
        return;
    if (!samples_between(least(p[0][1], p[1][1], p[2][1]), most(p[0][1], p[1][1], p[2][1]), hits->side, &top, &bottom))
        return;
    if (!set_edges(&edges, p, left, top)) return;
    const int32_t *corner = mesh->triangles[t];
    const double z[3] = {points->z[corner[0]], points->z[corner[1]], points->z[corner[2]]};
    for (int row = top; row <= bottom; row++) {
        draw_row(hits, &edges, (size_t)row * (size_t)hits->side + (size_t)left, right - left + 1, t, z);
        for (int k = 0; k < 3; k++) edges.at[k] += edges.step_y[k];
    }
}

void flat_raster(const struct flat_mesh *mesh, const struct render_points *points, struct render_hits *hits) {
    for (size_t i = 0; i < (size_t)hits->side * (size_t)hits->side; i++) {
        hits->triangle[i] = -1;
        hits->depth[i] = -INFINITY;
    }
    for (int64_t t = 0; t < mesh->n_triangles; t++) draw(mesh, points, t, hits);
}

bool render_locate(const struct flat_mesh *mesh, const struct render_points *points, int64_t triangle, int column,
                   int row, struct render_place *place) {
    int32_t p[3][2];
    struct edges edges;
    if (!load(mesh, points, triangle, p) || !set_edges(&edges, p, column, row) || !inside(&edges, edges.at))
        return false;
    place->from_behind = edges.from_behind;
    shares(&edges, edges.at, place->share);
    return true;
}
