#include "nn/nn.h"
#include "nn/vector.h"

#include <math.h>

struct rates {
    float step, beta1, beta2, epsilon, shrink, correct2;
};

// correct2 = 1 / (1 - beta2^t); step holds rate / (1 - beta1^t); shrink = 1 - rate * decay.
NN_KERNEL static void update(struct rates r, size_t n, const float *restrict g, float *restrict x, float *restrict m,
                             float *restrict v) {
    for (size_t i = 0; i < n; i++) {
        m[i] = r.beta1 * m[i] + (1.0f - r.beta1) * g[i];
        v[i] = r.beta2 * v[i] + (1.0f - r.beta2) * (g[i] * g[i]);
        x[i] = r.shrink * x[i] - r.step * m[i] / (sqrtf(r.correct2 * v[i]) + r.epsilon);
    }
}

void nn_adamw_step(const struct nn_adamw *adamw, const struct nn_params *params, int64_t step, const float *gradient,
                   float *values, float *m, float *v) {
    FACET_REQUIRE(step >= 1);
    struct rates rates = {.beta1 = adamw->beta1, .beta2 = adamw->beta2, .epsilon = adamw->epsilon};
    rates.step = (float)(adamw->rate / (1.0 - pow(adamw->beta1, (double)step)));
    rates.correct2 = (float)(1.0 / (1.0 - pow(adamw->beta2, (double)step)));
    for (int id = 0; id < nn_params_count(params); id++) {
        struct nn_param_info info = nn_params_info(params, id);
        size_t o = info.offset;
        rates.shrink = info.decay ? 1.0f - adamw->rate * adamw->decay : 1.0f;
        update(rates, info.count, gradient + o, values + o, m + o, v + o);
    }
}
