// Losses on a tape: each gives (1,1), whose gradient the caller seeds with the loss's weight. Formulas: docs/method.md.
#ifndef FACET_NN_LOSS_H
#define FACET_NN_LOSS_H

#include "nn/nn.h"

// sum_m weights[m] CE(logits_m), with label smoothing: the target is (1 - smoothing) one-hot + smoothing / C.
struct nn_tensor *nn_loss_cross_entropy(struct nn_tape *tape, struct nn_tensor *logits, const int32_t *labels,
                                        const float *weights, float smoothing);

// Image-text contrast: similarity (B,B), row = picture, column = text, of the same B samples; every pair of one class
// is a positive. The mean over rows and the mean over columns of -(mean over positives of log softmax), halved.
struct nn_tensor *nn_loss_image_text(struct nn_tape *tape, struct nn_tensor *similarity, const int32_t *labels);

// weight * sum over rows of the mean, over pairs u < v of seen views, of 1 - u.v; unit (rows*V, D), rows of length 1.
// A row with fewer than two seen views gives nothing.
struct nn_tensor *nn_loss_view_agreement(struct nn_tape *tape, struct nn_tensor *unit, const uint8_t *mask,
                                         int64_t views, float weight);

// weight * sum over rows of the mean, over seen views, of JS(p_v || mean p), p_v = softmax of logits (rows*V, C).
struct nn_tensor *nn_loss_view_divergence(struct nn_tape *tape, struct nn_tensor *logits, const uint8_t *mask,
                                          int64_t views, float weight);

// out = softmax(x) of n values; returns log sum exp(x).
double nn_softmax(const float *x, int64_t n, float *out);

#endif
