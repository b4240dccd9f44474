#include "nn/model_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool add_blocks(struct nn_params *params, const char *tower, int64_t width, int64_t depth,
                       struct nn_block **blocks) {
    *blocks = calloc(depth > 0 ? (size_t)depth : 1, sizeof **blocks);
    for (int64_t i = 0; *blocks && i < depth; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.block_%lld", tower, (long long)i);
        if (nn_block_add(params, name, width, 4 * width, &(*blocks)[i])) return false;
    }
    return *blocks != NULL;
}

static int matrix(struct nn_params *params, const char *name, int64_t rows, int64_t cols, float scale) {
    return nn_params_add(params, name, 2, (int64_t[]){rows, cols}, NN_NORMAL, scale, true);
}

static int vector(struct nn_params *params, const char *name, int64_t n, enum nn_init init, float scale) {
    return nn_params_add(params, name, 1, (int64_t[]){n}, init, scale, false);
}

// Scales: 1/sqrt(inputs) for what is multiplied, CLIP's 0.02 and 0.01 for what is added (Radford et al., ICML 2021).
static bool add_image(struct nn_model *model) {
    const struct nn_model_config *c = &model->config;
    struct nn_params *p = model->params;
    int64_t pixels = c->channels * c->patch * c->patch, side = c->size / c->patch;
    int64_t tokens = side * side + (c->pool == NN_POOL_CLASS);
    struct nn_image_ids *ids = &model->image;
    ids->mean =
        nn_params_add(p, "image.mean", 4, (int64_t[]){c->views, c->channels, c->size, c->size}, NN_ZERO, 0, false);
    ids->patch = matrix(p, "image.patch", c->width, pixels, 1 / sqrtf((float)pixels));
    if (c->pool == NN_POOL_CLASS) ids->token = vector(p, "image.class_token", c->width, NN_NORMAL, 0.02f);
    ids->position = nn_params_add(p, "image.position", 2, (int64_t[]){tokens, c->width}, NN_NORMAL, 0.02f, false);
    ids->pre_gain = vector(p, "image.pre_norm.gain", c->width, NN_ONE, 0);
    ids->pre_bias = vector(p, "image.pre_norm.bias", c->width, NN_ZERO, 0);
    if (!add_blocks(p, "image", c->width, c->depth, &ids->blocks)) return false;
    ids->post_gain = vector(p, "image.post_norm.gain", c->width, NN_ONE, 0);
    ids->post_bias = vector(p, "image.post_norm.bias", c->width, NN_ZERO, 0);
    if (c->pool == NN_POOL_FLAT)
        ids->squeeze = matrix(p, "image.squeeze", NN_SQUEEZED, c->width, 1 / sqrtf((float)c->width));
    int64_t last = c->pool == NN_POOL_FLAT ? NN_SQUEEZED * tokens : c->width;
    ids->projection = matrix(p, "image.projection", c->embed, last, 1 / sqrtf((float)last));
    return ids->projection >= 0;
}

static bool add_text(struct nn_model *model) {
    const struct nn_model_config *c = &model->config;
    struct nn_params *p = model->params;
    struct nn_text_ids *ids = &model->text;
    ids->token =
        nn_params_add(p, "text.token", 2, (int64_t[]){model->vocabulary, c->text_width}, NN_NORMAL, 0.02f, false);
    ids->position =
        nn_params_add(p, "text.position", 2, (int64_t[]){c->context, c->text_width}, NN_NORMAL, 0.01f, false);
    if (!add_blocks(p, "text", c->text_width, c->text_depth, &ids->blocks)) return false;
    ids->final_gain = vector(p, "text.final_norm.gain", c->text_width, NN_ONE, 0);
    ids->final_bias = vector(p, "text.final_norm.bias", c->text_width, NN_ZERO, 0);
    ids->projection = matrix(p, "text.projection", c->embed, c->text_width, 1 / sqrtf((float)c->text_width));
    return ids->projection >= 0;
}

// Without CVSA or MTGF their parameters do not exist, so that an ablated model is smaller, not padded.
static bool add_fusion(struct nn_model *model) {
    const struct nn_model_config *c = &model->config;
    struct nn_params *p = model->params;
    struct nn_fusion_ids *ids = &model->fusion;
    int64_t d = c->embed;
    float scale = 1 / sqrtf((float)d);
    ids->view = nn_params_add(p, "fusion.view", 2, (int64_t[]){c->views, d}, NN_NORMAL, 0.02f, false);
    if (!add_blocks(p, "fusion.cvsa", d, c->cvsa ? c->fusion_layers : 0, &ids->blocks)) return false;
    if (c->mtgf) {
        ids->query = matrix(p, "fusion.query", d, d, scale);
        ids->key = matrix(p, "fusion.key", d, d, scale);
        ids->value = matrix(p, "fusion.value", d, d, scale);
        ids->gate = matrix(p, "fusion.gate.weight", 1, 2 * d, scale);
        ids->gate_bias = vector(p, "fusion.gate.bias", 1, NN_ZERO, 0);
    }
    ids->norm_gain = vector(p, "fusion.norm.gain", d, NN_ONE, 0);
    ids->norm_bias = vector(p, "fusion.norm.bias", d, NN_ZERO, 0);
    ids->log_scale = vector(p, "log_scale", 1, NN_ZERO, 0);
    return ids->log_scale >= 0;
}

int nn_model_create(const struct nn_model_config *config, struct nn_model **model, struct facet_error *error) {
    *model = NULL;
    struct nn_model *m = calloc(1, sizeof *m);
    if (!m) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a model");
    int code = nn_model_config_check(config, error);
    if (!code) code = nn_model_config_copy(config, &m->config, error);
    if (!code) code = nn_model_tokenize(m, error);
    if (code) goto error;
    m->params = nn_params_create();
    if (!m->params || !add_image(m) || !add_text(m) || !add_fusion(m)) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the model's parameters");
        goto error;
    }
    *model = m;
    return FACET_OK;
error:
    nn_model_destroy(m);
    return code;
}

void nn_model_destroy(struct nn_model *model) {
    if (!model) return;
    nn_params_destroy(model->params);
    nn_model_config_free(&model->config);
    free(model->image.blocks);
    free(model->text.blocks);
    free(model->fusion.blocks);
    free(model->text.tokens);
    free(model);
}

// log s starts at CLIP's ln(1/0.07).
int nn_model_init(struct nn_model *model, uint64_t seed, struct facet_error *error) {
    int code = nn_params_init(model->params, seed, error);
    if (code) return code;
    struct nn_param_info info = nn_params_info(model->params, model->fusion.log_scale);
    nn_params_values(model->params)[info.offset] = logf(1 / 0.07f);
    return FACET_OK;
}

const struct nn_model_config *nn_model_config(const struct nn_model *model) {
    return &model->config;
}

struct nn_params *nn_model_params(const struct nn_model *model) {
    return model->params;
}

float *nn_model_mean(const struct nn_model *model) {
    return nn_params_values(model->params) + nn_params_info(model->params, model->image.mean).offset;
}

int nn_model_log_scale(const struct nn_model *model) {
    return model->fusion.log_scale;
}
