// Arcs, screens' brightness and powers of two, beside the mathematical library's.
#include "render/angle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void arcs_are_those_of_the_library(void **state) {
    (void)state;
    for (int i = -2000; i <= 2000; i++)
        for (int k = 0; k < 3; k++) {
            double arc = M_PI * i / 2000, far = (double[]){1e-3, 1, 1e4}[k];
            float y = (float)(far * sin(arc)), x = (float)(far * cos(arc));
            assert_float_equal(render_arc(y, x), atan2((double)y, (double)x) * 180 / M_PI, 5e-5);
        }
    assert_float_equal(render_arc(0, 0), 0, 0);
    assert_float_equal(render_arc(0, -1), 180, 0);
    assert_float_equal(render_arc(-1, 0), -90, 0);
    assert_float_equal(render_arc(1, 1), 45, 4e-6);
}

static void light_is_told_as_screens_want_it(void **state) {
    (void)state;
    for (int i = 0; i <= 10000; i++) {
        double linear = i / 10000.0;
        double srgb = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
        assert_float_equal(render_srgb((float)linear), srgb, 2e-6);
    }
    assert_float_equal(render_srgb(-1), 0, 0);
    assert_float_equal(render_srgb(2), 1, 1e-6);
}

static void powers_of_two_are_taken_apart(void **state) {
    (void)state;
    for (float x = 1e-6f; x < 1e9f; x *= 1.7f) {
        float rest;
        int power = render_log2(x, &rest);
        assert_true(rest >= 0 && rest < 1);
        assert_float_equal(ldexp(1 + (double)rest, power), x, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arcs_are_those_of_the_library),
        cmocka_unit_test(light_is_told_as_screens_want_it),
        cmocka_unit_test(powers_of_two_are_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
