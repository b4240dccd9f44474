// Weighted sums of a sequence's pictures, and their 8-bit codes.
#ifndef FACET_DYNAMIC_PICTURE_H
#define FACET_DYNAMIC_PICTURE_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct dynamic_shape {
    int64_t views, planes, pixels; // pixels of a picture
    const uint8_t *codes;          // (planes) enum facet_plane; NULL: not known
    int threads;
};

// What lies in a pixel is gathered over frames, and in how many of them there was something: a picture shows the surface
// in a pixel where any of its planes is not 0.
struct dynamic_sum {
    struct dynamic_shape shape;
    double *weighted, *plain; // (views, planes, pixels) sums of weight * value, and of values
    double *weight;           // (views, pixels) sum of the weights of the frames that show something there
    int32_t *count;           // (views, pixels) how many do
};

struct dynamic_look {
    double magnify;
    bool stretch; // from the least to the most of each picture instead
    bool as_is;   // pixels that show nothing count as zeros
};

// Errors: MEMORY. An empty sum may be freed.
int dynamic_sum_create(const struct dynamic_shape *shape, struct dynamic_sum *sum, struct facet_error *error);
void dynamic_sum_free(struct dynamic_sum *sum);
void dynamic_sum_clear(struct dynamic_sum *sum);
// frame (views, planes, pixels), in codes; the views whose mask is not 0 are added with their weights.
void dynamic_sum_add(struct dynamic_sum *sum, const float *frame, const uint8_t *mask, const double *weights);

// Writes the planes of one view to out (planes, pixels): the weighted sum over `size`, with what it would be if nothing
// had moved taken away, as 128 + 127 * magnify * value / 255, held in 1..255; 0 where fewer than `least` frames show
// something. False when there is no such pixel.
bool dynamic_sum_draw(const struct dynamic_sum *sum, int64_t view, double size, int32_t least,
                      const struct dynamic_look *look, uint8_t *out);

#endif
