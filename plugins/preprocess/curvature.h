// How a surface bends at each vertex.
#ifndef FACET_PREPROCESS_CURVATURE_H
#define FACET_PREPROCESS_CURVATURE_H

#include "preprocess/surface.h"

// What is measured, in this order. A surface that bulges outwards, as a nose tip does, has a positive mean curvature.
enum preprocess_curvature {
    PREPROCESS_MEAN,        // (k1 + k2) / 2, 1/mm
    PREPROCESS_GAUSSIAN,    // k1 k2, 1/mm^2
    PREPROCESS_SHAPE_INDEX, // 1/2 + atan2(k1 + k2, k1 - k2) / pi: 0 a cup, 1/4 a rut, 1/2 a saddle, 3/4 a ridge, 1 a cap
    PREPROCESS_CURVEDNESS,  // sqrt((k1^2 + k2^2) / 2), 1/mm
    PREPROCESS_CURVATURES,
};

// Fills curvature, (n_vertices, PREPROCESS_CURVATURES), from the surface's normals, which are first averaged over about
// `scale` mm (a Gaussian's standard deviation), as noise bends a surface more than faces do; 0: not averaged. Vertices
// without triangles are flat. Errors: MEMORY.
// S. Rusinkiewicz, Estimating curvatures and their derivatives on triangle meshes, 3DPVT 2004; shape index and curvedness:
// J. J. Koenderink, A. J. van Doorn, Surface shape and curvature scales, Image and Vision Computing 10(8), 1992.
int preprocess_curvatures(const struct preprocess_surface *surface, double scale,
                          float (*curvature)[PREPROCESS_CURVATURES], struct facet_error *error);

#endif
