// Objectives: what training minimises. One file each, found by name in objective.c.
#ifndef FACET_TRAIN_OBJECTIVE_H
#define FACET_TRAIN_OBJECTIVE_H

#include "nn/model.h"

enum { OBJECTIVE_MAX_PARTS = 4 };

struct objective_options {
    float smoothing, lambda_itc, lambda_mvc, mu;
};

// One micro-batch on its own tape, on one thread.
struct objective_shard {
    const struct nn_model *model;
    struct nn_tape *tape;
    int64_t rows;
    const int32_t *labels;
    const float *weights; // a row's share of the batch's mean; all shards' add up to 1
    float share;          // the same without class weights: 1 / rows of the batch
    const uint8_t *mask;  // (rows, V)
    struct nn_tensor *z;  // (rows*V, D) of the image tower
    struct nn_tensor *t;  // (C, D) of the text tower
};

struct objective_result {
    const float *logits;                          // (rows, C), for the accuracy
    struct nn_tensor *joint;                      // (rows, D) that `whole` wants gathered; NULL: nothing
    struct nn_tensor *parts[OBJECTIVE_MAX_PARTS]; // (1,1) or NULL
};

struct objective_whole {
    const struct nn_model *model;
    struct nn_tape *tape;
    const int32_t *labels;
    const int64_t *prompts;  // (rows): which row of `text` stands beside each sample
    struct nn_tensor *joint; // (rows, D) of all shards
    struct nn_tensor *text;  // (C*K, D)
};

struct objective {
    const char *name, *citation;
    int n_parts;
    const char *const *part_names;
    // How much each part counts in the total; 0 switches it off.
    void (*weights)(const struct objective_options *options, float *weights);
    // The sum over the shard's rows of what rows give one by one.
    void (*shard)(const struct objective_options *options, const struct objective_shard *shard,
                  struct objective_result *result);
    // What the rows of the whole batch give together, computed alike on every rank; part `whole_part`, which is -1 when
    // there is no such part. Needs every shard's joint.
    int whole_part;
    struct nn_tensor *(*whole)(const struct objective_whole *whole);
};

const struct objective *objective_find(const char *name); // NULL: no such objective

#endif
