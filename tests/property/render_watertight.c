// A closed mesh shows every centre as many fronts as backs, whatever the camera: one crack or double hit breaks it.
#include "scene.h"

#include "render/raster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 48 };
static struct scene scene;
static struct render_view *view;
static int fronts[SIDE * SIDE], backs[SIDE * SIDE];

static int open_picture(void **state) {
    (void)state;
    return render_view_create(&view, SIDE, NULL);
}
static int close_picture(void **state) {
    (void)state;
    render_view_destroy(view);
    return 0;
}

// Draws the mesh one triangle at a time, each sixteen times over that whole groups of lanes are drawn, and counts.
static void count(const struct render_camera *camera) {
    static int32_t one[16][3];
    memset(fronts, 0, sizeof fronts);
    memset(backs, 0, sizeof backs);
    struct render_mesh mesh = {scene.vertices, one, scene.n_vertices, 16};
    const struct render_fragments *seen = render_view_fragments(view);
    for (int64_t t = 0; t < scene.n_triangles; t++) {
        for (int i = 0; i < 16; i++) memcpy(one[i], scene.triangles[t], sizeof one[i]);
        assert_int_equal(render_view_draw(view, &mesh, camera, NULL), FACET_OK);
        for (int64_t i = 0; i < seen->count; i++) (seen->from_behind[i] ? backs : fronts)[seen->sample[i]]++;
    }
}

static struct render_camera camera_at(double yaw, double pitch, double roll) {
    struct render_camera camera = render_camera_at(yaw, pitch, roll);
    render_camera_fill(&camera, SIDE / 2, SIDE);
    return camera;
}

static struct render_camera any_camera(uint32_t seed) {
    return camera_at(360 * facet_random_uniform(5, seed, 0, 0), 180 * facet_random_uniform(5, seed, 1, 0) - 90,
                     360 * facet_random_uniform(5, seed, 2, 0));
}

static void crumpled_closed_meshes_show_as_many_fronts_as_backs(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 6; seed++) {
        scene_sphere(&scene, 14, 18, 24);
        for (int64_t v = 0; v < scene.n_vertices; v++)
            for (int k = 0; k < 3; k++)
                scene.vertices[v][k] += (float)(4 * facet_random_normal(seed, (uint32_t)v, (uint32_t)k, 0));
        bool ties = seed % 2; // corners on centres and between them
        for (int64_t v = 0; v < scene.n_vertices && ties; v++)
            for (int k = 0; k < 3; k++) scene.vertices[v][k] = roundf(2 * scene.vertices[v][k]) / 2;
        struct render_camera camera = ties ? camera_at(0, 0, 0) : any_camera(seed);
        int most = 0;
        count(&camera);
        for (int i = 0; i < SIDE * SIDE; i++) {
            assert_int_equal(fronts[i], backs[i]);
            if (fronts[i] > most) most = fronts[i];
        }
        assert_true(most > 3);
    }
}

static void a_ball_shows_one_front_and_one_back(void **state) {
    (void)state;
    scene_sphere(&scene, 14, 18, 24);
    for (uint32_t seed = 0; seed < 4; seed++) {
        struct render_camera camera = seed ? any_camera(seed) : camera_at(0, 0, 0);
        int covered = 0;
        count(&camera);
        for (int i = 0; i < SIDE * SIDE; i++) {
            covered += fronts[i] == 1;
            assert_true(fronts[i] <= 1);
            assert_int_equal(fronts[i], backs[i]);
        }
        assert_true(covered > 550);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crumpled_closed_meshes_show_as_many_fronts_as_backs),
        cmocka_unit_test(a_ball_shows_one_front_and_one_back),
    };
    return cmocka_run_group_tests(tests, open_picture, close_picture);
}
