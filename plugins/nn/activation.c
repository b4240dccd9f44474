#include "nn/tape.h"
#include "nn/vector.h"

// Phi(x) = erfc(-x / sqrt 2) / 2 by formula 7.1.26 of Abramowitz & Stegun, Handbook of Mathematical Functions (1964):
// erfc(a) = (a1 t + ... + a5 t^5) exp(-a^2), t = 1 / (1 + p a), |error| <= 1.5e-7. Its exponential, exp(-x^2 / 2), also
// gives the density that the derivative Phi(x) + x phi(x) needs.
NN_INLINE float gelu_one(float x, float *slope) {
    float a = (x < 0 ? -x : x) * 0.70710678f;
    float e = nn_exp(-0.5f * x * x);
    float t = 1.0f / (1.0f + 0.3275911f * a);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float tail = 0.5f * p * t * e;
    float phi = x < 0 ? tail : 1.0f - tail;
    *slope = phi + x * e * 0.39894228f;
    return x * phi;
}

NN_KERNEL static void gelu(size_t n, const float *restrict x, float *restrict out) {
    float slope;
    for (size_t i = 0; i < n; i++) out[i] = gelu_one(x[i], &slope);
}

NN_KERNEL static void gelu_and_slope(size_t n, const float *restrict x, float *restrict out, float *restrict slope) {
    for (size_t i = 0; i < n; i++) {
        float d;
        out[i] = gelu_one(x[i], &d);
        slope[i] = d;
    }
}

static void gelu_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    nn_accumulate_product(nn_size(s->x), s->out->grad, s->saved, s->x->grad);
}

struct nn_tensor *nn_gelu(struct nn_tape *tape, struct nn_tensor *x) {
    if (!x) return NULL;
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, gelu_back, x, NULL, NULL, &step);
    if (out && step) {
        step->saved = nn_tape_raw(tape, nn_size(x) * sizeof(float));
        if (!step->saved) return NULL;
        gelu_and_slope(nn_size(x), x->data, out->data, step->saved);
    } else if (out) {
        gelu(nn_size(x), x->data, out->data);
    }
    return out;
}

NN_KERNEL static void sigmoid(size_t n, const float *restrict x, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = 1.0f / (1.0f + nn_exp(-x[i]));
}

NN_KERNEL static void sigmoid_slope(size_t n, const float *restrict y, const float *restrict dy, float *restrict dx) {
    for (size_t i = 0; i < n; i++) dx[i] += dy[i] * (y[i] * (1.0f - y[i]));
}

static void sigmoid_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    sigmoid_slope(nn_size(s->x), s->out->data, s->out->grad, s->x->grad);
}

struct nn_tensor *nn_sigmoid(struct nn_tape *tape, struct nn_tensor *x) {
    if (!x) return NULL;
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, sigmoid_back, x, NULL, NULL, NULL);
    if (out) sigmoid(nn_size(x), x->data, out->data);
    return out;
}
