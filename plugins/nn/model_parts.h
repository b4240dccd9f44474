// Inside of the model, for the model*.c files alone: parameter ids of each part.
#ifndef FACET_NN_MODEL_PARTS_H
#define FACET_NN_MODEL_PARTS_H

#include "nn/model.h"
#include "nn/model_tokens.h"

enum { NN_SQUEEZED = 16 }; // what is left of a token before all are put in a row

struct nn_image_ids {
    int mean, patch, token, position, pre_gain, pre_bias, post_gain, post_bias, squeeze, projection;
    struct nn_block *blocks;
};

struct nn_text_ids {
    int token, position, final_gain, final_bias, projection;
    struct nn_block *blocks;
    int64_t length;  // tokens of the longest prompt
    int64_t *tokens; // one allocation: ids (C*K, length), then ends (C*K) as rows of that, then positions (length)
};

struct nn_fusion_ids {
    int view, query, key, value, gate, gate_bias, norm_gain, norm_bias, log_scale;
    struct nn_block *blocks;
};

struct nn_model {
    struct nn_model_config config;
    struct nn_params *params;
    int64_t vocabulary; // rows of the token table
    struct nn_image_ids image;
    struct nn_text_ids text;
    struct nn_fusion_ids fusion;
};

// Turns the prompts into text.tokens: those of the description, or bytes. Sets vocabulary.
int nn_model_tokenize(struct nn_model *model, struct facet_error *error);

#endif
