#include "nn/tape.h"

#include <math.h>
#include <stdio.h>

struct naming {
    struct nn_params *params;
    const char *prefix;
    int failed; // 0, or -1 once a parameter could not be added
};

static int add(struct naming *naming, const char *name, int rank, int64_t rows, int64_t cols, enum nn_init init,
               float scale) {
    char full[256];
    int length = snprintf(full, sizeof full, "%s.%s", naming->prefix, name);
    FACET_REQUIRE(length >= 0 && (size_t)length < sizeof full);
    const int64_t dims[2] = {rank == 2 ? rows : cols, cols};
    int id = nn_params_add(naming->params, full, rank, dims, init, scale, rank == 2);
    if (id < 0) naming->failed = -1;
    return id;
}

// Weights start at deviation 1/sqrt(inputs), which keeps the size of what passes through; those that write to the
// residual stream at 0.02, as GPT-2 does, so that a fresh layer is close to the identity.
int nn_block_add(struct nn_params *params, const char *prefix, int64_t width, int64_t hidden, struct nn_block *block) {
    struct naming naming = {.params = params, .prefix = prefix};
    float in = 1.0f / sqrtf((float)width), out = 0.02f;
    block->ln1_gain = add(&naming, "ln1.gain", 1, 1, width, NN_ONE, 0);
    block->ln1_bias = add(&naming, "ln1.bias", 1, 1, width, NN_ZERO, 0);
    block->qkv_weight = add(&naming, "qkv.weight", 2, 3 * width, width, NN_NORMAL, in);
    block->qkv_bias = add(&naming, "qkv.bias", 1, 1, 3 * width, NN_ZERO, 0);
    block->out_weight = add(&naming, "out.weight", 2, width, width, NN_NORMAL, out);
    block->out_bias = add(&naming, "out.bias", 1, 1, width, NN_ZERO, 0);
    block->ln2_gain = add(&naming, "ln2.gain", 1, 1, width, NN_ONE, 0);
    block->ln2_bias = add(&naming, "ln2.bias", 1, 1, width, NN_ZERO, 0);
    block->fc1_weight = add(&naming, "fc1.weight", 2, hidden, width, NN_NORMAL, in);
    block->fc1_bias = add(&naming, "fc1.bias", 1, 1, hidden, NN_ZERO, 0);
    block->fc2_weight = add(&naming, "fc2.weight", 2, width, hidden, NN_NORMAL, out);
    block->fc2_bias = add(&naming, "fc2.bias", 1, 1, width, NN_ZERO, 0);
    return naming.failed;
}

static struct nn_tensor *dense_layer(struct nn_tape *tape, struct nn_tensor *x, int weight, int bias) {
    return nn_linear(tape, x, nn_param(tape, weight), nn_param(tape, bias));
}

// The `part`-th third of a parameter's rows (or of a row): queries, keys or values, in place.
static struct nn_tensor *third(struct nn_tape *tape, int id, int64_t part) {
    struct nn_tensor *whole = nn_param(tape, id);
    if (!whole) return NULL;
    int64_t offset = part * (int64_t)nn_size(whole) / 3;
    whole->data += offset;
    if (whole->grad) whole->grad += offset;
    if (whole->rows == 1)
        whole->cols /= 3;
    else
        whole->rows /= 3;
    return whole;
}

struct nn_tensor *nn_block_forward(struct nn_tape *tape, const struct nn_block *block, struct nn_tensor *x,
                                   int64_t groups, int64_t tokens, int64_t heads, const uint8_t *mask, bool causal) {
    const struct nn_attention how = {
        .groups = groups, .heads = heads, .queries = tokens, .keys = tokens, .mask = mask, .causal = causal};
    struct nn_tensor *qkv[3],
        *h = nn_layer_norm(tape, x, nn_param(tape, block->ln1_gain), nn_param(tape, block->ln1_bias));
    for (int i = 0; i < 3; i++)
        qkv[i] = nn_linear(tape, h, third(tape, block->qkv_weight, i), third(tape, block->qkv_bias, i));
    h = nn_attend(tape, qkv[0], qkv[1], qkv[2], &how, NULL);
    x = nn_add(tape, x, dense_layer(tape, h, block->out_weight, block->out_bias));
    h = nn_layer_norm(tape, x, nn_param(tape, block->ln2_gain), nn_param(tape, block->ln2_bias));
    h = nn_gelu(tape, dense_layer(tape, h, block->fc1_weight, block->fc1_bias));
    return nn_add(tape, x, dense_layer(tape, h, block->fc2_weight, block->fc2_bias));
}
