#include "nn/model_parts.h"
#include "nn/prompts.h"

#include <stdlib.h>

static int encode(struct nn_model *model, const struct nn_tokenizer *tokenizer, int64_t prompt, int32_t *ids,
                  int64_t *length, struct facet_error *error) {
    char text[1024];
    int64_t k = model->config.n_templates;
    const char *name = model->config.classes[prompt / k], *template = model->config.templates[prompt % k];
    if (nn_prompt_write(template, name, text, sizeof text) >= sizeof text)
        return facet_error_set(error, FACET_ERROR_CONFIG, "the prompt \"%.40s...\" for class \"%s\" is too long",
                               template, name);
    return nn_tokenizer_encode(tokenizer, text, model->config.context, ids, length, error);
}

// ids (n, context) -> the model's (n, length): no prompt pays for places that none uses.
static int keep_tokens(struct nn_model *model, const int32_t *ids, const int64_t *lengths, int64_t n,
                       struct facet_error *error) {
    int64_t context = model->config.context, longest = 0;
    for (int64_t i = 0; i < n; i++)
        if (lengths[i] > longest) longest = lengths[i];
    int64_t *out = malloc((size_t)(n * longest + n + longest) * sizeof *out);
    if (!out) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the prompts' tokens");
    model->text.tokens = out;
    model->text.length = longest;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < longest; j++) *out++ = ids[i * context + j];
    for (int64_t i = 0; i < n; i++) *out++ = i * longest + lengths[i] - 1;
    for (int64_t j = 0; j < longest; j++) *out++ = j;
    return FACET_OK;
}

int nn_model_tokenize(struct nn_model *model, struct facet_error *error) {
    int64_t n = model->config.n_classes * model->config.n_templates;
    struct nn_tokenizer *tokenizer = NULL;
    int32_t *ids = malloc((size_t)(n * model->config.context) * sizeof *ids);
    int64_t *lengths = malloc((size_t)n * sizeof *lengths);
    int code = ids && lengths ? nn_tokenizer_create(NULL, &tokenizer, error)
                              : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the prompts' tokens");
    for (int64_t i = 0; i < n && !code; i++)
        code = encode(model, tokenizer, i, ids + i * model->config.context, &lengths[i], error);
    if (!code) model->vocabulary = nn_tokenizer_vocabulary(tokenizer);
    if (!code) code = keep_tokens(model, ids, lengths, n, error);
    nn_tokenizer_destroy(tokenizer);
    free(lengths);
    free(ids);
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
