// Range images: a grid of points, some of them background, made a mesh.
#ifndef FACET_IO_SCAN_GRID_H
#define FACET_IO_SCAN_GRID_H

#include "io/scan/mesh.h"

#include <float.h>
#include <math.h>

// In a grid, a point with a coordinate that is no finite number is background.
//
// builder holds rows * columns vertices, row by row, and as many texture coordinates or none. Neighbours are joined to
// triangles, counter-clockwise seen from +z, except across jumps in depth; points in no triangle are dropped, and texture
// coordinates with them. DATA when no triangle is left.
int grid_to_mesh(struct mesh_builder *builder, int64_t rows, int64_t columns, struct facet_error *error);

// A double as a coordinate of the grid: what no float can hold is background.
static inline float grid_coordinate(double value) {
    return fabs(value) <= FLT_MAX ? (float)value : NAN;
}

#endif
