#include "nn/model_parts.h"

#include <stdlib.h>
#include <string.h>

static int keep_tokens(struct nn_model *model, const struct nn_tokens *tokens, struct facet_error *error) {
    int64_t n = tokens->n_prompts, longest = tokens->longest;
    int64_t *out = malloc((size_t)(n * longest + n + longest) * sizeof *out);
    if (!out) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the prompts' tokens");
    model->vocabulary = tokens->n_ids;
    model->text.tokens = out;
    model->text.length = longest;
    memcpy(out, tokens->rows, (size_t)(n * longest) * sizeof *out);
    out += n * longest;
    for (int64_t i = 0; i < n; i++) *out++ = i * longest + tokens->lengths[i] - 1;
    for (int64_t j = 0; j < longest; j++) *out++ = j;
    return FACET_OK;
}

int nn_model_tokenize(struct nn_model *model, struct facet_error *error) {
    if (model->config.tokens) return keep_tokens(model, model->config.tokens, error);
    struct nn_tokens *bytes;
    int code = nn_tokens_create(&model->config, NULL, &bytes, error);
    if (code) return code;
    code = keep_tokens(model, bytes, error);
    nn_tokens_destroy(bytes);
    return code;
}

// Causal, so what follows the end token of a short prompt does not reach the token that is read.
struct nn_tensor *nn_model_prompts(const struct nn_model *model, struct nn_tape *tape) {
    const struct nn_model_config *c = &model->config;
    const struct nn_text_ids *ids = &model->text;
    int64_t n = c->n_classes * c->n_templates, length = ids->length;
    const int64_t *ends = ids->tokens + n * length, *positions = ends + n;
    struct nn_tensor *x = nn_gather(tape, nn_param(tape, ids->token), ids->tokens, n * length);
    x = nn_add_tiled(tape, x, nn_gather(tape, nn_param(tape, ids->position), positions, length));
    for (int64_t i = 0; i < c->text_depth; i++)
        x = nn_block_forward(tape, &ids->blocks[i], x, n, length, c->text_heads, NULL, true);
    x = nn_gather(tape, x, ends, n);
    x = nn_layer_norm(tape, x, nn_param(tape, ids->final_gain), nn_param(tape, ids->final_bias));
    return nn_normalize(tape, nn_linear(tape, x, nn_param(tape, ids->projection), NULL));
}

struct nn_tensor *nn_model_classes(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *prompts) {
    return nn_normalize(tape, nn_mean_groups(tape, prompts, model->config.n_templates, NULL));
}
