// How much each frame weighs in a dynamic image: approximate rank pooling (Bilen, Fernando, Gavves, Vedaldi, 2016 and 2018).
#ifndef FACET_DYNAMIC_WEIGHTS_H
#define FACET_DYNAMIC_WEIGHTS_H

#include <stdint.h>

enum dynamic_pooling {
    DYNAMIC_HARMONIC, // sum over k = t..n of (2 k - n - 1) / k: of running means of the frames
    DYNAMIC_LINEAR,   // 2 t - n - 1: of the frames themselves
};

// Of frames t = 1..n, in order. They sum to 0, but for n = 1: a single frame weighs 1.
void dynamic_weights(enum dynamic_pooling pooling, int64_t n, double *weights);
// Sum of the positive ones: divided by it, a dynamic image is a mean of later frames less a mean of earlier ones.
double dynamic_weights_sum(const double *weights, int64_t n);

#endif
