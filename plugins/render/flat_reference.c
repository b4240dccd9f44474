// The textbook way: every sample against every triangle, each rule written out. Slow; the fast way must agree with it.
#include "render/flat.h"

#include <math.h>

struct corner {
    int64_t x, y;
    double z;
};

// Twice the signed area of abp: above 0 when p lies to the right of a -> b, y down.
static int64_t side_of(struct corner a, struct corner b, struct corner p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static bool owns(struct corner a, struct corner b, struct corner p) {
    int64_t side = side_of(a, b, p);
    if (side != 0) return side > 0;
    if (a.y == b.y) return b.x > a.x; // a level edge run to the right has the inside below it: a top edge
    return b.y < a.y;                 // an edge run upward has the inside to the right of it: a left edge
}

static bool corners(const struct flat_mesh *mesh, const struct render_points *points, int64_t t, struct corner c[3]) {
    for (int k = 0; k < 3; k++) {
        int32_t v = mesh->triangles[t][k];
        if (points->x[v] == FLAT_NOWHERE) return false;
        c[k] = (struct corner){points->x[v], points->y[v], points->z[v]};
    }
    return true;
}

static double depth_at(const struct corner c[3], struct corner p) {
    double area = (double)side_of(c[0], c[1], c[2]);
    double w0 = (double)side_of(c[1], c[2], p) / area, w1 = (double)side_of(c[2], c[0], p) / area;
    double w2 = (double)side_of(c[0], c[1], p) / area;
    return w0 * c[0].z + w1 * c[1].z + w2 * c[2].z;
}

static void look(const struct flat_mesh *mesh, const struct render_points *points, int64_t sample,
                 struct render_hits *hits, int32_t count[2]) {
    struct corner c[3], p = {sample % hits->side * FLAT_SUBPIXEL + FLAT_SUBPIXEL / 2,
                             sample / hits->side * FLAT_SUBPIXEL + FLAT_SUBPIXEL / 2, 0};
    for (int64_t t = 0; t < mesh->n_triangles; t++) {
        if (!corners(mesh, points, t, c)) continue;
        bool clockwise = side_of(c[0], c[1], c[2]) > 0;
        if (!clockwise) {
            struct corner swap = c[1];
            c[1] = c[2], c[2] = swap;
        }
        if (side_of(c[0], c[1], c[2]) == 0) continue;
        if (!owns(c[0], c[1], p) || !owns(c[1], c[2], p) || !owns(c[2], c[0], p)) continue;
        count[clockwise]++;
        double depth = depth_at(c, p);
        if (hits->triangle[sample] >= 0 && depth <= hits->depth[sample]) continue;
        hits->triangle[sample] = (int32_t)t;
        hits->depth[sample] = depth;
    }
}

void flat_reference(const struct flat_mesh *mesh, const struct render_points *points, struct render_hits *hits,
                    int32_t (*counts)[2]) {
    for (int64_t i = 0; i < (int64_t)hits->side * hits->side; i++) {
        int32_t count[2] = {0, 0};
        hits->triangle[i] = -1;
        hits->depth[i] = -INFINITY;
        look(mesh, points, i, hits, count);
        if (counts) counts[i][0] = count[0], counts[i][1] = count[1];
    }
}
