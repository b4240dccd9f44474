#include "nn/tape.h"

// out = x w^T + b: dx += dout w, dw += dout^T x, db += the rows of dout.
static void linear_back(struct nn_tape *tape, void *context) {
    struct nn_step *s = context;
    int64_t m = s->out->rows, n = s->out->cols, k = s->x->cols;
    if (s->x->grad) {
        struct dense_shape shape = dense_nn(m, k, n);
        shape.accumulate = 1;
        nn_tape_product(tape, &shape, s->out->grad, s->y->data, NULL, s->x->grad);
    }
    if (s->y->grad) {
        struct dense_shape shape = dense_tn(n, k, m);
        shape.accumulate = 1;
        nn_tape_product(tape, &shape, s->out->grad, s->x->data, NULL, s->y->grad);
    }
    if (s->z && s->z->grad) nn_sum_rows(m, n, s->out->grad, s->z->grad);
}

static struct nn_tensor *product(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *w, struct nn_tensor *b) {
    FACET_REQUIRE(x->cols == w->cols && (!b || nn_size(b) == (size_t)w->rows));
    struct nn_tensor *out = nn_op(tape, x->rows, w->rows, linear_back, x, w, b, NULL);
    if (!out) return NULL;
    struct dense_shape shape = dense_nt(x->rows, w->rows, x->cols);
    shape.bias = b != NULL;
    return nn_tape_product(tape, &shape, x->data, w->data, b ? b->data : NULL, out->data) ? out : NULL;
}

struct nn_tensor *nn_linear(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *w, struct nn_tensor *b) {
    return x && w ? product(tape, x, w, b) : NULL;
}

struct nn_tensor *nn_matmul_nt(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y) {
    return x && y ? product(tape, x, y, NULL) : NULL;
}
