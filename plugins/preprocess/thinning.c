#include "preprocess/thinning.h"

#include "preprocess/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = PREPROCESS_NONE };

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double a[3], const double b[3], double c[3]) {
    for (int k = 0; k < 3; k++) c[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
}

static void from_to(const double a[3], const double b[3], double edge[3]) {
    for (int k = 0; k < 3; k++) edge[k] = b[k] - a[k];
}

// ---- quadrics ---------------------------------------------------------------------------------------------------------

// A vertex counts as a point with this share of its area: flat parts keep even triangles, and every quadric has a least place.
static const double point_share = 1e-3;
// A boundary edge counts as a plane across the surface with this many times the square of its length.
static const double rim_share = 10;

static void add_planes(struct preprocess_thinning *m, int32_t t, const int32_t *other) {
    const struct preprocess_corner *c = m->corner + 3 * t;
    const int32_t v[3] = {c[0].vertex, c[1].vertex, c[2].vertex};
    double u[3], w[3], n[3];
    from_to(m->vertex[v[0]].at, m->vertex[v[1]].at, u), from_to(m->vertex[v[0]].at, m->vertex[v[2]].at, w);
    cross(u, w, n);
    double size = sqrt(dot(n, n));
    if (!(size > 0)) return;
    for (int k = 0; k < 3; k++) n[k] /= size;
    for (int k = 0; k < 3; k++) {
        preprocess_quadric_add_plane(&m->vertex[v[k]].quadric, n, m->vertex[v[k]].at, size);
        preprocess_quadric_add_point(&m->vertex[v[k]].quadric, m->vertex[v[k]].at, point_share * size);
        if (other[3 * t + k] != PREPROCESS_EDGE_OPEN) continue;
        double edge[3], across[3];
        from_to(m->vertex[v[k]].at, m->vertex[v[(k + 1) % 3]].at, edge);
        cross(edge, n, across);
        double square = dot(edge, edge), length = sqrt(square);
        if (!(length > 0)) continue;
        for (int i = 0; i < 3; i++) across[i] /= length;
        preprocess_quadric_add_plane(&m->vertex[v[k]].quadric, across, m->vertex[v[k]].at, rim_share * square);
        preprocess_quadric_add_plane(&m->vertex[v[(k + 1) % 3]].quadric, across, m->vertex[v[k]].at,
                                     rim_share * square);
    }
}

// ---- kinds of vertices ------------------------------------------------------------------------------------------------

static int32_t corner_at(const struct preprocess_thinning *m, int32_t t, int32_t v) {
    return m->corner[3 * t].vertex == v ? 3 * t : m->corner[3 * t + 1].vertex == v ? 3 * t + 1 : 3 * t + 2;
}

// How many triangles can be reached around a vertex from one of its corners, over one edge after another.
static int32_t fan_size(const struct preprocess_thinning *m, const int32_t *other, int32_t start) {
    int32_t v = m->corner[start].vertex, n = 1;
    for (int side = 0; side < 2; side++) {
        int32_t edge = side ? preprocess_corner_before(start) : start;
        while (other[edge] >= 0) {
            int32_t c = corner_at(m, other[edge] / 3, v);
            if (c == start) return n;
            n++;
            edge = c == other[edge] ? preprocess_corner_before(c) : c;
        }
    }
    return n;
}

static void find_kinds(struct preprocess_thinning *m, const int32_t *other) {
    for (int32_t c = 0; c < m->n_corners; c++) {
        if (other[c] >= 0) continue;
        int32_t ends[2] = {m->corner[c].vertex, m->corner[preprocess_corner_next(c)].vertex};
        for (int k = 0; k < 2; k++) {
            if (other[c] == PREPROCESS_EDGE_MANY) m->vertex[ends[k]].kind = PREPROCESS_FIXED;
            if (m->vertex[ends[k]].kind == PREPROCESS_INNER) m->vertex[ends[k]].kind = PREPROCESS_RIM;
        }
    }
    for (int32_t v = 0; v < m->n_vertices; v++) {
        int32_t triangles = 0;
        for (int32_t c = m->vertex[v].first; c != NONE; c = m->corner[c].next) triangles++;
        if (triangles && fan_size(m, other, m->vertex[v].first) != triangles) m->vertex[v].kind = PREPROCESS_FIXED;
    }
}

// ---- beginning and end ------------------------------------------------------------------------------------------------

static int make_room(bool coloured, bool draped, struct preprocess_thinning *m, struct facet_error *error) {
    size_t n = (size_t)m->n_vertices + 1, corners = (size_t)m->n_corners + 1;
    m->corner = malloc(corners * sizeof *m->corner), m->vertex = calloc(n, sizeof *m->vertex);
    m->colour = coloured ? malloc(n * sizeof *m->colour) : NULL;
    m->place = draped ? malloc(corners * sizeof *m->place) : NULL;
    m->ring = malloc(n * sizeof *m->ring), m->mark = calloc(n, sizeof *m->mark);
    if (m->corner && m->vertex && (m->colour || !coloured) && (m->place || !draped) && m->ring && m->mark)
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a mesh");
}

static void copy_in(const struct preprocess_surface *surface, struct preprocess_thinning *m) {
    for (int64_t v = 0; v < m->n_vertices; v++) {
        m->vertex[v].first = NONE;
        for (int k = 0; k < 3; k++) m->vertex[v].at[k] = surface->vertices[v][k];
        for (int k = 0; m->colour && k < 3; k++) m->colour[v][k] = surface->colours[v][k];
    }
    for (int64_t i = 0; m->place && i < 2 * m->n_corners; i++)
        m->place[i / 2][i % 2] = surface->texcoords[i / 6][i % 6];
    for (int32_t c = (int32_t)m->n_corners - 1; c >= 0; c--) {
        int32_t v = surface->triangles[c / 3][c % 3];
        m->corner[c].vertex = v, m->corner[c].next = m->vertex[v].first, m->vertex[v].first = c;
    }
}

int preprocess_thinning_create(const struct preprocess_surface *surface, struct preprocess_thinning *thinning,
                               struct facet_error *error) {
    struct preprocess_thinning *m = thinning;
    int32_t *other = NULL;
    *m = (struct preprocess_thinning){
        .n_vertices = surface->n_vertices, .n_corners = 3 * surface->n_triangles, .left = surface->n_vertices};
    int code = preprocess_edges_pair(surface, &other, error);
    if (!code) code = make_room(surface->colours != NULL, surface->texcoords != NULL, m, error);
    if (!code) {
        copy_in(surface, m);
        find_kinds(m, other);
        for (int32_t t = 0; t < surface->n_triangles; t++) add_planes(m, t, other);
    } else {
        preprocess_thinning_free(m);
    }
    free(other);
    return code;
}

void preprocess_thinning_free(struct preprocess_thinning *m) {
    free(m->corner), free(m->vertex), free(m->colour), free(m->place), free(m->ring), free(m->mark);
    *m = (struct preprocess_thinning){0};
}

int preprocess_thinning_finish(const struct preprocess_thinning *m, struct preprocess_surface *surface,
                               struct facet_error *error) {
    int64_t kept = 0;
    for (int64_t v = 0; v < m->n_vertices; v++) {
        for (int k = 0; k < 3; k++) surface->vertices[v][k] = (float)m->vertex[v].at[k];
        for (int k = 0; m->colour && k < 3; k++) surface->colours[v][k] = (uint8_t)(m->colour[v][k] + 0.5);
    }
    for (int64_t c = 0; c < m->n_corners; c += 3) {
        if (m->corner[c].vertex == NONE) continue;
        for (int k = 0; k < 3; k++) surface->triangles[kept][k] = m->corner[c + k].vertex;
        for (int k = 0; m->place && k < 6; k++) surface->texcoords[kept][k] = (float)m->place[c + k / 2][k % 2];
        kept++;
    }
    surface->n_triangles = kept;
    return preprocess_surface_compact(surface, error);
}

// ---- around a vertex --------------------------------------------------------------------------------------------------

// The first corner of v that is not gone from *link on; takes those before it out of the list.
static int32_t live_corner(const struct preprocess_thinning *m, int32_t *link) {
    while (*link != NONE && m->corner[*link].vertex == NONE) *link = m->corner[*link].next;
    return *link;
}

int32_t preprocess_thinning_ring(struct preprocess_thinning *m, int32_t v) {
    int32_t n = 0, *link = &m->vertex[v].first;
    m->round++;
    for (int32_t c; (c = live_corner(m, link)) != NONE; link = &m->corner[c].next) {
        int32_t ends[2] = {m->corner[preprocess_corner_next(c)].vertex, m->corner[preprocess_corner_before(c)].vertex};
        for (int k = 0; k < 2; k++) {
            if (m->mark[ends[k]].round != m->round)
                m->mark[ends[k]].round = m->round, m->mark[ends[k]].shared = 0, m->ring[n++] = ends[k];
            m->mark[ends[k]].shared++;
        }
    }
    return n;
}

double preprocess_thinning_cost(const struct preprocess_thinning *m, int32_t a, int32_t b, int32_t shared,
                                double to[3]) {
    if (m->vertex[a].kind == PREPROCESS_FIXED || m->vertex[b].kind == PREPROCESS_FIXED) return INFINITY;
    if (m->vertex[a].kind == PREPROCESS_RIM && m->vertex[b].kind == PREPROCESS_RIM && shared != 1) return INFINITY;
    struct preprocess_quadric sum = m->vertex[a].quadric;
    preprocess_quadric_add(&sum, &m->vertex[b].quadric);
    if (m->vertex[a].kind == m->vertex[b].kind)
        preprocess_quadric_least(&sum, to);
    else
        memcpy(to, m->vertex[m->vertex[a].kind == PREPROCESS_RIM ? a : b].at,
               3 * sizeof *to); // the boundary stays where it is
    return preprocess_quadric_at(&sum, to);
}

// ---- what may be merged -----------------------------------------------------------------------------------------------

struct apexes {
    int32_t vertex[2], n; // the corners across the edge of the triangles that have it
};

static bool is_apex(const struct apexes *apexes, int32_t v) {
    return (apexes->n > 0 && apexes->vertex[0] == v) || (apexes->n > 1 && apexes->vertex[1] == v);
}

static bool find_apexes(struct preprocess_thinning *m, int32_t a, int32_t b, struct apexes *apexes) {
    apexes->n = 0;
    for (int32_t c = m->vertex[b].first; c != NONE; c = m->corner[c].next) {
        if (m->corner[c].vertex == NONE) continue;
        int32_t v = m->corner[preprocess_corner_next(c)].vertex, w = m->corner[preprocess_corner_before(c)].vertex;
        if (v != a && w != a) continue;
        if (apexes->n == 2) return false;
        apexes->vertex[apexes->n++] = v == a ? w : v;
    }
    return apexes->n > 0;
}

// Whether a triangle of v, not of the edge, joins both apexes.
static bool closes(const struct preprocess_thinning *m, int32_t v, const struct apexes *apexes) {
    for (int32_t c = m->vertex[v].first; c != NONE; c = m->corner[c].next) {
        if (m->corner[c].vertex == NONE) continue;
        if (is_apex(apexes, m->corner[preprocess_corner_next(c)].vertex) &&
            is_apex(apexes, m->corner[preprocess_corner_before(c)].vertex))
            return true;
    }
    return false;
}

// The link condition (Dey, Edelsbrunner, Guha and Nekhayev 1999): what is next to both a and b is next to their edge.
static bool keeps_surface(struct preprocess_thinning *m, int32_t a, int32_t b) {
    struct apexes apexes;
    preprocess_thinning_ring(m, a);
    if (m->mark[b].round != m->round || !find_apexes(m, a, b, &apexes)) return false;
    if (m->vertex[a].kind == PREPROCESS_RIM && m->vertex[b].kind == PREPROCESS_RIM && apexes.n != 1) return false;
    int32_t with_b = 0;
    for (int32_t c = m->vertex[b].first; c != NONE; c = m->corner[c].next) {
        if (m->corner[c].vertex == NONE) continue;
        for (int k = 1; k < 3; k++) {
            int32_t w = m->corner[c / 3 * 3 + (c % 3 + k) % 3].vertex;
            if (w == a) continue;
            if (m->mark[w].round == m->round && !is_apex(&apexes, w)) return false;
            with_b += w == apexes.vertex[0];
        }
    }
    if (apexes.n == 1) return m->mark[apexes.vertex[0]].shared > 1 || with_b > 1; // else the last triangle of its piece
    return !(closes(m, a, &apexes) && closes(m, b, &apexes));
}

// Twice a triangle's area as a vector, and that area as a share of its sides' squares: the rounder, the larger.
static double shape(const double a[3], const double b[3], const double c[3], double n[3]) {
    double u[3], v[3], w[3];
    from_to(a, b, u), from_to(a, c, v), from_to(b, c, w);
    cross(u, v, n);
    double squares = dot(u, u) + dot(v, v) + dot(w, w);
    return squares > 0 ? sqrt(dot(n, n)) / squares : 0;
}

// A triangle may turn by 60 degrees, and may not become a needle (0.29 is the most, 0.02 one of 1 to 25) unless it was one.
static bool keeps_shape(const struct preprocess_thinning *m, int32_t moved, int32_t with, const double to[3]) {
    const double least = 0.02, turn = 0.5;
    for (int32_t c = m->vertex[moved].first; c != NONE; c = m->corner[c].next) {
        if (m->corner[c].vertex == NONE) continue;
        int32_t v = m->corner[preprocess_corner_next(c)].vertex, w = m->corner[preprocess_corner_before(c)].vertex;
        if (v == with || w == with) continue;
        double before[3], after[3];
        double was = shape(m->vertex[moved].at, m->vertex[v].at, m->vertex[w].at, before),
               is = shape(to, m->vertex[v].at, m->vertex[w].at, after);
        if (!(is > 0) || (is < least && is < was)) return false;
        if (dot(before, after) < turn * sqrt(dot(before, before) * dot(after, after))) return false;
    }
    return true;
}

bool preprocess_thinning_allows(struct preprocess_thinning *m, int32_t a, int32_t b, const double to[3]) {
    return keeps_surface(m, a, b) && keeps_shape(m, a, b, to) && keeps_shape(m, b, a, to);
}

// ---- merging ----------------------------------------------------------------------------------------------------------

// The colour goes with the place along the edge.
static void mix_colours(struct preprocess_thinning *m, int32_t keep, int32_t gone, const double to[3]) {
    double edge[3], moved[3];
    from_to(m->vertex[keep].at, m->vertex[gone].at, edge), from_to(m->vertex[keep].at, to, moved);
    double square = dot(edge, edge), share = square > 0 ? dot(edge, moved) / square : 0;
    share = fmax(0, fmin(1, share));
    for (int k = 0; k < 3; k++) m->colour[keep][k] += share * (m->colour[gone][k] - m->colour[keep][k]);
}

static void slide_within(double *a, double *b) {
    *a = fmax(-1, fmin(1, *a)), *b = fmax(-1, fmin(1, *b));
}

// A corner that moves to another place of its triangle's plane moves in the picture likewise, by a triangle's size at most.
static void slide_corner(struct preprocess_thinning *m, int32_t c, const double to[3]) {
    int32_t next = preprocess_corner_next(c), before = preprocess_corner_before(c);
    const double *at = m->vertex[m->corner[c].vertex].at;
    double u[3], v[3], moved[3];
    from_to(at, m->vertex[m->corner[next].vertex].at, u), from_to(at, m->vertex[m->corner[before].vertex].at, v);
    from_to(at, to, moved);
    double uu = dot(u, u), uv = dot(u, v), vv = dot(v, v), det = uu * vv - uv * uv;
    if (!(det > 1e-12 * uu * vv)) return;
    double a = (vv * dot(u, moved) - uv * dot(v, moved)) / det, b = (uu * dot(v, moved) - uv * dot(u, moved)) / det;
    slide_within(&a, &b);
    for (int k = 0; k < 2; k++)
        m->place[c][k] += a * (m->place[next][k] - m->place[c][k]) + b * (m->place[before][k] - m->place[c][k]);
}

static void slide(struct preprocess_thinning *m, int32_t vertex, int32_t with, const double to[3]) {
    for (int32_t c = m->vertex[vertex].first; c != NONE; c = m->corner[c].next) {
        if (m->corner[c].vertex == NONE) continue;
        if (m->corner[preprocess_corner_next(c)].vertex == with) continue; // it goes
        if (m->corner[preprocess_corner_before(c)].vertex == with) continue;
        slide_corner(m, c, to);
    }
}

static void drop_triangle(struct preprocess_thinning *m, int32_t t) {
    for (int k = 0; k < 3; k++) m->corner[3 * t + k].vertex = NONE;
}

void preprocess_thinning_merge(struct preprocess_thinning *m, int32_t keep, int32_t gone, const double to[3]) {
    if (m->colour) mix_colours(m, keep, gone, to);
    if (m->place) slide(m, keep, gone, to), slide(m, gone, keep, to);
    for (int32_t c = m->vertex[gone].first, next; c != NONE; c = next) {
        next = m->corner[c].next;
        if (m->corner[c].vertex == NONE) continue;
        if (m->corner[preprocess_corner_next(c)].vertex == keep ||
            m->corner[preprocess_corner_before(c)].vertex == keep) {
            drop_triangle(m, c / 3);
            continue;
        }
        m->corner[c].vertex = keep, m->corner[c].next = m->vertex[keep].first, m->vertex[keep].first = c;
    }
    m->vertex[gone].first = NONE;
    memcpy(m->vertex[keep].at, to, sizeof m->vertex[keep].at);
    preprocess_quadric_add(&m->vertex[keep].quadric, &m->vertex[gone].quadric);
    if (m->vertex[gone].kind == PREPROCESS_RIM) m->vertex[keep].kind = PREPROCESS_RIM;
    m->left--;
}
