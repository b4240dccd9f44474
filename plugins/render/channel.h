// What a picture can show: one table of channels, and where their values come from.
#ifndef FACET_RENDER_CHANNEL_H
#define FACET_RENDER_CHANNEL_H

#include "render/code.h"
#include "render/raster.h"
#include "render/texture.h"

enum { RENDER_COMPONENTS = 4 };

// A mesh with what its vertices carry; NULL: nothing. Borrowed.
struct render_subject {
    struct render_mesh mesh;
    const float *normals;    // (n_vertices, 3) unit
    const float *curvatures; // (n_vertices, 4) mean, Gaussian, shape index, curvedness
    const float *principal;  // (n_vertices, 2) k1 >= k2
    const float *colours;    // (n_vertices, 3) 0..255
    const float *texcoords;  // (n_triangles, 3, 2) u v of the corners; NaN where there are none
    const struct render_texture *texture;
};

// What a sample sees is measured once, whichever channels show it.
enum render_quantity {
    RENDER_DEPTH,     // mm
    RENDER_NORMAL,    // right, up, toward the camera
    RENDER_CURVATURE, // mean, Gaussian, shape index, curvedness, of the side that is seen
    RENDER_PRINCIPAL, // k1 >= k2, of the side that is seen
    RENDER_COLOUR,    // red, green, blue
    RENDER_TEXTURE,
    RENDER_QUANTITIES,
};

// One picture being looked at.
struct render_look_at {
    const struct render_subject *subject;
    const struct render_camera *camera; // of the samples
    const struct render_view *view;
    double depth_at; // mm, added to the fragments' depth
};
// out: `components` arrays, a value a fragment.
struct render_measure {
    int components;
    void (*evaluate)(const struct render_look_at *at, float *const out[]);
};
extern const struct render_measure render_measures[RENDER_QUANTITIES];

// Ranges of the planes' codes that are the user's to choose.
struct render_ranges {
    double depth_mm, curvature, gaussian; // mm, 1/mm, 1/mm^2
};

// From the pixels that are covered: in, the quantity's means over a pixel's samples; covered, the share of its samples where any cover is shown;
// out, a value a pixel for each plane.
struct render_pixels {
    int64_t count;
    const float *in[RENDER_COMPONENTS];
    const float *covered;
};

struct render_channel {
    const char *name, *unit;
    int planes;
    int first_plane; // enum facet_plane
    enum render_quantity quantity;
    bool any_cover; // shown where a single sample is covered; else half of them must be
    int component;  // of the quantity, shown as it is when there is no finish
    void (*finish)(const struct render_pixels *pixels, float *const out[]);
    struct render_scale (*scale)(const struct render_ranges *ranges);
};
extern const struct render_channel render_channels[];
extern const int render_n_channels;
#define RENDER_CHANNEL_NAMES                                                                                           \
    "depth|normal|azimuth|elevation|mean_curvature|gaussian_curvature|k1|k2|shape_index|curvedness|texture|colour|"    \
    "shaded|mask|visibility"

const struct render_channel *render_channel_named(const char *name); // NULL: none

// k1 and k2 of each vertex from its mean and Gaussian curvature: H +- sqrt(max(0, H^2 - K)).
void render_principal(const float *curvatures, int64_t n_vertices, float *principal);

#endif
