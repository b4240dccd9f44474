// The vision-language model: an image tower shared by all views, a text tower over the prompts, cross-view aggregation
// (CVSA) and text-guided fusion (MTGF). Formulas: docs/method.md. V views, C classes, K prompts a class, width D.
#ifndef FACET_NN_MODEL_H
#define FACET_NN_MODEL_H

#include "nn/model_config.h"
#include "nn/nn.h"

struct nn_model;

// Lays out the parameters; values come with nn_model_init or nn_params_values. config is copied.
int nn_model_create(const struct nn_model_config *config, struct nn_model **model, struct facet_error *error);
void nn_model_destroy(struct nn_model *model);
int nn_model_init(struct nn_model *model, uint64_t seed, struct facet_error *error); // fresh values; call once
const struct nn_model_config *nn_model_config(const struct nn_model *model);
struct nn_params *nn_model_params(const struct nn_model *model);
// The mean picture (V, channels, size, size), in [-1, 1], which the image tower takes off what it sees: a constant of
// the model among its parameters, 0 in a fresh one. No gradient reaches it.
float *nn_model_mean(const struct nn_model *model);
int nn_model_log_scale(const struct nn_model *model); // id of log s

// ---- towers ----------------------------------------------------------------------------------------------------------
// pixels (rows*V, channels, size, size) in [-1, 1], row 0 on top, V views of each row -> z (rows*V, D), rows of length 1.
struct nn_tensor *nn_model_image(const struct nn_model *model, struct nn_tape *tape, const float *pixels,
                                 int64_t pictures);
// -> (C*K, D), rows of length 1; prompt k of class c is row c*K + k.
struct nn_tensor *nn_model_prompts(const struct nn_model *model, struct nn_tape *tape);
// The mean of each class's prompts, brought to length 1: t (C, D).
struct nn_tensor *nn_model_classes(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *prompts);

// ---- fusion ----------------------------------------------------------------------------------------------------------
struct nn_fusion {
    struct nn_tensor *views;  // z' (rows*V, D)
    struct nn_tensor *mean;   // mean over the seen views of z' (rows, D)
    struct nn_tensor *fused;  // h (rows*C, D)
    struct nn_tensor *logits; // s cos(h_c, t_c) (rows, C)
    const float *attention;   // alpha (rows, C, V), valid until the tape's reset; NULL without MTGF
};
// z (rows*V, D), t (C, D), mask (rows, V): 1 = the view sees something, at least one a row. False: see the tape.
bool nn_model_fuse(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *z, struct nn_tensor *t,
                   const uint8_t *mask, int64_t rows, struct nn_fusion *fusion);
// What each view alone says: s cos(x_v, t_c), x any (rows*V, D) -> (rows*V, C).
struct nn_tensor *nn_model_view_logits(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *x,
                                       struct nn_tensor *t);

#endif
