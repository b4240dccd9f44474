// Thinning: exact budgets, shapes and boundaries that stay, and meshes that cannot be thinned.
#include "mesh_check.h"

#include <facet/random.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 61, VERTICES = SIDE * SIDE };

static double hill(double x, double y) {
    return 12 * exp(-(x * x + y * y) / 120) + 0.02 * x * y;
}

// Points 1 mm apart from -30 to 30, with noise along z, but for a hole 12 mm wide; red rises with x and green with y.
static void make(double noise, struct preprocess_surface *surface) {
    static float v[VERTICES][3];
    static int32_t t[2 * (SIDE - 1) * (SIDE - 1)][3];
    static uint8_t colours[VERTICES][3];
    int n = 0;
    for (int i = 0; i < VERTICES; i++) {
        double x = i % SIDE - 30, y = i / SIDE - 30, z = hill(x, y) + noise * facet_random_normal(4, 0, (uint32_t)i, 0);
        v[i][0] = (float)x, v[i][1] = (float)y, v[i][2] = (float)z;
        colours[i][0] = (uint8_t)(4 * (i % SIDE)), colours[i][1] = (uint8_t)(4 * (i / SIDE)), colours[i][2] = 9;
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[2][3] = {{a, a + 1, a + SIDE + 1}, {a, a + SIDE + 1, a + SIDE}};
        if (fabs(a % SIDE - 15.5) < 6 && fabs(a / SIDE - 15.5) < 6) continue;
        memcpy(t[n], two, sizeof two);
        n += 2;
    }
    assert_int_equal(preprocess_surface_copy(v[0], VERTICES, t[0], n, surface, NULL), 0);
    assert_int_equal(preprocess_surface_paint(colours[0], surface, NULL), 0);
    static float texcoords[2 * (SIDE - 1) * (SIDE - 1)][6];
    for (int i = 0; i < 6 * n; i++) texcoords[i / 6][i % 6] = v[t[i / 6][i % 6 / 2]][i % 2];
    assert_int_equal(preprocess_surface_drape(texcoords[0], surface, NULL), 0);
    assert_int_equal(preprocess_surface_compact(surface, NULL), 0);
}

static void thin(struct preprocess_surface *surface, int64_t budget) {
    struct facet_error error;
    if (preprocess_surface_thin(surface, budget, &error)) fail_msg("%s", error.text);
    assert_int_equal(surface->n_vertices, budget);
    if (mesh_fault(surface)) fail_msg("%s", mesh_fault(surface));
}

static bool on_square(const float p[3], double middle, double half, double within) {
    double x = fabs(p[0] - middle), y = fabs(p[1] - middle);
    return fabs(fmax(x, y) - half) < within;
}

// Those that lie on one of the two boundaries are all that lie on open edges.
static int64_t check_boundary(const struct preprocess_surface *s, double within) {
    int32_t *other;
    int64_t open = 0;
    assert_int_equal(preprocess_edges_pair(s, &other, NULL), 0);
    for (int32_t c = 0; c < 3 * s->n_triangles; c++) {
        assert_true(other[c] != PREPROCESS_EDGE_MANY);
        if (other[c] >= 0) continue;
        const float *p = s->vertices[s->triangles[c / 3][c % 3]];
        open++;
        if (!on_square(p, 0, 30, within) && !on_square(p, -14, 6, within))
            fail_msg("(%g, %g) is on no boundary", p[0], p[1]);
    }
    free(other);
    return open;
}

static void a_height_field_stays_one(void **state) {
    (void)state;
    for (int64_t budget = 2000; budget >= 250; budget /= 2) {
        struct preprocess_surface s;
        double worst = 0, area[3];
        make(0, &s);
        double before = preprocess_surface_area(&s);
        thin(&s, budget);
        assert_true(check_boundary(&s, 0.12) > 8);
        assert_float_equal(preprocess_surface_area(&s), before, 0.01 * before);
        for (int64_t t = 0; t < s.n_triangles; t++) {
            preprocess_triangle_area(&s, t, area);
            assert_true(area[2] > 0);
        }
        for (int64_t i = 0; i < s.n_vertices; i++) {
            const float *p = s.vertices[i];
            worst = fmax(worst, fabs(p[2] - hill(p[0], p[1])));
            assert_float_equal(s.colours[i][0], 4 * (p[0] + 30),
                               12); // their places run along the surface, not along edges alone
            assert_float_equal(s.colours[i][1], 4 * (p[1] + 30), 12);
            assert_int_equal(s.colours[i][2], 9);
        }
        double off = 0, most = 0; // where a corner lies is where it has its picture from
        for (int64_t i = 0; i < 6 * s.n_triangles; i++) {
            double d = fabs((double)s.texcoords[i / 6][i % 6] - s.vertices[s.triangles[i / 6][i % 6 / 2]][i % 2]);
            off += d / (double)(6 * s.n_triangles), most = fmax(most, d);
        }
        assert_true(off < 0.05 && most < 4);
        if (worst > 60.0 / (double)budget) fail_msg("%lld vertices lie up to %g mm off", (long long)budget, worst);
        preprocess_surface_free(&s);
    }
}

static void noise_neither_folds_nor_tears(void **state) {
    (void)state;
    struct preprocess_surface s, again;
    make(0.3, &s), make(0.3, &again);
    thin(&s, 500), thin(&again, 500);
    check_boundary(&s, 0.3);
    assert_int_equal(s.n_triangles, again.n_triangles);
    assert_memory_equal(s.vertices, again.vertices, 500 * sizeof *s.vertices);
    assert_memory_equal(s.triangles, again.triangles, (size_t)s.n_triangles * sizeof *s.triangles);
    preprocess_surface_free(&s), preprocess_surface_free(&again);
}

// Three sheets of 21 x 21 vertices that meet along one edge of each.
static void book(struct preprocess_surface *surface) {
    enum { N = 21 };
    static float v[3 * N * N][3];
    static int32_t t[6 * (N - 1) * (N - 1)][3];
    int n = 0;
    for (int i = 0; i < 3 * N * N; i++) {
        double angle = 2.1 * (i / (N * N)), out = i % N;
        v[i][0] = (float)(out * cos(angle)), v[i][1] = (float)(out * sin(angle)), v[i][2] = (float)(i / N % N);
    }
    for (int i = 0; i < 3 * (N - 1) * (N - 1); i++) {
        int32_t a = i / ((N - 1) * (N - 1)) * N * N + i / (N - 1) % (N - 1) * N + i % (N - 1);
        int32_t two[2][3] = {{a, a + 1, a + N + 1}, {a, a + N + 1, a + N}};
        memcpy(t[n], two, sizeof two), n += 2;
    }
    assert_int_equal(preprocess_surface_copy(v[0], 3 * N * N, t[0], n, surface, NULL), 0);
    assert_int_equal(preprocess_surface_clean(surface, NULL), 0);
}

static void where_sheets_meet_nothing_moves(void **state) {
    (void)state;
    struct preprocess_surface s;
    struct mesh_edges edges;
    book(&s);
    assert_true(mesh_edges(&s, &edges));
    assert_int_equal(edges.many, 60); // 20 edges of three triangles
    thin(&s, 100);
    assert_true(mesh_edges(&s, &edges));
    assert_int_equal(edges.many, 60);
    preprocess_surface_free(&s);
}

// A tube of rings of three vertices, two of which are close together: merging these would pinch it.
static void a_narrow_neck_is_not_pinched(void **state) {
    (void)state;
    enum { RINGS = 30 };
    static const float ring[3][2] = {{0, 0}, {0.3f, 0}, {0, 3}};
    float v[3 * RINGS][3];
    int32_t t[6 * (RINGS - 1)][3];
    struct preprocess_surface s;
    struct mesh_edges edges;
    for (int i = 0; i < 3 * RINGS; i++) v[i][0] = ring[i % 3][0], v[i][1] = ring[i % 3][1], v[i][2] = (float)(i / 3);
    for (int i = 0; i < 3 * (RINGS - 1); i++) {
        int32_t a = i, b = i / 3 * 3 + (i + 1) % 3;
        int32_t two[2][3] = {{a, b, b + 3}, {a, b + 3, a + 3}};
        memcpy(t[2 * i], two, sizeof two);
    }
    assert_int_equal(preprocess_surface_copy(v[0], 3 * RINGS, t[0], 6 * (RINGS - 1), &s, NULL), 0);
    thin(&s, 24);
    assert_true(mesh_edges(&s, &edges));
    assert_int_equal(edges.many, 0);
    assert_int_equal(edges.open, 6);
    assert_int_equal(s.n_triangles, 2 * 24 - 6); // Euler: it is a tube still
    preprocess_surface_free(&s);
}

static void a_budget_that_would_fold_the_mesh_is_refused(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {5, 0, 0}, {6, 0, 0}, {5, 1, 0}};
    const int32_t t[][3] = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}, {4, 5, 6}};
    struct preprocess_surface s;
    struct facet_error error;
    assert_int_equal(preprocess_surface_copy(v[0], 7, t[0], 5, &s, NULL), 0);
    assert_int_equal(preprocess_surface_thin(&s, 6, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text,
                        "7 vertices are left where max_vertices asks for 6: to merge more would fold the mesh");
    preprocess_surface_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_height_field_stays_one),
        cmocka_unit_test(noise_neither_folds_nor_tears),
        cmocka_unit_test(where_sheets_meet_nothing_moves),
        cmocka_unit_test(a_narrow_neck_is_not_pinched),
        cmocka_unit_test(a_budget_that_would_fold_the_mesh_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
