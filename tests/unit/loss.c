// The losses: gradients against finite differences, and values known beforehand.
#include "nn/loss.h"
#include "nn_gradient.h"

#include <string.h>

static const int32_t labels[] = {2, 0, 1, 2, 0};
static const float weights[] = {0.2f, 0.1f, 0.4f, 0.25f, 0.05f};
static const uint8_t mask[] = {1, 1, 1, 0, 1, 1, 0, 0, 1}; // three rows of three views

static struct nn_tensor *cross_entropy(struct nn_tape *tape, struct nn_tensor **in, const void *smoothing) {
    return nn_loss_cross_entropy(tape, in[0], labels, weights, *(const float *)smoothing);
}

static struct nn_tensor *image_text(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    (void)context;
    return nn_loss_image_text(tape, in[0], labels);
}

static struct nn_tensor *agreement(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    (void)context;
    return nn_loss_view_agreement(tape, in[0], mask, 3, 0.7f);
}

static struct nn_tensor *divergence(struct nn_tape *tape, struct nn_tensor **in, const void *context) {
    (void)context;
    return nn_loss_view_divergence(tape, in[0], mask, 3, 40);
}

static void gradients_agree_with_finite_differences(void **state) {
    (void)state;
    static const float none = 0, some = 0.1f;
    const struct nn_case cases[] = {
        {.build = cross_entropy, .context = &none, .n_inputs = 1, .in = {{5, 3}}},
        {.build = cross_entropy, .context = &some, .n_inputs = 1, .in = {{5, 4}}},
        {.build = image_text, .n_inputs = 1, .in = {{5, 5}}},
        {.build = agreement, .n_inputs = 1, .in = {{9, 4}}},
        {.build = divergence, .n_inputs = 1, .in = {{9, 5}}, .scale = 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) nn_check_gradient(&cases[i]);
}

// A tensor of the given numbers on an inference tape.
struct bench {
    struct nn_params *params;
    struct nn_tape *tape;
};

static struct nn_tensor *set_up(struct bench *bench, const float *data, int64_t rows, int64_t cols) {
    bench->params = nn_params_create();
    bench->tape = nn_tape_create(bench->params, NULL);
    assert_non_null(bench->tape);
    return nn_input(bench->tape, data, rows, cols, false);
}

static void tear_down(struct bench *bench) {
    nn_tape_destroy(bench->tape);
    nn_params_destroy(bench->params);
}

static void cross_entropy_of_equal_logits_is_log_of_the_classes(void **state) {
    (void)state;
    const float same[10] = {0};
    struct bench bench;
    struct nn_tensor *x = set_up(&bench, same, 5, 2);
    const int32_t zeros[5] = {0};
    assert_float_equal(nn_loss_cross_entropy(bench.tape, x, zeros, weights, 0.3f)->data[0], log(2), 1e-6);
    tear_down(&bench);
}

// Two classes of two samples each; similarity 3 inside a class, 0 across: log(2 e^3 + 2) - 3 for every line.
static void image_text_of_blocks_has_its_closed_form(void **state) {
    (void)state;
    const int32_t two[] = {0, 1, 0, 1};
    float similarity[16];
    for (int i = 0; i < 16; i++) similarity[i] = two[i / 4] == two[i % 4] ? 3 : 0;
    struct bench bench;
    struct nn_tensor *x = set_up(&bench, similarity, 4, 4);
    assert_float_equal(nn_loss_image_text(bench.tape, x, two)->data[0], log(2 * exp(3) + 2) - 3, 1e-5);
    tear_down(&bench);
}

static void views_that_agree_cost_nothing(void **state) {
    (void)state;
    const float same[] = {0.6f, 0.8f, 0.6f, 0.8f, 0.6f, 0.8f};
    const uint8_t all[] = {1, 1, 1};
    struct bench bench;
    struct nn_tensor *x = set_up(&bench, same, 3, 2);
    assert_float_equal(nn_loss_view_agreement(bench.tape, x, all, 3, 1)->data[0], 0, 1e-6);
    assert_float_equal(nn_loss_view_divergence(bench.tape, x, all, 3, 1)->data[0], 0, 1e-6);
    tear_down(&bench);
}

// Opposite unit vectors: 1 - cos = 2. Two views sure of different classes: p = (1, 0), mean (1/2, 1/2), so m = (3/4, 1/4).
static void views_that_contradict_cost_what_they_must(void **state) {
    (void)state;
    const float opposite[] = {1, 0, -1, 0}, sure[] = {90, 0, 0, 90};
    const uint8_t both[] = {1, 1};
    struct bench bench;
    struct nn_tensor *x = set_up(&bench, opposite, 2, 2);
    assert_float_equal(nn_loss_view_agreement(bench.tape, x, both, 2, 1)->data[0], 2, 1e-6);
    tear_down(&bench);
    x = set_up(&bench, sure, 2, 2);
    const double one = 0.5 * (log(1 / 0.75) + 0.5 * log(0.5 / 0.75) + 0.5 * log(0.5 / 0.25));
    assert_float_equal(nn_loss_view_divergence(bench.tape, x, both, 2, 1)->data[0], one, 1e-6);
    tear_down(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_agree_with_finite_differences),
        cmocka_unit_test(cross_entropy_of_equal_logits_is_log_of_the_classes),
        cmocka_unit_test(image_text_of_blocks_has_its_closed_form),
        cmocka_unit_test(views_that_agree_cost_nothing),
        cmocka_unit_test(views_that_contradict_cost_what_they_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
