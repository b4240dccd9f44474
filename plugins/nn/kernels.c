// The vector loops several ops share.
#include "nn/tape.h"
#include "nn/vector.h"

NN_KERNEL void nn_accumulate(size_t n, const float *restrict x, float *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

NN_KERNEL void nn_accumulate_product(size_t n, const float *restrict x, const float *restrict w, float *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i] * w[i];
}

NN_KERNEL void nn_accumulate_scaled(size_t n, const float *restrict x, float w, float *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] += x[i] * w;
}

NN_KERNEL void nn_sum_rows(int64_t rows, int64_t cols, const float *restrict x, float *restrict y) {
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) y[c] += x[r * cols + c];
}

NN_KERNEL float nn_dot(size_t n, const float *restrict x, const float *restrict y) {
    float lane[NN_LANES] = {0};
    size_t i = 0;
    for (; i + NN_LANES <= n; i += NN_LANES)
        for (size_t j = 0; j < NN_LANES; j++) lane[j] += x[i + j] * y[i + j];
    for (size_t j = 0; i + j < n; j++) lane[j] += x[i + j] * y[i + j];
    return nn_join_lanes(lane);
}
