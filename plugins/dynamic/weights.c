#include "dynamic/weights.h"

// With H the harmonic numbers the sum is 2 (n - t + 1) - (n + 1) (H_n - H_(t-1)).
static void harmonic(int64_t n, double *weights) {
    double tail = 0; // sum over k = t..n of 1 / k
    for (int64_t t = n; t >= 1; t--) {
        tail += 1 / (double)t;
        weights[t - 1] = 2 * (double)(n - t + 1) - (double)(n + 1) * tail;
    }
}

void dynamic_weights(enum dynamic_pooling pooling, int64_t n, double *weights) {
    if (n == 1)
        weights[0] = 1;
    else if (pooling == DYNAMIC_HARMONIC)
        harmonic(n, weights);
    else
        for (int64_t t = 1; t <= n; t++) weights[t - 1] = (double)(2 * t - n - 1);
}

double dynamic_weights_sum(const double *weights, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        if (weights[i] > 0) sum += weights[i];
    return sum;
}
