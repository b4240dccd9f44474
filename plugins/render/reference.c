// The textbook way: every sample against every triangle, each rule written out. Slow; the fast ways must agree with it.
#include "render/kernel.h"

struct point {
    int64_t x, y; // 1/256 sample
    float near;
};

// Twice the signed area of abp: above 0 when p lies to the right of a -> b, y down.
static int64_t side_of(struct point a, struct point b, struct point p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static bool owns(struct point a, struct point b, struct point p) {
    int64_t side = side_of(a, b, p);
    if (side != 0) return side > 0;
    if (a.y == b.y) return b.x > a.x; // a level edge run to the right has the inside below it: a top edge
    return b.y < a.y;                 // an edge run upward has the inside to the right of it: a left edge
}

static bool covers(const struct point c[3], bool clockwise, struct point p) {
    if (clockwise) return owns(c[0], c[1], p) && owns(c[1], c[2], p) && owns(c[2], c[0], p);
    return owns(c[0], c[2], p) && owns(c[2], c[1], p) && owns(c[1], c[0], p);
}

static bool corners_of(const int32_t triangle[3], const struct render_corner *corners, struct point c[3]) {
    for (int k = 0; k < 3; k++) {
        const struct render_corner *corner = &corners[triangle[k]];
        if (corner->x == RENDER_NOWHERE) return false;
        c[k] = (struct point){corner->x, corner->y, corner->near};
    }
    return true;
}

// In f32, in the order kernel.h promises: of equally near triangles the first is seen, so their nearness must be the
// same to the bit. Areas are positive here whichever way the corners run.
static float near_at(const struct point c[3], struct point p, int64_t area) {
    int64_t w1 = side_of(c[2], c[0], p), w2 = side_of(c[0], c[1], p);
    if (area < 0) area = -area, w1 = -w1, w2 = -w2;
    float rise = ((float)w1 * (c[1].near - c[0].near) + (float)w2 * (c[2].near - c[0].near)) * (1.0F / (float)area);
    return c[0].near + rise;
}

static uint64_t look(const struct render_mesh *mesh, const struct render_corner *corners, struct point p,
                     int32_t count[2]) {
    uint64_t best = RENDER_EMPTY;
    for (int64_t t = 0; t < mesh->n_triangles; t++) {
        struct point c[3];
        if (!corners_of(mesh->triangles[t], corners, c)) continue;
        int64_t area = side_of(c[0], c[1], c[2]);
        if (area == 0 || !covers(c, area > 0, p)) continue;
        count[area > 0]++;
        render_keep(&best, render_farness(near_at(c, p, area)), (int32_t)t);
    }
    return best;
}

void render_reference(const struct render_mesh *mesh, const struct render_corner *corners, struct render_canvas *canvas,
                      int32_t (*counts)[2]) {
    const struct render_window *window = &canvas->window;
    for (int64_t i = 0; i < (int64_t)window->rows * window->side; i++) {
        int32_t count[2] = {0, 0};
        struct point p = {i % window->side * RENDER_SUBPIXEL + RENDER_HALF,
                          (window->first + i / window->side) * RENDER_SUBPIXEL + RENDER_HALF, 0};
        canvas->keys[i] = look(mesh, corners, p, count);
        if (counts) counts[i][0] = count[0], counts[i][1] = count[1];
    }
}
