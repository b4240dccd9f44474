// The path of one vector width, written over the few operations its file defines: LANES vertices, triangles or fragments
// at a time. What it computes, and in which order, is portable.c's; that file says why.
//
// Most triangles of a face scan cover one sample or none. So a lane is a triangle, not a sample: sixteen small ones are
// set up together, and then go over the samples of their boxes together. Where the boxes are larger, a lane is a sample.
#include "render/kernel.h"

#include <math.h>

enum { SMALL = 5 * RENDER_SUBPIXEL, MIDDLE = 63 * RENDER_SUBPIXEL }; // extents: areas fit 24 and 32 bits
enum { QUEUE = 1024 };

// Corners are written out, that their vectors stay in registers; the compiler does not see it in the longer loops.
#if defined(__clang__)
#define EACH_CORNER(k) _Pragma("unroll") for (int k = 0; k < 3; k++)
#else
#define EACH_CORNER(k) _Pragma("GCC unroll 3") for (int k = 0; k < 3; k++)
#endif

LANE floats along(const float row[4], const floats p[3]) {
    floats sum = float_add(float_mul(float_all(row[0]), p[0]), float_mul(float_all(row[1]), p[1]));
    sum = float_add(sum, float_mul(float_all(row[2]), p[2]));
    return float_add(sum, float_all(row[3]));
}

// ---- vertices --------------------------------------------------------------------------------------------------------
LANE floats as_floats(ints bits) {
    union {
        ints i;
        floats f;
    } same = {bits};
    return same.f;
}

static uint16_t held_one(int32_t at) {
    int32_t above = at < -RENDER_SLACK ? 0 : at + RENDER_SLACK;
    return (uint16_t)(above < UINT16_MAX ? above : UINT16_MAX);
}

LANE ints held(ints at) {
    return int_least(int_most(int_add(at, int_all(RENDER_SLACK)), int_all(0)), int_all(UINT16_MAX));
}

LANE uint32_t project_lanes(const struct render_lens *lens, const floats p[3], struct render_corner *corners,
                            struct render_spot *spots, struct render_pin *pins) {
    const floats q[3] = {along(lens->to_camera[0], p), along(lens->to_camera[1], p), along(lens->to_camera[2], p)};
    floats x = float_mul(q[0], float_all(lens->scale[0])), y = float_mul(q[1], float_all(lens->scale[1]));
    floats near = q[2], guard = float_all(RENDER_GUARD);
    const ints spot[3] = {int_bits(q[0]), int_bits(q[1]), int_bits(q[2])};
    columns_to_rows(spot, spots);
    mask drawn = mask_all();
    if (lens->perspective) {
        drawn = float_not_below(float_minus(near), float_all(lens->near_mm));
        near = float_div(float_all(1), float_minus(near));
        x = float_mul(x, near);
        y = float_mul(y, near);
    }
    x = float_add(x, float_all(lens->centre[0]));
    y = float_add(y, float_all(lens->centre[1]));
    drawn = mask_and(drawn, mask_and(float_below(float_size(x), guard), float_below(float_size(y), guard)));
    EACH_CORNER(k) drawn = mask_and(drawn, float_below(float_size(q[k]), float_all(RENDER_REACH)));
    const ints columns[3] = {int_if(drawn, int_nearest(x), int_all(RENDER_NOWHERE)),
                             int_if(drawn, int_nearest(y), int_all(RENDER_NOWHERE)), int_bits(near)};
    if (corners) columns_to_rows(columns, corners);
    if (pins) store_pins(pins, int_or(held(columns[0]), int_shifted_16(held(columns[1]))), near);
    return mask_bits(drawn);
}

// The vertices behind the last whole vector, no more than LANES.
static int64_t project_rest(const struct render_mesh *mesh, const struct render_lens *lens, int64_t first,
                            struct render_corner *corners, struct render_spot *spots, struct render_pin *pins) {
    int64_t nowhere = 0;
    for (int64_t v = first; v < mesh->n_vertices; v++) {
        const struct render_mesh one = {.vertices = mesh->vertices + v, .n_vertices = 1};
        struct render_corner corner;
        nowhere += render_project_rest(&one, lens, 0, &corner, spots + v);
        if (corners) corners[v] = corner;
        if (pins) pins[v] = (struct render_pin){held_one(corner.x), held_one(corner.y), corner.near};
    }
    return nowhere;
}

static int64_t project(const struct render_mesh *mesh, const struct render_lens *lens, struct render_corner *corners,
                       struct render_spot *spots, struct render_pin *pins) {
    int64_t v = 0, nowhere = 0;
    for (; v + LANES <= mesh->n_vertices; v += LANES) {
        floats p[3];
        triples_to_columns(mesh->vertices[v], p);
        uint32_t drawn = project_lanes(lens, p, corners ? corners + v : NULL, spots + v, pins ? pins + v : NULL);
        nowhere += LANES - __builtin_popcount(drawn);
    }
    return nowhere + project_rest(mesh, lens, v, corners, spots, pins);
}

// ---- triangles -------------------------------------------------------------------------------------------------------
struct group { // a triangle a lane
    ints x[3], y[3];
    floats near[3];
    ints left, top, wide, high; // samples of the box inside the window
    mask small, larger;         // to be drawn here; to be drawn alone
};

LANE void load_corners(const struct render_mesh *mesh, const struct render_corner *corners, int64_t t,
                       struct group *g) {
    const int32_t *v = mesh->triangles[t];
    EACH_CORNER(k) {
        __m128i row[LANES];
        ints columns[4];
        for (int l = 0; l < LANES; l++) row[l] = _mm_load_si128((const __m128i *)&corners[v[3 * l + k]]);
        rows_to_columns(row, columns);
        g->x[k] = columns[0], g->y[k] = columns[1], g->near[k] = as_floats(columns[2]);
    }
}

LANE void set_box(const struct render_window *window, struct group *g) {
    ints low_x = int_least(int_least(g->x[0], g->x[1]), g->x[2]),
         high_x = int_most(int_most(g->x[0], g->x[1]), g->x[2]);
    ints low_y = int_least(int_least(g->y[0], g->y[1]), g->y[2]),
         high_y = int_most(int_most(g->y[0], g->y[1]), g->y[2]);
    ints round_up = int_all(RENDER_HALF - 1), half = int_all(RENDER_HALF), one = int_all(1);
    g->left = int_most(int_per_sample(int_add(low_x, round_up)), int_all(0));
    g->top = int_most(int_per_sample(int_add(low_y, round_up)), int_all(window->first));
    ints right = int_least(int_per_sample(int_sub(high_x, half)), int_all(window->side - 1));
    ints bottom = int_least(int_per_sample(int_sub(high_y, half)), int_all(window->first + window->rows - 1));
    g->wide = int_add(int_sub(right, g->left), one);
    g->high = int_add(int_sub(bottom, g->top), one);
    mask live = mask_and(int_above(g->wide, int_all(0)), int_above(g->high, int_all(0)));
    live = mask_and(live, int_above(low_x, int_all(RENDER_NOWHERE)));
    ints extent = int_most(int_sub(high_x, low_x), int_sub(high_y, low_y)), limit = int_all(SMALL);
    g->small = mask_and(live, int_above(limit, extent));
    g->larger = mask_and(live, int_above(extent, int_sub(limit, one)));
}

// What triangles offer to samples, on its way to the canvas: written by whole vectors, taken up one by one.
struct queue {
    int32_t place[QUEUE + LANES], farness[QUEUE + LANES], triangle[QUEUE + LANES];
    int count;
    uint64_t *keys;
};

static void take_up(struct queue *queue) {
    for (int i = 0; i < queue->count; i++)
        render_keep(&queue->keys[queue->place[i]], (uint32_t)queue->farness[i], queue->triangle[i]);
    queue->count = 0;
}

LANE ints farness_of(floats near) {
    ints bits = int_bits(near), flip = int_or(int_sign(bits), int_all(INT32_MIN));
    return int_xor(int_xor(bits, flip), int_all(-1));
}

LANE void offer(struct queue *queue, mask which, ints place, floats near, ints triangle) {
    int_pack(queue->place + queue->count, which, place);
    int_pack(queue->farness + queue->count, which, farness_of(near));
    int_pack(queue->triangle + queue->count, which, triangle);
    queue->count += __builtin_popcount(mask_bits(which));
    if (queue->count >= QUEUE) take_up(queue);
}

// An edge's value at a sample, in f32: with SMALL extents every number is whole and below 2^24, so exact.
struct edge {
    floats at, dx, dy;
};

struct small { // triangles turned the right way round, seen from the first sample of their boxes
    struct edge edge[3];
    floats by[2], per_area;
    mask drawn;
};

LANE struct edge edge_of(const floats x[3], const floats y[3], int a, int b) {
    return (struct edge){.at = float_sub(float_mul(x[a], y[b]), float_mul(x[b], y[a])),
                         .dx = float_sub(x[b], x[a]),
                         .dy = float_sub(y[b], y[a])};
}

LANE void set_small(const struct group *g, struct small *s) {
    ints px = int_add(int_of_samples(g->left), int_all(RENDER_HALF));
    ints py = int_add(int_of_samples(g->top), int_all(RENDER_HALF));
    floats x[3], y[3], zero = float_all(0);
    EACH_CORNER(k) {
        x[k] = float_of(int_sub(g->x[k], px));
        y[k] = float_of(int_sub(g->y[k], py));
    }
    EACH_CORNER(k) s->edge[k] = edge_of(x, y, (k + 1) % 3, (k + 2) % 3);
    floats area = float_add(float_add(s->edge[0].at, s->edge[1].at), s->edge[2].at);
    floats flip = float_sign(area);
    EACH_CORNER(k) {
        s->edge[k].at = float_flip(s->edge[k].at, flip);
        s->edge[k].dx = float_flip(s->edge[k].dx, flip);
        s->edge[k].dy = float_flip(s->edge[k].dy, flip);
    }
    area = float_flip(area, flip);
    s->drawn = mask_and(g->small, float_below(zero, area));
    s->by[0] = float_sub(g->near[1], g->near[0]), s->by[1] = float_sub(g->near[2], g->near[0]);
    s->per_area = float_div(float_all(1), area);
}

LANE mask off_or_owned(const struct edge *edge, floats at) {
    floats zero = float_all(0);
    mask owned =
        mask_or(float_below(edge->dy, zero), mask_and(float_equal(edge->dy, zero), float_below(zero, edge->dx)));
    return mask_or(owned, float_below(zero, at));
}

LANE mask is_inside(const struct small *s, mask among, const floats at[3]) {
    floats least = float_least(float_least(at[0], at[1]), at[2]), zero = float_all(0);
    mask touched = mask_and(among, float_equal(least, zero)), inside = mask_and(among, float_below(zero, least));
    if (!mask_bits(touched)) return inside;
    for (int k = 0; k < 3; k++) touched = mask_and(touched, off_or_owned(&s->edge[k], at[k]));
    return mask_or(inside, touched);
}

LANE void draw_sample(const struct group *g, const struct small *s, mask among, const floats at[3], ints place,
                      ints triangle, struct queue *queue) {
    mask hit = is_inside(s, among, at);
    floats rise = float_add(float_mul(at[1], s->by[0]), float_mul(at[2], s->by[1]));
    offer(queue, hit, place, float_add(g->near[0], float_mul(rise, s->per_area)), triangle);
}

// The samples of the boxes but the first. All lanes go over the largest box; a lane whose box is smaller sits out.
static void draw_more(const struct group *g, const struct small *s, int wide, int high, ints place, ints triangle,
                      int side, struct queue *queue) {
    for (int j = 0; j < high; j++) {
        mask in_row = mask_and(s->drawn, int_above(g->high, int_all(j)));
        for (int i = j == 0; i < wide; i++) {
            mask among = mask_and(in_row, int_above(g->wide, int_all(i)));
            floats at[3], x = float_all((float)(i * RENDER_SUBPIXEL)), y = float_all((float)(j * RENDER_SUBPIXEL));
            for (int k = 0; k < 3; k++)
                at[k] = float_add(s->edge[k].at, float_sub(float_mul(s->edge[k].dx, y), float_mul(s->edge[k].dy, x)));
            draw_sample(g, s, among, at, int_add(place, int_all(j * side + i)), triangle, queue);
        }
    }
}

LANE void draw_small(const struct group *g, int64_t t, const struct render_window *window, struct queue *queue) {
    struct small s;
    set_small(g, &s);
    if (!mask_bits(s.drawn)) return;
    const floats at[3] = {s.edge[0].at, s.edge[1].at, s.edge[2].at};
    ints row = int_sub(g->top, int_all(window->first)), triangle = int_add(int_all((int32_t)t), int_counted());
    ints place = int_add(int_mul(row, int_all(window->side)), g->left), one = int_all(1);
    draw_sample(g, &s, s.drawn, at, place, triangle, queue);
    if (!mask_bits(mask_and(s.drawn, int_above(int_most(g->wide, g->high), one)))) return;
    int wide = int_greatest(int_if(s.drawn, g->wide, one)), high = int_greatest(int_if(s.drawn, g->high, one));
    draw_more(g, &s, wide, high, place, triangle, window->side, queue);
}

#include "render/lanes_alone.h"
#include "render/lanes_pinned.h"

LANE uint32_t draw_group(const struct render_mesh *mesh, const struct render_corner *corners, int64_t t,
                         const struct render_window *window, struct queue *queue) {
    struct group g;
    load_corners(mesh, corners, t, &g);
    set_box(window, &g);
    if (mask_bits(g.small)) draw_small(&g, t, window, queue);
    return mask_bits(g.larger);
}

// Where there are pins, corners are made for the few triangles that need them; when those are many, for all vertices.
static void draw_rest(const struct render_mesh *mesh, const struct render_lens *lens,
                      const struct render_places *places, int64_t n_large, struct render_canvas *canvas,
                      struct queue *queue) {
    bool each = places->pins && n_large * 16 < mesh->n_vertices;
    if (places->pins && !each) project(mesh, lens, places->corners, places->spots, NULL);
    for (int64_t i = 0; i < n_large; i++) {
        const int32_t *v = mesh->triangles[places->large[i]];
        struct render_corner *at = places->corners;
        for (int k = 0; each && k < 3; k++) render_corner_of(lens, &places->spots[v[k]], &at[v[k]]);
        const struct render_corner *const c[3] = {&at[v[0]], &at[v[1]], &at[v[2]]};
        draw_alone(c, places->large[i], canvas, queue);
    }
}

static void draw(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_places *places,
                 struct render_canvas *canvas) {
    int64_t t = 0, n_large = 0;
    struct queue queue;
    queue.count = 0;
    queue.keys = canvas->keys;
    for (; t + LANES <= mesh->n_triangles; t += LANES) {
        uint32_t bits = places->pins ? draw_pinned(mesh, places->pins, t, &canvas->window, &queue)
                                     : draw_group(mesh, places->corners, t, &canvas->window, &queue);
        for (; bits; bits &= bits - 1) places->large[n_large++] = (int32_t)t + __builtin_ctz(bits);
    }
    for (; t < mesh->n_triangles; t++) places->large[n_large++] = (int32_t)t;
    draw_rest(mesh, lens, places, n_large, canvas, &queue);
    take_up(&queue);
}

#include "render/lanes_fragments.h"

const struct render_kernel KERNEL = {
    .name = KERNEL_NAME,
    .present = present,
    .pinned = true,
    .project = project,
    .draw = draw,
    .list = list,
    .place = place,
    .interpolate = interpolate,
    .normals = normals,
};
