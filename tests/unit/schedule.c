// The learning-rate schedule and gradient clipping.
#include "nn/nn.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void rate_warms_up_peaks_and_falls_to_zero(void **state) {
    (void)state;
    assert_float_equal(nn_cosine_rate(2.0f, 5, 10, 110), 1.0f, 1e-6);
    assert_float_equal(nn_cosine_rate(2.0f, 10, 10, 110), 2.0f, 1e-6);
    assert_float_equal(nn_cosine_rate(2.0f, 60, 10, 110), 1.0f, 1e-6);
    assert_float_equal(nn_cosine_rate(2.0f, 110, 10, 110), 0.0f, 1e-6);
}

static void clipping_leaves_short_vectors_and_shortens_long_ones(void **state) {
    (void)state;
    float g[11] = {0};
    g[2] = 3.0f, g[10] = 4.0f;
    assert_float_equal(nn_clip_scale(g, 11, 10.0f), 1.0, 1e-12);
    assert_float_equal(nn_clip_scale(g, 11, 1.0f), 0.2, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate_warms_up_peaks_and_falls_to_zero),
        cmocka_unit_test(clipping_leaves_short_vectors_and_shortens_long_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
