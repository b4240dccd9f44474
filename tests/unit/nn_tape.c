// Parameters, the tape's bookkeeping, AdamW, and that results do not depend on threads, history or alignment.
#include "nn_gradient.h"

#include <omp.h>
#include <string.h>

static struct nn_params *three_params(void) {
    struct nn_params *params = nn_params_create();
    assert_non_null(params);
    assert_int_equal(nn_params_add(params, "weight", 2, (const int64_t[]){3, 5}, NN_NORMAL, 0.5f, true), 0);
    assert_int_equal(nn_params_add(params, "gain", 1, (const int64_t[]){5}, NN_ONE, 0, false), 1);
    assert_int_equal(nn_params_add(params, "scale", 0, NULL, NN_ZERO, 0, false), 2);
    return params;
}

static void parameters_keep_names_shapes_and_places(void **state) {
    (void)state;
    struct nn_params *params = three_params();
    assert_int_equal(nn_params_init(params, 3, NULL), FACET_OK);
    assert_int_equal(nn_params_count(params), 3);
    assert_int_equal(nn_params_find(params, "gain"), 1);
    assert_int_equal(nn_params_find(params, "none"), -1);
    struct nn_param_info weight = nn_params_info(params, 0), scale = nn_params_info(params, 2);
    assert_int_equal(weight.count, 15);
    assert_int_equal(scale.count, 1);
    assert_true(nn_params_size(params) > scale.offset);
    struct nn_tape *tape = nn_tape_create(params, NULL);
    struct nn_tensor *w = nn_param(tape, 0), *g = nn_param(tape, 1), *s = nn_param(tape, 2);
    assert_true(w->rows == 3 && w->cols == 5 && g->rows == 1 && g->cols == 5 && s->rows == 1 && s->cols == 1);
    assert_true(g->data[4] == 1.0f && s->data[0] == 0.0f && !w->grad);
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

static void initial_values_hang_on_the_seed_alone(void **state) {
    (void)state;
    struct nn_params *one = three_params(), *same = three_params(), *other = three_params();
    assert_int_equal(nn_params_init(one, 3, NULL) | nn_params_init(same, 3, NULL) | nn_params_init(other, 4, NULL), 0);
    size_t bytes = nn_params_size(one) * sizeof(float);
    assert_memory_equal(nn_params_values(one), nn_params_values(same), bytes);
    assert_memory_not_equal(nn_params_values(one), nn_params_values(other), bytes);
    assert_float_equal(nn_params_values(one)[7], 0.5 * facet_random_normal(3, 0, 7, 0), 1e-7);
    nn_params_destroy(one);
    nn_params_destroy(same);
    nn_params_destroy(other);
}

static void adamw_follows_its_formula_and_decays_only_weights(void **state) {
    (void)state;
    struct nn_params *params = three_params();
    assert_int_equal(nn_params_init(params, 3, NULL), FACET_OK);
    const struct nn_adamw adamw = {.rate = 0.1f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-8f, .decay = 0.2f};
    size_t n = nn_params_size(params), gain = nn_params_info(params, 1).offset;
    float *g = nn_test_memory(n * sizeof *g), *m = nn_test_memory(n * sizeof *m), *v = nn_test_memory(n * sizeof *v);
    float *x = nn_params_values(params);
    double want[2] = {x[0], x[gain]}, mean[2] = {0}, square[2] = {0};
    for (int step = 1; step <= 3; step++) {
        const size_t at[2] = {0, gain};
        for (int i = 0; i < 2; i++) {
            double slope = 0.3 * step - i;
            g[at[i]] = (float)slope;
            mean[i] = 0.9 * mean[i] + 0.1 * slope;
            square[i] = 0.99 * square[i] + 0.01 * slope * slope;
            double move = mean[i] / (1 - pow(0.9, step)) / (sqrt(square[i] / (1 - pow(0.99, step))) + 1e-8);
            want[i] -= 0.1 * (move + (i == 0 ? 0.2 * want[i] : 0.0));
        }
        nn_adamw_step(&adamw, params, step, g, x, m, v);
    }
    assert_float_equal(x[0], want[0], 1e-5);
    assert_float_equal(x[gain], want[1], 1e-5);
    free(g), free(m), free(v);
    nn_params_destroy(params);
}

static void gradients_add_up_over_passes_and_parameters_feel_them(void **state) {
    (void)state;
    struct nn_params *params = three_params();
    assert_int_equal(nn_params_init(params, 3, NULL), FACET_OK);
    float *gradient = nn_test_memory(nn_params_size(params) * sizeof(float));
    struct nn_tape *tape = nn_tape_create(params, gradient);
    for (int pass = 0; pass < 2; pass++) {
        nn_tape_reset(tape);
        struct nn_tensor *out = nn_add(tape, nn_param(tape, 1), nn_param(tape, 1));
        for (int i = 0; i < 5; i++) out->grad[i] += 1.0f;
        nn_tape_backward(tape);
    }
    assert_float_equal(gradient[nn_params_info(params, 1).offset + 2], 4.0f, 0);
    free(gradient);
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

// ---- same inputs, same bits --------------------------------------------------------------------------------------------

enum { M = 70, N = 96, K = 1300 };

// Forward and back through a linear layer; results to out (M*N), dx (M*K), dw (N*K).
static void pass(struct nn_tape *tape, const float *x, const float *w, float *result) {
    nn_tape_reset(tape);
    struct nn_tensor *xs = nn_input(tape, x, M, K, true), *ws = nn_input(tape, w, N, K, true);
    struct nn_tensor *out = nn_gelu(tape, nn_linear(tape, xs, ws, NULL));
    assert_non_null(out);
    memcpy(out->grad, out->data, M * N * sizeof(float));
    nn_tape_backward(tape);
    memcpy(result, out->data, M * N * sizeof(float));
    memcpy(result + M * N, xs->grad, M * K * sizeof(float));
    memcpy(result + M * N + M * K, ws->grad, N * K * sizeof(float));
}

static void bits_do_not_depend_on_threads_history_or_alignment(void **state) {
    (void)state;
    enum { COUNT = M * N + M * K + N * K, RUNS = 4 };
    struct nn_params *params = nn_params_create();
    float unused = 0, *result = nn_test_memory(RUNS * COUNT * sizeof(float));
    float *x = nn_test_memory((M * K + 1) * sizeof(float)), *w = nn_test_memory(N * K * sizeof(float));
    nn_test_fill(x, M * K, 1, 1.0f, 0.0f);
    nn_test_fill(w, N * K, 2, 0.1f, 0.0f);
    struct nn_tape *tape = nn_tape_create(params, &unused);
    pass(tape, x, w, result);
    omp_set_num_threads(24);
    pass(tape, x, w, result + COUNT);
    assert_int_equal(omp_get_max_threads(), 24);
    nn_linear(tape, nn_input(tape, x, 3, K, false), nn_input(tape, w, 5, K, false), NULL); // another shape between
    memmove(x + 1, x, M * K * sizeof(float));
#pragma omp parallel for
    for (int i = 2; i < RUNS; i++) {
        struct nn_tape *own = nn_tape_create(params, &(float){0});
        pass(own, x + 1, w, result + i * COUNT);
        nn_tape_destroy(own);
    }
    omp_set_num_threads(1);
    for (int i = 1; i < RUNS; i++) assert_memory_equal(result, result + i * COUNT, COUNT * sizeof(float));
    nn_tape_destroy(tape);
    nn_params_destroy(params);
    free(result), free(x), free(w);
}

// ---- failures ----------------------------------------------------------------------------------------------------------

static void failures_stick_until_reset(void **state) {
    (void)state;
    struct nn_params *params = nn_params_create();
    struct nn_tape *tape = nn_tape_create(params, NULL);
    struct nn_tensor *x = nn_input(tape, (const float[]){1, 2}, 1, 2, false);
    assert_null(nn_tape_alloc(tape, SIZE_MAX / 2));
    assert_null(nn_add(tape, x, x));
    assert_null(nn_gelu(tape, NULL));
    assert_null(nn_linear(tape, x, NULL, NULL));
    struct facet_error error = {0};
    assert_int_equal(nn_tape_status(tape, &error), FACET_ERROR_MEMORY);
    assert_non_null(strstr(error.text, "no memory"));
    nn_tape_reset(tape);
    assert_int_equal(nn_tape_status(tape, &error), FACET_OK);
    x = nn_input(tape, (const float[]){1, 2}, 1, 2, false);
    assert_non_null(nn_add(tape, x, x));
    nn_tape_destroy(tape);
    nn_params_destroy(params);
}

static void memory_is_aligned_zeroed_and_an_inference_tape_has_no_gradients(void **state) {
    (void)state;
    struct nn_params *params = nn_params_create();
    struct nn_tape *tape = nn_tape_create(params, NULL);
    for (int round = 0; round < 2; round++) {
        nn_tape_reset(tape);
        for (size_t bytes = 1; bytes < 4000000; bytes *= 7) {
            unsigned char *memory = nn_tape_alloc(tape, bytes);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % 64, 0);
            for (size_t i = 0; i < bytes; i++) assert_int_equal(memory[i], 0);
            memset(memory, 0xff, bytes);
        }
    }
    assert_null(nn_tensor_new(tape, 2, 2, true)->grad);
    nn_tape_destroy(tape);
    nn_params_destroy(params);
    nn_tape_destroy(NULL);
    nn_params_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_keep_names_shapes_and_places),
        cmocka_unit_test(initial_values_hang_on_the_seed_alone),
        cmocka_unit_test(adamw_follows_its_formula_and_decays_only_weights),
        cmocka_unit_test(gradients_add_up_over_passes_and_parameters_feel_them),
        cmocka_unit_test(bits_do_not_depend_on_threads_history_or_alignment),
        cmocka_unit_test(failures_stick_until_reset),
        cmocka_unit_test(memory_is_aligned_zeroed_and_an_inference_tape_has_no_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
