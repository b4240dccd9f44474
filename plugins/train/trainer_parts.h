// Inside of the trainer, for the trainer*.c files alone.
#ifndef FACET_TRAIN_TRAINER_PARTS_H
#define FACET_TRAIN_TRAINER_PARTS_H

#include "train/trainer.h"

// A place where one micro-batch lives from its way forward to its way back.
struct slot {
    struct nn_tape *tape;
    float *leaf;         // gradient (size), then that of t (C*D)
    float *pixels;       // (micro, V, C, S, S)
    uint8_t *used;       // (micro, V)
    float *weights;      // (micro)
    struct nn_tensor *t; // (C, D)
    struct objective_result result;
};

struct trainer {
    const struct options *options;
    struct nn_model *model;
    struct facet_comm *comm;
    int threads;
    uint64_t seed;
    size_t size, tail; // floats of the parameters and of t
    float *class_weights;
    float *m, *v;
    int64_t n_slots;
    struct slot *slots;
    struct nn_tape *text, *whole; // the passes every rank makes alike
    float *own;                   // gradient of those (size)
    float *sum;                   // of the leaves (size + tail), then the whole gradient
    float *mine, *joint;          // (batch, D): this rank's, and all ranks'
    double *my_stats, *stats;     // (shards, STATS): this rank's, and all ranks'
    float **leaves;               // (n_slots)
    size_t *counts;               // (ranks), of a gather
    float weights[OBJECTIVE_MAX_PARTS];
};

enum { STATS = OBJECTIVE_MAX_PARTS + 1 }; // the parts, and the count of right answers

static inline int64_t trainer_shards(const struct trainer *trainer, int64_t rows) {
    return (rows + trainer->options->micro - 1) / trainer->options->micro;
}

// The micro-batches of this rank, [*first, *last) of n.
static inline void trainer_run(const struct trainer *trainer, int64_t n, int64_t *first, int64_t *last) {
    int size = facet_comm_size(trainer->comm), rank = facet_comm_rank(trainer->comm);
    *first = facet_comm_shard(n, size, rank);
    *last = facet_comm_shard(n, size, rank + 1);
}

// The way forward of micro-batch `shard` of the batch into a slot, on the calling thread. train: augmented and with
// its part of the loss, else the logits alone.
void slot_forward(struct trainer *trainer, const struct batch *batch, int64_t shard, const float *t, bool train,
                  struct slot *slot);
int64_t slot_correct(const struct slot *slot, const int32_t *labels, int64_t rows, int64_t classes);

#endif
