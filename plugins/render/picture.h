// From a mesh and a camera to the planes of one picture.
#ifndef FACET_RENDER_PICTURE_H
#define FACET_RENDER_PICTURE_H

#include "render/channel.h"

enum { RENDER_MAX_PLANES = 24, RENDER_MAX_SUPERSAMPLE = 4 };

struct render_look {
    int size, supersample; // pixels a side, samples along a pixel's side
    int n_channels, n_planes;
    const struct render_channel *channels[RENDER_MAX_PLANES];
    struct render_scale scales[RENDER_MAX_PLANES]; // of the planes
    uint8_t planes[RENDER_MAX_PLANES];             // enum facet_plane
};

// Adds a channel's planes; false: it is there already.
bool render_look_add(struct render_look *look, const struct render_channel *channel,
                     const struct render_ranges *ranges);
bool render_look_needs(const struct render_look *look, enum render_quantity quantity);

// Where a picture goes; NULL: not wanted. Every element is written.
struct render_planes {
    uint8_t *u8;                   // (n_planes, size, size), background 0
    uint16_t *u16;                 // the same, background 0
    float *f32;                    // the same, background NaN
    int32_t *triangles, *vertices; // (size, size), background -1
};

struct render_easel; // scratch of one thread, for pictures of one look
// look is borrowed. Errors: MEMORY, USAGE (as render_view_create).
int render_easel_create(const struct render_look *look, struct render_easel **easel, struct facet_error *error);
void render_easel_destroy(struct render_easel *easel); // NULL is fine

// camera: of the pixels. *seen: at least one pixel is covered. Errors: MEMORY.
int render_easel_draw(struct render_easel *easel, const struct render_subject *subject,
                      const struct render_camera *camera, double depth_at, const struct render_planes *planes,
                      bool *seen, struct facet_error *error);

#endif
