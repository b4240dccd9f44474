// What scanners leave behind: spikes and holes.
#ifndef FACET_PREPROCESS_REPAIR_H
#define FACET_PREPROCESS_REPAIR_H

#include "preprocess/surface.h"

// Drops vertices, with their triangles, that lie farther from the middle of their neighbours than `edges` times the mean edge
// between these, and than 6 standard deviations of that distance over the mesh (from its median); repeats while there are
// any, at most 8 times. *removed counts them. Errors: MEMORY.
int preprocess_spikes_remove(struct preprocess_surface *surface, double edges, int64_t *removed,
                             struct facet_error *error);

struct preprocess_holes {
    int64_t filled, left; // holes; the end of each piece is no hole
    double area;          // mm^2 of all of them: what was filled, and the flat area within the boundaries of the others
};

// Fills holes whose boundary is at most `longest` mm and 2048 vertices: sharp corners are closed first, then rings of new vertices
// shrink to its middle, as dense as the boundary, and settle to a membrane; colours run with them. Boundaries that meet in a vertex
// are holes of their own. Left are holes whose filling would fold over itself or give an edge a third triangle, and holes with
// another piece in them. Normals are not made. Errors: MEMORY, DATA.
int preprocess_holes_fill(struct preprocess_surface *surface, double longest, struct preprocess_holes *holes,
                          struct facet_error *error);

#endif
