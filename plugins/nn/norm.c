// Layer normalisation (Ba, Kiros & Hinton, 2016) and rows of unit length.
#include "nn/tape.h"
#include "nn/vector.h"

#include <math.h>

#define EPSILON 1e-5f
#define SHORTEST 1e-6f

NN_INLINE float sum(int64_t n, const float *x) {
    float lane[NN_LANES] = {0};
    int64_t i = 0;
    for (; i + NN_LANES <= n; i += NN_LANES)
        for (int j = 0; j < NN_LANES; j++) lane[j] += x[i + j];
    for (int j = 0; i + j < n; j++) lane[j] += x[i + j];
    return nn_join_lanes(lane);
}

NN_INLINE float sum_squares(int64_t n, const float *x, float centre) {
    float lane[NN_LANES] = {0};
    int64_t i = 0;
    for (; i + NN_LANES <= n; i += NN_LANES)
        for (int j = 0; j < NN_LANES; j++) lane[j] += (x[i + j] - centre) * (x[i + j] - centre);
    for (int j = 0; i + j < n; j++) lane[j] += (x[i + j] - centre) * (x[i + j] - centre);
    return nn_join_lanes(lane);
}

// moments (rows, 2): mean, 1 / deviation.
NN_KERNEL static void layer_norm(int64_t rows, int64_t n, const float *restrict x, const float *restrict gain,
                                 const float *restrict bias, float *restrict moments, float *restrict out) {
    for (int64_t r = 0; r < rows; r++, x += n, out += n) {
        float mean = sum(n, x) / (float)n;
        float inverse = 1.0f / sqrtf(sum_squares(n, x, mean) / (float)n + EPSILON);
        for (int64_t i = 0; i < n; i++) out[i] = (x[i] - mean) * inverse * gain[i] + bias[i];
        moments[2 * r] = mean;
        moments[2 * r + 1] = inverse;
    }
}

// With u = (x - mean) / deviation and h = dy gain: dx += (h - mean(h) - u mean(h u)) / deviation.
NN_KERNEL static void layer_norm_slope(int64_t rows, int64_t n, const float *restrict x, const float *restrict gain,
                                       const float *restrict moments, const float *restrict dy, float *restrict dx,
                                       float *restrict work) {
    float *restrict u = work, *restrict h = work + n;
    for (int64_t r = 0; r < rows; r++, x += n, dy += n, dx += n) {
        float mean = moments[2 * r], inverse = moments[2 * r + 1];
        for (int64_t i = 0; i < n; i++) {
            u[i] = (x[i] - mean) * inverse;
            h[i] = dy[i] * gain[i];
        }
        float h_mean = sum(n, h) / (float)n, hu_mean = nn_dot((size_t)n, h, u) / (float)n;
        for (int64_t i = 0; i < n; i++) dx[i] += inverse * (h[i] - h_mean - u[i] * hu_mean);
    }
}

NN_KERNEL static void gain_slope(int64_t rows, int64_t n, const float *restrict x, const float *restrict moments,
                                 const float *restrict dy, float *restrict gain) {
    for (int64_t r = 0; r < rows; r++, x += n, dy += n)
        for (int64_t i = 0; i < n; i++) gain[i] += dy[i] * ((x[i] - moments[2 * r]) * moments[2 * r + 1]);
}

static void layer_norm_back(struct nn_tape *tape, void *context) {
    struct nn_step *s = context;
    int64_t rows = s->x->rows, n = s->x->cols;
    float *work = nn_tape_scratch(tape, 2 * (size_t)n);
    if (!work) return;
    if (s->x->grad) layer_norm_slope(rows, n, s->x->data, s->y->data, s->saved, s->out->grad, s->x->grad, work);
    if (s->y->grad) gain_slope(rows, n, s->x->data, s->saved, s->out->grad, s->y->grad);
    if (s->z->grad) nn_sum_rows(rows, n, s->out->grad, s->z->grad);
}

struct nn_tensor *nn_layer_norm(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *gain,
                                struct nn_tensor *bias) {
    if (!x || !gain || !bias) return NULL;
    FACET_REQUIRE(nn_size(gain) == (size_t)x->cols && nn_size(bias) == (size_t)x->cols);
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, layer_norm_back, x, gain, bias, &step);
    size_t count = 2 * (size_t)x->rows;
    float *moments = step ? nn_tape_raw(tape, count * sizeof(float)) : nn_tape_scratch(tape, count);
    if (!out || !moments) return NULL;
    if (step) step->saved = moments;
    layer_norm(x->rows, x->cols, x->data, gain->data, bias->data, moments, out->data);
    return out;
}

// ---- rows of unit length ---------------------------------------------------------------------------------------------

static float length(const struct nn_tensor *x, int64_t row) {
    const float *at = x->data + row * x->cols;
    float norm = sqrtf(nn_dot((size_t)x->cols, at, at));
    return norm < SHORTEST ? SHORTEST : norm;
}

NN_KERNEL static void normalize(int64_t n, const float *restrict x, float inverse, float *restrict out) {
    for (int64_t i = 0; i < n; i++) out[i] = x[i] * inverse;
}

// dx += (dy - y (y . dy)) / |x|
NN_KERNEL static void normalize_slope(int64_t n, const float *restrict y, const float *restrict dy, float inverse,
                                      float along, float *restrict dx) {
    for (int64_t i = 0; i < n; i++) dx[i] += (dy[i] - y[i] * along) * inverse;
}

static void normalize_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    int64_t n = s->x->cols;
    for (int64_t r = 0; r < s->x->rows; r++) {
        const float *y = s->out->data + r * n, *dy = s->out->grad + r * n;
        float norm = length(s->x, r);
        float along = norm > SHORTEST ? nn_dot((size_t)n, y, dy) : 0.0f; // below it the divisor is a constant
        normalize_slope(n, y, dy, 1.0f / norm, along, s->x->grad + r * n);
    }
}

struct nn_tensor *nn_normalize(struct nn_tape *tape, struct nn_tensor *x) {
    if (!x) return NULL;
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, normalize_back, x, NULL, NULL, NULL);
    if (!out) return NULL;
    for (int64_t r = 0; r < x->rows; r++)
        normalize(x->cols, x->data + r * x->cols, 1.0f / length(x, r), out->data + r * x->cols);
    return out;
}
