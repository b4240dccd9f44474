// Linear discriminant on principal components: Gaussian classes with one covariance (Fisher 1936; Hastie, Tibshirani &
// Friedman, The Elements of Statistical Learning, section 4.3).
#ifndef FACET_BASELINE_DISCRIMINANT_H
#define FACET_BASELINE_DISCRIMINANT_H

#include <facet/error.h>
#include <stdint.h>

struct discriminant_options {
    int64_t components; // principal components kept, at most
    double shrinkage;   // share of a multiple of the identity in the covariance; negative: Ledoit and Wolf's estimate
};

// From the inner products gram (n, n) of the training rows x_i and labels (n) in 0..classes-1, fills weight (classes, n)
// and offset (classes): s_c(x) = sum_i weight_ci (x_i . x) + offset_c is the log of class c's posterior, up to a term all
// classes share. A class without rows gets weight 0 and offset -infinity. Errors: DATA (no spread inside the classes),
// MEMORY. Rank-local, one thread, the same bits every time.
int discriminant_fit(const struct discriminant_options *options, const double *gram, const int32_t *labels, int64_t n,
                     int64_t classes, double *weight, double *offset, struct facet_error *error);

#endif
