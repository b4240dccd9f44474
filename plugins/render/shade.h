// From what the samples see to the 8-bit planes of a picture; render.md gives the mappings.
#ifndef FACET_RENDER_SHADE_H
#define FACET_RENDER_SHADE_H

#include "render/flat.h"

#include <stdint.h>

enum { RENDER_MAX_PLANES = 5 };

struct render_look {
    int size, supersample; // pixels a side, samples a pixel's side
    double depth_mm;
    int n_planes;
    uint8_t planes[RENDER_MAX_PLANES]; // enum facet_plane
};

uint8_t render_depth_code(double mm, double depth_mm); // 1..255
uint8_t render_normal_code(double component);          // 0..255

// out (n_planes, size, size), every byte written. True when at least one pixel is covered.
bool render_shade(const struct flat_mesh *mesh, const struct render_points *points, const struct flat_camera *camera,
                  const struct render_hits *hits, const struct render_look *look, uint8_t *out);

#endif
