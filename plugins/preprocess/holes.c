#include "preprocess/repair.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, SETTLE = 60, MOST_RINGS = 64, MOST_RIM = 2048 };

// The boundaries of a surface: after which vertex comes which when a hole is gone round, its triangles being seen from
// outside counter-clockwise.
struct rims {
    int32_t *next;    // of a vertex on a boundary; NONE elsewhere and where boundaries meet
    int32_t *piece;   // the piece that a vertex belongs to
    double *longest;  // of a piece's boundaries, mm
    int32_t *outmost; // the vertex at which that one begins
};

// A hole and what is to fill it. Vertices are numbered here: first the boundary's, then the new ones.
struct patch {
    int32_t *rim;  // (n_rim) vertices of the surface
    int32_t *loop; // (n_loop) numbers of the patch; what is left of the boundary once its sharp corners are closed
    int64_t n_rim, n_loop, n_vertices, n_triangles;
    double (*at)[3], (*colour)[3], (*sum)[4];
    int32_t (*triangles)[3];
    int64_t vertex_room, triangle_room;
};

static double distance(const float a[3], const float b[3]) {
    double x = (double)a[0] - b[0], y = (double)a[1] - b[1], z = (double)a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

// ---- boundaries -------------------------------------------------------------------------------------------------------

static int32_t root(int32_t *parent, int32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

static void find_pieces(const struct preprocess_surface *surface, int32_t *parent) {
    for (int64_t v = 0; v < surface->n_vertices; v++) parent[v] = (int32_t)v;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        for (int k = 1; k < 3; k++) {
            int32_t a = root(parent, surface->triangles[t][0]), b = root(parent, surface->triangles[t][k]);
            parent[a > b ? a : b] = a < b ? a : b;
        }
    }
    for (int64_t v = 0; v < surface->n_vertices; v++) parent[v] = root(parent, (int32_t)v);
}

// Where each vertex's outgoing edges begin in `to`, which holds their other ends.
static void list_edges(const struct preprocess_surface *surface, int32_t *begin, int32_t *to) {
    memset(begin, 0, ((size_t)surface->n_vertices + 2) * sizeof *begin);
    for (int64_t t = 0; t < surface->n_triangles; t++)
        for (int k = 0; k < 3; k++) begin[surface->triangles[t][k] + 2]++;
    for (int64_t v = 0; v < surface->n_vertices; v++) begin[v + 2] += begin[v + 1];
    for (int64_t t = 0; t < surface->n_triangles; t++)
        for (int k = 0; k < 3; k++) to[begin[surface->triangles[t][k] + 1]++] = surface->triangles[t][(k + 1) % 3];
}

static bool leads_to(const int32_t *begin, const int32_t *to, int32_t from, int32_t goal) {
    for (int32_t i = begin[from]; i < begin[from + 1]; i++)
        if (to[i] == goal) return true;
    return false;
}

// Where a vertex lies on two boundaries, or twice on one, both end: which goes on where cannot be told.
static void link_rims(const struct preprocess_surface *surface, const int32_t *begin, const int32_t *to,
                      int32_t *next) {
    enum { MEETS = -2 };
    for (int64_t v = 0; v < surface->n_vertices; v++) next[v] = NONE;
    for (int32_t a = 0; a < surface->n_vertices; a++) {
        int32_t before = NONE;
        for (int32_t i = begin[a]; i < begin[a + 1]; i++) {
            int32_t b = to[i];
            if (leads_to(begin, to, b, a)) continue;
            next[b] = next[b] == NONE && before == NONE ? a : MEETS;
            if (before != NONE) next[before] = MEETS;
            before = b;
        }
    }
    for (int64_t v = 0; v < surface->n_vertices; v++)
        if (next[v] == MEETS) next[v] = NONE;
}

// The length of the boundary from v back to v; NAN when it does not come back. *n counts its vertices.
static double go_round(const struct preprocess_surface *surface, const int32_t *next, int32_t v, int64_t *n) {
    double sum = 0;
    *n = 0;
    for (int32_t at = v;; at = next[at]) {
        if (next[at] == NONE || *n > surface->n_vertices) return NAN;
        sum += distance(surface->vertices[at], surface->vertices[next[at]]);
        ++*n;
        if (next[at] == v) return sum;
    }
}

static void find_outmost(const struct preprocess_surface *surface, struct rims *rims, uint8_t *seen) {
    for (int64_t v = 0; v < surface->n_vertices; v++) rims->longest[v] = 0, rims->outmost[v] = NONE;
    for (int32_t v = 0; v < surface->n_vertices; v++) {
        int64_t n;
        if (rims->next[v] == NONE || seen[v]) continue;
        double length = go_round(surface, rims->next, v, &n);
        for (int32_t at = v; at != NONE && !seen[at]; at = rims->next[at]) seen[at] = 1;
        int32_t piece = rims->piece[v];
        if (isnan(length) || length <= rims->longest[piece]) continue;
        rims->longest[piece] = length, rims->outmost[piece] = v;
    }
}

static void free_rims(struct rims *rims) {
    free(rims->next), free(rims->piece), free(rims->longest), free(rims->outmost);
}

static int make_rims(const struct preprocess_surface *surface, struct rims *rims, struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 2;
    int32_t *begin = malloc(n * sizeof *begin), *to = malloc(((size_t)surface->n_triangles * 3 + 1) * sizeof *to);
    uint8_t *seen = calloc(n, 1);
    *rims = (struct rims){malloc(n * sizeof *rims->next), malloc(n * sizeof *rims->piece),
                          malloc(n * sizeof *rims->longest), malloc(n * sizeof *rims->outmost)};
    bool good = begin && to && seen && rims->next && rims->piece && rims->longest && rims->outmost;
    if (good) {
        list_edges(surface, begin, to);
        link_rims(surface, begin, to, rims->next);
        find_pieces(surface, rims->piece);
        find_outmost(surface, rims, seen);
    } else {
        free_rims(rims);
    }
    free(begin), free(to), free(seen);
    return good ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the holes of a mesh");
}

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

// ---- holes ------------------------------------------------------------------------------------------------------------

static int make_patch(const struct preprocess_surface *surface, const int32_t *next, int32_t first, int64_t n,
                      struct patch *patch, struct facet_error *error) {
    *patch = (struct patch){.n_rim = n, .n_loop = n, .n_vertices = n};
    int code = make_room(patch, error);
    if (code) return code;
    int32_t at = first;
    for (int64_t i = 0; i < n; i++, at = next[at]) {
        patch->rim[i] = at, patch->loop[i] = (int32_t)i;
        for (int k = 0; k < 3; k++) {
            patch->at[i][k] = surface->vertices[at][k];
            patch->colour[i][k] = surface->colours ? surface->colours[at][k] : 0;
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
                grow(&surface->triangles, surface->n_triangles + patch->n_triangles, sizeof *surface->triangles);
    if (!good) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to fill a hole");
    for (int64_t i = 0; i < added; i++) {
        for (int k = 0; k < 3; k++) {
            surface->vertices[n + i][k] = (float)patch->at[patch->n_rim + i][k];
            if (surface->colours) surface->colours[n + i][k] = (uint8_t)(patch->colour[patch->n_rim + i][k] + 0.5);
        }
    }
    for (int64_t t = 0; t < patch->n_triangles; t++) {
        int32_t *to = surface->triangles[surface->n_triangles++];
        for (int k = 0; k < 3; k++) {
            int64_t v = patch->triangles[t][k];
            to[k] = v < patch->n_rim ? patch->rim[v] : (int32_t)(n + v - patch->n_rim);
        }
    }
    surface->n_vertices += added;
    return FACET_OK;
}

// The area that a boundary encloses, seen along its own mean normal.
static double flat_area(const struct preprocess_surface *surface, const int32_t *next, int32_t first, int64_t n) {
    double normal[3] = {0};
    int32_t v = first;
    for (int64_t i = 0; i < n; i++, v = next[v]) {
        const float *a = surface->vertices[v], *b = surface->vertices[next[v]], *o = surface->vertices[first];
        double p[3], q[3];
        for (int k = 0; k < 3; k++) p[k] = (double)a[k] - o[k], q[k] = (double)b[k] - o[k];
        for (int k = 0; k < 3; k++)
            normal[k] += 0.5 * (p[(k + 1) % 3] * q[(k + 2) % 3] - p[(k + 2) % 3] * q[(k + 1) % 3]);
    }
    return length_of(normal);
}

static int fill(struct preprocess_surface *surface, const int32_t *next, int32_t first, int64_t n,
                struct preprocess_holes *holes, struct facet_error *error) {
    struct patch patch = {0};
    double area = 0;
    int code = make_patch(surface, next, first, n, &patch, error);
    bool well = !code && lies_well(&patch, &area);
    if (well) code = sew_in(&patch, surface, error);
    if (well && !code) holes->filled++, holes->area += area;
    if (!well) holes->left++, holes->area += flat_area(surface, next, first, n);
    free_patch(&patch);
    return code;
}

int preprocess_holes_fill(struct preprocess_surface *surface, double longest, struct preprocess_holes *holes,
                          struct facet_error *error) {
    struct rims rims;
    *holes = (struct preprocess_holes){0};
    int64_t before = surface->n_vertices;
    int code = make_rims(surface, &rims, error);
    if (code) return code;
    uint8_t *seen = calloc((size_t)before + 1, 1);
    if (!seen) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the holes of a mesh");
    for (int32_t v = 0; !code && v < before; v++) {
        int64_t n;
        if (rims.next[v] == NONE || seen[v]) continue;
        double length = go_round(surface, rims.next, v, &n);
        for (int32_t at = v; at != NONE && !seen[at]; at = rims.next[at]) seen[at] = 1;
        if (isnan(length) || rims.outmost[rims.piece[v]] == v) continue;
        if (n > 2 && n <= MOST_RIM && length <= longest)
            code = fill(surface, rims.next, v, n, holes, error);
        else
            holes->left++, holes->area += flat_area(surface, rims.next, v, n);
    }
    free(seen);
    free_rims(&rims);
    return code;
}
