// The models of all folds, as train wrote them, for stages that apply them; and tapes to run them on any thread.
#ifndef FACET_NN_MODELS_H
#define FACET_NN_MODELS_H

#include "nn/model.h"

#include <facet/stage.h>

struct nn_models;

// Reads the need "model" of the stage. Errors: DATA when a description or an array is not what it must be.
int nn_models_load(struct facet_stage *stage, struct nn_models **models, struct facet_error *error);
void nn_models_destroy(struct nn_models *models);
int64_t nn_models_folds(const struct nn_models *models);
const struct nn_model *nn_models_get(const struct nn_models *models, int64_t fold);
// The fold's class embeddings t (C, D), computed once.
const float *nn_models_classes(const struct nn_models *models, int64_t fold);

// An inference tape of a fold's model for the calling thread, until it is given back. Thread-safe. NULL: no memory.
struct nn_tape *nn_models_take(const struct nn_models *models, int64_t fold);
void nn_models_give(const struct nn_models *models, int64_t fold, struct nn_tape *tape);

// Rows of a unit that a fold tests. test_fold (slots) of one row -> the slot of that fold, or -1.
int64_t nn_models_slot(const int32_t *test_fold, int64_t slots, int64_t fold);

#endif
