#include "preprocess/rims.h"

#include "preprocess/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, MOST_FANS = 64 }; // beyond so many at a vertex nobody can tell which gap is whose

// An open edge is named by its corner. Its triangle passes it from its start to its end, a hole beside it the other way.
struct walk {
    const struct preprocess_surface *surface;
    int32_t *other;  // of a corner
    int32_t *leaves; // of a vertex: an open edge by which a hole leaves it; `also` names the next of them
    int32_t *also;   // of a corner
    int32_t *next;   // of an open edge: the one by which the hole goes on
    int32_t *place;  // of a vertex: where on the way it is, NONE: not on it
    int32_t *way;    // open edges gone along so far
    int32_t *piece;  // of a triangle
    int32_t *whole;  // of a vertex: what hangs together by vertices
    double (*normal)[3];
};

static int32_t start_of(const struct walk *w, int32_t c) {
    return w->surface->triangles[c / 3][c % 3];
}

static int32_t end_of(const struct walk *w, int32_t c) {
    return start_of(w, preprocess_corner_next(c));
}

// ---- pieces -----------------------------------------------------------------------------------------------------------

static int32_t root(int32_t *parent, int32_t v) {
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

static void join(int32_t *parent, int32_t a, int32_t b) {
    a = root(parent, a), b = root(parent, b);
    parent[a > b ? a : b] = a < b ? a : b;
}

static void find_pieces(struct walk *w) {
    int32_t triangles = (int32_t)w->surface->n_triangles, vertices = (int32_t)w->surface->n_vertices;
    for (int32_t t = 0; t < triangles; t++) w->piece[t] = t;
    for (int32_t v = 0; v < vertices; v++) w->whole[v] = v;
    for (int32_t c = 0; c < 3 * triangles; c++) {
        if (w->other[c] > c) join(w->piece, c / 3, w->other[c] / 3);
        join(w->whole, start_of(w, c), end_of(w, c));
    }
}

// ---- how a hole goes on -----------------------------------------------------------------------------------------------

static void list_open(struct walk *w) {
    int32_t *fans = w->place; // free until loops are gone along
    for (int64_t v = 0; v < w->surface->n_vertices; v++) w->leaves[v] = NONE, fans[v] = 0;
    for (int32_t c = 3 * (int32_t)w->surface->n_triangles - 1; c >= 0; c--) {
        w->next[c] = NONE;
        if (w->other[c] != PREPROCESS_EDGE_OPEN) continue;
        int32_t v = end_of(w, c);
        w->also[c] = w->leaves[v], w->leaves[v] = c, fans[v]++;
    }
    for (int64_t v = 0; v < w->surface->n_vertices; v++)
        if (fans[v] > MOST_FANS) w->leaves[v] = NONE;
}

// The far end of the fan of triangles around v that begins with the open edge c, which starts there.
static int32_t across_fan(const struct walk *w, int32_t c) {
    int32_t v = start_of(w, c), edge = preprocess_corner_before(c);
    while (w->other[edge] >= 0) {
        int32_t d = w->other[edge]; // stands for the edge in the next triangle, which passes it towards v or from it
        edge = start_of(w, d) == v ? preprocess_corner_before(d) : preprocess_corner_next(d);
    }
    return edge;
}

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// The angle from one edge at v clockwise to another, seen from outside, 0 to 2 pi.
static double clockwise(const struct walk *w, int32_t v, int32_t from, int32_t to) {
    double a[3], b[3], c[3];
    const double *n = w->normal[v];
    for (int k = 0; k < 3; k++) {
        a[k] = (double)w->surface->vertices[from][k] - w->surface->vertices[v][k];
        b[k] = (double)w->surface->vertices[to][k] - w->surface->vertices[v][k];
    }
    double along_a = dot(a, n) / fmax(dot(n, n), 1e-300), along_b = dot(b, n) / fmax(dot(n, n), 1e-300);
    for (int k = 0; k < 3; k++) a[k] -= along_a * n[k], b[k] -= along_b * n[k];
    for (int k = 0; k < 3; k++) c[k] = b[(k + 1) % 3] * a[(k + 2) % 3] - b[(k + 2) % 3] * a[(k + 1) % 3];
    double angle = atan2(dot(c, n), dot(a, b) * sqrt(dot(n, n)));
    return angle < 0 ? angle + 6.283185307179586 : angle;
}

static void add_normals(struct walk *w) {
    memset(w->normal, 0, (size_t)w->surface->n_vertices * sizeof *w->normal);
    for (int64_t t = 0; t < w->surface->n_triangles; t++) {
        double area[3];
        preprocess_triangle_area(w->surface, t, area);
        for (int i = 0; i < 9; i++) w->normal[w->surface->triangles[t][i / 3]][i % 3] += area[i % 3];
    }
}

// From an open edge that a hole takes to v: the gap ends at the first fan clockwise, and not at the fan that the edge is of.
static void go_on(struct walk *w, int32_t c) {
    int32_t v = start_of(w, c), best = NONE, own = across_fan(w, c);
    double least = INFINITY;
    if (w->leaves[v] != NONE && w->also[w->leaves[v]] == NONE) {
        w->next[c] = w->leaves[v], w->leaves[v] = NONE;
        return;
    }
    for (int32_t d = w->leaves[v]; d != NONE; d = w->also[d]) {
        double angle = clockwise(w, v, end_of(w, c), start_of(w, d)) + (d == own ? 100 : 0);
        if (angle < least) least = angle, best = d;
    }
    w->next[c] = best;
    int32_t *link = &w->leaves[v]; // each is taken once
    while (*link != best && *link != NONE) link = &w->also[*link];
    if (*link != NONE) *link = w->also[*link];
}

static bool has_meetings(const struct walk *w) {
    for (int64_t v = 0; v < w->surface->n_vertices; v++)
        if (w->leaves[v] != NONE && w->also[w->leaves[v]] != NONE) return true;
    return false;
}

static void link_open(struct walk *w) {
    list_open(w);
    if (has_meetings(w)) add_normals(w);
    for (int32_t c = 0; c < 3 * (int32_t)w->surface->n_triangles; c++)
        if (w->other[c] == PREPROCESS_EDGE_OPEN) go_on(w, c);
}

// ---- loops ------------------------------------------------------------------------------------------------------------

static double length_of(const struct walk *w, int32_t c) {
    const float *a = w->surface->vertices[start_of(w, c)], *b = w->surface->vertices[end_of(w, c)];
    double x = (double)a[0] - b[0], y = (double)a[1] - b[1], z = (double)a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

// The way from `from` on has come back to where it was: it is a loop.
static void add_loop(struct walk *w, int32_t from, int32_t to, struct preprocess_rims *rims) {
    struct preprocess_loop loop = {rims->n_vertices, to - from, 0, root(w->piece, w->way[from] / 3), true, false};
    for (int32_t i = from; i < to; i++) {
        int32_t piece = root(w->piece, w->way[i] / 3);
        rims->piece[rims->n_vertices] = piece, rims->vertex[rims->n_vertices++] = end_of(w, w->way[i]);
        loop.length += length_of(w, w->way[i]);
        loop.pure &= piece == loop.piece;
    }
    rims->loop[rims->n_loops++] = loop;
}

// Whenever the way comes to a vertex that it has passed, what lies between is a loop and leaves the way.
static void go_along(struct walk *w, int32_t c, struct preprocess_rims *rims) {
    int32_t n = 0;
    while (c != NONE) {
        int32_t following = w->next[c];
        w->next[c] = NONE;
        w->place[end_of(w, c)] = n, w->way[n++] = c;
        int32_t back = w->place[start_of(w, c)];
        if (back != NONE) {
            add_loop(w, back, n, rims);
            for (int32_t i = back; i < n; i++) w->place[end_of(w, w->way[i])] = NONE;
            n = back;
        }
        c = following;
    }
    for (int32_t i = 0; i < n; i++) w->place[end_of(w, w->way[i])] = NONE;
}

// The end of a piece is the longest loop along it, if it is along no other; and of what hangs together, the longest of all.
static void find_outer(const struct walk *w, const int32_t *longest, const int32_t *of_whole,
                       struct preprocess_rims *rims) {
    for (int64_t l = 0; l < rims->n_loops; l++) {
        struct preprocess_loop *loop = &rims->loop[l];
        loop->outer =
            (loop->pure && longest[loop->piece] == l) || of_whole[root(w->whole, rims->vertex[loop->first])] == l;
    }
}

static void keep_longer(const struct preprocess_rims *rims, int32_t *longest, int32_t l) {
    if (*longest == NONE || rims->loop[l].length > rims->loop[*longest].length) *longest = l;
}

static int choose_outer(const struct walk *w, struct preprocess_rims *rims, struct facet_error *error) {
    size_t triangles = (size_t)w->surface->n_triangles + 1, vertices = (size_t)w->surface->n_vertices + 1;
    int32_t *longest = malloc(triangles * sizeof *longest), *of_whole = malloc(vertices * sizeof *of_whole);
    int code = FACET_OK;
    if (longest && of_whole) {
        memset(longest, NONE, triangles * sizeof *longest), memset(of_whole, NONE, vertices * sizeof *of_whole);
        for (int32_t l = 0; l < rims->n_loops; l++) {
            const struct preprocess_loop *loop = &rims->loop[l];
            for (int64_t i = loop->first; i < loop->first + loop->n; i++)
                keep_longer(rims, &longest[rims->piece[i]], l);
            keep_longer(rims, &of_whole[root(w->whole, rims->vertex[loop->first])], l);
        }
        find_outer(w, longest, of_whole, rims);
    } else {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the holes of a mesh");
    }
    free(longest), free(of_whole);
    return code;
}

// ---- all of it --------------------------------------------------------------------------------------------------------

static int make_room(struct walk *w, struct preprocess_rims *rims, struct facet_error *error) {
    size_t corners = 3 * (size_t)w->surface->n_triangles + 1, vertices = (size_t)w->surface->n_vertices + 1;
    size_t open = 1;
    for (size_t c = 0; c + 1 < corners; c++) open += w->other[c] == PREPROCESS_EDGE_OPEN;
    rims->vertex = malloc(open * sizeof *rims->vertex), rims->piece = malloc(open * sizeof *rims->piece);
    rims->loop = malloc(open * sizeof *rims->loop), w->way = malloc(open * sizeof *w->way);
    w->also = malloc(corners * sizeof *w->also), w->next = malloc(corners * sizeof *w->next);
    w->leaves = malloc(vertices * sizeof *w->leaves), w->place = malloc(vertices * sizeof *w->place);
    w->piece = malloc(corners * sizeof *w->piece), w->whole = malloc(vertices * sizeof *w->whole);
    w->normal = malloc(vertices * sizeof *w->normal);
    if (rims->vertex && rims->piece && rims->loop && w->way && w->also && w->next && w->leaves && w->place &&
        w->piece && w->whole && w->normal)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to find the holes of a mesh");
}

int preprocess_rims_find(const struct preprocess_surface *surface, struct preprocess_rims *rims,
                         struct facet_error *error) {
    struct walk w = {.surface = surface};
    *rims = (struct preprocess_rims){0};
    int code = preprocess_edges_pair(surface, &w.other, error);
    if (!code) code = make_room(&w, rims, error);
    if (code) goto error;
    find_pieces(&w);
    link_open(&w);
    memset(w.place, NONE, (size_t)surface->n_vertices * sizeof *w.place);
    for (int32_t c = 0; c < 3 * (int32_t)surface->n_triangles; c++)
        if (w.next[c] != NONE) go_along(&w, c, rims);
    code = choose_outer(&w, rims, error);
error:
    free(w.other), free(w.leaves), free(w.also), free(w.next), free(w.place), free(w.way), free(w.piece);
    free(w.whole), free(w.normal);
    if (code) preprocess_rims_free(rims);
    return code;
}

void preprocess_rims_free(struct preprocess_rims *rims) {
    free(rims->vertex), free(rims->piece), free(rims->loop);
    *rims = (struct preprocess_rims){0};
}
