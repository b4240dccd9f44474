// Randomness by counter, never by stream: the same (seed, a, b, c) gives the same number on any rank, thread or order.
#ifndef FACET_RANDOM_H
#define FACET_RANDOM_H

#include <stdint.h>

// Philox4x32-10 (Salmon et al., SC 2011): counter (a, b, c, 0) under key `seed`.
void facet_random_block(uint64_t seed, uint32_t a, uint32_t b, uint32_t c, uint32_t out[4]);

uint64_t facet_random_u64(uint64_t seed, uint32_t a, uint32_t b, uint32_t c);
double facet_random_uniform(uint64_t seed, uint32_t a, uint32_t b, uint32_t c); // [0, 1)
double facet_random_normal(uint64_t seed, uint32_t a, uint32_t b, uint32_t c);  // mean 0, deviation 1
uint64_t facet_random_seed(uint64_t seed, const char *purpose); // an independent key for a named purpose
// A permutation of 0..n-1 (Fisher-Yates); the caller owns `order` of n entries.
void facet_random_permutation(uint64_t seed, uint32_t a, int64_t n, int64_t *order);

#endif
