// Where a face is, told by the whole of it: where it lies nearest to a plain smooth face, least squares with little weight on what
// is far off. The pose of preprocess is right for a face, but may differ by degrees between two scans of one; a descriptor
// compares shapes to tenths of a millimetre, so here the same surface comes to the same place however it came.
#ifndef FACET_DESCRIBE_PLACE_H
#define FACET_DESCRIBE_PLACE_H

#include "describe/relief.h"

#include <facet/error.h>

// Height in mm and slopes of the plain face.
struct plain {
    double height, slope_x, slope_y;
};
struct plain plain_face(double x, double y);

struct mesh {
    const float (*vertices)[3];
    const int32_t (*triangles)[3];
    int64_t n_vertices, n_triangles;
};

// The relief of the mesh once it is turned, shifted and sized to its place. Errors: MEMORY.
int place_relief(const struct mesh *mesh, double half, struct relief *relief, struct facet_error *error);

#endif
