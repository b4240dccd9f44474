#include "nn/model_parts.h"

#include <string.h>

// One picture (channels, size, size) -> its patches (tokens, channels * patch * patch), row by row from the top left.
static void cut_patches(const struct nn_model_config *c, const float *picture, float *out) {
    int64_t side = c->size / c->patch, plane = c->size * c->size;
    size_t run = (size_t)c->patch * sizeof *out;
    for (int64_t token = 0; token < side * side; token++) {
        const float *corner = picture + token / side * c->patch * c->size + token % side * c->patch;
        for (int64_t channel = 0; channel < c->channels; channel++)
            for (int64_t y = 0; y < c->patch; y++, out += c->patch)
                memcpy(out, corner + channel * plane + y * c->size, run);
    }
}

static struct nn_tensor *patches(const struct nn_model_config *c, struct nn_tape *tape, const float *pixels,
                                 int64_t pictures) {
    int64_t side = c->size / c->patch, tokens = side * side, values = c->channels * c->patch * c->patch;
    struct nn_tensor *x = nn_tensor_new(tape, pictures * tokens, values, false);
    for (int64_t i = 0; x && i < pictures; i++)
        cut_patches(c, pixels + i * c->channels * c->size * c->size, x->data + i * tokens * values);
    return x;
}

static struct nn_tensor *pool(struct nn_tape *tape, struct nn_tensor *x, int64_t pictures, int64_t tokens, bool mean) {
    if (mean) return nn_mean_groups(tape, x, tokens, NULL);
    int64_t *first = nn_tape_alloc(tape, (size_t)pictures * sizeof *first);
    for (int64_t i = 0; first && i < pictures; i++) first[i] = i * tokens;
    return first ? nn_gather(tape, x, first, pictures) : NULL;
}

struct nn_tensor *nn_model_image(const struct nn_model *model, struct nn_tape *tape, const float *pixels,
                                 int64_t pictures) {
    const struct nn_model_config *c = &model->config;
    const struct nn_image_ids *ids = &model->image;
    int64_t side = c->size / c->patch, tokens = side * side;
    struct nn_tensor *x = nn_linear(tape, patches(c, tape, pixels, pictures), nn_param(tape, ids->patch), NULL);
    if (!c->mean_pool) x = nn_prepend(tape, x, nn_param(tape, ids->token), tokens++);
    x = nn_add_tiled(tape, x, nn_param(tape, ids->position));
    x = nn_layer_norm(tape, x, nn_param(tape, ids->pre_gain), nn_param(tape, ids->pre_bias));
    for (int64_t i = 0; i < c->depth; i++)
        x = nn_block_forward(tape, &ids->blocks[i], x, pictures, tokens, c->heads, NULL, false);
    x = pool(tape, x, pictures, tokens, c->mean_pool);
    x = nn_layer_norm(tape, x, nn_param(tape, ids->post_gain), nn_param(tape, ids->post_bias));
    return nn_normalize(tape, nn_linear(tape, x, nn_param(tape, ids->projection), NULL));
}
