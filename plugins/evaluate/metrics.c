#include "evaluate/metrics.h"

#include <math.h>

void metrics_of(const int64_t *confusion, int classes, double values[N_METRICS]) {
    int64_t n = 0, right = 0, seen = 0;
    double recall = 0, f1 = 0;
    for (int k = 0; k < classes; k++) {
        int64_t truth = 0, predicted = 0, hit = confusion[k * classes + k];
        for (int j = 0; j < classes; j++) truth += confusion[k * classes + j], predicted += confusion[j * classes + k];
        n += truth, right += hit, seen += truth > 0;
        if (truth == 0) continue;
        recall += (double)hit / (double)truth;
        f1 += 2 * (double)hit / (double)(truth + predicted);
    }
    values[METRIC_ACCURACY] = n ? (double)right / (double)n : NAN;
    values[METRIC_UAR] = n ? recall / (double)seen : NAN;
    values[METRIC_F1] = n ? f1 / (double)seen : NAN;
}

void calibration_add(struct calibration *calibration, double confidence, bool right) {
    int bin = (int)(confidence * ECE_BINS);
    if (bin >= ECE_BINS) bin = ECE_BINS - 1;
    calibration->n++;
    calibration->right[bin] += right;
    calibration->confidence[bin] += confidence;
}

double calibration_error(const struct calibration *calibration) {
    double sum = 0;
    for (int b = 0; b < ECE_BINS; b++) sum += fabs((double)calibration->right[b] - calibration->confidence[b]);
    return calibration->n ? sum / (double)calibration->n : NAN;
}
