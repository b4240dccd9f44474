// Holes that are filled, boundaries that are not holes, and spikes that go.
#include "preprocess/repair.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 41, VERTICES = SIDE * SIDE };

static double flat(double x, double y) {
    return 0.1 * x + 0.2 * y;
}

static double dome(double x, double y) {
    return sqrt(1600 - x * x - y * y);
}

// Points 1 mm apart from -20 to 20; cells whose middle `gone` names are left out.
static void make(double (*height)(double, double), bool (*gone)(double, double), struct preprocess_surface *surface) {
    static float v[VERTICES][3];
    static int32_t t[2 * (SIDE - 1) * (SIDE - 1)][3];
    static uint8_t colours[VERTICES][3];
    int n = 0;
    for (int i = 0; i < VERTICES; i++) {
        double x = i % SIDE - 20, y = i / SIDE - 20;
        v[i][0] = (float)x, v[i][1] = (float)y, v[i][2] = (float)height(x, y);
        colours[i][0] = (uint8_t)(5 * (i % SIDE)), colours[i][1] = 7, colours[i][2] = (uint8_t)(5 * (i / SIDE));
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[2][3] = {{a, a + 1, a + SIDE + 1}, {a, a + SIDE + 1, a + SIDE}};
        if (gone(a % SIDE - 19.5, a / SIDE - 19.5)) continue;
        memcpy(t[n], two, sizeof two);
        n += 2;
    }
    assert_int_equal(preprocess_surface_copy(v[0], VERTICES, t[0], n, surface, NULL), 0);
    assert_int_equal(preprocess_surface_paint(colours[0], surface, NULL), 0);
    assert_int_equal(preprocess_surface_compact(surface, NULL), 0);
}

static bool nowhere(double x, double y) {
    (void)x, (void)y;
    return false;
}

static bool round_hole(double x, double y) {
    return x * x + y * y < 36;
}

static bool two_holes(double x, double y) {
    return (fabs(x + 10) < 1 && fabs(y) < 1) || (fabs(x - 8) < 6 && fabs(y) < 6);
}

static bool touching_holes(double x, double y) {
    return (x > -3 && x < 0 && y > -3 && y < 0) || (x > 0 && x < 3 && y > 0 && y < 3);
}

static bool cut_in_two(double x, double y) {
    (void)y;
    return fabs(x) < 1;
}

// Every edge between two triangles is passed once each way; returns how many have one triangle only.
static int open_edges(const struct preprocess_surface *surface) {
    int open = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        for (int k = 0; k < 3; k++) {
            int32_t a = surface->triangles[t][k], b = surface->triangles[t][(k + 1) % 3];
            int same = 0, back = 0;
            for (int64_t u = 0; u < surface->n_triangles; u++) {
                for (int j = 0; j < 3; j++) {
                    int32_t c = surface->triangles[u][j], d = surface->triangles[u][(j + 1) % 3];
                    same += c == a && d == b, back += c == b && d == a;
                }
            }
            assert_int_equal(same, 1);
            assert_true(back <= 1);
            open += back == 0;
        }
    }
    return open;
}

static void a_plane_is_whole_again(void **state) {
    (void)state;
    struct preprocess_surface surface, whole;
    struct preprocess_holes holes;
    make(flat, nowhere, &whole);
    make(flat, round_hole, &surface);
    double gap = preprocess_surface_area(&whole) - preprocess_surface_area(&surface);
    assert_int_equal(preprocess_holes_fill(&surface, 60, &holes, NULL), 0);
    assert_int_equal(holes.filled, 1);
    assert_int_equal(holes.left, 0);
    assert_float_equal(holes.area, gap, 1e-3 * gap);
    assert_float_equal(preprocess_surface_area(&surface), preprocess_surface_area(&whole), 0.01);
    assert_int_equal(open_edges(&surface), 4 * (SIDE - 1));
    for (int64_t i = 0; i < surface.n_vertices; i++) {
        const float *v = surface.vertices[i];
        assert_float_equal(v[2], flat(v[0], v[1]), 1e-4);
        assert_float_equal(surface.colours[i][0], 5 * (v[0] + 20), 14); // rings settle, their colours do not
        assert_float_equal(surface.colours[i][2], 5 * (v[1] + 20), 14);
        assert_int_equal(surface.colours[i][1], 7);
    }
    preprocess_surface_free(&surface);
    preprocess_surface_free(&whole);
}

static void a_dome_is_nearly_round_again(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    make(dome, round_hole, &surface);
    assert_int_equal(preprocess_holes_fill(&surface, 60, &holes, NULL), 0);
    assert_int_equal(holes.filled, 1);
    for (int64_t i = 0; i < surface.n_vertices; i++) {
        const float *v = surface.vertices[i];
        double r = sqrt((double)v[0] * v[0] + (double)v[1] * v[1] + (double)v[2] * v[2]);
        assert_true(r < 40.001 && r > 39); // a membrane over a gap 12 mm wide sinks by less than a millimetre
    }
    preprocess_surface_free(&surface);
}

static void rims_and_long_boundaries_are_left(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    make(flat, two_holes, &surface);
    assert_int_equal(preprocess_holes_fill(&surface, 30, &holes, NULL), 0); // 8 mm and 48 mm
    assert_int_equal(holes.filled, 1);
    assert_int_equal(holes.left, 1);
    assert_float_equal(holes.area, (4 + 144) * sqrt(1.05), 0.01);
    assert_int_equal(open_edges(&surface), 4 * (SIDE - 1) + 48);
    preprocess_surface_free(&surface);

    make(flat, cut_in_two, &surface); // two pieces: two rims
    int64_t before = surface.n_triangles;
    assert_int_equal(preprocess_holes_fill(&surface, 1e6, &holes, NULL), 0);
    assert_int_equal(surface.n_triangles, before);
    assert_int_equal(holes.filled + holes.left, 0);
    preprocess_surface_free(&surface);
}

static void boundaries_that_meet_are_left(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    make(flat, touching_holes, &surface);
    int64_t before = surface.n_triangles;
    assert_int_equal(preprocess_holes_fill(&surface, 60, &holes, NULL), 0);
    assert_int_equal(surface.n_triangles, before);
    preprocess_surface_free(&surface);
}

static void spikes_go_and_the_rest_stays(void **state) {
    (void)state;
    struct preprocess_surface surface, clean;
    struct preprocess_holes holes;
    int64_t removed;
    make(dome, nowhere, &surface);
    assert_int_equal(preprocess_spikes_remove(&surface, 2, &removed, NULL), 0);
    assert_int_equal(removed, 0);
    make(dome, nowhere, &clean);
    const int at[] = {500, 812, 813, 1300};
    for (int i = 0; i < 4; i++) surface.vertices[at[i]][2] += i % 2 ? 30 : -9;
    assert_int_equal(preprocess_spikes_remove(&surface, 2, &removed, NULL), 0);
    assert_int_equal(removed, 4);
    assert_int_equal(surface.n_vertices, VERTICES - 4);
    for (int64_t i = 0; i < surface.n_vertices; i++) {
        const float *v = surface.vertices[i];
        assert_float_equal(v[2], dome(v[0], v[1]), 1e-4);
    }
    assert_int_equal(preprocess_holes_fill(&surface, 60, &holes, NULL), 0);
    assert_int_equal(holes.filled, 3);
    assert_int_equal(open_edges(&surface), 4 * (SIDE - 1));
    preprocess_surface_free(&surface);
    preprocess_surface_free(&clean);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_is_whole_again),
        cmocka_unit_test(a_dome_is_nearly_round_again),
        cmocka_unit_test(rims_and_long_boundaries_are_left),
        cmocka_unit_test(boundaries_that_meet_are_left),
        cmocka_unit_test(spikes_go_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
