#include "nn/model_parts.h"

// One picture less the mean one, both (channels, size, size), as patches (tokens, channels * patch * patch), row by row
// from the top left.
static void cut_patches(const struct nn_model_config *c, const float *picture, const float *mean, float *out) {
    int64_t side = c->size / c->patch, plane = c->size * c->size;
    for (int64_t token = 0; token < side * side; token++) {
        int64_t corner = token / side * c->patch * c->size + token % side * c->patch;
        for (int64_t channel = 0; channel < c->channels; channel++)
            for (int64_t y = 0; y < c->patch; y++, out += c->patch) {
                int64_t at = corner + channel * plane + y * c->size;
                for (int64_t x = 0; x < c->patch; x++) out[x] = picture[at + x] - mean[at + x];
            }
    }
}

static struct nn_tensor *patches(const struct nn_model *model, struct nn_tape *tape, const float *pixels,
                                 int64_t pictures) {
    const struct nn_model_config *c = &model->config;
    int64_t side = c->size / c->patch, tokens = side * side, values = c->channels * c->patch * c->patch;
    int64_t picture = c->channels * c->size * c->size;
    const float *mean = nn_model_mean(model);
    struct nn_tensor *x = nn_tensor_new(tape, pictures * tokens, values, false);
    for (int64_t i = 0; x && i < pictures; i++)
        cut_patches(c, pixels + i * picture, mean + i % c->views * picture, x->data + i * tokens * values);
    return x;
}

// (rows * group, width) seen as (rows, group * width): the same memory.
static struct nn_tensor *in_a_row(struct nn_tape *tape, struct nn_tensor *x, int64_t group) {
    struct nn_tensor *view = x ? nn_tape_alloc(tape, sizeof *view) : NULL;
    if (!view) return NULL;
    *view = (struct nn_tensor){.data = x->data, .grad = x->grad, .rows = x->rows / group, .cols = x->cols * group};
    return view;
}

// (pictures*tokens, width) -> (pictures, what the projection takes).
static struct nn_tensor *pool(const struct nn_model *model, struct nn_tape *tape, struct nn_tensor *x, int64_t pictures,
                              int64_t tokens) {
    if (model->config.pool == NN_POOL_FLAT)
        return in_a_row(tape, nn_linear(tape, x, nn_param(tape, model->image.squeeze), NULL), tokens);
    if (model->config.pool == NN_POOL_MEAN) return nn_mean_groups(tape, x, tokens, NULL);
    int64_t *first = nn_tape_alloc(tape, (size_t)pictures * sizeof *first);
    for (int64_t i = 0; first && i < pictures; i++) first[i] = i * tokens;
    return first ? nn_gather(tape, x, first, pictures) : NULL;
}

struct nn_tensor *nn_model_image(const struct nn_model *model, struct nn_tape *tape, const float *pixels,
                                 int64_t pictures) {
    const struct nn_model_config *c = &model->config;
    const struct nn_image_ids *ids = &model->image;
    int64_t side = c->size / c->patch, tokens = side * side;
    struct nn_tensor *x = nn_linear(tape, patches(model, tape, pixels, pictures), nn_param(tape, ids->patch), NULL);
    if (c->pool == NN_POOL_CLASS) x = nn_prepend(tape, x, nn_param(tape, ids->token), tokens++);
    x = nn_add_tiled(tape, x, nn_param(tape, ids->position));
    x = nn_layer_norm(tape, x, nn_param(tape, ids->pre_gain), nn_param(tape, ids->pre_bias));
    for (int64_t i = 0; i < c->depth; i++)
        x = nn_block_forward(tape, &ids->blocks[i], x, pictures, tokens, c->heads, NULL, false);
    x = nn_layer_norm(tape, x, nn_param(tape, ids->post_gain), nn_param(tape, ids->post_bias));
    x = pool(model, tape, x, pictures, tokens);
    return nn_normalize(tape, nn_linear(tape, x, nn_param(tape, ids->projection), NULL));
}
