// The boundaries of a surface as loops that pass no vertex twice, and which of them are holes.
#ifndef FACET_PREPROCESS_RIMS_H
#define FACET_PREPROCESS_RIMS_H

#include "preprocess/surface.h"

#include <stdbool.h>

struct preprocess_loop {
    int64_t first, n; // its vertices in `vertex`; seen from outside, the hole is gone round counter-clockwise
    double length;    // mm
    int32_t piece;    // triangles that hang together by edges; a loop along several has the piece of its first edge
    bool pure;        // along that piece alone
    bool outer;       // the end of a piece, and no hole
};

struct preprocess_rims {
    int32_t *vertex, *piece; // of all loops; the piece is that of the edge from the vertex on
    struct preprocess_loop *loop;
    int64_t n_vertices, n_loops;
};

// Where boundaries meet in a vertex, each gap between two fans of triangles goes to the loop beside it. What leads nowhere, as it
// may where triangles are not oriented alike or very many fans meet, is in no loop. Errors: MEMORY, DATA.
int preprocess_rims_find(const struct preprocess_surface *surface, struct preprocess_rims *rims,
                         struct facet_error *error);
void preprocess_rims_free(struct preprocess_rims *rims);

#endif
