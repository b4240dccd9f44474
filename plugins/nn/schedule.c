#include "nn/nn.h"

#include <math.h>

float nn_cosine_rate(float peak, int64_t step, int64_t warmup, int64_t total) {
    if (step <= warmup) return warmup > 0 ? peak * (float)step / (float)warmup : peak;
    if (step >= total) return 0.0f;
    double progress = (double)(step - warmup) / (double)(total - warmup);
    return (float)(0.5 * peak * (1.0 + cos(3.141592653589793 * progress)));
}

// Eight running sums, added at the end: quick, and the same order on every machine.
double nn_clip_scale(const float *gradient, size_t count, float max_norm) {
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t j = 0; j < 8; j++) sums[j] += (double)gradient[i + j] * gradient[i + j];
    for (; i < count; i++) sums[0] += (double)gradient[i] * gradient[i];
    double total = 0;
    for (size_t j = 0; j < 8; j++) total += sums[j];
    double norm = sqrt(total);
    return norm > max_norm ? max_norm / norm : 1.0;
}
