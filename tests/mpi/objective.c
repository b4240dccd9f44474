// The whole objective - towers, fusion, every loss, the text tower behind them - against finite differences, with each
// switch; and that a step learns, adds its parts up, and refuses what is no number.
// ranks: 1
// timeout: 120
#include "train_fake.h"

#include <math.h>

static struct facet_comm *self_comm;

// The loss of one step at rate 0, which changes nothing; the gradient is left in trainer->sum.
static double loss_of(struct trainer *trainer, const struct fake *fake) {
    struct facet_error error = {0};
    struct step_result result;
    const struct batch batch = fake_batch(fake, 0, FAKE_ROWS, 3);
    int code = trainer_step(trainer, &batch, 1, 0, &result, &error);
    if (code) fail_msg("%s", error.text);
    return result.total;
}

// Moved along its own gradient g by e, the loss must change by e |g|, for every parameter on its own.
static void check_parameter(struct trainer *trainer, const struct fake *fake, const float *gradient,
                            const struct nn_param_info *info) {
    float *values = nn_params_values(nn_model_params(trainer->model)) + info->offset, *keep;
    double norm = 0, loss[2];
    for (size_t i = 0; i < info->count; i++) norm += (double)gradient[i] * gradient[i];
    norm = sqrt(norm);
    if (norm < 2e-5) return; // below what differences of f32 losses can show
    keep = malloc(info->count * sizeof *keep);
    assert_non_null(keep);
    memcpy(keep, values, info->count * sizeof *keep);
    double step = 1e-3 / norm < 2e-2 ? 1e-3 / norm : 2e-2;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < info->count; i++)
            values[i] = keep[i] + (float)((side ? -step : step) * gradient[i] / norm);
        loss[side] = loss_of(trainer, fake);
    }
    memcpy(values, keep, info->count * sizeof *keep);
    free(keep);
    double measured = (loss[0] - loss[1]) / (2 * step);
    if (fabs(measured - norm) > 0.03 * norm + 2e-5)
        fail_msg("%s: gradient %g, finite difference %g", info->name, norm, measured);
}

static int check_options(struct options *options) {
    struct facet_error error = {0};
    struct trainer *trainer;
    struct fake *fake = fake_create();
    int code = trainer_create(options, NULL, 7, self_comm, 1, &trainer, &error);
    if (code) fail_msg("%s", error.text);
    loss_of(trainer, fake);
    float *gradient = malloc(trainer->size * sizeof *gradient);
    assert_non_null(gradient);
    options->clip = 1e9f; // the sum must come back unshortened
    loss_of(trainer, fake);
    memcpy(gradient, trainer->sum, trainer->size * sizeof *gradient);
    const struct nn_params *params = nn_model_params(trainer->model);
    int moved = 0;
    for (int id = 0; id < nn_params_count(params); id++) {
        const struct nn_param_info info = nn_params_info(params, id);
        double norm = 0;
        for (size_t i = 0; i < info.count; i++) norm += fabs(gradient[info.offset + i]);
        moved += norm > 1e-4;
        check_parameter(trainer, fake, gradient + info.offset, &info);
    }
    free(gradient);
    free(fake);
    trainer_destroy(trainer);
    return moved;
}

static void whole_objective_agrees_with_finite_differences(void **state) {
    (void)state;
    struct options options;
    fake_options(&options);
    assert_true(check_options(&options) > 30); // nearly all parameters took part
    options_free(&options);
}

static void every_switch_agrees_with_finite_differences(void **state) {
    (void)state;
    for (int which = 0; which < 7; which++) {
        struct options options;
        fake_options(&options);
        if (which == 0) options.model.cvsa = false;
        if (which == 1) options.model.mtgf = false;
        if (which == 2) options.loss.lambda_itc = 0;
        if (which == 3) options.loss.lambda_mvc = 0;
        if (which == 4) options.loss.mu = 0;
        if (which == 5) options.model.pool = NN_POOL_CLASS;
        if (which == 6) options.model.pool = NN_POOL_MEAN;
        assert_true(check_options(&options) > 20);
        options_free(&options);
    }
}

static void training_learns_the_bars(void **state) {
    (void)state;
    struct options options;
    struct trainer *trainer;
    struct facet_error error = {0};
    struct fake *fake = fake_create();
    fake_options(&options);
    options.augment.on = false;
    assert_int_equal(trainer_create(&options, NULL, 7, self_comm, 1, &trainer, &error), FACET_OK);
    struct batch batch = fake_batch(fake, 0, FAKE_ROWS, 0);
    double before = loss_of(trainer, fake);
    int64_t right = 0;
    for (int64_t step = 1; step <= 150; step++) {
        struct step_result result;
        assert_int_equal(trainer_step(trainer, &batch, step, 3e-3f, &result, &error), FACET_OK);
    }
    assert_int_equal(trainer_count_right(trainer, &batch, &right, &error), FACET_OK);
    assert_int_equal(right, FAKE_ROWS);
    assert_true(loss_of(trainer, fake) < 0.6 * before);
    trainer_destroy(trainer);
    options_free(&options);
    free(fake);
}

static void total_is_the_weighted_sum_of_its_parts(void **state) {
    (void)state;
    struct options options;
    struct trainer *trainer;
    struct step_result result;
    struct facet_error error = {0};
    struct fake *fake = fake_create();
    fake_options(&options);
    assert_int_equal(trainer_create(&options, NULL, 7, self_comm, 1, &trainer, &error), FACET_OK);
    const struct batch batch = fake_batch(fake, 0, FAKE_ROWS, 0);
    assert_int_equal(trainer_step(trainer, &batch, 1, 0, &result, &error), FACET_OK);
    for (int p = 0; p < 3; p++) assert_true(result.parts[p] > 0);
    assert_float_equal(result.total, result.parts[0] + 0.5 * result.parts[1] + 0.3 * result.parts[2], 1e-6);
    trainer_destroy(trainer);
    options_free(&options);
    free(fake);
}

static void loss_that_is_no_number_is_refused(void **state) {
    (void)state;
    struct options options;
    struct trainer *trainer;
    struct facet_error error = {0};
    struct step_result result;
    struct fake *fake = fake_create();
    fake_options(&options);
    assert_int_equal(trainer_create(&options, NULL, 7, self_comm, 1, &trainer, &error), FACET_OK);
    nn_params_values(nn_model_params(trainer->model))[5] = NAN;
    const struct batch batch = fake_batch(fake, 0, FAKE_ROWS, 0);
    assert_int_equal(trainer_step(trainer, &batch, 1, 1e-3f, &result, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "no finite number"));
    trainer_destroy(trainer);
    options_free(&options);
    free(fake);
}

int main(int argc, char **argv) {
    struct facet_comm *world;
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    self_comm = world;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_objective_agrees_with_finite_differences),
        cmocka_unit_test(every_switch_agrees_with_finite_differences),
        cmocka_unit_test(training_learns_the_bars),
        cmocka_unit_test(total_is_the_weighted_sum_of_its_parts),
        cmocka_unit_test(loss_that_is_no_number_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_ranks_stop(world);
    return failed;
}
