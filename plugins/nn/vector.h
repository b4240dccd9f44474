// Loops the compiler vectorises, built for three instruction sets and chosen at load time. No contraction, and sums in
// 16 lanes joined by a fixed tree: every variant gives the same bits.
#ifndef FACET_NN_VECTOR_H
#define FACET_NN_VECTOR_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && !defined(__clang__) // clang 14 gives clones a name that other files cannot call
#define NN_KERNEL __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define NN_KERNEL
#endif
#define NN_INLINE static inline __attribute__((always_inline))

enum { NN_LANES = 16 };

NN_INLINE float nn_join_lanes(const float *lane) {
    float eight[8], four[4];
    for (int j = 0; j < 8; j++) eight[j] = lane[j] + lane[j + 8];
    for (int j = 0; j < 4; j++) four[j] = eight[j] + eight[j + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

// exp(x) for x in [-87, 88], clamped outside: 2^n e^r with |r| <= ln(2)/2, the Taylor series of e^r up to r^7 (the rest
// is below 6e-9). Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
NN_INLINE float nn_exp(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    float shifted = x * 1.44269504f + 12582912.0f;
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f; // ln 2 in two parts, the first exact in 10 bits
    r = r + n * 2.12194440e-4f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

#endif
