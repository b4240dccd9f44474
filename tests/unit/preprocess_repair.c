// Holes that are filled, boundaries that are not holes, and spikes that go.
#include "mesh_check.h"
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
    static float texcoords[2 * (SIDE - 1) * (SIDE - 1)][6];
    for (int i = 0; i < 6 * n; i++) texcoords[i / 6][i % 6] = v[t[i / 6][i % 6 / 2]][i % 2];
    assert_int_equal(preprocess_surface_drape(texcoords[0], surface, NULL), 0);
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

static bool chessboard(double x, double y) {
    return fabs(x) < 6 && fabs(y) < 6 && ((int)(x + 6) / 2 + (int)(y + 6) / 2) % 2 == 0;
}

static bool moat(double x, double y) {
    double far = fmax(fabs(x), fabs(y));
    return far > 2 && far < 6;
}

static bool moat_with_bridge(double x, double y) { // the island's corner touches the outside
    double far = fmax(fabs(x), fabs(y));
    return far < 6 && (far > 2 || x < -1 || y < -1) && !(x > 2 && x < 6 && y > 2 && y < 6 && fabs(x - y) < 0.5);
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
    int64_t before = surface.n_triangles;
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
    int64_t patched = 0;
    for (int64_t t = 0; t < surface.n_triangles; t++) patched += isnan(surface.texcoords[t][0]);
    assert_int_equal(patched, surface.n_triangles - before); // patches have no picture
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

// Fills what `gone` leaves open: it takes so many patches, and afterwards only the outer boundary is open.
static void is_whole_again(bool (*gone)(double, double), int holes, int outer) {
    struct preprocess_surface surface, whole;
    struct preprocess_holes found;
    make(flat, nowhere, &whole);
    make(flat, gone, &surface);
    assert_int_equal(preprocess_holes_fill(&surface, 200, &found, NULL), 0);
    assert_int_equal(found.filled, holes);
    assert_int_equal(found.left, 0);
    assert_float_equal(preprocess_surface_area(&surface), preprocess_surface_area(&whole), 0.01);
    assert_int_equal(open_edges(&surface), outer);
    if (mesh_fault(&surface)) fail_msg("%s", mesh_fault(&surface));
    preprocess_surface_free(&surface);
    preprocess_surface_free(&whole);
}

static void holes_that_meet_are_filled_each(void **state) {
    (void)state;
    is_whole_again(touching_holes, 2, 4 * (SIDE - 1));
    is_whole_again(chessboard, 18, 4 * (SIDE - 1)); // squares that hang together by their corners
}

// A wheel of six triangles within a ring of 18: three of the six are missing, and their corners meet at the hub.
static void three_holes_may_meet_in_a_vertex(void **state) {
    (void)state;
    for (int missing = 0; missing < 2; missing++) {
        float v[19][3] = {{0, 0, 1}};
        int32_t t[21][3];
        struct preprocess_surface surface;
        struct preprocess_holes holes;
        struct mesh_edges edges;
        int n = 0;
        for (int i = 0; i < 18; i++) {
            double around = i < 6 ? i * 3.14159265 / 3 : (i - 6) * 3.14159265 / 6, r = i < 6 ? 1 : 2;
            float *p = v[1 + i];
            p[0] = (float)(r * cos(around)), p[1] = (float)(r * sin(around)), p[2] = (float)(1 - r * r / 4);
        }
        for (int i = 0; i < 6; i++) {
            int32_t a = 1 + i, b = 1 + (i + 1) % 6, c = 7 + 2 * i, d = c + 1, e = 7 + (2 * i + 2) % 12;
            const int32_t of_ring[3][3] = {{a, c, d}, {a, d, b}, {b, d, e}}, of_wheel[3] = {0, a, b};
            memcpy(t[n], of_ring, sizeof of_ring), n += 3;
            if (i % 2 != missing) memcpy(t[n++], of_wheel, sizeof of_wheel);
        }
        assert_int_equal(preprocess_surface_copy(v[0], 19, t[0], n, &surface, NULL), 0);
        assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
        assert_int_equal(holes.filled, 3);
        assert_int_equal(surface.n_triangles, 24);
        assert_true(mesh_edges(&surface, &edges));
        assert_int_equal(edges.open, 12);
        assert_int_equal(edges.many, 0);
        preprocess_surface_free(&surface);
    }
}

// Every other triangle of a part is missing, so that three of six are at each vertex there, and those left hang by their corners.
static void a_sieve_is_filled(void **state) {
    (void)state;
    struct preprocess_surface surface, whole;
    struct preprocess_holes holes;
    int64_t kept = 0;
    make(dome, nowhere, &whole);
    make(dome, nowhere, &surface);
    for (int64_t t = 0; t < surface.n_triangles; t++) {
        const float *p = surface.vertices[surface.triangles[t][0]];
        if (t % 2 == 0 && fabs(p[0]) < 5 && fabs(p[1]) < 5) continue;
        memmove(surface.triangles[kept++], surface.triangles[t], sizeof *surface.triangles);
    }
    surface.n_triangles = kept;
    assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
    assert_int_equal(holes.filled, 81);
    assert_int_equal(surface.n_triangles, whole.n_triangles);
    assert_float_equal(preprocess_surface_area(&surface), preprocess_surface_area(&whole), 1e-3);
    assert_int_equal(open_edges(&surface), 4 * (SIDE - 1));
    preprocess_surface_free(&surface), preprocess_surface_free(&whole);
}

static void islands_are_not_buried(void **state) {
    (void)state;
    bool (*const moats[])(double, double) = {moat, moat_with_bridge};
    for (int i = 0; i < 2; i++) {
        struct preprocess_surface surface;
        struct preprocess_holes holes;
        make(flat, moats[i], &surface);
        int64_t before = surface.n_triangles;
        assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
        assert_int_equal(holes.filled, 0);
        assert_int_equal(holes.left, 1);
        assert_int_equal(surface.n_triangles, before);
        preprocess_surface_free(&surface);
    }
}

// Two sheets of two triangles that touch in a vertex: each has an end, neither has a hole.
static void sheets_that_touch_are_left(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {2, 1, 0}, {2, 2, 0}, {1, 2, 0}};
    const int32_t t[][3] = {{0, 1, 2}, {0, 2, 3}, {2, 4, 5}, {2, 5, 6}};
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    assert_int_equal(preprocess_surface_copy(v[0], 7, t[0], 4, &surface, NULL), 0);
    assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
    assert_int_equal(holes.filled + holes.left, 0);
    preprocess_surface_free(&surface);
}

// A broken scan may hang all its triangles on one vertex: whose gap is whose is not asked there, which would take hours.
static void very_many_sheets_may_touch_in_a_vertex(void **state) {
    (void)state;
    enum { SHEETS = 400000 };
    float(*v)[3] = calloc(1 + 2 * SHEETS, sizeof *v);
    int32_t(*t)[3] = calloc(SHEETS, sizeof *t);
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    assert_true(v && t);
    for (int32_t i = 0; i < SHEETS; i++) {
        for (int32_t k = 1; k < 3; k++) {
            double around = 6.283185307179586 * (2 * i + k) / (2 * SHEETS);
            float *p = v[2 * i + k];
            p[0] = (float)cos(around), p[1] = (float)sin(around), t[i][k] = 2 * i + k;
        }
    }
    assert_int_equal(preprocess_surface_copy(v[0], 1 + 2 * SHEETS, t[0], SHEETS, &surface, NULL), 0);
    assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
    assert_int_equal(holes.filled + holes.left, 0);
    assert_int_equal(surface.n_triangles, SHEETS);
    preprocess_surface_free(&surface);
    free(v), free(t);
}

// A third sheet on the edge of a hole, standing up: the edge is of three triangles then, and the hole is no loop.
static void an_edge_of_three_triangles_is_no_boundary(void **state) {
    (void)state;
    const float v[][3] = {{0, 0, 0}, {9, 0, 0}, {9, 9, 0}, {0, 9, 0}, {3, 3, 0}, {6, 3, 0}, {4.5f, 6, 0}, {4.5f, 0, 5}};
    const int32_t t[][3] = {{0, 1, 5}, {0, 5, 4}, {1, 2, 5}, {2, 6, 5}, {2, 3, 6},
                            {3, 4, 6}, {3, 0, 4}, {4, 5, 7}, {5, 4, 7}};
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    struct mesh_edges edges;
    for (int64_t n = 7; n < 10; n++) { // none, one sheet that stands up, two that are one
        assert_int_equal(preprocess_surface_copy(v[0], 8, t[0], n, &surface, NULL), 0);
        assert_int_equal(preprocess_surface_clean(&surface, NULL), 0);
        assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
        assert_true(mesh_edges(&surface, &edges));
        assert_int_equal(holes.filled, n == 7);
        assert_int_equal(edges.many, 0);
        assert_null(mesh_fault(&surface));
        preprocess_surface_free(&surface);
    }
}

static void triangles_are_turned_as_their_neighbours(void **state) {
    (void)state;
    struct preprocess_surface surface;
    double area[3];
    make(dome, round_hole, &surface);
    for (int64_t t = 0; t < surface.n_triangles; t += 7) {
        int32_t *v = surface.triangles[t], second = v[1];
        v[1] = v[2], v[2] = second;
    }
    assert_int_equal(preprocess_surface_orient(&surface, NULL), 0);
    for (int64_t t = 0; t < surface.n_triangles; t++) {
        preprocess_triangle_area(&surface, t, area);
        assert_true(area[2] > 0);
    }
    preprocess_surface_free(&surface);
}

// A strip of triangles that is closed with a twist: it has no two sides, and is left a strip.
static void a_strip_with_a_twist_stays(void **state) {
    (void)state;
    enum { N = 12 };
    float v[2 * N][3];
    int32_t t[2 * N][3];
    struct preprocess_surface surface;
    struct preprocess_holes holes;
    for (int i = 0; i < 2 * N; i++) {
        double around = 6.2831853 * (i / 2) / N, out = i % 2 ? 2 : -2, r = 10 + out * cos(around / 2);
        v[i][0] = (float)(r * cos(around)), v[i][1] = (float)(r * sin(around)),
        v[i][2] = (float)(out * sin(around / 2));
    }
    for (int i = 0; i < N; i++) {
        int32_t a = 2 * i, b = a + 1, c = i + 1 < N ? a + 2 : 1, d = i + 1 < N ? a + 3 : 0;
        int32_t two[2][3] = {{a, c, b}, {b, c, d}};
        memcpy(t[2 * i], two, sizeof two);
    }
    assert_int_equal(preprocess_surface_copy(v[0], 2 * N, t[0], 2 * N, &surface, NULL), 0);
    assert_int_equal(preprocess_surface_orient(&surface, NULL), 0);
    assert_int_equal(preprocess_holes_fill(&surface, 200, &holes, NULL), 0);
    assert_int_equal(surface.n_triangles, 2 * N);
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
        cmocka_unit_test(holes_that_meet_are_filled_each),
        cmocka_unit_test(three_holes_may_meet_in_a_vertex),
        cmocka_unit_test(a_sieve_is_filled),
        cmocka_unit_test(islands_are_not_buried),
        cmocka_unit_test(sheets_that_touch_are_left),
        cmocka_unit_test(very_many_sheets_may_touch_in_a_vertex),
        cmocka_unit_test(an_edge_of_three_triangles_is_no_boundary),
        cmocka_unit_test(triangles_are_turned_as_their_neighbours),
        cmocka_unit_test(a_strip_with_a_twist_stays),
        cmocka_unit_test(spikes_go_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
