// What is measured of a scan: noise and coverage of surfaces where they are known, angles of a pose, and limits.
#include "preprocess/quality.h"

#include <facet/random.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 141 };

// Points 1 mm apart from -70 to 70 on a ball of 100 mm, its top at the origin; nothing where x is above `until`.
static void make(double noise, double until, struct preprocess_surface *surface) {
    static float v[SIDE * SIDE][3];
    static int32_t t[2 * (SIDE - 1) * (SIDE - 1)][3];
    int n = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = i % SIDE - 70, y = i / SIDE - 70, z = sqrt(10000 - x * x - y * y);
        double out = 1 + noise * facet_random_normal(3, (uint32_t)i, 0, 0) / 100;
        v[i][0] = (float)(out * x), v[i][1] = (float)(out * y), v[i][2] = (float)(out * z - 100);
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[2][3] = {{a, a + 1, a + SIDE + 1}, {a, a + SIDE + 1, a + SIDE}};
        if (a % SIDE - 69.5 > until) continue;
        memcpy(t[n], two, sizeof two);
        n += 2;
    }
    assert_int_equal(preprocess_surface_copy(v[0], SIDE * SIDE, t[0], n, surface, NULL), 0);
    assert_int_equal(preprocess_surface_compact(surface, NULL), 0);
    assert_int_equal(preprocess_surface_normals(surface, 1, NULL), 0);
}

static void noise_is_what_was_added(void **state) {
    (void)state;
    const double added[] = {0, 0.05, 0.1, 0.2};
    for (int i = 0; i < 4; i++) {
        struct preprocess_surface surface;
        float quality[PREPROCESS_METRICS] = {0};
        make(added[i], 100, &surface);
        assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
        assert_float_equal(quality[PREPROCESS_NOISE], added[i], 0.005 + 0.15 * added[i]);
        assert_float_equal(quality[PREPROCESS_TEXTURED], 0, 0);
        preprocess_surface_free(&surface);
    }
}

static void half_a_disc_is_half_covered(void **state) {
    (void)state;
    struct preprocess_surface surface;
    float quality[PREPROCESS_METRICS] = {0};
    make(0, 100, &surface);
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[PREPROCESS_COVERAGE], 1, 0);
    preprocess_surface_free(&surface);
    make(0, 0, &surface);
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[PREPROCESS_COVERAGE], 0.5, 0.02);
    preprocess_surface_free(&surface);
}

static void angles_are_those_of_the_head(void **state) {
    (void)state;
    const double degree = 3.14159265358979323846 / 180, c = cos(30 * degree), s = sin(30 * degree);
    float quality[PREPROCESS_METRICS];
    // The face's left, up and front in a scan of a head turned 30 degrees to its left, nodding so, tilted so.
    struct preprocess_pose left = {.rotation = {{c, 0, -s}, {0, 1, 0}, {s, 0, c}}};
    struct preprocess_pose down = {.rotation = {{1, 0, 0}, {0, c, s}, {0, -s, c}}};
    struct preprocess_pose tilt = {.rotation = {{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
    preprocess_quality_of_pose(&left, quality);
    assert_float_equal(quality[PREPROCESS_YAW], 30, 1e-4);
    assert_float_equal(quality[PREPROCESS_PITCH], 0, 1e-4);
    preprocess_quality_of_pose(&down, quality);
    assert_float_equal(quality[PREPROCESS_PITCH], 30, 1e-4);
    assert_float_equal(quality[PREPROCESS_YAW], 0, 1e-4);
    preprocess_quality_of_pose(&tilt, quality);
    assert_float_equal(quality[PREPROCESS_ROLL], 30, 1e-4);
}

static void limits_name_what_is_beyond_them(void **state) {
    (void)state;
    struct preprocess_limits limits = {{0}};
    struct facet_error error = {0};
    float quality[PREPROCESS_METRICS] = {0};
    quality[PREPROCESS_YAW] = -50, quality[PREPROCESS_COVERAGE] = 0.6f, quality[PREPROCESS_LANDMARK_GAP] = NAN;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_OK); // no limit is set
    limits.at[PREPROCESS_LANDMARK_GAP] = 1, limits.at[PREPROCESS_COVERAGE] = 0.6 - 1e-6, limits.at[PREPROCESS_YAW] = 51;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_OK);
    limits.at[PREPROCESS_YAW] = 40;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "yaw_deg is -50, beyond max_yaw_deg = 40");
    limits.at[PREPROCESS_YAW] = 0, limits.at[PREPROCESS_COVERAGE] = 0.7;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "coverage is 0.6, beyond min_coverage = 0.7");
    for (int m = 0; m < PREPROCESS_METRICS; m++) assert_non_null(preprocess_metric_name((enum preprocess_metric)m));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_what_was_added),
        cmocka_unit_test(half_a_disc_is_half_covered),
        cmocka_unit_test(angles_are_those_of_the_head),
        cmocka_unit_test(limits_name_what_is_beyond_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
