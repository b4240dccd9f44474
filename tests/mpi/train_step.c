// Training by several ranks and threads has the bits of training alone.
// ranks: 1 2 3 4
// timeout: 120
#include "train_fake.h"

// Four steps over two epochs with unequal batches; the values after them.
static float *train(struct facet_comm *comm, int threads, int64_t micro, size_t *size, int64_t *right) {
    struct options options;
    struct trainer *trainer;
    struct facet_error error = {0};
    struct fake *fake = fake_create();
    fake_options(&options);
    options.micro = micro;
    const float weights[] = {0.5f, 1, 2};
    if (trainer_create(&options, weights, 7, comm, threads, &trainer, &error)) fail_msg("%s", error.text);
    for (int64_t step = 1; step <= 4; step++) {
        int64_t first = step % 2 ? 0 : 9, rows = step % 2 ? 9 : FAKE_ROWS - 9, begin, end;
        struct batch batch = fake_batch(fake, first, rows, (uint32_t)(step / 3));
        const uint8_t *pictures[FAKE_ROWS] = {NULL}; // a rank holds its own rows alone
        trainer_share(trainer, rows, &begin, &end);
        for (int64_t i = begin; i < end; i++) pictures[i] = fake->pointers[first + i];
        batch.pictures = pictures;
        struct step_result result;
        if (trainer_step(trainer, &batch, step, 1e-3f, &result, &error)) fail_msg("%s", error.text);
    }
    const struct batch all = fake_batch(fake, 0, FAKE_ROWS, 0);
    assert_int_equal(trainer_count_right(trainer, &all, right, &error), FACET_OK);
    *size = nn_params_size(nn_model_params(trainer_model(trainer)));
    float *values = malloc(*size * sizeof *values);
    assert_non_null(values);
    memcpy(values, nn_params_values(nn_model_params(trainer_model(trainer))), *size * sizeof *values);
    trainer_destroy(trainer);
    options_free(&options);
    free(fake);
    return values;
}

static struct facet_comm *world, *alone;

static void ranks_and_threads_do_not_change_a_bit(void **state) {
    (void)state;
    size_t size;
    int64_t right, right_alone;
    for (int64_t micro = 2; micro <= 5; micro += 3) {
        float *reference = train(alone, 1, micro, &size, &right_alone);
        for (int threads = 1; threads <= 2; threads++) {
            float *values = train(world, threads, micro, &size, &right);
            assert_memory_equal(values, reference, size * sizeof *values);
            assert_int_equal(right, right_alone);
            free(values);
        }
        free(reference);
    }
}

// Otherwise the test above would hold for a training that does nothing.
static void micro_batches_are_part_of_the_bits(void **state) {
    (void)state;
    size_t size;
    int64_t right;
    float *two = train(alone, 1, 2, &size, &right), *five = train(alone, 1, 5, &size, &right);
    assert_memory_not_equal(two, five, size * sizeof *two);
    free(two);
    free(five);
}

int main(int argc, char **argv) {
    struct facet_error error;
    if (facet_ranks_start(&argc, &argv, &world, &error)) return 1;
    if (facet_comm_create(MPI_COMM_SELF, &alone, &error)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_and_threads_do_not_change_a_bit),
        cmocka_unit_test(micro_batches_are_part_of_the_bits),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    facet_comm_destroy(alone);
    facet_ranks_stop(world);
    return failed;
}
