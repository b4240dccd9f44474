#include "nn/model_config.h"
#include "nn/model_tokens.h"

#include <stdlib.h>
#include <string.h>

static void free_strings(char **strings, int64_t n) {
    for (int64_t i = 0; strings && i < n; i++) free(strings[i]);
    free(strings);
}

void nn_model_config_free(struct nn_model_config *config) {
    if (!config) return;
    free_strings(config->classes, config->n_classes);
    free_strings(config->templates, config->n_templates);
    nn_tokens_destroy(config->tokens);
    *config = (struct nn_model_config){0};
}

static int set_strings(char ***list, int64_t *count, const char *const *strings, int64_t n, struct facet_error *error) {
    char **copy = calloc(n > 0 ? (size_t)n : 1, sizeof *copy);
    if (!copy) goto error;
    for (int64_t i = 0; i < n; i++)
        if (!(copy[i] = strdup(strings[i]))) goto error;
    free_strings(*list, *count);
    *list = copy;
    *count = n;
    return FACET_OK;
error:
    free_strings(copy, n);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld names", (long long)n);
}

int nn_model_config_set_classes(struct nn_model_config *config, const char *const *names, int64_t n,
                                struct facet_error *error) {
    return set_strings(&config->classes, &config->n_classes, names, n, error);
}

int nn_model_config_set_templates(struct nn_model_config *config, const char *const *templates, int64_t n,
                                  struct facet_error *error) {
    return set_strings(&config->templates, &config->n_templates, templates, n, error);
}

int nn_model_config_copy(const struct nn_model_config *from, struct nn_model_config *to, struct facet_error *error) {
    *to = *from;
    to->classes = to->templates = NULL;
    to->tokens = NULL;
    to->n_classes = to->n_templates = 0;
    int code = nn_model_config_set_classes(to, (const char *const *)from->classes, from->n_classes, error);
    if (!code) code = nn_model_config_set_templates(to, (const char *const *)from->templates, from->n_templates, error);
    if (!code && from->tokens && !(to->tokens = nn_tokens_copy(from->tokens)))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the prompts' tokens");
    if (code) nn_model_config_free(to);
    return code;
}

int nn_model_config_tokenize(struct nn_model_config *config, const char *merges_path, struct facet_error *error) {
    struct nn_tokens *tokens = NULL;
    int code = *merges_path ? nn_tokens_create(config, merges_path, &tokens, error) : FACET_OK;
    if (code) return code;
    nn_tokens_destroy(config->tokens);
    config->tokens = tokens;
    return FACET_OK;
}

bool nn_model_preset(const char *name, struct nn_model_config *config) {
    static const struct {
        const char *name;
        int64_t width, depth, heads, text_width, text_depth, text_heads, embed, fusion_layers, fusion_heads;
    } presets[] = {
        {"vit-micro", 64, 2, 4, 64, 2, 2, 192, 1, 4},
        {"vit-tiny", 192, 12, 3, 128, 4, 4, 192, 1, 4},
        {"vit-small", 384, 12, 6, 256, 6, 4, 384, 2, 6},
        {"vit-base", 768, 12, 12, 512, 12, 8, 512, 2, 8},
    };
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        if (strcmp(name, presets[i].name) != 0) continue;
        config->width = presets[i].width, config->depth = presets[i].depth, config->heads = presets[i].heads;
        config->text_width = presets[i].text_width, config->text_depth = presets[i].text_depth;
        config->text_heads = presets[i].text_heads, config->embed = presets[i].embed;
        config->fusion_layers = presets[i].fusion_layers, config->fusion_heads = presets[i].fusion_heads;
        return true;
    }
    return false;
}

int64_t nn_model_patch(int64_t size) {
    for (int64_t side = 7; side <= 32 && side <= size; side++)
        if (size % side == 0) return size / side;
    return 0;
}

static int divides(int64_t part, int64_t whole, const char *part_name, const char *whole_name,
                   struct facet_error *error) {
    if (part > 0 && whole > 0 && whole % part == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG, "%s (%lld) must divide %s (%lld)", part_name, (long long)part,
                           whole_name, (long long)whole);
}

int nn_model_config_check(const struct nn_model_config *config, struct facet_error *error) {
    if (config->n_classes < 2)
        return facet_error_set(error, FACET_ERROR_CONFIG, "a model needs at least 2 classes, there are %lld",
                               (long long)config->n_classes);
    if (config->n_templates < 1)
        return facet_error_set(error, FACET_ERROR_CONFIG, "a model needs at least one prompt a class");
    if (config->tokens && config->tokens->n_prompts != config->n_classes * config->n_templates)
        return facet_error_set(error, FACET_ERROR_DATA, "the tokens of %lld prompts are known, the model has %lld",
                               (long long)config->tokens->n_prompts,
                               (long long)(config->n_classes * config->n_templates));
    if (config->pool < 0 || config->pool >= NN_POOLS)
        return facet_error_set(error, FACET_ERROR_DATA, "a model's pool is 0 to %d, not %lld", NN_POOLS - 1,
                               (long long)config->pool);
    int code = divides(config->patch, config->size, "patch", "the picture's size", error);
    if (!code) code = divides(config->heads, config->width, "heads", "width", error);
    if (!code) code = divides(config->text_heads, config->text_width, "text heads", "text width", error);
    if (!code) code = divides(config->fusion_heads, config->embed, "fusion heads", "embed", error);
    return code;
}
