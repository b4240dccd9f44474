// Inside of the tape, for the files that hold ops.
#ifndef FACET_NN_TAPE_H
#define FACET_NN_TAPE_H

#include "nn/dense.h"
#include "nn/nn.h"

// What one step of the walk back needs; each op uses what it wants of it.
struct nn_step {
    struct nn_tensor *out, *x, *y, *z;
    float *saved; // kept from the forward pass
    int64_t n;
    const int64_t *rows;
    const uint8_t *mask;
};

// The result of an op on x, y, z (NULL where it has fewer): values not yet written; a gradient, and a recorded step,
// when the tape records and an input has a gradient. *step is NULL otherwise; `step` may be NULL. NULL: the tape failed.
struct nn_tensor *nn_op(struct nn_tape *tape, int64_t rows, int64_t cols, nn_backward *backward, struct nn_tensor *x,
                        struct nn_tensor *y, struct nn_tensor *z, struct nn_step **step);
// The same for an op that keeps a context of its own.
struct nn_tensor *nn_op_of(struct nn_tape *tape, int64_t rows, int64_t cols, nn_backward *backward, void *context,
                           bool wants_grad);
void *nn_tape_raw(struct nn_tape *tape, size_t bytes); // as nn_tape_alloc, not cleared
// One working area per tape, not cleared; the next call may move it.
float *nn_tape_scratch(struct nn_tape *tape, size_t count);
// c = product of a and b by the tape's `dense`; false, and a failed tape, when that goes wrong.
bool nn_tape_product(struct nn_tape *tape, const struct dense_shape *shape, const float *a, const float *b,
                     const float *bias, float *c);
bool nn_tape_ok(const struct nn_tape *tape);

static inline size_t nn_size(const struct nn_tensor *x) {
    return (size_t)(x->rows * x->cols);
}
static inline bool nn_same_shape(const struct nn_tensor *x, const struct nn_tensor *y) {
    return x->rows == y->rows && x->cols == y->cols;
}

// Vector kernels shared by ops.
void nn_accumulate(size_t n, const float *x, float *y);                         // y += x
void nn_accumulate_product(size_t n, const float *x, const float *w, float *y); // y += x w
void nn_accumulate_scaled(size_t n, const float *x, float w, float *y);         // y += x w
void nn_sum_rows(int64_t rows, int64_t cols, const float *x, float *y);         // y (cols) += the rows of x, in order
float nn_dot(size_t n, const float *x, const float *y);                         // 16 lanes, fixed tree

#endif
