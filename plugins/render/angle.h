// Arcs, and the brightness of screens, in plain arithmetic: a mathematical library may differ from processor to processor.
// Written without branches, so that compilers take many at once.
#ifndef FACET_RENDER_ANGLE_H
#define FACET_RENDER_ANGLE_H

#include <math.h>
#include <stdbool.h>

// The arc whose tangent is t, |t| <= tan(pi / 8), in degrees.
static inline float render_small_arc(float t) {
    const float degree = 57.29577951f;
    float q = t * t;
    float series = 1 - q * (0.333333333f - q * (0.2f - q * (0.142857143f - q * (0.111111111f - q * 0.0909090909f))));
    return degree * t * series;
}

// Degrees from +x to (x, y), -180..180, within 5e-5; 0 for (0, 0). Both are 0 or between 1e-18 and 1e18.
static inline float render_arc(float y, float x) {
    float wide = fabsf(x), high = fabsf(y), low = wide < high ? wide : high, top = wide < high ? high : wide;
    top = top > 0 ? top : 1;
    bool beyond = low > 0.41421356f * top;
    float t = (beyond ? low - top : low) / (beyond ? low + top : top);
    float arc = render_small_arc(t) + (beyond ? 45.0f : 0.0f);
    arc = high > wide ? 90 - arc : arc;
    arc = x < 0 ? 180 - arc : arc;
    return y < 0 ? -arc : arc;
}

// Light, 0..1, as a screen is told it (IEC 61966-2-1), within 2e-6.
// linear^(1/2.4) = linear^(1/4) * cube root of linear^(1/2); the root by Newton's steps from near linear^(1/8).
static inline float render_srgb(float linear) {
    float x = linear < 1 ? linear : 1.0f;
    x = x > 0.0031308f ? x : 0.0031308f;
    float half = sqrtf(x), fourth = sqrtf(half), root = 0.9f * sqrtf(fourth);
    for (int i = 0; i < 4; i++) root = (2 * root + half / (root * root)) * 0.333333333f;
    float curve = 1.055f * fourth * root - 0.055f, line = 12.92f * (linear > 0 ? linear : 0.0f);
    return linear <= 0.0031308f ? line : curve;
}

int render_log2(float x, float *rest); // x = (1 + rest) 2^n with rest in 0..1, n returned; x finite and above 0

#endif
