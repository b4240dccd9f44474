// timeout: 120
// What cleaning, mending, smoothing and thinning do to any surface: hundreds of generated and broken ones, moved, renumbered, and
// done again.
#include "mesh_check.h"
#include "preprocess/curvature.h"
#include "preprocess/repair.h"

#include <facet/random.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 33, VERTICES = SIDE * SIDE, TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1), MORE = 400, BROKEN = 300 };

// A surface before it is handed over, with room for what is added.
struct draft {
    float vertices[VERTICES + MORE][3];
    int32_t triangles[TRIANGLES + MORE][3];
    int n_vertices, n_triangles;
    uint32_t seed, draw;
};

static double between(struct draft *d, double low, double high) {
    return low + (high - low) * facet_random_uniform(11, d->seed, 0, d->draw++);
}

static int below(struct draft *d, int n) {
    return (int)between(d, 0, n) % n;
}

// Bumps of random sizes on a square 64 mm wide, with noise.
static void draw_bumps(uint32_t seed, double noise, struct draft *d) {
    *d = (struct draft){.n_vertices = VERTICES, .n_triangles = TRIANGLES, .seed = seed};
    double wave = between(d, 10, 40), height = between(d, 0, 10), tilt = between(d, -0.5, 0.5);
    for (int i = 0; i < VERTICES; i++) {
        double x = 2.0 * (i % SIDE) - 32, y = 2.0 * (i / SIDE) - 32;
        double z = height * sin(x / wave * 3) * cos(y / wave * 2) + tilt * x;
        const double at[3] = {x, y, z};
        for (int k = 0; k < 3; k++)
            d->vertices[i][k] = (float)(at[k] + noise * facet_random_normal(5, seed, (uint32_t)i, (uint32_t)k));
    }
    for (int i = 0; i < TRIANGLES / 2; i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[2][3] = {{a, a + 1, a + SIDE + 1}, {a, a + SIDE + 1, a + SIDE}};
        memcpy(d->triangles[2 * i], two, sizeof two);
    }
}

// ---- what is done to them ---------------------------------------------------------------------------------------------

static void drop_triangles(struct draft *d, int n) {
    for (; n > 0 && d->n_triangles > 1; n--) {
        int at = below(d, d->n_triangles--);
        memmove(d->triangles[at], d->triangles[d->n_triangles], sizeof *d->triangles);
    }
}

static void drop_discs(struct draft *d, int n) {
    for (; n > 0; n--) {
        double x = between(d, -30, 30), y = between(d, -30, 30), r = between(d, 1, 9);
        int kept = 0;
        for (int t = 0; t < d->n_triangles; t++) {
            const float *p = d->vertices[d->triangles[t][0]];
            if ((p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y) < r * r) continue;
            memmove(d->triangles[kept++], d->triangles[t], sizeof *d->triangles);
        }
        d->n_triangles = kept > 0 ? kept : 1;
    }
}

static int32_t add_vertex(struct draft *d, const float at[3], double off) {
    for (int k = 0; k < 3; k++) d->vertices[d->n_vertices][k] = (float)(at[k] + between(d, -off, off));
    return d->n_vertices++;
}

static void add_triangle(struct draft *d, int32_t a, int32_t b, int32_t c) {
    const int32_t t[3] = {a, b, c};
    memcpy(d->triangles[d->n_triangles++], t, sizeof t);
}

static void part_vertices(struct draft *d, int n) { // a corner gets a vertex of its own, in the same place
    for (; n > 0; n--) {
        int32_t *v = &d->triangles[below(d, d->n_triangles)][below(d, 3)];
        *v = add_vertex(d, d->vertices[*v], 0);
    }
}

static void turn_triangles(struct draft *d, int n) {
    for (; n > 0; n--) {
        int32_t *v = d->triangles[below(d, d->n_triangles)], second = v[1];
        v[1] = v[2], v[2] = second;
    }
}

static void add_fans(struct draft *d, int n) { // more triangles on an edge, standing off
    for (; n > 0; n--) {
        const int32_t *t = d->triangles[below(d, d->n_triangles)];
        int32_t a = t[0], b = t[1];
        for (int i = 0; i < 3; i++) add_triangle(d, a, b, add_vertex(d, d->vertices[a], 8));
    }
}

static void add_islands(struct draft *d, int n) {
    for (; n > 0; n--) {
        const float at[3] = {(float)between(d, -32, 32), (float)between(d, -32, 32), (float)between(d, -5, 5)};
        int32_t a = add_vertex(d, at, 2), b = add_vertex(d, at, 2), c = add_vertex(d, at, 2);
        add_triangle(d, a, b, c);
    }
}

static void add_nonsense(struct draft *d, int n) { // any three vertices, the same ones twice, one thrice
    for (; n > 0; n--) {
        int32_t a = below(d, d->n_vertices), b = below(d, d->n_vertices), c = below(d, d->n_vertices);
        add_triangle(d, a, b, n % 3 ? c : a);
        add_triangle(d, c, b, a);
    }
}

static void raise_spikes(struct draft *d, int n) {
    for (; n > 0; n--) d->vertices[below(d, d->n_vertices)][2] += (float)between(d, -30, 30);
}

static void spoil(struct draft *d) {
    void (*const ways[])(struct draft *, int) = {drop_triangles, drop_discs,  part_vertices, turn_triangles,
                                                 add_fans,       add_islands, add_nonsense,  raise_spikes};
    for (int w = 0; w < 8; w++)
        if (between(d, 0, 1) < 0.4) ways[w](d, 1 + below(d, 15));
}

// ---- and to the surface -----------------------------------------------------------------------------------------------

static void hand_over(const struct draft *d, struct preprocess_surface *surface) {
    struct facet_error error;
    if (preprocess_surface_copy(d->vertices[0], d->n_vertices, d->triangles[0], d->n_triangles, surface, &error))
        fail_msg("surface %u: %s", d->seed, error.text);
}

static void mend(struct preprocess_surface *surface) {
    struct preprocess_holes holes;
    int64_t spikes;
    assert_int_equal(preprocess_surface_clean(surface, NULL), 0);
    assert_int_equal(preprocess_spikes_remove(surface, 2, &spikes, NULL), 0);
    assert_int_equal(preprocess_surface_drop_pieces(surface, 0.01, NULL), 0);
    assert_int_equal(preprocess_surface_orient(surface, NULL), 0);
    assert_int_equal(preprocess_holes_fill(surface, 60, &holes, NULL), 0);
}

static void check(const struct preprocess_surface *surface, const char *after, uint32_t seed) {
    const char *fault = mesh_fault(surface);
    if (fault) fail_msg("surface %u after %s: %s", seed, after, fault);
}

static int64_t edges_of_many(const struct preprocess_surface *surface) {
    struct mesh_edges edges;
    assert_true(mesh_edges(surface, &edges));
    return edges.many;
}

static void check_measures(struct preprocess_surface *surface, uint32_t seed) {
    static float curvature[VERTICES + 4 * MORE][PREPROCESS_CURVATURES];
    assert_true(surface->n_vertices <= VERTICES + 4 * MORE);
    assert_int_equal(preprocess_surface_normals(surface, (int)(seed % 2), NULL), 0);
    assert_int_equal(preprocess_curvatures(surface, 3, curvature, NULL), 0);
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        const float *n = surface->normals[i];
        assert_float_equal(n[0] * n[0] + n[1] * n[1] + n[2] * n[2], 1, 1e-4);
        for (int k = 0; k < PREPROCESS_CURVATURES; k++) assert_true(isfinite(curvature[i][k]));
        assert_true(curvature[i][PREPROCESS_SHAPE_INDEX] >= 0 && curvature[i][PREPROCESS_SHAPE_INDEX] <= 1);
    }
}

static void thin_half(struct preprocess_surface *surface, uint32_t seed) {
    struct facet_error error;
    int64_t budget = surface->n_vertices / 2, many = edges_of_many(surface);
    int code = preprocess_surface_thin(surface, budget, &error);
    check(surface, "thinning", seed);
    if (code) {
        assert_int_equal(code, FACET_ERROR_DATA); // too many of its edges have three triangles
        assert_true(many > 0);
        return;
    }
    assert_int_equal(surface->n_vertices, budget);
    assert_true(edges_of_many(surface) <= many);
}

static void broken_surfaces_come_out_well(void **state) {
    (void)state;
    static struct draft d;
    int thinned = 0;
    for (uint32_t seed = 0; seed < BROKEN; seed++) {
        struct preprocess_surface surface;
        draw_bumps(seed, 0.1, &d), spoil(&d);
        hand_over(&d, &surface);
        int64_t before = (assert_int_equal(preprocess_surface_clean(&surface, NULL), 0), edges_of_many(&surface));
        mend(&surface);
        check(&surface, "mending", seed);
        assert_true(edges_of_many(&surface) <= before);
        assert_int_equal(preprocess_surface_smooth(&surface, 3, NULL), 0);
        check(&surface, "smoothing", seed);
        check_measures(&surface, seed);
        thin_half(&surface, seed);
        check_measures(&surface, seed);
        thinned += surface.n_vertices < 700;
        preprocess_surface_free(&surface);
    }
    assert_true(thinned > BROKEN * 9 / 10);
}

static void numbers_that_are_none_are_refused(void **state) {
    (void)state;
    static struct draft d;
    const float none[] = {NAN, INFINITY, -INFINITY};
    for (uint32_t seed = 0; seed < 30; seed++) {
        struct preprocess_surface surface;
        struct facet_error error;
        draw_bumps(seed, 0.1, &d);
        d.vertices[below(&d, d.n_vertices)][below(&d, 3)] = none[seed % 3];
        assert_int_equal(
            preprocess_surface_copy(d.vertices[0], d.n_vertices, d.triangles[0], d.n_triangles, &surface, &error),
            FACET_ERROR_DATA);
        assert_non_null(strstr(error.text, "is not finite"));
    }
}

// ---- done again -------------------------------------------------------------------------------------------------------

static void mending_again_changes_nothing(void **state) {
    (void)state;
    static struct draft d;
    for (uint32_t seed = 1000; seed < 1000 + BROKEN / 2; seed++) {
        struct preprocess_surface once, twice;
        draw_bumps(seed, 0.1, &d), spoil(&d);
        hand_over(&d, &once);
        mend(&once);
        assert_int_equal(preprocess_surface_copy(once.vertices[0], once.n_vertices, once.triangles[0], once.n_triangles,
                                                 &twice, NULL),
                         0);
        mend(&twice);
        if (twice.n_vertices != once.n_vertices || twice.n_triangles != once.n_triangles)
            fail_msg("surface %u: %lld vertices and %lld triangles become %lld and %lld", seed,
                     (long long)once.n_vertices, (long long)once.n_triangles, (long long)twice.n_vertices,
                     (long long)twice.n_triangles);
        assert_memory_equal(once.vertices, twice.vertices, (size_t)once.n_vertices * sizeof *once.vertices);
        assert_memory_equal(once.triangles, twice.triangles, (size_t)once.n_triangles * sizeof *once.triangles);
        preprocess_surface_free(&once), preprocess_surface_free(&twice);
    }
}

// ---- moved and renumbered ---------------------------------------------------------------------------------------------

static double square_to_segment(const double p[3], const float a[3], const float b[3]) {
    double along = 0, length = 0, square = 0;
    for (int k = 0; k < 3; k++) along += (p[k] - a[k]) * (b[k] - a[k]), length += ((double)b[k] - a[k]) * (b[k] - a[k]);
    double share = length > 0 ? fmax(0, fmin(1, along / length)) : 0;
    for (int k = 0; k < 3; k++) square += pow(p[k] - a[k] - share * (b[k] - a[k]), 2);
    return square;
}

static double square_to_triangle(const double p[3], const float *const v[3]) {
    double n[3], size = 0, away = 0, least = INFINITY;
    bool within = true;
    for (int k = 0; k < 3; k++)
        n[k] = ((double)v[1][(k + 1) % 3] - v[0][(k + 1) % 3]) * ((double)v[2][(k + 2) % 3] - v[0][(k + 2) % 3]) -
               ((double)v[1][(k + 2) % 3] - v[0][(k + 2) % 3]) * ((double)v[2][(k + 1) % 3] - v[0][(k + 1) % 3]);
    for (int k = 0; k < 3; k++) size += n[k] * n[k], away += n[k] * (p[k] - v[0][k]);
    for (int e = 0; e < 3; e++) {
        const float *a = v[e], *b = v[(e + 1) % 3];
        double side = 0;
        for (int k = 0; k < 3; k++)
            side += n[k] * ((b[(k + 1) % 3] - a[(k + 1) % 3]) * (p[(k + 2) % 3] - a[(k + 2) % 3]) -
                            (b[(k + 2) % 3] - a[(k + 2) % 3]) * (p[(k + 1) % 3] - a[(k + 1) % 3]));
        within &= side >= 0;
        least = fmin(least, square_to_segment(p, a, b));
    }
    return within ? away * away / size : least;
}

// The greatest and the root of the mean square of the distances of one's vertices from the other, mm.
static void distances(const struct preprocess_surface *of, const struct preprocess_surface *from, double *greatest,
                      double *mean) {
    double sum = 0, most = 0;
    for (int64_t i = 0; i < of->n_vertices; i++) {
        const double p[3] = {of->vertices[i][0], of->vertices[i][1], of->vertices[i][2]};
        double least = INFINITY;
        for (int64_t t = 0; t < from->n_triangles; t++) {
            const int32_t *v = from->triangles[t];
            const float *const corners[3] = {from->vertices[v[0]], from->vertices[v[1]], from->vertices[v[2]]};
            least = fmin(least, square_to_triangle(p, corners));
        }
        sum += least, most = fmax(most, least);
    }
    *greatest = sqrt(most), *mean = sqrt(sum / (double)of->n_vertices);
}

static void are_the_same(const struct preprocess_surface *a, const struct preprocess_surface *b, double most,
                         double mean, uint32_t seed) {
    for (int way = 0; way < 2; way++) {
        double greatest, root;
        distances(way ? b : a, way ? a : b, &greatest, &root);
        if (greatest > most || root > mean)
            fail_msg("surface %u: %g mm apart, %g mm in the mean", seed, greatest, root);
    }
}

static void finish(struct preprocess_surface *surface) {
    mend(surface);
    assert_int_equal(preprocess_surface_smooth(surface, 2, NULL), 0);
}

static void spoil_a_little(struct draft *d) {
    drop_discs(d, 3), raise_spikes(d, 4), part_vertices(d, 10), turn_triangles(d, 5), drop_triangles(d, 6);
}

static void what_moves_with_the_scan_stays_alike(void **state) {
    (void)state;
    static struct draft d;
    double c = cos(0.7), s = sin(0.7), turn[3][3] = {{c, 0, s}, {s * s, c, -s * c}, {-s * c, s, c * c}}, back[3][3];
    for (int i = 0; i < 9; i++) back[i % 3][i / 3] = turn[i / 3][i % 3];
    for (uint32_t seed = 2000; seed < 2008; seed++) {
        struct preprocess_surface still, moved;
        draw_bumps(seed, 0.1, &d), spoil_a_little(&d);
        hand_over(&d, &still), hand_over(&d, &moved);
        preprocess_surface_move(&moved, turn, 1, (double[3]){30, -20, 50});
        for (int thinned = 0; thinned < 2; thinned++) {
            if (thinned)
                thin_half(&still, seed), thin_half(&moved, seed);
            else
                finish(&still), finish(&moved);
            assert_int_equal(still.n_vertices, moved.n_vertices);
            assert_int_equal(still.n_triangles, moved.n_triangles);
            struct preprocess_surface again;
            assert_int_equal(preprocess_surface_copy(moved.vertices[0], moved.n_vertices, moved.triangles[0],
                                                     moved.n_triangles, &again, NULL),
                             0);
            double origin[3];
            for (int k = 0; k < 3; k++) origin[k] = -(turn[k][0] * 30 - turn[k][1] * 20 + turn[k][2] * 50);
            preprocess_surface_move(&again, back, 1, origin);
            if (thinned)
                are_the_same(&still, &again, 0.3, 0.03, seed);
            else
                for (int64_t i = 0; i < still.n_vertices; i++)
                    for (int k = 0; k < 3; k++) assert_float_equal(still.vertices[i][k], again.vertices[i][k], 2e-4);
            preprocess_surface_free(&again);
        }
        preprocess_surface_free(&still), preprocess_surface_free(&moved);
    }
}

static void renumber(struct draft *d) {
    static struct draft from;
    int64_t place[VERTICES + MORE];
    from = *d;
    facet_random_permutation(7, d->seed, d->n_vertices, place);
    for (int i = 0; i < d->n_vertices; i++) memcpy(d->vertices[place[i]], from.vertices[i], sizeof *d->vertices);
    for (int t = 0, n = d->n_triangles; t < n; t++) { // in another order, and beginning with another corner
        int32_t *to = d->triangles[(t * 7919 + 13) % n];
        for (int k = 0; k < 3; k++) to[k] = (int32_t)place[from.triangles[t][(k + t) % 3]];
    }
}

static void numbers_and_order_do_not_matter(void **state) {
    (void)state;
    static struct draft d;
    for (uint32_t seed = 3000; seed < 3008; seed++) {
        struct preprocess_surface first, second;
        draw_bumps(seed, 0.1, &d), spoil_a_little(&d);
        hand_over(&d, &first);
        renumber(&d);
        hand_over(&d, &second);
        finish(&first), finish(&second);
        assert_float_equal(preprocess_surface_area(&first), preprocess_surface_area(&second), 1);
        are_the_same(&first, &second, 0.3, 0.02, seed);
        thin_half(&first, seed), thin_half(&second, seed);
        are_the_same(&first, &second, 0.6, 0.05, seed);
        preprocess_surface_free(&first), preprocess_surface_free(&second);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_surfaces_come_out_well),   cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(mending_again_changes_nothing),   cmocka_unit_test(what_moves_with_the_scan_stays_alike),
        cmocka_unit_test(numbers_and_order_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
