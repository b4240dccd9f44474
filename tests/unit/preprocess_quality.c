// What is measured of a scan: noise and coverage of surfaces where they are known, angles of a pose, and limits.
#include "preprocess/quality.h"

#include <facet/plugin.h>
#include <facet/random.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_preprocess;

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
        float quality[FACET_METRICS] = {0};
        make(added[i], 100, &surface);
        assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
        assert_float_equal(quality[FACET_METRIC_NOISE], added[i], 0.005 + 0.15 * added[i]);
        assert_float_equal(quality[FACET_METRIC_TEXTURED], 0, 0);
        preprocess_surface_free(&surface);
    }
}

static void half_a_disc_is_half_covered(void **state) {
    (void)state;
    struct preprocess_surface surface;
    float quality[FACET_METRICS] = {0};
    make(0, 100, &surface);
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[FACET_METRIC_COVERAGE], 1, 0);
    preprocess_surface_free(&surface);
    make(0, 0, &surface);
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[FACET_METRIC_COVERAGE], 0.5, 0.02);
    preprocess_surface_free(&surface);
}

static void angles_are_those_of_the_head(void **state) {
    (void)state;
    const double degree = 3.14159265358979323846 / 180, c = cos(30 * degree), s = sin(30 * degree);
    float quality[FACET_METRICS];
    // The face's left, up and front in a scan of a head turned 30 degrees to its left, nodding so, tilted so.
    struct preprocess_pose left = {.rotation = {{c, 0, -s}, {0, 1, 0}, {s, 0, c}}};
    struct preprocess_pose down = {.rotation = {{1, 0, 0}, {0, c, s}, {0, -s, c}}};
    struct preprocess_pose tilt = {.rotation = {{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
    preprocess_quality_of_pose(&left, quality);
    assert_float_equal(quality[FACET_METRIC_YAW], 30, 1e-4);
    assert_float_equal(quality[FACET_METRIC_PITCH], 0, 1e-4);
    preprocess_quality_of_pose(&down, quality);
    assert_float_equal(quality[FACET_METRIC_PITCH], 30, 1e-4);
    assert_float_equal(quality[FACET_METRIC_YAW], 0, 1e-4);
    preprocess_quality_of_pose(&tilt, quality);
    assert_float_equal(quality[FACET_METRIC_ROLL], 30, 1e-4);
}

static void limits_name_what_is_beyond_them(void **state) {
    (void)state;
    struct preprocess_limits limits = {{0}};
    struct facet_error error = {0};
    float quality[FACET_METRICS] = {0};
    quality[FACET_METRIC_YAW] = -50, quality[FACET_METRIC_COVERAGE] = 0.6f, quality[FACET_METRIC_LANDMARK_GAP] = NAN;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_OK); // no limit is set
    limits.at[FACET_METRIC_LANDMARK_GAP] = 1, limits.at[FACET_METRIC_COVERAGE] = 0.6 - 1e-6,
    limits.at[FACET_METRIC_YAW] = 51;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_OK);
    limits.at[FACET_METRIC_YAW] = 40;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "yaw_deg is -50, beyond max_yaw_deg = 40");
    limits.at[FACET_METRIC_YAW] = 0, limits.at[FACET_METRIC_COVERAGE] = 0.7;
    assert_int_equal(preprocess_limits_check(&limits, quality, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "coverage is 0.6, beyond min_coverage = 0.7");
}

static void edges_are_as_long_as_they_are(void **state) {
    (void)state;
    struct preprocess_surface surface;
    float quality[FACET_METRICS] = {0};
    make(0, 100, &surface);
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[FACET_METRIC_EDGE], 1.2, 0.15); // two of 1 mm to one across, the steeper the longer
    for (int64_t v = 0; v < surface.n_vertices; v++)
        for (int k = 0; k < 3; k++) surface.vertices[v][k] *= 3;
    float before = quality[FACET_METRIC_EDGE];
    assert_int_equal(preprocess_quality_of_face(&surface, quality, NULL), 0);
    assert_float_equal(quality[FACET_METRIC_EDGE], 3 * before, 1e-4);
    preprocess_surface_free(&surface);
}

static bool has_param(const char *name) {
    for (const struct facet_param_spec *spec = facet_plugin_preprocess.params; spec->name; spec++)
        if (strcmp(spec->name, name) == 0) return true;
    return false;
}

static void every_limit_is_a_parameter(void **state) {
    (void)state;
    int limits = 0;
    for (int m = 0; m < FACET_METRICS; m++) {
        const char *limit = facet_metric_about((enum facet_metric)m)->limit;
        if (limit && !has_param(limit)) fail_msg("preprocess has no parameter %s", limit);
        limits += limit != NULL;
    }
    assert_int_equal(limits, 11);
}

static void metrics_are_named_and_told_of(void **state) {
    (void)state;
    for (int m = 0; m < FACET_METRICS; m++) {
        const struct facet_metric_about *about = facet_metric_about((enum facet_metric)m);
        assert_int_equal(facet_metric_code(about->name), m);
        assert_true(about->unit && *about->about);
    }
    assert_int_equal(facet_metric_code("beauty"), -1);
}

static void content_is_of_the_shape_alone(void **state) {
    (void)state;
    float vertices[4][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    int32_t triangles[2][3] = {{0, 1, 2}, {0, 2, 3}};
    int64_t is[2], other[2];
    facet_scan_content(vertices[0], 4, triangles[0], 2, is);
    facet_scan_content(vertices[0], 4, triangles[0], 2, other);
    assert_memory_equal(is, other, sizeof is);
    facet_scan_content(vertices[0], 4, triangles[0], 1, other);
    assert_memory_not_equal(is, other, sizeof is);
    vertices[3][2] = nextafterf(1, 2);
    facet_scan_content(vertices[0], 4, triangles[0], 2, other);
    assert_memory_not_equal(is, other, sizeof is);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_what_was_added),       cmocka_unit_test(half_a_disc_is_half_covered),
        cmocka_unit_test(angles_are_those_of_the_head),  cmocka_unit_test(limits_name_what_is_beyond_them),
        cmocka_unit_test(edges_are_as_long_as_they_are), cmocka_unit_test(every_limit_is_a_parameter),
        cmocka_unit_test(metrics_are_named_and_told_of), cmocka_unit_test(content_is_of_the_shape_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
