// {"vocabulary": V, "ids": [rising], "prompts": [[rows of the token table], ...]}
#include "nn/model_config.h"
#include "nn/model_tokens.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *list_of(const int64_t *values, int64_t n) {
    json_t *list = json_array();
    for (int64_t i = 0; list && i < n; i++) {
        if (json_array_append_new(list, json_integer(values[i])) == 0) continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *nn_tokens_to_json(const struct nn_tokens *tokens) {
    json_t *root = json_object(), *prompts = json_array();
    int bad = !root || !prompts || json_object_set_new(root, "vocabulary", json_integer(tokens->vocabulary)) ||
              json_object_set_new(root, "ids", list_of(tokens->ids, tokens->n_ids));
    for (int64_t i = 0; i < tokens->n_prompts && !bad; i++)
        bad = json_array_append_new(prompts, list_of(tokens->rows + i * tokens->longest, tokens->lengths[i]));
    if (!bad && !json_object_set(root, "prompts", prompts)) {
        json_decref(prompts);
        return root;
    }
    json_decref(prompts);
    json_decref(root);
    return NULL;
}

static int wrong(const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "the model's description holds tokens whose %s", what);
}

// Whether `value` is a whole number of [least, end).
static bool take(const json_t *value, int64_t least, int64_t end, int64_t *out) {
    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= least && *out < end;
}

static int read_ids(const json_t *ids, struct nn_tokens *tokens, struct facet_error *error) {
    for (int64_t i = 0; i < tokens->n_ids; i++)
        if (!take(json_array_get(ids, (size_t)i), i ? tokens->ids[i - 1] + 1 : 0, tokens->vocabulary, &tokens->ids[i]))
            return wrong("ids do not rise from 0 to below the vocabulary's size", error);
    return FACET_OK;
}

static int read_prompt(const json_t *prompt, int64_t *rows, struct nn_tokens *tokens, struct facet_error *error) {
    int64_t length = (int64_t)json_array_size(prompt);
    for (int64_t j = 0; j < tokens->longest; j++)
        if (!take(json_array_get(prompt, (size_t)(j < length ? j : length - 1)), 0, tokens->n_ids, &rows[j]))
            return wrong("prompts are not lists of places among the ids", error);
    return FACET_OK;
}

// Counts of what is there, as far as memory depends on it.
static int measure(const json_t *json, const struct nn_model_config *config, struct nn_tokens *tokens,
                   struct facet_error *error) {
    const json_t *prompts = json_object_get(json, "prompts");
    tokens->n_prompts = (int64_t)json_array_size(prompts);
    tokens->n_ids = (int64_t)json_array_size(json_object_get(json, "ids"));
    if (!take(json_object_get(json, "vocabulary"), 1, INT32_MAX, &tokens->vocabulary))
        return wrong("vocabulary has no size", error);
    if (tokens->n_prompts != config->n_classes * config->n_templates)
        return wrong("prompts are not as many as classes times templates", error);
    for (int64_t i = 0; i < tokens->n_prompts; i++) {
        int64_t length = (int64_t)json_array_size(json_array_get(prompts, (size_t)i));
        if (length < 2 || length > config->context) return wrong("prompts are not 2 to `context` long", error);
        if (length > tokens->longest) tokens->longest = length;
    }
    return FACET_OK;
}

static int read_all(const json_t *json, struct nn_tokens *tokens, struct facet_error *error) {
    const json_t *prompts = json_object_get(json, "prompts");
    if (!nn_tokens_allocate(tokens)) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for tokens");
    int code = read_ids(json_object_get(json, "ids"), tokens, error);
    for (int64_t i = 0; i < tokens->n_prompts && !code; i++) {
        const json_t *prompt = json_array_get(prompts, (size_t)i);
        tokens->lengths[i] = (int64_t)json_array_size(prompt);
        code = read_prompt(prompt, tokens->rows + i * tokens->longest, tokens, error);
    }
    return code;
}

int nn_tokens_from_json(const json_t *json, const struct nn_model_config *config, struct nn_tokens **out,
                        struct facet_error *error) {
    struct nn_tokens *tokens = calloc(1, sizeof *tokens);
    if (!tokens) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for tokens");
    int code = measure(json, config, tokens, error);
    if (!code) code = read_all(json, tokens, error);
    if (code)
        nn_tokens_destroy(tokens);
    else
        *out = tokens;
    return code;
}
