// The portable path: one vertex, one triangle, one fragment at a time. The others must give the same bits.
//
// Edge functions: J. Pineda, A parallel algorithm for polygon rasterization, SIGGRAPH 1988. A centre on an edge belongs to
// the triangle whose top or left edge it is, so of two triangles sharing an edge exactly one has it.
#include "render/kernel.h"

#include <math.h>

static bool present(void) {
    return true;
}

static float along(const float row[4], const float p[3]) {
    return row[0] * p[0] + row[1] * p[1] + row[2] * p[2] + row[3];
}

bool render_corner_of(const struct render_lens *lens, const struct render_spot *spot, struct render_corner *corner) {
    float x = spot->q[0] * lens->scale[0], y = spot->q[1] * lens->scale[1], near = spot->q[2];
    bool ahead = true;
    if (lens->perspective) {
        ahead = -near >= lens->near_mm;
        near = 1.0F / -near;
        x *= near, y *= near;
    }
    x += lens->centre[0], y += lens->centre[1];
    bool drawn = ahead && fabsf(x) < RENDER_GUARD && fabsf(y) < RENDER_GUARD;
    for (int k = 0; k < 3; k++) drawn = drawn && fabsf(spot->q[k]) < RENDER_REACH;
    corner->x = drawn ? (int32_t)lrintf(x) : RENDER_NOWHERE;
    corner->y = drawn ? (int32_t)lrintf(y) : RENDER_NOWHERE;
    corner->near = near;
    corner->unused = 0;
    return drawn;
}

int64_t render_project_rest(const struct render_mesh *mesh, const struct render_lens *lens, int64_t first,
                            struct render_corner *corners, struct render_spot *spots) {
    int64_t nowhere = 0;
    for (int64_t v = first; v < mesh->n_vertices; v++) {
        for (int k = 0; k < 3; k++) spots[v].q[k] = along(lens->to_camera[k], mesh->vertices[v]);
        spots[v].unused = 0;
        nowhere += !render_corner_of(lens, &spots[v], &corners[v]);
    }
    return nowhere;
}

static int64_t project(const struct render_mesh *mesh, const struct render_lens *lens, struct render_corner *corners,
                       struct render_spot *spots, struct render_pin *pins) {
    (void)pins;
    return render_project_rest(mesh, lens, 0, corners, spots);
}

// Twice the area on the inner side of the edges opposite corners 1 and 2; the third is what is left of the triangle's.
struct edges {
    int64_t at[3], step_x[3], step_y[3]; // at a sample's centre, and what one sample to the right or down adds
    int64_t tie[3];                      // 0: a centre on the edge is inside; -1: it is not
    int64_t area;                        // twice the triangle's
};

static void set_edge(struct edges *edges, int k, const struct render_corner *a, const struct render_corner *b,
                     int column, int row) {
    int64_t dx = (int64_t)b->x - a->x, dy = (int64_t)b->y - a->y;
    int64_t px = (int64_t)column * RENDER_SUBPIXEL + RENDER_HALF - a->x;
    int64_t py = (int64_t)row * RENDER_SUBPIXEL + RENDER_HALF - a->y;
    bool top = dy == 0 && dx > 0, left = dy < 0;
    edges->at[k] = dx * py - dy * px;
    edges->step_x[k] = -dy * RENDER_SUBPIXEL;
    edges->step_y[k] = dx * RENDER_SUBPIXEL;
    edges->tie[k] = top || left ? 0 : -1;
}

static bool set_edges(struct edges *edges, const struct render_corner *const c[3], int column, int row) {
    int64_t area = ((int64_t)c[1]->x - c[0]->x) * ((int64_t)c[2]->y - c[0]->y) -
                   ((int64_t)c[1]->y - c[0]->y) * ((int64_t)c[2]->x - c[0]->x);
    int flip = area < 0;
    edges->area = flip ? -area : area;
    for (int k = 0; k < 3; k++) {
        int next = (k + 1) % 3, last = (k + 2) % 3;
        set_edge(edges, k, c[flip ? last : next], c[flip ? next : last], column, row);
    }
    return area != 0;
}

static int32_t least(int32_t a, int32_t b, int32_t c) {
    int32_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}
static int32_t most(int32_t a, int32_t b, int32_t c) {
    int32_t ab = a > b ? a : b;
    return ab > c ? ab : c;
}

// First and last sample of [from, to] whose centre lies in [low, high] 1/256 samples; false when there is none.
static bool samples_between(int32_t low, int32_t high, int from, int to, int *first, int *last) {
    *first = (low + RENDER_HALF - 1) >> 8;
    *last = (high - RENDER_HALF) >> 8;
    if (*first < from) *first = from;
    if (*last > to) *last = to;
    return *first <= *last;
}

static bool inside(const struct edges *edges, const int64_t at[3]) {
    return ((at[0] + edges->tie[0]) | (at[1] + edges->tie[1]) | (at[2] + edges->tie[2])) >= 0;
}

struct slope { // nearness over a triangle: near + (edge 1 * by[0] + edge 2 * by[1]) * per_area
    float near, by[2], per_area;
};

static void draw_row(uint64_t *key, int count, int32_t triangle, const struct edges *edges, const struct slope *slope) {
    int64_t at[3] = {edges->at[0], edges->at[1], edges->at[2]};
    for (int i = 0; i < count; i++) {
        if (inside(edges, at)) {
            float rise = ((float)at[1] * slope->by[0] + (float)at[2] * slope->by[1]) * slope->per_area;
            render_keep(&key[i], render_farness(slope->near + rise), triangle);
        }
        for (int k = 0; k < 3; k++) at[k] += edges->step_x[k];
    }
}

void render_draw_one(const struct render_corner *const c[3], int32_t triangle, struct render_canvas *canvas) {
    const struct render_window *window = &canvas->window;
    int left, right, top, bottom, end = window->first + window->rows - 1;
    struct edges edges;
    if (c[0]->x == RENDER_NOWHERE || c[1]->x == RENDER_NOWHERE || c[2]->x == RENDER_NOWHERE) return;
    if (!samples_between(least(c[0]->x, c[1]->x, c[2]->x), most(c[0]->x, c[1]->x, c[2]->x), 0, window->side - 1, &left,
                         &right) ||
        !samples_between(least(c[0]->y, c[1]->y, c[2]->y), most(c[0]->y, c[1]->y, c[2]->y), window->first, end, &top,
                         &bottom) ||
        !set_edges(&edges, c, left, top))
        return;
    struct slope slope = {.near = c[0]->near,
                          .by = {c[1]->near - c[0]->near, c[2]->near - c[0]->near},
                          .per_area = 1.0F / (float)edges.area};
    for (int row = top; row <= bottom; row++) {
        size_t start = (size_t)(row - window->first) * (size_t)window->side + (size_t)left;
        draw_row(canvas->keys + start, right - left + 1, triangle, &edges, &slope);
        for (int k = 0; k < 3; k++) edges.at[k] += edges.step_y[k];
    }
}

static void draw(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_places *places,
                 struct render_canvas *canvas) {
    (void)lens;
    for (int64_t t = 0; t < mesh->n_triangles; t++) {
        const int32_t *v = mesh->triangles[t];
        const struct render_corner *at = places->corners;
        const struct render_corner *const c[3] = {&at[v[0]], &at[v[1]], &at[v[2]]};
        render_draw_one(c, (int32_t)t, canvas);
    }
}

static float between_0_and_1(float value) {
    float above = value > 0 ? value : 0;
    return above < 1 ? above : 1;
}

void render_list_rest(const struct render_canvas *canvas, int row, int first, struct render_seen *seen) {
    int side = canvas->window.side, start = (canvas->window.first + row) * side;
    const uint64_t *keys = canvas->keys + (size_t)row * (size_t)side;
    int64_t count = seen->count;
    for (int column = first; column < side; column++) {
        seen->sample[count] = start + column;
        seen->place[count] = (canvas->window.first + row) << 16 | column;
        seen->triangle[count] = (int32_t)(uint32_t)keys[column];
        count += keys[column] != RENDER_EMPTY;
    }
    seen->count = count;
}

static void list(const struct render_canvas *canvas, struct render_seen *seen) {
    seen->count = 0;
    for (int row = 0; row < canvas->window.rows; row++) render_list_rest(canvas, row, 0, seen);
}

// Where a triangle's corners lie from the line of sight through a sample: mm, at each corner's own depth.
static void corners_from_sight(const struct render_lens *lens, int32_t place, const struct render_spot *const spot[3],
                               float from[3][2]) {
    float sight[2] = {(((float)(place & 0xffff) + 0.5F) - lens->principal[0]) * lens->slope[0],
                      (((float)(place >> 16) + 0.5F) - lens->principal[1]) * lens->slope[1]};
    for (int k = 0; k < 3; k++) {
        float ahead = lens->perspective ? -spot[k]->q[2] : 1.0F;
        for (int i = 0; i < 2; i++) from[k][i] = spot[k]->q[i] - sight[i] * ahead;
    }
}

static void hold(float part[3], bool sound) {
    for (int k = 0; k < 3; k++) part[k] = sound ? between_0_and_1(part[k]) : 1.0F;
    float per_whole = 1.0F / (part[0] + part[1] + part[2]);
    for (int k = 0; k < 3; k++) part[k] *= per_whole;
}

// Shares are areas of the triangles the line of sight makes with the corners. Snapping may have covered a sample whose
// line of sight just misses the triangle: shares are held in 0..1.
static void place_one(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                      int64_t i, struct render_seen *seen) {
    const struct render_spot *spot[3];
    float from[3][2], part[3];
    for (int k = 0; k < 3; k++) {
        seen->corner[k][i] = mesh->triangles[seen->triangle[i]][k];
        spot[k] = &spots[seen->corner[k][i]];
    }
    corners_from_sight(lens, seen->place[i], spot, from);
    for (int k = 0; k < 3; k++) {
        const float *a = from[(k + 1) % 3], *b = from[(k + 2) % 3];
        part[k] = a[0] * b[1] - b[0] * a[1];
    }
    float area = part[0] + part[1] + part[2], per_area = 1.0F / area;
    bool within = true;
    for (int k = 0; k < 3; k++) {
        part[k] *= per_area;
        within &= part[k] >= 0 && part[k] <= 1;
    }
    if (!within) hold(part, fabsf(area) > 0);
    for (int k = 0; k < 3; k++) seen->share[k][i] = part[k];
    seen->depth[i] = part[0] * spot[0]->q[2] + part[1] * spot[1]->q[2] + part[2] * spot[2]->q[2];
    seen->from_behind[i] = area < 0;
}

void render_place_rest(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                       int64_t first, struct render_seen *seen) {
    for (int64_t i = first; i < seen->count; i++) place_one(mesh, lens, spots, i, seen);
}

static void place(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                  struct render_seen *seen) {
    render_place_rest(mesh, lens, spots, 0, seen);
}

void render_interpolate_rest(const struct render_seen *seen, const float *attribute, int components, int64_t first,
                             float *const out[]) {
    for (int64_t i = first; i < seen->count; i++) {
        const float *at[3];
        for (int k = 0; k < 3; k++) at[k] = attribute + (size_t)seen->corner[k][i] * (size_t)components;
        for (int c = 0; c < components; c++)
            out[c][i] = seen->share[0][i] * at[0][c] + seen->share[1][i] * at[1][c] + seen->share[2][i] * at[2][c];
    }
}

static void interpolate(const struct render_seen *seen, const float *attribute, int components, float *const out[]) {
    render_interpolate_rest(seen, attribute, components, 0, out);
}

void render_normals_rest(const struct render_seen *seen, const float *attribute, const float axes[3][3], int64_t first,
                         float *const out[]) {
    render_interpolate_rest(seen, attribute, 3, first, out);
    for (int64_t i = first; i < seen->count; i++) {
        const float n[3] = {out[0][i], out[1][i], out[2][i]};
        float squares = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
        bool usable = squares > RENDER_SHORT && squares < RENDER_LONG;
        float scale = usable ? (seen->from_behind[i] ? -1.0F : 1.0F) / sqrtf(squares) : 0;
        for (int k = 0; k < 3; k++) out[k][i] = scale * (axes[k][0] * n[0] + axes[k][1] * n[1] + axes[k][2] * n[2]);
        if (!usable) out[2][i] = 1;
    }
}

static void normals(const struct render_seen *seen, const float *attribute, const float axes[3][3],
                    float *const out[]) {
    render_normals_rest(seen, attribute, axes, 0, out);
}

const struct render_kernel render_portable = {
    .name = "portable",
    .present = present,
    .project = project,
    .draw = draw,
    .list = list,
    .place = place,
    .interpolate = interpolate,
    .normals = normals,
};
