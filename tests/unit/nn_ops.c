// Each simple op of the tape: its walk back against finite differences, its forward pass against plain formulas.
#include "nn_gradient.h"

#include <string.h>

// ---- gradients -------------------------------------------------------------------------------------------------------

#define BUILD(name, expression)                                                                                        \
    static struct nn_tensor *name(struct nn_tape *tape, struct nn_tensor **in, const void *context) {                  \
        (void)context;                                                                                                 \
        return expression;                                                                                             \
    }

BUILD(linear, nn_linear(tape, in[0], in[1], in[2]))
BUILD(linear_plain, nn_linear(tape, in[0], in[1], NULL))
BUILD(matmul, nn_matmul_nt(tape, in[0], in[1]))
BUILD(matmul_self, nn_matmul_nt(tape, in[0], in[0]))
BUILD(add, nn_add(tape, in[0], in[1]))
BUILD(mul, nn_mul(tape, in[0], in[1]))
BUILD(add_tiled, nn_add_tiled(tape, in[0], in[1]))
BUILD(scale_columns, nn_scale_columns(tape, in[0], in[1]))
BUILD(scale_exp, nn_scale_exp(tape, in[0], in[1]))
BUILD(layer_norm, nn_layer_norm(tape, in[0], in[1], in[2]))
BUILD(gelu, nn_gelu(tape, in[0]))
BUILD(sigmoid, nn_sigmoid(tape, in[0]))
BUILD(normalize, nn_normalize(tape, in[0]))
BUILD(concat, nn_concat_columns(tape, in[0], in[1]))
BUILD(prepend, nn_prepend(tape, in[0], in[1], 3))
BUILD(repeat, nn_repeat(tape, in[0], 4))
BUILD(gather, nn_gather(tape, in[0], (const int64_t[]){2, 0, 2, 1, 2}, 5))
BUILD(mean, nn_mean_groups(tape, in[0], 3, NULL))
BUILD(mean_masked, nn_mean_groups(tape, in[0], 3, (const uint8_t[]){1, 0, 1, 0, 0, 0, 0, 1, 0}))
BUILD(used_twice, nn_mul(tape, nn_add(tape, in[0], in[0]), nn_sigmoid(tape, in[0])))

static void gradients_agree_with_finite_differences(void **state) {
    (void)state;
    const struct nn_case cases[] = {
        {.build = linear, .n_inputs = 3, .in = {{5, 7}, {3, 7}, {1, 3}}},
        {.build = linear, .n_inputs = 3, .in = {{1, 33}, {17, 33}, {1, 17}}},
        {.build = linear_plain, .n_inputs = 2, .in = {{6, 1}, {1, 1}}},
        {.build = matmul, .n_inputs = 2, .in = {{4, 5}, {6, 5}}},
        {.build = matmul_self, .n_inputs = 1, .in = {{4, 5}}},
        {.build = add, .n_inputs = 2, .in = {{3, 5}, {3, 5}}},
        {.build = mul, .n_inputs = 2, .in = {{3, 5}, {3, 5}}},
        {.build = add_tiled, .n_inputs = 2, .in = {{6, 5}, {2, 5}}},
        {.build = scale_columns, .n_inputs = 2, .in = {{4, 19}, {4, 1}}},
        {.build = scale_exp, .n_inputs = 2, .in = {{4, 5}, {1, 1}}},
        {.build = layer_norm, .n_inputs = 3, .in = {{4, 21}, {1, 21}, {1, 21}}},
        {.build = layer_norm, .n_inputs = 3, .in = {{1, 16}, {1, 16}, {1, 16}}, .scale = 3, .shift = 5},
        {.build = gelu, .n_inputs = 1, .in = {{4, 9}}, .scale = 2},
        {.build = sigmoid, .n_inputs = 1, .in = {{4, 9}}, .scale = 2},
        {.build = normalize, .n_inputs = 1, .in = {{3, 18}}},
        {.build = concat, .n_inputs = 2, .in = {{3, 2}, {3, 4}}},
        {.build = prepend, .n_inputs = 2, .in = {{6, 4}, {1, 4}}},
        {.build = repeat, .n_inputs = 1, .in = {{3, 4}}},
        {.build = gather, .n_inputs = 1, .in = {{3, 4}}},
        {.build = mean, .n_inputs = 1, .in = {{9, 4}}},
        {.build = mean_masked, .n_inputs = 1, .in = {{9, 4}}},
        {.build = used_twice, .n_inputs = 1, .in = {{3, 5}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) nn_check_gradient(&cases[i]);
}

// ---- forward passes --------------------------------------------------------------------------------------------------

enum { ROWS = 4, COLS = 37 };

struct bench {
    struct nn_params *params;
    struct nn_tape *tape;
    float x[ROWS * COLS], y[ROWS * COLS];
};

static int bench_up(void **state) {
    struct bench *b = nn_test_memory(sizeof *b);
    b->params = nn_params_create();
    b->tape = nn_tape_create(b->params, NULL);
    nn_test_fill(b->x, ROWS * COLS, 1, 2.0f, 0.5f);
    nn_test_fill(b->y, ROWS * COLS, 2, 1.0f, 0.0f);
    *state = b;
    return 0;
}

static int bench_down(void **state) {
    struct bench *b = *state;
    nn_tape_destroy(b->tape);
    nn_params_destroy(b->params);
    free(b);
    return 0;
}

static struct nn_tensor *x_of(struct bench *b) {
    return nn_input(b->tape, b->x, ROWS, COLS, false);
}
static struct nn_tensor *y_of(struct bench *b) {
    return nn_input(b->tape, b->y, ROWS, COLS, false);
}

static void products_are_sums_of_products(void **state) {
    struct bench *b = *state;
    struct nn_tensor *bias = nn_input(b->tape, b->x, 1, ROWS, false);
    struct nn_tensor *out = nn_linear(b->tape, x_of(b), y_of(b), bias);
    for (int m = 0; m < ROWS; m++) {
        for (int n = 0; n < ROWS; n++) {
            double sum = b->x[n];
            for (int k = 0; k < COLS; k++) sum += (double)b->x[m * COLS + k] * b->y[n * COLS + k];
            assert_float_equal(out->data[m * ROWS + n], sum, 1e-4);
        }
    }
}

static void activations_follow_their_formulas(void **state) {
    struct bench *b = *state;
    for (int i = 0; i < ROWS * COLS; i++) b->x[i] = -12.0f + 24.0f * (float)i / (ROWS * COLS - 1);
    struct nn_tensor *gelu_out = nn_gelu(b->tape, x_of(b)), *sigmoid_out = nn_sigmoid(b->tape, x_of(b));
    for (int i = 0; i < ROWS * COLS; i++) {
        double x = b->x[i];
        assert_float_equal(gelu_out->data[i], x * 0.5 * erfc(-x / sqrt(2.0)), 1e-6 * (1 + fabs(x)));
        assert_float_equal(sigmoid_out->data[i], 1.0 / (1.0 + exp(-x)), 3e-7);
    }
}

static void extreme_activations_stay_finite_and_nan_shows(void **state) {
    struct bench *b = *state;
    const float odd[4] = {-1e30f, 1e30f, -200.0f, NAN};
    struct nn_tensor *x = nn_input(b->tape, odd, 1, 4, false);
    struct nn_tensor *gelu_out = nn_gelu(b->tape, x), *sigmoid_out = nn_sigmoid(b->tape, x);
    assert_true(gelu_out->data[1] == 1e30f && fabsf(gelu_out->data[2]) < 1e-6f);
    assert_true(sigmoid_out->data[0] < 1e-6f && sigmoid_out->data[1] > 0.999999f);
    assert_true(isnan(gelu_out->data[3]) && isnan(sigmoid_out->data[3]));
}

static void layer_norm_centres_and_scales(void **state) {
    struct bench *b = *state;
    struct nn_tensor *gain = nn_input(b->tape, b->y, 1, COLS, false),
                     *bias = nn_input(b->tape, b->y + COLS, 1, COLS, false);
    struct nn_tensor *out = nn_layer_norm(b->tape, x_of(b), gain, bias);
    for (int m = 0; m < ROWS; m++) {
        const float *x = b->x + m * COLS;
        double mean = 0, variance = 0;
        for (int i = 0; i < COLS; i++) mean += x[i] / (double)COLS;
        for (int i = 0; i < COLS; i++) variance += (x[i] - mean) * (x[i] - mean) / COLS;
        for (int i = 0; i < COLS; i++)
            assert_float_equal(out->data[m * COLS + i],
                               (x[i] - mean) / sqrt(variance + 1e-5) * b->y[i] + b->y[COLS + i], 1e-5);
    }
}

static void arithmetic_works_entry_by_entry(void **state) {
    struct bench *b = *state;
    struct nn_tape *t = b->tape;
    struct nn_tensor *row = nn_input(t, b->y, 2, COLS, false), *column = nn_input(t, b->y, ROWS, 1, false);
    struct nn_tensor *one = nn_input(t, (const float[]){0.5f}, 1, 1, false);
    struct nn_tensor *sum = nn_add(t, x_of(b), y_of(b)), *product = nn_mul(t, x_of(b), y_of(b));
    struct nn_tensor *tiled = nn_add_tiled(t, x_of(b), row), *scaled = nn_scale_columns(t, x_of(b), column);
    struct nn_tensor *grown = nn_scale_exp(t, x_of(b), one);
    for (int i = 0; i < ROWS * COLS; i++) {
        assert_true(sum->data[i] == b->x[i] + b->y[i]);
        assert_true(product->data[i] == b->x[i] * b->y[i]);
        assert_true(tiled->data[i] == b->x[i] + b->y[i % (2 * COLS)]);
        assert_true(scaled->data[i] == b->x[i] * b->y[i / COLS]);
        assert_true(grown->data[i] == b->x[i] * expf(0.5f));
    }
}

static void normalised_rows_have_length_one(void **state) {
    struct bench *b = *state;
    memset(b->x + COLS, 0, COLS * sizeof(float));
    struct nn_tensor *out = nn_normalize(b->tape, x_of(b));
    for (int m = 0; m < ROWS; m++) {
        double square = 0;
        for (int i = 0; i < COLS; i++) square += (double)out->data[m * COLS + i] * out->data[m * COLS + i];
        assert_float_equal(square, m == 1 ? 0.0 : 1.0, 1e-5);
    }
}

static void rows_go_where_they_should(void **state) {
    struct bench *b = *state;
    struct nn_tape *t = b->tape;
    struct nn_tensor *token = nn_input(t, b->y, 1, COLS, false);
    struct nn_tensor *joined = nn_concat_columns(t, x_of(b), y_of(b)), *longer = nn_prepend(t, x_of(b), token, 2);
    struct nn_tensor *picked = nn_gather(t, x_of(b), (const int64_t[]){3, 0, 3}, 3), *more = nn_repeat(t, x_of(b), 3);
    assert_int_equal(longer->rows, 6);
    assert_int_equal(more->rows, 12);
    size_t row = COLS * sizeof(float);
    for (int m = 0; m < ROWS; m++) {
        assert_memory_equal(joined->data + 2 * m * COLS, b->x + m * COLS, row);
        assert_memory_equal(joined->data + (2 * m + 1) * COLS, b->y + m * COLS, row);
        for (int k = 0; k < 3; k++) assert_memory_equal(more->data + (3 * m + k) * COLS, b->x + m * COLS, row);
    }
    const float *from[6] = {b->y, b->x, b->x + COLS, b->y, b->x + 2 * COLS, b->x + 3 * COLS};
    for (int m = 0; m < 6; m++) assert_memory_equal(longer->data + m * COLS, from[m], row);
    assert_memory_equal(picked->data, b->x + 3 * COLS, row);
    assert_memory_equal(picked->data + COLS, b->x, row);
}

static void means_skip_hidden_rows_and_empty_groups_are_zero(void **state) {
    struct bench *b = *state;
    struct nn_tensor *all = nn_mean_groups(b->tape, x_of(b), 2, NULL);
    struct nn_tensor *some = nn_mean_groups(b->tape, x_of(b), 2, (const uint8_t[]){0, 1, 0, 0});
    for (int i = 0; i < COLS; i++) {
        assert_float_equal(all->data[i], (b->x[i] + b->x[COLS + i]) / 2, 1e-6);
        assert_float_equal(some->data[i], b->x[COLS + i], 1e-6);
        assert_true(some->data[COLS + i] == 0.0f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_agree_with_finite_differences),
        cmocka_unit_test_setup_teardown(products_are_sums_of_products, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(activations_follow_their_formulas, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(extreme_activations_stay_finite_and_nan_shows, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(layer_norm_centres_and_scales, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(arithmetic_works_entry_by_entry, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(normalised_rows_have_length_one, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(rows_go_where_they_should, bench_up, bench_down),
        cmocka_unit_test_setup_teardown(means_skip_hidden_rows_and_empty_groups_are_zero, bench_up, bench_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
