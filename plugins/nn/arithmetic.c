// Sums and products, entry by entry or with one operand repeated.
#include "nn/tape.h"
#include "nn/vector.h"

#include <math.h>

NN_KERNEL static void add(size_t n, const float *restrict x, const float *restrict y, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] + y[i];
}

NN_KERNEL static void multiply(size_t n, const float *restrict x, const float *restrict y, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] * y[i];
}

NN_KERNEL static void scale(size_t n, const float *restrict x, float w, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] * w;
}

static void add_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    if (s->x->grad) nn_accumulate(nn_size(s->out), s->out->grad, s->x->grad);
    if (s->y->grad) nn_accumulate(nn_size(s->out), s->out->grad, s->y->grad);
}

struct nn_tensor *nn_add(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y) {
    if (!x || !y) return NULL;
    FACET_REQUIRE(nn_same_shape(x, y));
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, add_back, x, y, NULL, NULL);
    if (out) add(nn_size(x), x->data, y->data, out->data);
    return out;
}

static void mul_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    if (s->x->grad) nn_accumulate_product(nn_size(s->out), s->out->grad, s->y->data, s->x->grad);
    if (s->y->grad) nn_accumulate_product(nn_size(s->out), s->out->grad, s->x->data, s->y->grad);
}

struct nn_tensor *nn_mul(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y) {
    if (!x || !y) return NULL;
    FACET_REQUIRE(nn_same_shape(x, y));
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, mul_back, x, y, NULL, NULL);
    if (out) multiply(nn_size(x), x->data, y->data, out->data);
    return out;
}

static void add_tiled_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    if (s->x->grad) nn_accumulate(nn_size(s->x), s->out->grad, s->x->grad);
    if (s->y->grad) nn_sum_rows(s->x->rows / s->y->rows, (int64_t)nn_size(s->y), s->out->grad, s->y->grad);
}

struct nn_tensor *nn_add_tiled(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *e) {
    if (!x || !e) return NULL;
    FACET_REQUIRE(x->cols == e->cols && e->rows > 0 && x->rows % e->rows == 0);
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, add_tiled_back, x, e, NULL, NULL);
    if (!out) return NULL;
    for (size_t i = 0; i < nn_size(x); i += nn_size(e)) add(nn_size(e), x->data + i, e->data, out->data + i);
    return out;
}

static void scale_columns_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    size_t n = (size_t)s->x->cols;
    for (int64_t m = 0; m < s->x->rows; m++) {
        const float *from = s->out->grad + (size_t)m * n;
        if (s->x->grad) nn_accumulate_scaled(n, from, s->y->data[m], s->x->grad + (size_t)m * n);
        if (s->y->grad) s->y->grad[m] += nn_dot(n, from, s->x->data + (size_t)m * n);
    }
}

struct nn_tensor *nn_scale_columns(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *s) {
    if (!x || !s) return NULL;
    FACET_REQUIRE(s->rows == x->rows && s->cols == 1);
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, scale_columns_back, x, s, NULL, NULL);
    if (!out) return NULL;
    for (int64_t m = 0; m < x->rows; m++)
        scale((size_t)x->cols, x->data + m * x->cols, s->data[m], out->data + m * x->cols);
    return out;
}

static void scale_exp_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    if (s->x->grad) nn_accumulate_scaled(nn_size(s->x), s->out->grad, expf(s->y->data[0]), s->x->grad);
    if (s->y->grad) s->y->grad[0] += nn_dot(nn_size(s->x), s->out->grad, s->out->data);
}

struct nn_tensor *nn_scale_exp(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *log_scale) {
    if (!x || !log_scale) return NULL;
    FACET_REQUIRE(nn_size(log_scale) == 1);
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols, scale_exp_back, x, log_scale, NULL, NULL);
    if (out) scale(nn_size(x), x->data, expf(log_scale->data[0]), out->data);
    return out;
}
