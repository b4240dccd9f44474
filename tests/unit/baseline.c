// The baseline's parts: pooled pictures, exact products, and a discriminant checked against its formula.
#include "baseline/discriminant.h"
#include "baseline/gram.h"
#include "baseline/picture.h"

#include <facet/random.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pooling_takes_rounded_means(void **state) {
    (void)state;
    const uint8_t pixels[9] = {0, 3, 10, 4, 6, 13, 7, 8, 255};
    const struct picture_shape by_two = {.planes = 1, .size = 3, .block = 2};
    int16_t features[4];
    assert_int_equal(picture_features(&by_two), 4);
    picture_pool(&by_two, pixels, features);
    const int16_t expected[] = {3, 12, 8, 255}; // 13/4, 23/2, 15/2, and the cut corner
    assert_memory_equal(features, expected, sizeof expected);
    assert_int_equal(picture_block_for(32), 1);
    assert_int_equal(picture_block_for(64), 2);
    assert_int_equal(picture_block_for(224), 7);
}

static void products_are_exact_at_their_largest(void **state) {
    (void)state;
    enum { N = 100003 };
    int16_t *x = malloc(N * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < N; i++) x[i] = 255;
    assert_int_equal(gram_dot(x, x, N), 65025LL * N);
    int64_t expected = 0;
    for (int i = 0; i < N; i++) x[i] = (int16_t)(i * 7 % 256), expected += (i * 7 % 256) * (i * 7 % 256);
    assert_int_equal(gram_dot(x, x, N), expected);
    free(x);
}

// ---- the discriminant, against the textbook in two dimensions --------------------------------------------------------
enum { N = 90, CLASSES = 3, LENGTH = 2 };

struct problem {
    double x[N][LENGTH];
    int32_t labels[N];
    double gram[N * N];
    double mean[CLASSES][LENGTH], covariance[LENGTH][LENGTH], count[CLASSES];
};

// Class 1 is left out when `classes` says so; class c sits at (40 + 30 c, 60 - 10 c).
static void make_problem(struct problem *p, bool leave_out, double spread) {
    memset(p, 0, sizeof *p);
    for (int i = 0; i < N; i++) {
        int c = p->labels[i] = leave_out ? i % 2 * 2 : (i * i) % 7 % CLASSES;
        double u = facet_random_normal(1, (uint32_t)i, 0, 0), v = facet_random_normal(1, (uint32_t)i, 1, 0);
        p->x[i][0] = 40 + 30 * c + spread * u;
        p->x[i][1] = 60 - 10 * c + spread * (0.5 * u + v);
        p->count[c]++;
        for (int j = 0; j < LENGTH; j++) p->mean[c][j] += p->x[i][j];
    }
    for (int c = 0; c < CLASSES; c++)
        for (int j = 0; j < LENGTH && p->count[c] > 0; j++) p->mean[c][j] /= p->count[c];
    for (int i = 0; i < N; i++)
        for (int a = 0; a < LENGTH; a++)
            for (int b = 0; b < LENGTH; b++)
                p->covariance[a][b] +=
                    (p->x[i][a] - p->mean[p->labels[i]][a]) * (p->x[i][b] - p->mean[p->labels[i]][b]) / N;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) p->gram[i * N + j] = p->x[i][0] * p->x[j][0] + p->x[i][1] * p->x[j][1];
}

static void fit(const struct problem *p, double shrinkage, double *weight, double *offset) {
    struct facet_error error;
    const struct discriminant_options options = {.components = 50, .shrinkage = shrinkage};
    if (discriminant_fit(&options, p->gram, p->labels, N, CLASSES, weight, offset, &error)) fail_msg("%s", error.text);
}

static void posterior_of_fit(const struct problem *p, const double *weight, const double *offset, const double *x,
                             double *posterior) {
    double total = 0;
    for (int c = 0; c < CLASSES; c++) {
        double score = offset[c];
        for (int i = 0; i < N; i++) score += weight[c * N + i] * (p->x[i][0] * x[0] + p->x[i][1] * x[1]);
        total += posterior[c] = exp(score);
    }
    for (int c = 0; c < CLASSES; c++) posterior[c] /= total;
}

// n_c exp(-1/2 (x - m_c)^T S^-1 (x - m_c)), normalised, with S of the given shrinkage
static void posterior_of_formula(const struct problem *p, double share, const double *x, double *posterior) {
    double mu = (p->covariance[0][0] + p->covariance[1][1]) / 2, scale = (double)N / (N - CLASSES), total = 0;
    double a = ((1 - share) * p->covariance[0][0] + share * mu) * scale;
    double b = (1 - share) * p->covariance[0][1] * scale;
    double d = ((1 - share) * p->covariance[1][1] + share * mu) * scale, det = a * d - b * b;
    for (int c = 0; c < CLASSES; c++) {
        double u = x[0] - p->mean[c][0], v = x[1] - p->mean[c][1];
        total += posterior[c] = p->count[c] * exp(-0.5 * (d * u * u - 2 * b * u * v + a * v * v) / det);
    }
    for (int c = 0; c < CLASSES; c++) posterior[c] /= total;
}

// mean over rows of |r r^T - S|^2, entry by entry, as the paper writes it
static double ledoit_wolf(const struct problem *p) {
    double mu = (p->covariance[0][0] + p->covariance[1][1]) / 2, d2 = 0, b2 = 0;
    for (int a = 0; a < LENGTH; a++)
        for (int b = 0; b < LENGTH; b++) {
            double off = p->covariance[a][b] - (a == b ? mu : 0);
            d2 += off * off;
            for (int i = 0; i < N; i++) {
                double ra = p->x[i][a] - p->mean[p->labels[i]][a], rb = p->x[i][b] - p->mean[p->labels[i]][b];
                b2 += (ra * rb - p->covariance[a][b]) * (ra * rb - p->covariance[a][b]) / N / N;
            }
        }
    return b2 / d2;
}

static void check_against_formula(double shrinkage, double share) {
    struct problem p;
    double weight[CLASSES * N], offset[CLASSES], is[CLASSES], should[CLASSES];
    make_problem(&p, false, 15);
    fit(&p, shrinkage, weight, offset);
    const double points[][LENGTH] = {{40, 60}, {55, 55}, {80, 52}, {10, 90}};
    for (int k = 0; k < 4; k++) {
        posterior_of_fit(&p, weight, offset, points[k], is);
        posterior_of_formula(&p, share < 0 ? ledoit_wolf(&p) : share, points[k], should);
        for (int c = 0; c < CLASSES; c++) assert_true(fabs(is[c] - should[c]) < 1e-8);
    }
}

static void posteriors_are_those_of_the_formula(void **state) {
    (void)state;
    check_against_formula(0, 0);
    check_against_formula(0.3, 0.3);
    check_against_formula(-1, -1);
    struct problem p;
    make_problem(&p, false, 15);
    assert_true(ledoit_wolf(&p) > 0.01 && ledoit_wolf(&p) < 0.99); // the automatic share is a case of its own
}

static void gaussians_far_apart_are_told_apart(void **state) {
    (void)state;
    struct problem p;
    double weight[CLASSES * N], offset[CLASSES], posterior[CLASSES];
    make_problem(&p, false, 3);
    fit(&p, -1, weight, offset);
    for (int i = 0; i < N; i++) {
        posterior_of_fit(&p, weight, offset, p.x[i], posterior);
        assert_true(posterior[p.labels[i]] > 0.9);
    }
}

static void a_class_never_seen_is_never_predicted(void **state) {
    (void)state;
    struct problem p;
    double weight[CLASSES * N], offset[CLASSES], posterior[CLASSES];
    make_problem(&p, true, 15);
    fit(&p, 0.1, weight, offset);
    posterior_of_fit(&p, weight, offset, (double[]){70, 50}, posterior);
    assert_true(posterior[1] == 0 && posterior[0] > 0 && posterior[2] > 0);
}

static void rows_without_spread_are_refused(void **state) {
    (void)state;
    struct problem p;
    struct facet_error error;
    double weight[CLASSES * N], offset[CLASSES];
    const struct discriminant_options options = {.components = 2, .shrinkage = 0.1};
    make_problem(&p, false, 0);
    assert_int_equal(discriminant_fit(&options, p.gram, p.labels, N, CLASSES, weight, offset, &error),
                     FACET_ERROR_DATA);
    for (int i = 0; i < N * N; i++) p.gram[i] = 5;
    assert_int_equal(discriminant_fit(&options, p.gram, p.labels, N, CLASSES, weight, offset, &error),
                     FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "alike"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling_takes_rounded_means),           cmocka_unit_test(products_are_exact_at_their_largest),
        cmocka_unit_test(posteriors_are_those_of_the_formula),   cmocka_unit_test(gaussians_far_apart_are_told_apart),
        cmocka_unit_test(a_class_never_seen_is_never_predicted), cmocka_unit_test(rows_without_spread_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
