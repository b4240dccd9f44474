// The baseline as a whole: pictures to features, one discriminant a fold, probabilities of tested rows.
#ifndef FACET_BASELINE_MACHINE_H
#define FACET_BASELINE_MACHINE_H

#include "baseline/discriminant.h"

#include <facet/comm.h>

struct machine_task {
    int64_t anchors, length; // rows that may be trained on, values of a row
    const int16_t *features; // (anchors, length), 0..255, the same on every rank
    const int32_t *labels;   // (anchors)
    const uint8_t *trained;  // (folds, anchors) 1: the fold trains on the row
    int64_t classes;
    int n_folds;
};

struct machine {
    int64_t classes, length;
    int n_folds;
    double *weight; // (folds, classes, length)
    double *offset; // (folds, classes)
};

// Fits every fold; folds are dealt to ranks and threads, all ranks leave with the same machine. Collective.
int machine_fit(const struct machine_task *task, const struct discriminant_options *options, struct facet_comm *comm,
                int threads, struct machine *machine, struct facet_error *error);
void machine_free(struct machine *machine); // leaves it empty
// Softmax of a fold's scores of one row. Rank-local, thread-safe.
void machine_apply(const struct machine *machine, int fold, const int16_t *features, float *probabilities);

#endif
