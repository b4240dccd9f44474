// Cleaning, cutting, thinning, smoothing and normals of a surface.
#include "preprocess/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RINGS = 24, SPOKES = 48 };
static const double pi = 3.14159265358979323846;

static void copy(const float *v, int64_t n_vertices, const int32_t *t, int64_t n_triangles,
                 struct preprocess_surface *surface) {
    struct facet_error error;
    assert_int_equal(preprocess_surface_copy(v, n_vertices, t, n_triangles, surface, &error), FACET_OK);
}

// A sphere of radius 50 around (x, 0, 0) whose poles are many vertices in one place.
static void sphere(double x, struct preprocess_surface *surface) {
    static float v[(RINGS + 1) * (SPOKES + 1)][3];
    static int32_t t[2 * RINGS * SPOKES][3];
    int n = 0;
    for (int i = 0; i <= RINGS; i++) {
        for (int j = 0; j <= SPOKES; j++) {
            double down = pi * i / RINGS, around = 2 * pi * (j % SPOKES) / SPOKES, ring = i % RINGS ? sin(down) : 0;
            float *p = v[i * (SPOKES + 1) + j];
            p[0] = (float)(x + 50 * ring * cos(around));
            p[1] = (float)(50 * cos(down));
            p[2] = (float)(-50 * ring * sin(around));
        }
    }
    for (int i = 0; i < RINGS; i++) {
        for (int j = 0; j < SPOKES; j++) {
            int32_t a = i * (SPOKES + 1) + j, b = a + SPOKES + 1;
            t[n][0] = a, t[n][1] = b, t[n++][2] = a + 1;
            t[n][0] = a + 1, t[n][1] = b, t[n++][2] = b + 1;
        }
    }
    copy(v[0], (RINGS + 1) * (SPOKES + 1), t[0], n, surface);
}

static void cleaning_merges_and_drops_what_has_no_area(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {-0.0f, 0, 0}, {9, 9, 9}, {2, 0, 0}};
    const int32_t t[][3] = {{0, 1, 2}, {3, 1, 2}, {1, 2, 3}, {0, 1, 5}, {0, 0, 1}};
    struct preprocess_surface s;
    copy(v[0], 6, t[0], 5, &s);
    assert_int_equal(preprocess_surface_clean(&s, NULL), FACET_OK);
    assert_int_equal(s.n_vertices, 3);
    assert_int_equal(s.n_triangles, 1);
    preprocess_surface_free(&s);
}

static void a_sphere_closes_and_its_normals_point_outwards(void **state) {
    (void)state;
    for (int by_angle = 0; by_angle < 2; by_angle++) {
        struct preprocess_surface s;
        sphere(0, &s);
        assert_int_equal(preprocess_surface_clean(&s, NULL), FACET_OK);
        assert_int_equal(s.n_vertices, (RINGS - 1) * SPOKES + 2);
        assert_int_equal(s.n_triangles, 2 * (RINGS - 1) * SPOKES);
        assert_float_equal(preprocess_surface_area(&s), 4 * pi * 2500, 0.01 * 4 * pi * 2500);
        assert_int_equal(preprocess_surface_normals(&s, by_angle, NULL), FACET_OK);
        for (int64_t i = 0; i < s.n_vertices; i++)
            for (int k = 0; k < 3; k++) assert_float_equal(s.normals[i][k], s.vertices[i][k] / 50, 0.03);
        preprocess_surface_free(&s);
    }
}

static void smoothing_keeps_the_size_and_takes_noise(void **state) {
    (void)state;
    struct preprocess_surface s;
    sphere(0, &s);
    assert_int_equal(preprocess_surface_clean(&s, NULL), FACET_OK);
    for (int64_t i = 0; i < s.n_vertices; i++)
        for (int k = 0; k < 3; k++) s.vertices[i][k] *= i % 2 ? 1.01f : 0.99f;
    double before = preprocess_surface_area(&s);
    assert_int_equal(preprocess_surface_smooth(&s, 10, NULL), FACET_OK);
    double after = preprocess_surface_area(&s), mean = 0;
    for (int64_t i = 0; i < s.n_vertices; i++)
        mean += sqrt((double)s.vertices[i][0] * s.vertices[i][0] + (double)s.vertices[i][1] * s.vertices[i][1] +
                     (double)s.vertices[i][2] * s.vertices[i][2]);
    assert_true(after < before);
    assert_float_equal(mean / (double)s.n_vertices, 50, 1.0);
    preprocess_surface_free(&s);
}

static void cropping_keeps_what_lies_wholly_inside(void **state) {
    (void)state;
    struct preprocess_surface s;
    sphere(50, &s);
    preprocess_surface_crop(&s, 70);
    assert_int_equal(preprocess_surface_clean(&s, NULL), FACET_OK);
    assert_true(s.n_triangles > 100 && s.n_triangles < RINGS * SPOKES * 2 - 100);
    for (int64_t i = 0; i < s.n_vertices; i++) {
        const float *v = s.vertices[i];
        assert_true((double)v[0] * v[0] + (double)v[1] * v[1] + (double)v[2] * v[2] <= 70.0 * 70.0);
    }
    preprocess_surface_free(&s);
}

static void small_pieces_go(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {90, 0, 0}, {0, 90, 0}, {5, 5, 5}, {6, 5, 5}, {5, 6, 5}};
    const int32_t t[][3] = {{3, 4, 5}, {0, 1, 2}};
    struct preprocess_surface s;
    copy(v[0], 6, t[0], 2, &s);
    assert_int_equal(preprocess_surface_drop_pieces(&s, 0.01, NULL), FACET_OK);
    assert_int_equal(s.n_triangles, 1);
    assert_int_equal(s.n_vertices, 3);
    assert_float_equal(s.vertices[1][0], 90, 0);
    preprocess_surface_free(&s);
}

static void the_largest_piece_stays_alone(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {90, 0, 0}, {0, 90, 0}, {500, 5, 5}, {590, 5, 5}, {500, 80, 5}};
    const int32_t t[][3] = {{3, 4, 5}, {0, 1, 2}};
    struct preprocess_surface s;
    int64_t pieces;
    copy(v[0], 6, t[0], 2, &s);
    assert_int_equal(preprocess_surface_pieces(&s, &pieces, NULL), FACET_OK);
    assert_int_equal(pieces, 2);
    assert_int_equal(preprocess_surface_drop_pieces(&s, 0.3, NULL), FACET_OK);
    assert_int_equal(s.n_triangles, 2);
    assert_int_equal(preprocess_surface_drop_pieces(&s, 1, NULL), FACET_OK);
    assert_int_equal(s.n_triangles, 1);
    assert_float_equal(s.vertices[1][0], 90, 0);
    preprocess_surface_free(&s);
}

static void thinning_holds_the_limit_and_the_shape(void **state) {
    (void)state;
    for (int64_t limit = 900; limit >= 50; limit /= 2) {
        struct preprocess_surface s;
        sphere(0, &s);
        assert_int_equal(preprocess_surface_clean(&s, NULL), FACET_OK);
        assert_int_equal(preprocess_surface_thin(&s, limit, NULL), FACET_OK);
        assert_int_equal(s.n_vertices, limit);
        assert_int_equal(s.n_triangles, 2 * limit - 4); // closed still: Euler's formula
        assert_float_equal(preprocess_surface_area(&s), 4 * pi * 2500, 0.05 * 4 * pi * 2500);
        for (int64_t i = 0; i < s.n_vertices; i++) {
            const float *v = s.vertices[i];
            assert_float_equal(sqrt((double)v[0] * v[0] + (double)v[1] * v[1] + (double)v[2] * v[2]), 50, 2);
        }
        preprocess_surface_free(&s);
    }
}

static void a_surface_seen_from_behind_is_turned_over(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}};
    const int32_t t[][3] = {{0, 2, 1}};
    struct preprocess_surface s;
    copy(v[0], 3, t[0], 1, &s);
    preprocess_surface_face_front(&s);
    double area[3];
    preprocess_triangle_area(&s, 0, area);
    assert_float_equal(area[2], 1.0, 0);
    preprocess_surface_face_front(&s);
    assert_int_equal(s.triangles[0][1], 1);
    preprocess_surface_free(&s);
}

static void refuses(const float *v, int64_t n_vertices, const int32_t *t, int64_t n_triangles, const char *sentence) {
    struct preprocess_surface s;
    struct facet_error error;
    assert_int_equal(preprocess_surface_copy(v, n_vertices, t, n_triangles, &s, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, sentence);
    assert_null(s.vertices);
}

static void broken_meshes_are_refused_with_a_reason(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {1, 0, 0}, {0, NAN, 0}, {1, 1, INFINITY}};
    const int32_t t[][3] = {{0, 1, 2}}, far[][3] = {{0, 1, 1}, {0, 1, 2}}, less[][3] = {{0, -1, 1}};
    refuses(v[0], 0, t[0], 1, "the mesh is empty: 0 vertices, 1 triangles");
    refuses(v[0], 2, t[0], 0, "the mesh is empty: 2 vertices, 0 triangles");
    refuses(v[0], 3, t[0], 1, "vertex 2 is not finite: (0, nan, 0)");
    refuses(v[3], 1, t[0], 1, "vertex 0 is not finite: (1, 1, inf)");
    refuses(v[0], 2, far[0], 2, "triangle 1 names vertex 2, but there are 2");
    refuses(v[0], 2, less[0], 1, "triangle 0 names vertex -1, but there are 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleaning_merges_and_drops_what_has_no_area),
        cmocka_unit_test(a_sphere_closes_and_its_normals_point_outwards),
        cmocka_unit_test(smoothing_keeps_the_size_and_takes_noise),
        cmocka_unit_test(cropping_keeps_what_lies_wholly_inside),
        cmocka_unit_test(small_pieces_go),
        cmocka_unit_test(the_largest_piece_stays_alone),
        cmocka_unit_test(thinning_holds_the_limit_and_the_shape),
        cmocka_unit_test(a_surface_seen_from_behind_is_turned_over),
        cmocka_unit_test(broken_meshes_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
