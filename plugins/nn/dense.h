// Dense products, the one place that knows oneDNN. A `dense` belongs to one thread at a time; it keeps one primitive for
// each shape it met, so that the steady state allocates nothing. Products run on the calling thread alone, so their
// bits do not depend on the number of threads.
#ifndef FACET_NN_DENSE_H
#define FACET_NN_DENSE_H

#include <facet/error.h>
#include <stdint.h>

// c[g,h] = a[g,h] b[g,h] (+ bias) (+ c[g,h]) for every group g and head h: a (m,k), b (k,n), c (m,n), bias (n).
// Strides in floats: group, head, row, column. Compared as bytes, hence no narrower members.
struct dense_shape {
    int64_t groups, heads, m, n, k;
    int64_t a[4], b[4], c[4];
    int64_t bias, accumulate; // 0 or 1
};

struct dense;
int dense_create(struct dense **dense, struct facet_error *error);
void dense_destroy(struct dense *dense);
int dense_run(struct dense *dense, const struct dense_shape *shape, const float *a, const float *b, const float *bias,
              float *c, struct facet_error *error);

// One product of row-major matrices; the letters say which operand is stored transposed.
struct dense_shape dense_nn(int64_t m, int64_t n, int64_t k); // a (m,k), b (k,n)
struct dense_shape dense_nt(int64_t m, int64_t n, int64_t k); // a (m,k), b stored (n,k)
struct dense_shape dense_tn(int64_t m, int64_t n, int64_t k); // a stored (k,m), b (k,n)

#endif
