// Pictures as feature vectors: every plane of every view made smaller, as whole numbers 0..255.
#ifndef FACET_BASELINE_PICTURE_H
#define FACET_BASELINE_PICTURE_H

#include <stdint.h>

struct picture_shape {
    int64_t planes, size; // planes of a row (views times channels), each size x size
    int64_t block;        // side of the squares of pixels that become one value
};

int64_t picture_block_for(int64_t size);                     // the smallest that leaves at most 32 values a side
int64_t picture_features(const struct picture_shape *shape); // values of a row
void picture_pool(const struct picture_shape *shape, const uint8_t *pixels, int16_t *features); // rounded means

#endif
