#include "nn/model_tokens.h"
#include "nn/model_config.h"
#include "nn/nn.h"
#include "nn/prompts.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the prompts' tokens");
}

void nn_tokens_destroy(struct nn_tokens *tokens) {
    if (!tokens) return;
    free(tokens->ids);
    free(tokens->lengths);
    free(tokens->rows);
    free(tokens);
}

bool nn_tokens_allocate(struct nn_tokens *tokens) {
    tokens->ids = calloc((size_t)tokens->n_ids + 1, sizeof *tokens->ids);
    tokens->lengths = calloc((size_t)tokens->n_prompts + 1, sizeof *tokens->lengths);
    tokens->rows = calloc((size_t)(tokens->n_prompts * tokens->longest) + 1, sizeof *tokens->rows);
    return tokens->ids && tokens->lengths && tokens->rows;
}

struct nn_tokens *nn_tokens_copy(const struct nn_tokens *tokens) {
    struct nn_tokens *copy = malloc(sizeof *copy);
    if (!copy) return NULL;
    *copy = *tokens;
    if (!nn_tokens_allocate(copy)) {
        nn_tokens_destroy(copy);
        return NULL;
    }
    memcpy(copy->ids, tokens->ids, (size_t)tokens->n_ids * sizeof *copy->ids);
    memcpy(copy->lengths, tokens->lengths, (size_t)tokens->n_prompts * sizeof *copy->lengths);
    memcpy(copy->rows, tokens->rows, (size_t)(tokens->n_prompts * tokens->longest) * sizeof *copy->rows);
    return copy;
}

// ---- made from the words -----------------------------------------------------------------------------------------------

// All prompts as the tokenizer gives them: ids (n, context), lengths (n).
struct raw {
    int64_t n, context;
    int32_t *ids;
    int64_t *lengths;
};

static int encode(const struct nn_model_config *config, const struct nn_tokenizer *tokenizer, int64_t prompt,
                  struct raw *raw, struct facet_error *error) {
    char text[1024];
    int64_t k = config->n_templates;
    const char *name = config->classes[prompt / k], *template = config->templates[prompt % k];
    if (nn_prompt_write(template, name, text, sizeof text) >= sizeof text)
        return facet_error_set(error, FACET_ERROR_CONFIG, "the prompt \"%.40s...\" for class \"%s\" is too long",
                               template, name);
    return nn_tokenizer_encode(tokenizer, text, raw->context, raw->ids + prompt * raw->context, &raw->lengths[prompt],
                               error);
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void number_all(struct nn_tokens *tokens) {
    for (int64_t id = 0; id < tokens->n_ids; id++) tokens->ids[id] = id;
}

// `ids` has room for one id a place: first every place's, then each once, in order.
static void number_used(const struct raw *raw, struct nn_tokens *tokens) {
    int64_t n = 0, kept = 0;
    for (int64_t i = 0; i < raw->n; i++)
        for (int64_t j = 0; j < raw->lengths[i]; j++) tokens->ids[n++] = raw->ids[i * raw->context + j];
    qsort(tokens->ids, (size_t)n, sizeof *tokens->ids, by_value);
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || tokens->ids[i] != tokens->ids[kept - 1]) tokens->ids[kept++] = tokens->ids[i];
    tokens->n_ids = kept;
}

// No prompt pays for places that none uses.
static int keep(const struct raw *raw, bool used_only, struct nn_tokens *tokens, struct facet_error *error) {
    tokens->n_prompts = raw->n;
    for (int64_t i = 0; i < raw->n; i++)
        if (raw->lengths[i] > tokens->longest) tokens->longest = raw->lengths[i];
    tokens->n_ids = used_only ? raw->n * tokens->longest : tokens->vocabulary;
    if (!nn_tokens_allocate(tokens)) return no_memory(error);
    memcpy(tokens->lengths, raw->lengths, (size_t)raw->n * sizeof *tokens->lengths);
    if (used_only)
        number_used(raw, tokens);
    else
        number_all(tokens);
    for (int64_t i = 0; i < raw->n; i++)
        for (int64_t j = 0; j < tokens->longest; j++) {
            int64_t id = raw->ids[i * raw->context + j];
            const int64_t *place = bsearch(&id, tokens->ids, (size_t)tokens->n_ids, sizeof id, by_value);
            FACET_REQUIRE(place);
            tokens->rows[i * tokens->longest + j] = place - tokens->ids;
        }
    return FACET_OK;
}

int nn_tokens_create(const struct nn_model_config *config, const char *merges_path, struct nn_tokens **out,
                     struct facet_error *error) {
    struct raw raw = {.n = config->n_classes * config->n_templates, .context = config->context};
    struct nn_tokenizer *tokenizer = NULL;
    struct nn_tokens *tokens = calloc(1, sizeof *tokens);
    raw.ids = malloc((size_t)(raw.n * raw.context) * sizeof *raw.ids + 1);
    raw.lengths = malloc((size_t)raw.n * sizeof *raw.lengths + 1);
    int code =
        tokens && raw.ids && raw.lengths ? nn_tokenizer_create(merges_path, &tokenizer, error) : no_memory(error);
    for (int64_t i = 0; i < raw.n && !code; i++) code = encode(config, tokenizer, i, &raw, error);
    if (!code) tokens->vocabulary = nn_tokenizer_vocabulary(tokenizer);
    if (!code) code = keep(&raw, merges_path != NULL, tokens, error);
    nn_tokenizer_destroy(tokenizer);
    free(raw.lengths);
    free(raw.ids);
    if (code)
        nn_tokens_destroy(tokens);
    else
        *out = tokens;
    return code;
}
