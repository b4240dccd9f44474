// What makes one model differ from another: shapes, switches, and the words its prompts are made of.
#ifndef FACET_NN_MODEL_CONFIG_H
#define FACET_NN_MODEL_CONFIG_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct nn_tokens;

// How the image tower's tokens become one vector: each narrowed and all put in a row, their mean, or a class token.
enum nn_pool { NN_POOL_FLAT, NN_POOL_MEAN, NN_POOL_CLASS, NN_POOLS };

struct nn_model_config {
    int64_t folds;                      // models trained alike, one a fold
    int64_t views, channels, size;      // a row of pictures: (views, channels, size, size)
    int64_t patch, width, depth, heads; // image tower
    int64_t text_width, text_depth, text_heads, context;
    int64_t embed;                       // D, the width both towers end in
    int64_t fusion_layers, fusion_heads; // CVSA
    int64_t pool;                        // enum nn_pool
    bool cvsa, mtgf;                     // ablation switches
    int64_t n_classes, n_templates;
    char **classes;
    char **templates;         // {} is the class name, {face} what such a face does
    struct nn_tokens *tokens; // the prompts by merges; NULL: as bytes
};

void nn_model_config_free(struct nn_model_config *config); // NULL is fine; leaves an empty one
int nn_model_config_copy(const struct nn_model_config *from, struct nn_model_config *to, struct facet_error *error);
// Replaces the list by copies of n strings. Errors: FACET_ERROR_MEMORY.
int nn_model_config_set_classes(struct nn_model_config *config, const char *const *names, int64_t n,
                                struct facet_error *error);
int nn_model_config_set_templates(struct nn_model_config *config, const char *const *templates, int64_t n,
                                  struct facet_error *error);

// Tokenizes the prompts, once the words and `context` are set; empty: bytes. Errors: those of nn_tokens_create.
int nn_model_config_tokenize(struct nn_model_config *config, const char *merges_path, struct facet_error *error);

// Tower sizes of a preset: "vit-micro", "vit-tiny", "vit-small", "vit-base". False: no such preset.
bool nn_model_preset(const char *name, struct nn_model_config *config);
// The patch that cuts a picture into 7 x 7 or 8 x 8 tokens, or the nearest count above; 0: size has no fitting divisor.
int64_t nn_model_patch(int64_t size);
// Sizes that do not fit each other. Errors: FACET_ERROR_CONFIG with the rule.
int nn_model_config_check(const struct nn_model_config *config, struct facet_error *error);

// JSON text, one object; the caller frees *json. Reading fills an empty config. Errors: FACET_ERROR_DATA, MEMORY.
int nn_model_config_write(const struct nn_model_config *config, char **json, struct facet_error *error);
int nn_model_config_read(const char *json, struct nn_model_config *config, struct facet_error *error);

#endif
