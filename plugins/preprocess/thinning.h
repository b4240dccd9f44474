// A surface that is being thinned: its triangles as lists of corners, a quadric at each vertex, and what may be merged.
#ifndef FACET_PREPROCESS_THINNING_H
#define FACET_PREPROCESS_THINNING_H

#include "preprocess/quadric.h"
#include "preprocess/surface.h"

#include <stdbool.h>

enum { PREPROCESS_NONE = -1 };

enum preprocess_kind {
    PREPROCESS_INNER,
    PREPROCESS_RIM,   // on a boundary
    PREPROCESS_FIXED, // where more than one sheet meets: stays as it is
};

struct preprocess_corner {
    int32_t vertex, next; // vertex NONE: its triangle is gone; next: another corner of the same vertex, or NONE
};

struct preprocess_vertex {
    struct preprocess_quadric quadric;
    double at[3];
    int32_t first; // of its corners, some of which may be gone
    enum preprocess_kind kind;
};

struct preprocess_mark {
    uint32_t round; // the ring that it was in last
    int32_t shared; // with how many triangles it was a neighbour there
};

struct preprocess_thinning {
    int64_t n_vertices, n_corners, left; // vertices that are left
    struct preprocess_corner *corner;
    struct preprocess_vertex *vertex;
    double (*colour)[3]; // NULL: none
    double (*place)[2];  // of a corner in the scan's picture; NULL: it has none
    int32_t *ring;       // the neighbours of a vertex, found last; those of `round` among the marks
    struct preprocess_mark *mark;
    uint32_t round;
};

// Takes the surface's vertices and triangles; none may be unused. Errors: MEMORY, DATA.
int preprocess_thinning_create(const struct preprocess_surface *surface, struct preprocess_thinning *thinning,
                               struct facet_error *error);
void preprocess_thinning_free(struct preprocess_thinning *thinning);
// Puts back what is left, in the old order.
int preprocess_thinning_finish(const struct preprocess_thinning *thinning, struct preprocess_surface *surface,
                               struct facet_error *error);

// Fills ring and marks its vertices; returns how many neighbours v has.
int32_t preprocess_thinning_ring(struct preprocess_thinning *thinning, int32_t v);
// What it costs to merge two neighbours that share so many triangles, and where they would go; INFINITY: not to be merged.
double preprocess_thinning_cost(const struct preprocess_thinning *thinning, int32_t a, int32_t b, int32_t shared,
                                double to[3]);
// Whether merging a and b at `to` leaves each edge with the triangles a surface may have, and turns none over. Changes the ring.
bool preprocess_thinning_allows(struct preprocess_thinning *thinning, int32_t a, int32_t b, const double to[3]);
// Merges them into `keep`, which must be next to `gone`.
void preprocess_thinning_merge(struct preprocess_thinning *thinning, int32_t keep, int32_t gone, const double to[3]);

#endif
