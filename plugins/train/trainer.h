// One optimiser step, and the count of right answers. The batch is cut into micro-batches fixed by the data; ranks hold
// contiguous runs of them, threads take one at a time, and gradients meet in a tree fixed by the micro-batch's number:
// the same bits on any number of ranks and threads.
#ifndef FACET_TRAIN_TRAINER_H
#define FACET_TRAIN_TRAINER_H

#include "train/options.h"

#include <facet/comm.h>

struct trainer;

struct batch {
    uint32_t epoch;
    int64_t rows;                   // of the whole batch
    const int64_t *row;             // (rows) workspace row: the key of everything random
    const int32_t *labels;          // (rows)
    const uint8_t *const *pictures; // (rows) u8 (V, C, S, S); set for this rank's rows only
    const uint8_t *masks;           // (all workspace rows, V)
};

struct step_result {
    double parts[OBJECTIVE_MAX_PARTS]; // of the loss, unweighted
    double total;
    int64_t correct;
};

// class_weights (C), or NULL for ones. comm and options are borrowed.
int trainer_create(const struct options *options, const float *class_weights, uint64_t seed, struct facet_comm *comm,
                   int threads, struct trainer **trainer, struct facet_error *error);
void trainer_destroy(struct trainer *trainer);
struct nn_model *trainer_model(struct trainer *trainer);
// Moments of AdamW, nn_params_size floats each; for checkpoints.
float *trainer_m(struct trainer *trainer);
float *trainer_v(struct trainer *trainer);

// The rows [*first, *last) of a batch that this rank works on. Not collective.
void trainer_share(const struct trainer *trainer, int64_t rows, int64_t *first, int64_t *last);
// Collective, all arguments but the pictures agree. step counts from 1. Errors: DATA when the loss is no finite number;
// MEMORY, INTERNAL.
int trainer_step(struct trainer *trainer, const struct batch *batch, int64_t step, float rate,
                 struct step_result *result, struct facet_error *error);
// Collective: how many rows the model gets right, without augmentation.
int trainer_count_right(struct trainer *trainer, const struct batch *batch, int64_t *correct,
                        struct facet_error *error);

#endif
