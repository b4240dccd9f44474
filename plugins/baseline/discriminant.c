#include "baseline/discriminant.h"

#include "baseline/components.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

struct fit {
    struct components c;
    const int32_t *labels;
    int64_t classes;
    int64_t *count;     // (classes)
    double *mean;       // (classes, k)
    double *residual;   // (n, k) score minus its class's mean
    double *covariance; // (k, k), the lower triangle
    double *axis;       // (classes, k) covariance^-1 mean
};

static void fit_free(struct fit *fit) {
    components_free(&fit->c);
    free(fit->count);
    free(fit->mean);
    free(fit->residual);
    free(fit->covariance);
    free(fit->axis);
}

static int fit_alloc(struct fit *fit, struct facet_error *error) {
    size_t k = (size_t)fit->c.k, classes = (size_t)fit->classes;
    fit->count = calloc(classes, sizeof *fit->count);
    fit->mean = calloc(classes * k, sizeof(double));
    fit->residual = malloc((size_t)fit->c.n * k * sizeof(double));
    fit->covariance = calloc(k * k, sizeof(double));
    fit->axis = malloc(classes * k * sizeof(double));
    if (fit->count && fit->mean && fit->residual && fit->covariance && fit->axis) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a discriminant of %zu components", k);
}

static void find_means(struct fit *fit) {
    int64_t k = fit->c.k;
    for (int64_t i = 0; i < fit->c.n; i++) {
        fit->count[fit->labels[i]]++;
        for (int64_t j = 0; j < k; j++) fit->mean[fit->labels[i] * k + j] += fit->c.score[i * k + j];
    }
    for (int64_t c = 0; c < fit->classes; c++)
        for (int64_t j = 0; j < k && fit->count[c]; j++) fit->mean[c * k + j] /= (double)fit->count[c];
    for (int64_t i = 0; i < fit->c.n; i++)
        for (int64_t j = 0; j < k; j++)
            fit->residual[i * k + j] = fit->c.score[i * k + j] - fit->mean[fit->labels[i] * k + j];
}

// covariance = mean of r r^T over rows
static void find_covariance(struct fit *fit) {
    int64_t k = fit->c.k;
    for (int64_t i = 0; i < fit->c.n; i++)
        for (int64_t a = 0; a < k; a++)
            for (int64_t b = 0; b <= a; b++)
                fit->covariance[a * k + b] += fit->residual[i * k + a] * fit->residual[i * k + b];
    for (int64_t i = 0; i < k * k; i++) fit->covariance[i] /= (double)fit->c.n;
}

static double trace(const struct fit *fit) {
    double sum = 0;
    for (int64_t j = 0; j < fit->c.k; j++) sum += fit->covariance[j * fit->c.k + j];
    return sum;
}

// Spread inside the classes that is rounding noise beside the spread between them cannot be divided by.
static int check_spread(const struct fit *fit, struct facet_error *error) {
    double all = 0;
    for (int64_t j = 0; j < fit->c.k; j++) all += fit->c.value[j] / (double)fit->c.n;
    if (trace(fit) > 1e-12 * all) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "the pictures of each class trained on are all alike");
}

static double mean_fourth_power(const struct fit *fit) {
    double sum = 0;
    for (int64_t i = 0; i < fit->c.n; i++) {
        double square = 0;
        for (int64_t j = 0; j < fit->c.k; j++)
            square += fit->residual[i * fit->c.k + j] * fit->residual[i * fit->c.k + j];
        sum += square * square;
    }
    return sum / (double)fit->c.n;
}

// Ledoit & Wolf, J. Multivariate Analysis 88 (2004), section 3: the share b^2 / d^2 of mu I that brings S nearest to the
// true covariance, with d^2 = |S - mu I|^2 and b^2 = min(d^2, mean |r r^T - S|^2 / n).
static double estimate_shrinkage(const struct fit *fit) {
    int64_t k = fit->c.k;
    double square = 0, mu = trace(fit) / (double)k;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = 0; b <= a; b++)
            square += (a == b ? 1 : 2) * fit->covariance[a * k + b] * fit->covariance[a * k + b];
    double d2 = square - (double)k * mu * mu, b2 = (mean_fourth_power(fit) - square) / (double)fit->c.n;
    return d2 <= 0 || b2 >= d2 ? 1 : b2 < 0 ? 0 : b2 / d2;
}

// (1 - share) S + share mu I, and from the mean square to the estimate without bias, n / (n - classes present).
static void shrink(struct fit *fit, double share) {
    int64_t k = fit->c.k, present = 0;
    for (int64_t c = 0; c < fit->classes; c++) present += fit->count[c] > 0;
    double mu = trace(fit) / (double)k;
    double scale = fit->c.n > present ? (double)fit->c.n / (double)(fit->c.n - present) : 1;
    for (int64_t i = 0; i < k * k; i++) fit->covariance[i] *= (1 - share) * scale;
    for (int64_t j = 0; j < k; j++) fit->covariance[j * k + j] += share * mu * scale;
}

static int find_axes(struct fit *fit, struct facet_error *error) {
    lapack_int k = (lapack_int)fit->c.k;
    for (int64_t i = 0; i < fit->classes * k; i++) fit->axis[i] = fit->mean[i];
    // Row-major means (classes, k) are column-major right-hand sides; the row-major lower triangle is the upper one.
    lapack_int failed =
        LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', k, (lapack_int)fit->classes, fit->covariance, k, fit->axis, k);
    if (!failed) return FACET_OK;
    return facet_error_set(
        error, failed == LAPACK_WORK_MEMORY_ERROR ? FACET_ERROR_MEMORY : FACET_ERROR_DATA,
        "the covariance inside the classes has no inverse (LAPACK code %d); raise shrinkage or lower "
        "components",
        (int)failed);
}

// s_c = a_c . z - a_c . m_c / 2 + log(n_c / n), with z_j = sum_i score_ij / value_j (x_i . x - mean_i)
static void write_class(const struct fit *fit, int64_t c, double *weight, double *offset) {
    int64_t k = fit->c.k;
    const double *axis = fit->axis + c * k, *mean = fit->mean + c * k;
    *offset = log((double)fit->count[c] / (double)fit->c.n);
    for (int64_t j = 0; j < k; j++) *offset -= 0.5 * axis[j] * mean[j];
    for (int64_t i = 0; i < fit->c.n; i++) {
        weight[i] = 0;
        for (int64_t j = 0; j < k; j++) weight[i] += fit->c.score[i * k + j] / fit->c.value[j] * axis[j];
        *offset -= weight[i] * fit->c.mean[i];
    }
}

int discriminant_fit(const struct discriminant_options *options, const double *gram, const int32_t *labels, int64_t n,
                     int64_t classes, double *weight, double *offset, struct facet_error *error) {
    struct fit fit = {.labels = labels, .classes = classes};
    int code = components_find(gram, n, options->components, &fit.c, error);
    if (!code) code = fit_alloc(&fit, error);
    if (!code) {
        find_means(&fit);
        find_covariance(&fit);
        code = check_spread(&fit, error);
    }
    if (!code) {
        shrink(&fit, options->shrinkage < 0 ? estimate_shrinkage(&fit) : options->shrinkage);
        code = find_axes(&fit, error);
    }
    for (int64_t c = 0; c < classes && !code; c++) write_class(&fit, c, weight + c * n, offset + c);
    fit_free(&fit);
    return code;
}
