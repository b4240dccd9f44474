// The images of one result: rank pooled, differences, and the frame itself.
#ifndef FACET_DYNAMIC_DRAW_H
#define FACET_DYNAMIC_DRAW_H

#include "dynamic/frames.h"
#include "dynamic/moments.h"
#include "dynamic/picture.h"
#include "dynamic/weights.h"

enum dynamic_image { DYNAMIC_POOLED, DYNAMIC_DIFFERENCE, DYNAMIC_ONSET_APEX, DYNAMIC_FRAME, DYNAMIC_IMAGES };

struct dynamic_options {
    enum dynamic_image images[DYNAMIC_IMAGES]; // in the order of the planes
    int n_images;
    enum dynamic_pooling pooling;
    bool from_first; // differences to the first frame seen, else to the onset
    double cover;    // share of the frames that must show something in a pixel; 0: pictures are taken as they are
    struct dynamic_look look;
};

// What drawing takes besides: made once, for windows of at most so many rows.
struct dynamic_canvas {
    struct dynamic_options options;
    struct dynamic_shape shape;
    struct dynamic_frames *frames; // borrowed
    struct dynamic_sum sum;
    double *weights; // (views, longest)
    int64_t *n;      // (views) frames of the window that the view sees
    double *now;     // (views) weights of one frame
    int64_t longest;
};

int dynamic_canvas_create(const struct dynamic_options *options, const struct dynamic_shape *shape, int64_t longest,
                          struct dynamic_frames *frames, struct dynamic_canvas *canvas, struct facet_error *error);
void dynamic_canvas_free(struct dynamic_canvas *canvas); // an empty one is fine
// masks (rows of the sequence, views). Writes views (views, images * planes, pixels) and which of them show anything.
// Errors: IO.
int dynamic_draw(struct dynamic_canvas *canvas, const struct dynamic_sequence *sequence, const uint8_t *masks,
                 const struct dynamic_result *result, uint8_t *views, uint8_t *mask, struct facet_error *error);

#endif
