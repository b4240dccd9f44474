#include "preprocess/keymap.h"
#include "preprocess/repair.h"
#include "preprocess/rims.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, SETTLE = 60, MOST_RINGS = 64, MOST_RIM = 2048 };

// A hole and what is to fill it. Vertices are numbered here: first the boundary's, then the new ones.
struct patch {
    int32_t *rim;  // (n_rim) vertices of the surface
    int32_t *loop; // (n_loop) numbers of the patch; what is left of the boundary once its sharp corners are closed
    int64_t n_rim, n_loop, n_vertices, n_triangles;
    double (*at)[3], (*colour)[3], (*sum)[4];
    int32_t (*triangles)[3];
    int64_t vertex_room, triangle_room;
};

// ---- a patch ----------------------------------------------------------------------------------------------------------

static void free_patch(struct patch *patch) {
    free(patch->rim), free(patch->loop), free(patch->at), free(patch->colour), free(patch->sum), free(patch->triangles);
    *patch = (struct patch){0};
}

// A round hole of n equal edges is n / 2 pi of them across to its middle.
static int64_t rings_for(int64_t n) {
    int64_t rings = (int64_t)((double)n / 6.283185307179586 + 0.5);
    return rings < 1 ? 1 : rings > MOST_RINGS ? MOST_RINGS : rings;
}

// Rings shrink evenly, so that they and the boundary hold about as many vertices to the millimetre.
static int64_t ring_size(const struct patch *patch, int64_t ring, int64_t rings) {
    int64_t n = (patch->n_loop * (rings - ring) + rings / 2) / rings;
    return ring == rings ? 1 : n < 3 ? 3 : n;
}

static int make_room(struct patch *patch, struct facet_error *error) {
    size_t n = (size_t)patch->n_rim, most = n * ((size_t)rings_for(patch->n_rim) + 1) + 1;
    patch->rim = malloc(n * sizeof *patch->rim), patch->loop = malloc(n * sizeof *patch->loop);
    patch->at = malloc(most * sizeof *patch->at), patch->colour = malloc(most * sizeof *patch->colour);
    patch->sum = malloc(most * sizeof *patch->sum);
    patch->triangles = malloc((2 * most + n) * sizeof *patch->triangles);
    if (patch->rim && patch->loop && patch->at && patch->colour && patch->sum && patch->triangles) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to fill a hole");
}

static void middle_of(const struct patch *patch, double (*of)[3], double middle[3]) {
    for (int k = 0; k < 3; k++) {
        middle[k] = 0;
        for (int64_t i = 0; i < patch->n_loop; i++) middle[k] += of[patch->loop[i]][k] / (double)patch->n_loop;
    }
}

// A place on the boundary, `share` of the way round, drawn towards the middle.
static void drawn_in(const struct patch *patch, double (*of)[3], const double middle[3], double share, double inwards,
                     double to[3]) {
    double along = share * (double)patch->n_loop;
    int64_t i = (int64_t)along % patch->n_loop;
    const double *a = of[patch->loop[i]], *b = of[patch->loop[(i + 1) % patch->n_loop]];
    double part = along - floor(along);
    for (int k = 0; k < 3; k++) {
        double rim = a[k] + part * (b[k] - a[k]);
        to[k] = rim + inwards * (middle[k] - rim);
    }
}

static void add(struct patch *patch, int64_t a, int64_t b, int64_t c) {
    int32_t *t = patch->triangles[patch->n_triangles++];
    t[0] = (int32_t)a, t[1] = (int32_t)b, t[2] = (int32_t)c;
}

struct ring {
    const int32_t *loop; // NULL: vertices follow one another from `first`
    int64_t first, n;
};

static int64_t of_ring(const struct ring *ring, int64_t i) {
    i %= ring->n;
    return ring->loop ? ring->loop[i] : ring->first + i;
}

// Between a ring and the next one inwards: always the step that is less far round.
static void stitch(struct patch *patch, const struct ring *outer, const struct ring *inner) {
    if (inner->n == 1) {
        for (int64_t i = 0; i < outer->n; i++) add(patch, of_ring(outer, i), of_ring(outer, i + 1), inner->first);
        return;
    }
    for (int64_t i = 0, j = 0; i < outer->n || j < inner->n;) {
        if (j == inner->n || (i < outer->n && (i + 1) * inner->n <= (j + 1) * outer->n)) {
            add(patch, of_ring(outer, i), of_ring(outer, i + 1), of_ring(inner, j));
            i++;
        } else {
            add(patch, of_ring(outer, i), of_ring(inner, j + 1), of_ring(inner, j));
            j++;
        }
    }
}

static void make_rings(struct patch *patch) {
    double middle[3], colour[3];
    int64_t rings = rings_for(patch->n_loop);
    middle_of(patch, patch->at, middle), middle_of(patch, patch->colour, colour);
    struct ring outer = {patch->loop, 0, patch->n_loop};
    for (int64_t r = 1; r <= rings; r++) {
        struct ring inner = {NULL, patch->n_vertices, ring_size(patch, r, rings)};
        double inwards = (double)r / (double)rings;
        for (int64_t i = 0; i < inner.n; i++) {
            double share = (double)i / (double)inner.n;
            drawn_in(patch, patch->at, middle, share, inwards, patch->at[patch->n_vertices]);
            drawn_in(patch, patch->colour, colour, share, inwards, patch->colour[patch->n_vertices++]);
        }
        stitch(patch, &outer, &inner);
        outer = inner;
    }
}

// ---- sharp corners of the boundary ------------------------------------------------------------------------------------

// Newell's normal of the loop.
static void normal_of(const struct patch *patch, double normal[3]) {
    memset(normal, 0, 3 * sizeof *normal);
    for (int64_t i = 0; i < patch->n_loop; i++) {
        const double *a = patch->at[patch->loop[i]], *b = patch->at[patch->loop[(i + 1) % patch->n_loop]];
        for (int k = 0; k < 3; k++) normal[k] += (a[(k + 1) % 3] - b[(k + 1) % 3]) * (a[(k + 2) % 3] + b[(k + 2) % 3]);
    }
}

// The angle of the hole at a vertex of its loop, 0 to 2 pi.
static double corner(const struct patch *patch, const double normal[3], int64_t i) {
    const double *at = patch->at[patch->loop[i]], *before, *after;
    before = patch->at[patch->loop[(i + patch->n_loop - 1) % patch->n_loop]];
    after = patch->at[patch->loop[(i + 1) % patch->n_loop]];
    double u[3], v[3], dot = 0, sine = 0, length = 0;
    for (int k = 0; k < 3; k++) u[k] = after[k] - at[k], v[k] = before[k] - at[k];
    for (int k = 0; k < 3; k++) {
        dot += u[k] * v[k], length += normal[k] * normal[k];
        sine += normal[k] * (u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]);
    }
    double angle = atan2(sine, dot * sqrt(length));
    return angle < 0 ? angle + 6.283185307179586 : angle;
}

// Boundaries are jagged; a triangle across each sharp corner, the sharpest first, leaves a loop that rings can follow.
static void close_corners(struct patch *patch) {
    const double sharp = 1.75; // 100 degrees
    double normal[3];
    normal_of(patch, normal);
    while (patch->n_loop > 3) {
        int64_t best = NONE, n = patch->n_loop;
        double least = sharp;
        for (int64_t i = 0; i < n; i++) {
            double angle = corner(patch, normal, i);
            if (angle < least) least = angle, best = i;
        }
        if (best == NONE) return;
        add(patch, patch->loop[(best + n - 1) % n], patch->loop[best], patch->loop[(best + 1) % n]);
        memmove(patch->loop + best, patch->loop + best + 1, (size_t)(n - best - 1) * sizeof *patch->loop);
        patch->n_loop--;
    }
}

// New vertices go to the mean of their neighbours, again and again: a membrane.
static void settle(struct patch *patch) {
    for (int round = 0; round < SETTLE; round++) {
        memset(patch->sum, 0, (size_t)patch->n_vertices * sizeof *patch->sum);
        for (int64_t t = 0; t < patch->n_triangles; t++) {
            const int32_t *v = patch->triangles[t];
            for (int k = 0; k < 3; k++) {
                const double *a = patch->at[v[(k + 1) % 3]], *b = patch->at[v[(k + 2) % 3]];
                for (int i = 0; i < 3; i++) patch->sum[v[k]][i] += a[i] + b[i];
                patch->sum[v[k]][3] += 2;
            }
        }
        for (int64_t v = patch->n_rim; v < patch->n_vertices; v++)
            for (int i = 0; i < 3; i++) patch->at[v][i] = patch->sum[v][i] / patch->sum[v][3];
    }
}

static void area_of(const struct patch *patch, const int32_t t[3], double area[3]) {
    const double *a = patch->at[t[0]], *b = patch->at[t[1]], *c = patch->at[t[2]];
    double u[3], v[3];
    for (int k = 0; k < 3; k++) u[k] = b[k] - a[k], v[k] = c[k] - a[k];
    for (int k = 0; k < 3; k++) area[k] = 0.5 * (u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]);
}

static double length_of(const double v[3]) {
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

// Whether it is one sheet, and its area: no triangle turns more than 110 degrees from the mean of all, which a sheet over a
// nostril may nearly do and one that folds over itself does.
static bool lies_well(const struct patch *patch, double *area) {
    double whole[3] = {0}, one[3];
    *area = 0;
    for (int64_t t = 0; t < patch->n_triangles; t++) {
        area_of(patch, patch->triangles[t], one);
        for (int k = 0; k < 3; k++) whole[k] += one[k];
        *area += length_of(one);
    }
    for (int64_t t = 0; t < patch->n_triangles; t++) {
        area_of(patch, patch->triangles[t], one);
        double dot = one[0] * whole[0] + one[1] * whole[1] + one[2] * whole[2];
        if (!(dot > -0.34 * length_of(one) * length_of(whole))) return false;
    }
    return true;
}

static int make_patch(const struct preprocess_surface *surface, const int32_t *rim, int64_t n, struct patch *patch,
                      struct facet_error *error) {
    *patch = (struct patch){.n_rim = n, .n_loop = n, .n_vertices = n};
    int code = make_room(patch, error);
    if (code) return code;
    for (int64_t i = 0; i < n; i++) {
        patch->rim[i] = rim[i], patch->loop[i] = (int32_t)i;
        for (int k = 0; k < 3; k++) {
            patch->at[i][k] = surface->vertices[rim[i]][k];
            patch->colour[i][k] = surface->colours ? surface->colours[rim[i]][k] : 0;
        }
    }
    close_corners(patch);
    if (patch->n_loop == 3)
        add(patch, patch->loop[0], patch->loop[1], patch->loop[2]);
    else
        make_rings(patch);
    if (patch->n_vertices > patch->n_rim) settle(patch);
    return FACET_OK;
}

static int grow(void *array, int64_t count, size_t size) {
    void **data = array, *larger = realloc(*data, (size_t)count * size + 1);
    if (larger) *data = larger;
    return larger != NULL;
}

static int sew_in(const struct patch *patch, struct preprocess_surface *surface, struct facet_error *error) {
    int64_t added = patch->n_vertices - patch->n_rim, n = surface->n_vertices;
    bool good = grow(&surface->vertices, n + added, sizeof *surface->vertices) &&
                grow(&surface->normals, n + added, sizeof *surface->normals) &&
                (!surface->colours || grow(&surface->colours, n + added, sizeof *surface->colours)) &&
                grow(&surface->triangles, surface->n_triangles + patch->n_triangles, sizeof *surface->triangles) &&
                (!surface->texcoords ||
                 grow(&surface->texcoords, surface->n_triangles + patch->n_triangles, sizeof *surface->texcoords));
    if (!good) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to fill a hole");
    for (int64_t i = 0; i < added; i++) {
        for (int k = 0; k < 3; k++) {
            surface->vertices[n + i][k] = (float)patch->at[patch->n_rim + i][k];
            if (surface->colours) surface->colours[n + i][k] = (uint8_t)(patch->colour[patch->n_rim + i][k] + 0.5);
        }
    }
    for (int64_t t = 0; t < patch->n_triangles; t++) {
        for (int k = 0; surface->texcoords && k < 6; k++) surface->texcoords[surface->n_triangles][k] = NAN;
        int32_t *to = surface->triangles[surface->n_triangles++];
        for (int k = 0; k < 3; k++) {
            int64_t v = patch->triangles[t][k];
            to[k] = v < patch->n_rim ? patch->rim[v] : (int32_t)(n + v - patch->n_rim);
        }
    }
    surface->n_vertices += added;
    return FACET_OK;
}

// ---- holes ------------------------------------------------------------------------------------------------------------

struct mending {
    struct preprocess_surface *surface;
    struct preprocess_rims rims;
    struct preprocess_keymap *edges; // those between vertices of boundaries, and who made them
};

// Twice the area that a loop encloses, seen along its own mean normal, which is what is filled in.
static void loop_normal(const struct mending *m, const struct preprocess_loop *loop, double normal[3]) {
    const int32_t *rim = m->rims.vertex + loop->first;
    const float *o = m->surface->vertices[rim[0]];
    memset(normal, 0, 3 * sizeof *normal);
    for (int64_t i = 0; i < loop->n; i++) {
        const float *a = m->surface->vertices[rim[i]], *b = m->surface->vertices[rim[(i + 1) % loop->n]];
        double p[3], q[3];
        for (int k = 0; k < 3; k++) p[k] = (double)a[k] - o[k], q[k] = (double)b[k] - o[k];
        for (int k = 0; k < 3; k++) normal[k] += p[(k + 1) % 3] * q[(k + 2) % 3] - p[(k + 2) % 3] * q[(k + 1) % 3];
    }
}

static void loop_middle(const struct mending *m, const struct preprocess_loop *loop, double middle[3]) {
    memset(middle, 0, 3 * sizeof *middle);
    for (int64_t i = 0; i < loop->n; i++)
        for (int k = 0; k < 3; k++)
            middle[k] += m->surface->vertices[m->rims.vertex[loop->first + i]][k] / (double)loop->n;
}

// Whether a point, seen along the normal, lies within a loop.
static bool encloses(const struct mending *m, const struct preprocess_loop *loop, const double point[3]) {
    double normal[3], middle[3], turned = 0, square = 0;
    loop_normal(m, loop, normal), loop_middle(m, loop, middle);
    double size = length_of(normal);
    if (!(size > 0)) return false;
    for (int k = 0; k < 3; k++) normal[k] /= size, square += (point[k] - middle[k]) * (point[k] - middle[k]);
    if (4 * square > loop->length * loop->length) return false; // no part of a loop is farther from its middle
    for (int64_t i = 0; i < loop->n; i++) {
        const float *a = m->surface->vertices[m->rims.vertex[loop->first + i]];
        const float *b = m->surface->vertices[m->rims.vertex[loop->first + (i + 1) % loop->n]];
        double u[3], v[3], sine = 0, cosine = 0, un = 0, vn = 0;
        for (int k = 0; k < 3; k++) u[k] = a[k] - point[k], v[k] = b[k] - point[k];
        for (int k = 0; k < 3; k++) {
            sine += normal[k] * (u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]);
            cosine += u[k] * v[k], un += u[k] * normal[k], vn += v[k] * normal[k];
        }
        turned += atan2(sine, cosine - un * vn);
    }
    return fabs(turned) > 3;
}

// A piece of its own within the hole would lie under what fills it.
static bool has_island(const struct mending *m, const struct preprocess_loop *hole) {
    for (int64_t l = 0; l < m->rims.n_loops; l++) {
        const struct preprocess_loop *other = &m->rims.loop[l];
        double middle[3];
        if (!other->outer || other->length > hole->length) continue;
        loop_middle(m, other, middle);
        if (encloses(m, hole, middle)) return true;
    }
    return false;
}

static int32_t put_edge(struct mending *m, int32_t a, int32_t b, int32_t maker) {
    const int32_t key[3] = {a < b ? a : b, a < b ? b : a, 0};
    return preprocess_keymap_put(m->edges, key, maker);
}

enum { OF_SURFACE }; // the maker of edges that were there from the beginning; patches are numbered from 1 on

// Whether an edge between two vertices of the boundary, not along it, was made by another already: it would have too many triangles.
static bool doubles_edges(struct mending *m, const struct patch *patch, int32_t maker) {
    bool doubles = false;
    for (int64_t t = 0; t < patch->n_triangles; t++) {
        for (int k = 0; k < 3; k++) {
            int32_t a = patch->triangles[t][k], b = patch->triangles[t][(k + 1) % 3];
            if (a >= patch->n_rim || b >= patch->n_rim || (a + 1) % patch->n_rim == b) continue;
            doubles |= put_edge(m, patch->rim[a], patch->rim[b], maker) != maker;
        }
    }
    return doubles;
}

static int fill(struct mending *m, int32_t l, struct preprocess_holes *holes, struct facet_error *error) {
    const struct preprocess_loop *loop = &m->rims.loop[l];
    struct patch patch = {0};
    double area = 0;
    int code = make_patch(m->surface, m->rims.vertex + loop->first, loop->n, &patch, error);
    bool well = !code && lies_well(&patch, &area) && !doubles_edges(m, &patch, l + 1);
    if (well) code = sew_in(&patch, m->surface, error);
    free_patch(&patch);
    if (code || !well) return code;
    holes->filled++, holes->area += area;
    return FACET_OK;
}

// Marks the vertices on boundaries, and keeps the edges between any two of them.
static int keep_edges(struct mending *m, struct facet_error *error) {
    const struct preprocess_surface *s = m->surface;
    uint8_t *on = calloc((size_t)s->n_vertices + 1, 1);
    if (!on) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the holes of a mesh");
    int64_t n = m->rims.n_vertices;
    for (int64_t i = 0; i < m->rims.n_vertices; i++) on[m->rims.vertex[i]] = 1;
    for (int64_t c = 0; c < 3 * s->n_triangles; c++)
        n += on[s->triangles[c / 3][c % 3]] && on[s->triangles[c / 3][(c + 1) % 3]];
    int code = preprocess_keymap_create(n, &m->edges, error);
    for (int64_t c = 0; !code && c < 3 * s->n_triangles; c++) {
        int32_t a = s->triangles[c / 3][c % 3], b = s->triangles[c / 3][(c + 1) % 3];
        if (on[a] && on[b]) put_edge(m, a, b, OF_SURFACE);
    }
    free(on);
    return code;
}

int preprocess_holes_fill(struct preprocess_surface *surface, double longest, struct preprocess_holes *holes,
                          struct facet_error *error) {
    struct mending m = {.surface = surface};
    *holes = (struct preprocess_holes){0};
    int code = preprocess_rims_find(surface, &m.rims, error);
    if (!code) code = keep_edges(&m, error);
    for (int32_t l = 0; !code && l < m.rims.n_loops; l++) {
        const struct preprocess_loop *loop = &m.rims.loop[l];
        int64_t filled = holes->filled;
        double normal[3];
        if (loop->outer) continue;
        if (loop->n > 2 && loop->n <= MOST_RIM && loop->length <= longest && !has_island(&m, loop))
            code = fill(&m, l, holes, error);
        if (code || holes->filled > filled) continue;
        loop_normal(&m, loop, normal);
        holes->left++, holes->area += 0.5 * length_of(normal);
    }
    preprocess_keymap_destroy(m.edges);
    preprocess_rims_free(&m.rims);
    return code;
}
