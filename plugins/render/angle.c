#include "render/angle.h"

#include <math.h>

// The arc whose tangent is t, |t| <= tan(pi / 8), in radians.
static double small_arc(double t) {
    double q = t * t;
    return t * (1 - q * (1.0 / 3 -
                         q * (1.0 / 5 - q * (1.0 / 7 - q * (1.0 / 9 - q * (1.0 / 11 - q * (1.0 / 13 - q / 15)))))));
}

float render_arc(float y, float x) {
    const double eighth = 0.41421356237309503, degree = 57.29577951308232;
    double wide = fabs((double)x), high = fabs((double)y), low = wide < high ? wide : high;
    double top = wide < high ? high : wide;
    if (!(top > 0)) return 0;
    double t = low / top;
    double arc = t > eighth ? 45 + degree * small_arc((t - 1) / (t + 1)) : degree * small_arc(t);
    if (high > wide) arc = 90 - arc;
    if (x < 0) arc = 180 - arc;
    return (float)(y < 0 ? -arc : arc);
}

// linear^(1/2.4) = linear^(1/4) * cube root of linear^(1/2); the root by Newton's steps from above.
float render_srgb(float linear) {
    if (!(linear > 0)) return 0;
    if (linear >= 1) return 1;
    if (linear <= 0.0031308f) return 12.92f * linear;
    double half = sqrt((double)linear), root = 1;
    for (int i = 0; i < 9; i++) root = (2 * root + half / (root * root)) / 3;
    return (float)(1.055 * sqrt(half) * root - 0.055);
}

int render_log2(float x, float *rest) {
    int power;
    *rest = 2 * frexpf(x, &power) - 1;
    return power - 1;
}
