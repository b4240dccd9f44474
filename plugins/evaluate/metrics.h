// What a table of true and predicted classes says; formulas in docs/protocols.md.
#ifndef FACET_EVALUATE_METRICS_H
#define FACET_EVALUATE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

enum metric { METRIC_ACCURACY, METRIC_UAR, METRIC_F1, N_METRICS };
enum { ECE_BINS = 15 };

// confusion (classes, classes) [true][predicted]; NaN when it is empty.
void metrics_of(const int64_t *confusion, int classes, double values[N_METRICS]);

// Bins of the top probability; zeroed is empty.
struct calibration {
    int64_t n, right[ECE_BINS];
    double confidence[ECE_BINS];
};

void calibration_add(struct calibration *calibration, double confidence, bool right);
double calibration_error(const struct calibration *calibration); // ECE; NaN when it is empty

#endif
