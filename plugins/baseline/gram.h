// The Gram matrix of whole-number features, exactly: no order of summation, rank or instruction set can change a bit.
#ifndef FACET_BASELINE_GRAM_H
#define FACET_BASELINE_GRAM_H

#include <facet/comm.h>

// x . y of n values in 0..255.
int64_t gram_dot(const int16_t *x, const int16_t *y, int64_t n);
// features (n, length), the same on every rank -> gram (n, n), the same on every rank. Exact while the sums stay below
// 2^53. Collective; tiles are dealt to ranks and threads.
int gram_matrix(struct facet_comm *comm, int threads, const int16_t *features, int64_t n, int64_t length, double *gram,
                struct facet_error *error);

#endif
