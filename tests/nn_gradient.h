// Holds the walk back of any tape expression against central finite differences of its forward pass.
#ifndef FACET_TEST_NN_GRADIENT_H
#define FACET_TEST_NN_GRADIENT_H

#include "nn/nn.h"

#include <facet/random.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NN_MAX_INPUTS = 6 };

// Inputs (rows, cols) are drawn as shift + scale * normal; scale 0 means 1. The values of `params` (may be NULL) are
// varied too.
struct nn_case {
    struct nn_tensor *(*build)(struct nn_tape *tape, struct nn_tensor **in, const void *context);
    const void *context;
    struct nn_params *params;
    int n_inputs;
    int64_t in[NN_MAX_INPUTS][2];
    float scale, shift;
};

static inline void *nn_test_memory(size_t bytes) {
    void *memory = calloc(1, bytes ? bytes : 1);
    assert_non_null(memory);
    return memory;
}

static inline void nn_test_fill(float *x, size_t n, uint32_t stream, float scale, float shift) {
    for (size_t i = 0; i < n; i++) x[i] = shift + scale * (float)facet_random_normal(7, stream, (uint32_t)i, 0);
}

static inline struct nn_tensor *nn_test_forward(const struct nn_case *c, struct nn_tape *tape, float *const *data,
                                                struct nn_tensor **in) {
    for (int i = 0; i < c->n_inputs; i++) in[i] = nn_input(tape, data[i], c->in[i][0], c->in[i][1], true);
    struct nn_tensor *out = c->build(tape, in, c->context);
    struct facet_error error = {0};
    if (nn_tape_status(tape, &error)) fail_msg("%s", error.text);
    assert_non_null(out);
    return out;
}

// The number differentiated: the entries of the result weighted by fixed random numbers.
static inline double nn_test_value(const struct nn_case *c, struct nn_tape *tape, float *const *data,
                                   const float *weights) {
    struct nn_tensor *in[NN_MAX_INPUTS];
    nn_tape_reset(tape);
    struct nn_tensor *out = nn_test_forward(c, tape, data, in);
    double value = 0;
    for (int64_t i = 0; i < out->rows * out->cols; i++) value += (double)out->data[i] * weights[i];
    return value;
}

static inline void nn_test_compare(const struct nn_case *c, struct nn_tape *tape, float *const *data,
                                   const float *weights, float *x, const float *gradient, size_t n, const char *what) {
    const float h = 5e-3f;
    double off = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        float kept = x[i];
        x[i] = kept + h;
        double above = nn_test_value(c, tape, data, weights), up = x[i];
        x[i] = kept - h;
        double below = nn_test_value(c, tape, data, weights), slope = (above - below) / (up - x[i]);
        x[i] = kept;
        off += (slope - gradient[i]) * (slope - gradient[i]);
        size += slope * slope;
    }
    if (!(sqrt(off) <= 1e-2 * sqrt(size) + 1e-4 * sqrt((double)n)))
        fail_msg("%s: the gradient is off by %g where its size is %g", what, sqrt(off), sqrt(size));
}

static inline void nn_check_gradient(const struct nn_case *c) {
    struct nn_params *params = c->params ? c->params : nn_params_create();
    assert_non_null(params);
    size_t size = nn_params_size(params);
    float *gradient = nn_test_memory(size * sizeof(float)), *data[NN_MAX_INPUTS] = {0};
    struct nn_tape *tape = nn_tape_create(params, gradient), *plain = nn_tape_create(params, NULL);
    for (int i = 0; i < c->n_inputs; i++) {
        size_t n = (size_t)(c->in[i][0] * c->in[i][1]);
        data[i] = nn_test_memory(n * sizeof(float));
        nn_test_fill(data[i], n, (uint32_t)i, c->scale != 0 ? c->scale : 1.0f, c->shift);
    }
    struct nn_tensor *in[NN_MAX_INPUTS], *out = nn_test_forward(c, tape, data, in);
    size_t count = (size_t)(out->rows * out->cols);
    float *weights = nn_test_memory(count * sizeof(float));
    nn_test_fill(weights, count, 99, 1.0f, 0.0f);
    for (size_t i = 0; i < count; i++) out->grad[i] += weights[i];
    nn_tape_backward(tape);
    assert_int_equal(nn_tape_status(tape, NULL), FACET_OK);
    for (int i = 0; i < c->n_inputs; i++) {
        char what[32];
        snprintf(what, sizeof what, "input %d", i);
        nn_test_compare(c, plain, data, weights, data[i], in[i]->grad, (size_t)(in[i]->rows * in[i]->cols), what);
    }
    for (int id = 0; id < nn_params_count(params); id++) {
        struct nn_param_info info = nn_params_info(params, id);
        nn_test_compare(c, plain, data, weights, nn_params_values(params) + info.offset, gradient + info.offset,
                        info.count, info.name);
    }
    for (int i = 0; i < c->n_inputs; i++) free(data[i]);
    free(weights);
    free(gradient);
    nn_tape_destroy(tape);
    nn_tape_destroy(plain);
    if (!c->params) nn_params_destroy(params);
}

#endif
