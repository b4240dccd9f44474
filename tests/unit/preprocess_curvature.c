// Curvatures of surfaces whose curvatures are known: in formulas, turned about, and under noise.
#include "preprocess/curvature.h"

#include <facet/random.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 81, VERTICES = SIDE * SIDE, MARGIN = 8 };

typedef void point_at(double u, double v, double p[3]); // u, v from -1 to 1

static void sphere(double u, double v, double p[3]) { // radius 50
    p[0] = 24 * u, p[1] = 24 * v;
    p[2] = sqrt(2500 - p[0] * p[0] - p[1] * p[1]);
}

static void bowl(double u, double v, double p[3]) {
    sphere(u, v, p);
    p[2] = -p[2];
}

static void cylinder(double u, double v, double p[3]) { // radius 20
    double angle = u;
    p[0] = 20 * sin(angle), p[1] = 30 * v, p[2] = 20 * cos(angle);
}

static void saddle(double u, double v, double p[3]) { // z = (x^2 - y^2) / 80
    p[0] = 25 * u, p[1] = 25 * v, p[2] = (p[0] * p[0] - p[1] * p[1]) / 80;
}

static void torus(double u, double v, double p[3]) { // its outer side: radii 40 and 15
    double along = 0.8 * u, around = 0.9 * v, r = 40 + 15 * cos(around);
    p[0] = r * sin(along), p[1] = 15 * sin(around), p[2] = r * cos(along);
}

static void make(point_at *at, double noise, struct preprocess_surface *surface) {
    static float vertices[VERTICES][3];
    static int32_t triangles[2 * (SIDE - 1) * (SIDE - 1)][3];
    for (int i = 0; i < VERTICES; i++) {
        double p[3];
        at(2.0 * (i % SIDE) / (SIDE - 1) - 1, 2.0 * (i / SIDE) / (SIDE - 1) - 1, p);
        for (int k = 0; k < 3; k++)
            vertices[i][k] = (float)(p[k] + noise * facet_random_normal(5, 0, (uint32_t)i, (uint32_t)k));
    }
    for (int i = 0, n = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[2][3] = {{a, a + 1, a + SIDE + 1}, {a, a + SIDE + 1, a + SIDE}};
        memcpy(triangles[n], two, sizeof two);
        n += 2;
    }
    assert_int_equal(
        preprocess_surface_copy(vertices[0], VERTICES, triangles[0], 2 * (SIDE - 1) * (SIDE - 1), surface, NULL), 0);
    assert_int_equal(preprocess_surface_normals(surface, 1, NULL), 0);
}

static bool is_inner(int i) {
    int x = i % SIDE, y = i / SIDE;
    return x >= MARGIN && y >= MARGIN && x < SIDE - MARGIN && y < SIDE - MARGIN;
}

// The largest distance from what a formula says, relative to a scale for each number.
static double worst(point_at *at, double noise, double scale, void (*truth)(const float *, double[4])) {
    static float found[VERTICES][PREPROCESS_CURVATURES];
    struct preprocess_surface surface;
    double most = 0;
    make(at, noise, &surface);
    assert_int_equal(preprocess_curvatures(&surface, scale, found, NULL), 0);
    for (int i = 0; i < VERTICES; i++) {
        double is[4];
        if (!is_inner(i)) continue;
        truth(surface.vertices[i], is);
        const double unit[4] = {is[3], is[3] * is[3], 1, is[3]};
        for (int k = 0; k < 4; k++) most = fmax(most, fabs(found[i][k] - is[k]) / unit[k]);
    }
    preprocess_surface_free(&surface);
    return most;
}

static void from_principal(double k1, double k2, double is[4]) {
    is[PREPROCESS_MEAN] = (k1 + k2) / 2, is[PREPROCESS_GAUSSIAN] = k1 * k2;
    is[PREPROCESS_SHAPE_INDEX] = 0.5 + atan2(k1 + k2, k1 - k2) / 3.14159265358979323846;
    is[PREPROCESS_CURVEDNESS] = sqrt((k1 * k1 + k2 * k2) / 2);
}

static void of_sphere(const float *p, double is[4]) {
    (void)p;
    from_principal(1.0 / 50, 1.0 / 50, is);
}

static void of_bowl(const float *p, double is[4]) {
    (void)p;
    from_principal(-1.0 / 50, -1.0 / 50, is);
}

static void of_cylinder(const float *p, double is[4]) {
    (void)p;
    from_principal(1.0 / 20, 0, is);
}

// Of a graph z(x, y): do Carmo, Differential Geometry of Curves and Surfaces, 3-3.
static void of_saddle(const float *p, double is[4]) {
    double fx = p[0] / 40.0, fy = -p[1] / 40.0, g = 1 + fx * fx + fy * fy, fxx = 1.0 / 40, fyy = -1.0 / 40;
    double mean = -((1 + fy * fy) * fxx + (1 + fx * fx) * fyy) / (2 * g * sqrt(g)), gaussian = fxx * fyy / (g * g);
    double half = sqrt(mean * mean - gaussian);
    from_principal(mean + half, mean - half, is);
}

static void of_torus(const float *p, double is[4]) {
    double around = asin(p[1] / 15.0);
    from_principal(1.0 / 15, cos(around) / (40 + 15 * cos(around)), is);
}

static void formulas_are_met(void **state) {
    (void)state;
    for (int averaged = 0; averaged < 2; averaged++) {
        double scale = 1.5 * averaged;
        assert_true(worst(sphere, 0, scale, of_sphere) < 0.03);
        assert_true(worst(bowl, 0, scale, of_bowl) < 0.03);
        assert_true(worst(cylinder, 0, scale, of_cylinder) < 0.03);
        assert_true(worst(saddle, 0, scale, of_saddle) < 0.05);
        assert_true(worst(torus, 0, scale, of_torus) < 0.05);
    }
}

static double spread(double scale) {
    static float found[VERTICES][PREPROCESS_CURVATURES];
    struct preprocess_surface surface;
    double sum = 0;
    int n = 0;
    make(sphere, 0.1, &surface);
    assert_int_equal(preprocess_curvatures(&surface, scale, found, NULL), 0);
    for (int i = 0; i < VERTICES; i++)
        if (is_inner(i)) n++, sum += fabs(found[i][PREPROCESS_MEAN] - 1.0 / 50) * 50;
    preprocess_surface_free(&surface);
    return sum / n;
}

static void averaging_takes_noise_away(void **state) {
    (void)state;
    assert_true(spread(0) > 3);
    assert_true(spread(3) < 0.35);
}

static void turning_a_surface_changes_nothing(void **state) {
    (void)state;
    static float before[VERTICES][PREPROCESS_CURVATURES], after[VERTICES][PREPROCESS_CURVATURES];
    double c = cos(0.7), s = sin(0.7), turn[3][3] = {{c, 0, s}, {s * s, c, -s * c}, {-s * c, s, c * c}};
    struct preprocess_surface surface;
    make(torus, 0.02, &surface);
    assert_int_equal(preprocess_curvatures(&surface, 2, before, NULL), 0);
    preprocess_surface_move(&surface, turn, 1, (double[3]){3, 4, 5});
    assert_int_equal(preprocess_surface_normals(&surface, 1, NULL), 0);
    assert_int_equal(preprocess_curvatures(&surface, 2, after, NULL), 0);
    for (int i = 0; i < VERTICES; i++)
        for (int k = 0; k < 4; k++) assert_float_equal(after[i][k], before[i][k], 2e-4);
    preprocess_surface_free(&surface);
}

static void a_plane_is_flat(void **state) {
    (void)state;
    float vertices[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {9, 9, 9}}, found[4][PREPROCESS_CURVATURES];
    int32_t triangle[3] = {0, 1, 2};
    struct preprocess_surface surface;
    assert_int_equal(preprocess_surface_copy(vertices[0], 4, triangle, 1, &surface, NULL), 0);
    assert_int_equal(preprocess_surface_normals(&surface, 1, NULL), 0);
    assert_int_equal(preprocess_curvatures(&surface, 3, found, NULL), 0);
    for (int v = 0; v < 4; v++) {
        assert_float_equal(found[v][PREPROCESS_CURVEDNESS], 0, 1e-9);
        assert_float_equal(found[v][PREPROCESS_SHAPE_INDEX], 0.5, 1e-9);
    }
    preprocess_surface_free(&surface);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_met),
        cmocka_unit_test(averaging_takes_noise_away),
        cmocka_unit_test(turning_a_surface_changes_nothing),
        cmocka_unit_test(a_plane_is_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
