// A scan thinned to evenly spread points, and the part of it that a viewer on +z sees.
#ifndef FACET_PREPROCESS_CLOUD_H
#define FACET_PREPROCESS_CLOUD_H

#include "preprocess/surface.h"

struct preprocess_cloud {
    double (*points)[3]; // unit * (p - centre)
    int n;
    double unit, centre[3];
    double cell;   // mm between points
    double radius; // no point is farther from the origin
};

// guess_unit: choose the power of ten that brings the size to that of a head in mm.
int preprocess_cloud_create(const struct preprocess_surface *surface, int guess_unit, struct preprocess_cloud *cloud,
                            struct facet_error *error);
// The part within radius mm of `centre`, which is in the surface's frame; more finely than a whole head would be.
int preprocess_cloud_create_near(const struct preprocess_surface *surface, double unit, const double centre[3],
                                 double radius, struct preprocess_cloud *cloud, struct facet_error *error);
void preprocess_cloud_free(struct preprocess_cloud *cloud);

struct preprocess_view {
    double (*points)[3]; // the rotated cloud; the first `visible` of them have nothing in front
    int visible;
    int *cells; // (n of the cloud) where its points fall
    float *top; // (side, side) largest z in a cell, -INFINITY in an empty one
    int side;
    double cell, per_cell, radius;
};

int preprocess_view_create(const struct preprocess_cloud *cloud, struct preprocess_view *view,
                           struct facet_error *error);
void preprocess_view_free(struct preprocess_view *view);
void preprocess_view_turn(struct preprocess_view *view, const struct preprocess_cloud *cloud, double rotation[3][3]);
// Whether no point within about 15 mm to any side is higher than visible point i.
int preprocess_view_is_peak(const struct preprocess_view *view, int i);

#endif
