// Attention and the transformer layer: gradients, a plain computation beside it, masks.
#include "nn_gradient.h"

#include <string.h>

static struct nn_tensor *attend(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    return nn_attend(tape, in[0], in[1], in[2], context, NULL);
}

static struct nn_tensor *attend_to_itself(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    return nn_attend(tape, in[0], in[0], in[0], context, NULL);
}

static const uint8_t some[] = {1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0}; // three groups of four keys; the last sees none

static void attention_gradients_agree_with_finite_differences(void **state) {
    (void)state;
    const struct nn_attention plain = {.groups = 2, .heads = 2, .queries = 3, .keys = 4};
    const struct nn_attention masked = {.groups = 3, .heads = 2, .queries = 2, .keys = 4, .mask = some};
    const struct nn_attention shared = {
        .groups = 3, .heads = 1, .queries = 2, .keys = 4, .mask = some, .shared_q = true};
    const struct nn_attention causal = {.groups = 2, .heads = 3, .queries = 5, .keys = 5, .causal = true};
    const struct nn_attention both = {.groups = 3, .heads = 1, .queries = 4, .keys = 4, .mask = some, .causal = true};
    const struct nn_attention single = {.groups = 1, .heads = 1, .queries = 1, .keys = 1};
    const struct nn_attention wide = {.groups = 2, .heads = 2, .queries = 1, .keys = 19, .shared_q = true};
    const struct nn_case cases[] = {
        {.build = attend, .context = &plain, .n_inputs = 3, .in = {{6, 8}, {8, 8}, {8, 4}}},
        {.build = attend, .context = &masked, .n_inputs = 3, .in = {{6, 4}, {12, 4}, {12, 6}}},
        {.build = attend, .context = &shared, .n_inputs = 3, .in = {{2, 4}, {12, 4}, {12, 5}}},
        {.build = attend, .context = &causal, .n_inputs = 3, .in = {{10, 6}, {10, 6}, {10, 6}}},
        {.build = attend, .context = &both, .n_inputs = 3, .in = {{12, 4}, {12, 4}, {12, 4}}},
        {.build = attend, .context = &single, .n_inputs = 3, .in = {{1, 3}, {1, 3}, {1, 2}}},
        {.build = attend, .context = &wide, .n_inputs = 3, .in = {{1, 6}, {38, 6}, {38, 6}}},
        {.build = attend_to_itself, .context = &causal, .n_inputs = 1, .in = {{10, 6}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) nn_check_gradient(&cases[i]);
}

// ---- a plain computation -------------------------------------------------------------------------------------------------

enum { G = 3, H = 2, TQ = 21, TK = 21, D = 8, E = 6 };

static bool hidden(const struct nn_attention *how, int g, int i, int j) {
    return (how->mask && !how->mask[g * TK + j]) || (how->causal && j > i);
}

// Weights of query i of group g in head h, in double.
static void weigh(const struct nn_attention *how, const float *q, const float *k, int g, int h, int i, double *w) {
    double total = 0;
    for (int j = 0; j < TK; j++) {
        double dot = 0;
        const float *a = q + ((how->shared_q ? 0 : g * TQ) + i) * D + h * (D / H),
                    *b = k + (g * TK + j) * D + h * (D / H);
        for (int e = 0; e < D / H; e++) dot += (double)a[e] * b[e];
        w[j] = hidden(how, g, i, j) ? 0 : exp(dot / sqrt(D / H));
        total += w[j];
    }
    for (int j = 0; j < TK; j++) w[j] = total > 0 ? w[j] / total : 0;
}

static void compare_with_plain(const struct nn_attention *how) {
    float q[G * TQ * D], k[G * TK * D], v[G * TK * E];
    nn_test_fill(q, G * TQ * D, 1, 1.5f, 0);
    nn_test_fill(k, G * TK * D, 2, 1.0f, 0);
    nn_test_fill(v, G * TK * E, 3, 1.0f, 0);
    struct nn_params *params = nn_params_create();
    struct nn_tape *tape = nn_tape_create(params, NULL);
    const float *weights = NULL;
    struct nn_tensor *out =
        nn_attend(tape, nn_input(tape, q, (how->shared_q ? 1 : G) * TQ, D, false), nn_input(tape, k, G * TK, D, false),
                  nn_input(tape, v, G * TK, E, false), how, &weights);
    assert_non_null(out);
    for (int row = 0; row < G * H * TQ; row++) {
        int g = row / (H * TQ), h = row / TQ % H, i = row % TQ;
        double w[TK];
        weigh(how, q, k, g, h, i, w);
        for (int j = 0; j < TK; j++) assert_float_equal(weights[row * TK + j], w[j], 1e-5);
        for (int e = 0; e < E / H; e++) {
            double sum = 0;
            for (int j = 0; j < TK; j++) sum += w[j] * v[(g * TK + j) * E + h * (E / H) + e];
            assert_float_equal(out->data[(g * TQ + i) * E + h * (E / H) + e], sum, 1e-5);
        }
    }
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

static void attention_equals_the_plain_computation(void **state) {
    (void)state;
    uint8_t mask[G * TK];
    for (int i = 0; i < G * TK; i++) mask[i] = i < 2 * TK && i % 3 != 1; // the last group is hidden altogether
    const struct nn_attention plain = {.groups = G, .heads = H, .queries = TQ, .keys = TK};
    struct nn_attention masked = plain, causal = plain, all = plain;
    masked.mask = mask;
    causal.causal = true;
    all.mask = mask, all.causal = true, all.shared_q = true;
    compare_with_plain(&plain);
    compare_with_plain(&masked);
    compare_with_plain(&causal);
    compare_with_plain(&all);
}

static void hidden_keys_change_no_bit(void **state) {
    (void)state;
    float x[2][4 * 4], *result = NULL;
    const uint8_t mask[4] = {1, 0, 1, 1};
    const struct nn_attention how = {.groups = 1, .heads = 1, .queries = 4, .keys = 4, .mask = mask};
    nn_test_fill(x[0], 16, 1, 1.0f, 0);
    memcpy(x[1], x[0], sizeof x[0]);
    x[1][5] = 1e6f;
    struct nn_params *params = nn_params_create();
    struct nn_tape *tape = nn_tape_create(params, NULL);
    for (int i = 0; i < 2; i++) {
        struct nn_tensor *q = nn_input(tape, x[0], 4, 4, false), *k = nn_input(tape, x[i], 4, 4, false);
        struct nn_tensor *out = nn_attend(tape, q, k, k, &how, NULL);
        assert_non_null(out);
        if (result) assert_memory_equal(result, out->data, 16 * sizeof(float));
        result = out->data;
    }
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

// ---- the transformer layer -----------------------------------------------------------------------------------------------

struct layer {
    struct nn_block block;
    int64_t groups, tokens, heads;
    const uint8_t *mask;
    bool causal;
};

static struct nn_tensor *layer(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    const struct layer *l = context;
    return nn_block_forward(tape, &l->block, in[0], l->groups, l->tokens, l->heads, l->mask, l->causal);
}

static void check_layer(struct layer *l) {
    struct nn_case c = {.build = layer, .context = l, .n_inputs = 1, .in = {{l->groups * l->tokens, 6}}};
    c.params = nn_params_create();
    assert_int_equal(nn_block_add(c.params, "layer0", 6, 10, &l->block), 0);
    assert_int_equal(nn_params_find(c.params, "layer0.qkv.weight"), l->block.qkv_weight);
    assert_int_equal(nn_params_init(c.params, 5, NULL), FACET_OK);
    // Away from the near-identity a fresh layer is, where most gradients are too small to be measured.
    nn_test_fill(nn_params_values(c.params), nn_params_size(c.params), 8, 0.6f, 0.2f);
    nn_check_gradient(&c);
    nn_params_destroy(c.params);
}

static void layer_gradients_agree_with_finite_differences(void **state) {
    (void)state;
    check_layer(&(struct layer){.groups = 3, .tokens = 4, .heads = 2, .mask = some});
    check_layer(&(struct layer){.groups = 2, .tokens = 3, .heads = 3, .causal = true});
    check_layer(&(struct layer){.groups = 1, .tokens = 1, .heads = 1});
}

static void causal_layers_do_not_look_ahead(void **state) {
    (void)state;
    struct nn_block block;
    struct nn_params *params = nn_params_create();
    assert_int_equal(nn_block_add(params, "layer", 8, 16, &block), 0);
    assert_int_equal(nn_params_init(params, 5, NULL), FACET_OK);
    struct nn_tape *tape = nn_tape_create(params, NULL);
    float x[5 * 8];
    nn_test_fill(x, 40, 1, 1.0f, 0);
    struct nn_tensor *before = nn_block_forward(tape, &block, nn_input(tape, x, 5, 8, false), 1, 5, 2, NULL, true);
    x[4 * 8] += 1.0f;
    struct nn_tensor *after = nn_block_forward(tape, &block, nn_input(tape, x, 5, 8, false), 1, 5, 2, NULL, true);
    assert_memory_equal(before->data, after->data, 4 * 8 * sizeof(float));
    assert_memory_not_equal(before->data + 32, after->data + 32, 8 * sizeof(float));
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_gradients_agree_with_finite_differences),
        cmocka_unit_test(attention_equals_the_plain_computation),
        cmocka_unit_test(hidden_keys_change_no_bit),
        cmocka_unit_test(layer_gradients_agree_with_finite_differences),
        cmocka_unit_test(causal_layers_do_not_look_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
