#include "nn/model_parts.h"

// ---- logits: the row dot product of h (rows*C, D) with t (C, D), as (rows, C) ------------------------------------------
struct dot {
    struct nn_tensor *h, *t, *out;
};

static void dot_backward(struct nn_tape *tape, void *context) {
    (void)tape;
    struct dot *dot = context;
    int64_t d = dot->h->cols, classes = dot->t->rows;
    for (int64_t i = 0; i < dot->h->rows; i++) {
        float g = dot->out->grad[i];
        const float *h = dot->h->data + i * d, *t = dot->t->data + i % classes * d;
        float *h_grad = dot->h->grad ? dot->h->grad + i * d : NULL;
        float *t_grad = dot->t->grad ? dot->t->grad + i % classes * d : NULL;
        for (int64_t j = 0; h_grad && j < d; j++) h_grad[j] += g * t[j];
        for (int64_t j = 0; t_grad && j < d; j++) t_grad[j] += g * h[j];
    }
}

static struct nn_tensor *class_dot(struct nn_tape *tape, struct nn_tensor *h, struct nn_tensor *t) {
    if (!h || !t) return NULL;
    struct nn_tensor *out = nn_tensor_new(tape, h->rows / t->rows, t->rows, h->grad || t->grad);
    struct dot *dot = nn_tape_alloc(tape, sizeof *dot);
    if (!out || !dot) return NULL;
    for (int64_t i = 0; i < h->rows; i++) {
        const float *a = h->data + i * h->cols, *b = t->data + i % t->rows * h->cols;
        float sum = 0;
        for (int64_t j = 0; j < h->cols; j++) sum += a[j] * b[j];
        out->data[i] = sum;
    }
    *dot = (struct dot){h, t, out};
    if (out->grad) nn_tape_record(tape, dot_backward, dot);
    return out;
}

// ---- the parts ---------------------------------------------------------------------------------------------------------
static struct nn_tensor *aggregate(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *z,
                                   const uint8_t *mask, int64_t rows) {
    const struct nn_model_config *c = &model->config;
    struct nn_tensor *x = nn_add_tiled(tape, z, nn_param(tape, model->fusion.view));
    for (int64_t i = 0; c->cvsa && i < c->fusion_layers; i++)
        x = nn_block_forward(tape, &model->fusion.blocks[i], x, rows, c->views, c->fusion_heads, mask, false);
    return x;
}

// mean + gate * g for every class, (rows*C, D); each class's text asks the views.
static struct nn_tensor *guide(const struct nn_model *model, struct nn_tape *tape, const struct nn_fusion *fusion,
                               struct nn_tensor *t, const uint8_t *mask, int64_t rows, const float **attention) {
    const struct nn_model_config *c = &model->config;
    const struct nn_fusion_ids *ids = &model->fusion;
    const struct nn_attention how = {
        .groups = rows, .heads = 1, .queries = c->n_classes, .keys = c->views, .mask = mask, .shared_q = true};
    struct nn_tensor *q = nn_linear(tape, t, nn_param(tape, ids->query), NULL);
    struct nn_tensor *k = nn_linear(tape, fusion->views, nn_param(tape, ids->key), NULL);
    struct nn_tensor *v = nn_linear(tape, fusion->views, nn_param(tape, ids->value), NULL);
    struct nn_tensor *g = nn_attend(tape, q, k, v, &how, attention);
    struct nn_tensor *mean = nn_repeat(tape, fusion->mean, c->n_classes);
    struct nn_tensor *both = nn_concat_columns(tape, g, mean);
    struct nn_tensor *gate = nn_linear(tape, both, nn_param(tape, ids->gate), nn_param(tape, ids->gate_bias));
    return nn_add(tape, mean, nn_scale_columns(tape, g, nn_sigmoid(tape, gate)));
}

static struct nn_tensor *scaled(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *cosines) {
    return nn_scale_exp(tape, cosines, nn_param(tape, model->fusion.log_scale));
}

bool nn_model_fuse(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *z, struct nn_tensor *t,
                   const uint8_t *mask, int64_t rows, struct nn_fusion *fusion) {
    const struct nn_model_config *c = &model->config;
    const struct nn_fusion_ids *ids = &model->fusion;
    *fusion = (struct nn_fusion){0};
    fusion->views = aggregate(model, tape, z, mask, rows);
    fusion->mean = nn_mean_groups(tape, fusion->views, c->views, mask);
    struct nn_tensor *h = c->mtgf ? guide(model, tape, fusion, t, mask, rows, &fusion->attention)
                                  : nn_repeat(tape, fusion->mean, c->n_classes);
    fusion->fused = nn_layer_norm(tape, h, nn_param(tape, ids->norm_gain), nn_param(tape, ids->norm_bias));
    fusion->logits = scaled(model, tape, class_dot(tape, nn_normalize(tape, fusion->fused), t));
    return fusion->logits != NULL;
}

struct nn_tensor *nn_model_view_logits(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *x,
                                       struct nn_tensor *t) {
    return scaled(model, tape, nn_matmul_nt(tape, nn_normalize(tape, x), t));
}
