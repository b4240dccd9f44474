#include "baseline/components.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// A BLAS with threads of its own would sum in an order of its own.
extern void openblas_set_num_threads(int threads) __attribute__((weak));

void components_free(struct components *components) {
    free(components->mean);
    free(components->value);
    free(components->score);
    *components = (struct components){0};
}

// centred_ij = (x_i - m) . (x_j - m), and mean_i = x_i . m
static void centre(const double *gram, int64_t n, double *mean, double *centred) {
    double grand = 0;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += gram[i * n + j];
        mean[i] = sum / (double)n;
        grand += mean[i];
    }
    grand /= (double)n;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) centred[i * n + j] = gram[i * n + j] - mean[i] - mean[j] + grand;
}

static int decompose(double *centred, struct components *c, struct facet_error *error) {
    lapack_int n = (lapack_int)c->n, k = (lapack_int)c->k, found = 0;
    lapack_int *support = malloc(2 * (size_t)k * sizeof *support + 1);
    if (!support) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for principal components");
    if (openblas_set_num_threads) openblas_set_num_threads(1);
    lapack_int failed = LAPACKE_dsyevr(LAPACK_ROW_MAJOR, 'V', 'I', 'U', n, centred, n, 0, 0, n - k + 1, n, 0, &found,
                                       c->value, c->score, k, support);
    free(support);
    if (!failed && found == k) return FACET_OK;
    bool memory = failed == LAPACK_WORK_MEMORY_ERROR || failed == LAPACK_TRANSPOSE_MEMORY_ERROR;
    return facet_error_set(error, memory ? FACET_ERROR_MEMORY : FACET_ERROR_DATA,
                           "LAPACK found %d of %d principal components (code %d)", (int)found, (int)k, (int)failed);
}

// Directions whose variance is rounding noise beside the largest come first and go; the rest are scaled to scores.
static int keep_real(struct components *c, struct facet_error *error) {
    int64_t all = c->k, drop = 0;
    while (drop < all && c->value[drop] <= 1e-9 * c->value[all - 1]) drop++;
    if (drop == all || c->value[all - 1] <= 0)
        return facet_error_set(error, FACET_ERROR_DATA, "all pictures trained on are alike");
    c->k = all - drop;
    memmove(c->value, c->value + drop, (size_t)c->k * sizeof *c->value);
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < c->k; j++) c->score[i * c->k + j] = c->score[i * all + drop + j] * sqrt(c->value[j]);
    return FACET_OK;
}

int components_find(const double *gram, int64_t n, int64_t most, struct components *components,
                    struct facet_error *error) {
    *components = (struct components){.n = n, .k = most < n - 1 ? most : n - 1};
    if (n < 2) return facet_error_set(error, FACET_ERROR_DATA, "%lld rows have no components", (long long)n);
    double *centred = malloc((size_t)(n * n) * sizeof *centred);
    components->mean = malloc((size_t)n * sizeof(double));
    components->value = malloc((size_t)n * sizeof(double));
    components->score = malloc((size_t)(n * components->k) * sizeof(double));
    int code = FACET_OK;
    if (!centred || !components->mean || !components->value || !components->score)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for components of %lld rows", (long long)n);
    if (!code) {
        centre(gram, n, components->mean, centred);
        code = decompose(centred, components, error);
    }
    if (!code) code = keep_real(components, error);
    free(centred);
    if (code) components_free(components);
    return code;
}
