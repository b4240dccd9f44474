// Which triangles of a surface share an edge. Corner c = 3 t + k of triangle t stands for the edge from its vertex to the next one's.
#ifndef FACET_PREPROCESS_EDGES_H
#define FACET_PREPROCESS_EDGES_H

#include "preprocess/surface.h"

enum {
    PREPROCESS_EDGE_OPEN = -1, // one triangle alone has the edge
    PREPROCESS_EDGE_MANY = -2, // more than two have it
};

// *other, (3 n_triangles), to be freed by the caller: the corner that stands for the same edge in the one other triangle, or one of
// the above. Which way round the edge is passed does not matter. Errors: MEMORY, DATA (too many triangles to be numbered).
int preprocess_edges_pair(const struct preprocess_surface *surface, int32_t **other, struct facet_error *error);
// Turns triangles over until neighbours look the same way, each connected part as the larger part of its area did already.
// Where that is impossible (a Moebius strip, an edge of three triangles) the rest is left. Errors: as above.
int preprocess_surface_orient(struct preprocess_surface *surface, struct facet_error *error);

// The next and the one before in a corner's triangle.
static inline int32_t preprocess_corner_next(int32_t c) {
    return c % 3 == 2 ? c - 2 : c + 1;
}
static inline int32_t preprocess_corner_before(int32_t c) {
    return c % 3 == 0 ? c + 2 : c - 1;
}

#endif
