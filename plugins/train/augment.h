// Augmentation of one row's views, and the way from u8 pictures to the numbers the image tower reads.
#ifndef FACET_TRAIN_AUGMENT_H
#define FACET_TRAIN_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

struct augment {
    uint64_t seed;
    int64_t views, channels, size;
    int depth, normal; // plane of the depth, first of three planes of the normal; -1: the pictures have none
    bool on, mirror;
    double rotate_deg, zoom, shift; // largest turn, change of scale (share), move (share of the side)
    double erase, drop_view;        // chance a view loses a rectangle, chance a view is hidden
    double gain, offset, noise;     // depth: change of slope (share), move; every channel: noise (all in 0..1)
};

// views u8 (V, C, S, S), mask (V) -> pixels f32 (V, C, S, S) in about [-1, 1] and the views to use. The result depends
// on (seed, epoch, row) alone. At least one view that sees something is kept.
void augment_row(const struct augment *augment, uint32_t epoch, uint32_t row, const uint8_t *views, const uint8_t *mask,
                 float *pixels, uint8_t *used);
// The same without any augmentation.
void augment_plain(const struct augment *augment, const uint8_t *views, float *pixels);

#endif
