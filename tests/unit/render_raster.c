// The fast rasteriser against the textbook one, on meshes made to be awkward.
#include "render_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 40, EXTENT = 20 }; // a sample is 1 mm wide
static struct scene scene;
static struct picture fast;
static struct render_hits slow;

static int open_pictures(void **state) {
    (void)state;
    return picture_open(&fast, SIDE) || render_hits_create(&slow, SIDE, NULL);
}
static int close_pictures(void **state) {
    (void)state;
    picture_close(&fast);
    render_hits_free(&slow);
    return 0;
}

// Returns how many samples saw something. Which triangle is seen may differ where two are as good as equally near.
static int agree(const struct flat_mesh *mesh) {
    struct flat_camera camera = flat_camera_at(0, 0, 0);
    int seen = 0;
    picture_draw(&fast, mesh, &camera, EXTENT);
    flat_reference(mesh, &fast.points, &slow, NULL);
    for (int i = 0; i < slow.side * slow.side; i++) {
        seen += slow.triangle[i] >= 0;
        assert_int_equal(fast.hits.triangle[i] >= 0, slow.triangle[i] >= 0);
        if (slow.triangle[i] < 0) continue;
        double far = fmax(1, fabs(slow.depth[i]));
        if (fabs(fast.hits.depth[i] - slow.depth[i]) > 1e-9 * far)
            fail_msg("sample %d: %.17g, %.17g", i, fast.hits.depth[i], slow.depth[i]);
        if (fast.hits.triangle[i] == slow.triangle[i]) continue;
        struct render_place place;
        assert_true(render_locate(mesh, &fast.points, fast.hits.triangle[i], i % SIDE, i / SIDE, &place));
    }
    return seen;
}

static double spread(uint32_t seed, uint32_t v, uint32_t k, double reach) {
    return reach * (2 * facet_random_uniform(seed, v, k, 0) - 1);
}

static void soup(uint32_t seed, int triangles, double reach, double size) {
    scene.n_vertices = scene.n_triangles = 0;
    for (int t = 0; t < triangles; t++) {
        double x = spread(seed, (uint32_t)t, 9, reach), y = spread(seed, (uint32_t)t, 10, reach);
        for (int k = 0; k < 3; k++) {
            uint32_t v = (uint32_t)(3 * t + k);
            scene_vertex(&scene, x + spread(seed, v, 0, size), y + spread(seed, v, 1, size), spread(seed, v, 2, 50));
        }
        scene_triangle(&scene, 3 * t, 3 * t + 1, 3 * t + 2);
    }
}

static void soups_agree(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        soup(seed, 60, 25, 12);
        struct flat_mesh mesh = scene_mesh(&scene);
        assert_true(agree(&mesh) > 500);
        soup(seed, 400, 25, 0.8);
        mesh = scene_mesh(&scene);
        assert_true(agree(&mesh) > 20);
        soup(seed, 80, 1000, 300000);
        mesh = scene_mesh(&scene);
        assert_true(agree(&mesh) > 0);
    }
}

// Corners on whole and half samples: every kind of tie between a centre and an edge or a corner.
static void ties_agree(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        soup(seed, 80, 25, 8);
        for (int64_t v = 0; v < scene.n_vertices; v++)
            for (int k = 0; k < 2; k++) scene.vertices[v][k] = roundf(2 * scene.vertices[v][k]) / 2;
        struct flat_mesh mesh = scene_mesh(&scene);
        agree(&mesh);
    }
}

// A sheet of quads cut in two, its inner corners pushed about; every centre inside is hit once.
static void sheet(uint32_t seed, int quads, double half, double push) {
    scene.n_vertices = scene.n_triangles = 0;
    for (int j = 0; j <= quads; j++)
        for (int i = 0; i <= quads; i++) {
            bool inner = i > 0 && j > 0 && i < quads && j < quads;
            uint32_t v = (uint32_t)scene.n_vertices;
            double step = 2 * half / quads, shift = inner ? push * step : 0;
            scene_vertex(&scene, i * step - half + spread(seed, v, 0, shift),
                         j * step - half + spread(seed, v, 1, shift), spread(seed, v, 2, 30));
        }
    for (int32_t q = 0; q < quads * quads; q++) {
        int32_t a = q / quads * (quads + 1) + q % quads, b = a + 1, c = b + quads + 1, d = a + quads + 1;
        scene_triangle(&scene, a, b, c);
        scene_triangle(&scene, a, c, d);
    }
}

static void a_sheet_has_no_crack_and_no_double_hit(void **state) {
    (void)state;
    static int32_t counts[SIDE * SIDE][2];
    const double halves[] = {20, 15, 12.5, 10.3, 30};
    for (uint32_t seed = 0; seed < 5; seed++) {
        sheet(seed, 24, halves[seed], seed % 2 ? 0.2 : 0);
        struct flat_mesh mesh = scene_mesh(&scene);
        int width = (int)fmin(SIDE, 2 * round(halves[seed])), expected = width * width;
        if (halves[seed] == 12.5) expected = 25 * 25; // edges run through centres; the top and left ones count
        assert_int_equal(agree(&mesh), expected);
        flat_reference(&mesh, &fast.points, &slow, counts);
        for (int i = 0; i < SIDE * SIDE; i++) {
            assert_int_equal(counts[i][0], fast.hits.triangle[i] >= 0);
            assert_int_equal(counts[i][1], 0);
        }
    }
}

static void only_the_order_of_equals_matters(void **state) {
    (void)state;
    soup(3, 200, 25, 9);
    struct flat_mesh mesh = scene_mesh(&scene);
    struct flat_camera camera = flat_camera_at(10, 5, 3);
    picture_draw(&fast, &mesh, &camera, EXTENT);
    memcpy(slow.depth, fast.hits.depth, SIDE * SIDE * sizeof *slow.depth);
    for (int i = 0; i < 100; i++) {
        int32_t swap[3];
        memcpy(swap, scene.triangles[i], sizeof swap);
        memcpy(scene.triangles[i], scene.triangles[199 - i], sizeof swap);
        memcpy(scene.triangles[199 - i], swap, sizeof swap);
    }
    picture_draw(&fast, &mesh, &camera, EXTENT);
    assert_memory_equal(slow.depth, fast.hits.depth, SIDE * SIDE * sizeof *slow.depth);
    int32_t seen = fast.hits.triangle[SIDE * SIDE / 2 + SIDE / 2];
    assert_true(seen > 0);
    memcpy(scene.triangles[0], scene.triangles[seen], sizeof scene.triangles[0]);
    picture_draw(&fast, &mesh, &camera, EXTENT);
    assert_int_equal(fast.hits.triangle[SIDE * SIDE / 2 + SIDE / 2], 0);
}

static void awkward(double x0, double y0, double x1, double y1, double x2, double y2, int seen) {
    scene.n_vertices = scene.n_triangles = 0;
    scene_vertex(&scene, x0, y0, 1);
    scene_vertex(&scene, x1, y1, 2);
    scene_vertex(&scene, x2, y2, 3);
    scene_triangle(&scene, 0, 1, 2);
    struct flat_mesh mesh = scene_mesh(&scene);
    assert_int_equal(agree(&mesh), seen);
    scene.triangles[0][0] = 2, scene.triangles[0][2] = 0;
    assert_int_equal(agree(&mesh), seen);
}

static void awkward_triangles_are_drawn_or_not(void **state) {
    (void)state;
    awkward(1, 1, 1, 1, 1, 1, 0);                        // a point
    awkward(-10, 0.5, 10, 0.5, 3, 0.5, 0);               // a line through centres
    awkward(30, 30, 40, 30, 30, 40, 0);                  // outside
    awkward(-1e5, -1e5, 1e5, -1e5, 0, 1e5, SIDE * SIDE); // covers all
    awkward(-1e6, -1e6, 1e6, -1e6, 0, 2e6, 0);           // out of reach
    awkward(0.1, 0.1, 0.3, 0.1, 0.1, 0.3, 0);            // between centres
    awkward(0.4, 0.4, 0.7, 0.4, 0.4, 0.7, 1);            // smaller than a sample, over a centre
    awkward((double)NAN, 0, 10, 0, 0, 10, 0);            // no place
    awkward((double)INFINITY, 0, 10, 0, 0, -(double)INFINITY, 0);
    awkward(3e38, 0, -3e38, 0, 0, 3e38, 0);
    awkward(0.5, 0.5, 5.5, 0.5, 0.5, 5.5, 4 + 3 + 2 + 1); // the left edge's centres count, the others' do not
}

static void a_picture_may_have_one_pixel(void **state) {
    (void)state;
    struct picture one;
    struct flat_camera camera = flat_camera_at(0, 0, 0);
    assert_int_equal(picture_open(&one, 1), FACET_OK);
    scene_sphere(&scene, 10, 8, 12);
    struct flat_mesh mesh = scene_mesh(&scene);
    picture_draw(&one, &mesh, &camera, 20);
    assert_true(one.hits.triangle[0] >= 0);
    assert_true(one.hits.depth[0] > 8 && one.hits.depth[0] <= 10);
    mesh.n_triangles = 0;
    picture_draw(&one, &mesh, &camera, 20);
    assert_int_equal(one.hits.triangle[0], -1);
    picture_close(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(soups_agree),
        cmocka_unit_test(ties_agree),
        cmocka_unit_test(a_sheet_has_no_crack_and_no_double_hit),
        cmocka_unit_test(only_the_order_of_equals_matters),
        cmocka_unit_test(awkward_triangles_are_drawn_or_not),
        cmocka_unit_test(a_picture_may_have_one_pixel),
    };
    return cmocka_run_group_tests(tests, open_pictures, close_pictures);
}
