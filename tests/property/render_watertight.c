// A closed mesh shows every centre as many fronts as backs, whatever the camera: one crack or double hit breaks it.
#include "render_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 48 };
static struct scene scene, one;
static struct picture picture;
static int fronts[SIDE * SIDE], backs[SIDE * SIDE];

static int open_picture(void **state) {
    (void)state;
    return picture_open(&picture, SIDE);
}
static int close_picture(void **state) {
    (void)state;
    picture_close(&picture);
    return 0;
}

// Draws the mesh one triangle at a time with the fast rasteriser, and counts.
static void count(const struct render_camera *camera) {
    memset(fronts, 0, sizeof fronts);
    memset(backs, 0, sizeof backs);
    struct render_mesh mesh = scene_mesh(&scene);
    render_project(&mesh, camera, SIDE / 2, SIDE, &picture.points);
    mesh.triangles = one.triangles;
    mesh.n_triangles = 1;
    for (int64_t t = 0; t < scene.n_triangles; t++) {
        memcpy(one.triangles[0], scene.triangles[t], sizeof one.triangles[0]);
        render_raster(&mesh, &picture.points, &picture.hits);
        for (int i = 0; i < SIDE * SIDE; i++) {
            struct render_place place;
            if (picture.hits.triangle[i] < 0) continue;
            assert_true(render_locate(&mesh, &picture.points, 0, i % SIDE, i / SIDE, &place));
            (place.from_behind ? backs : fronts)[i]++;
        }
    }
}

static struct render_camera any_camera(uint32_t seed) {
    return render_camera_at(360 * facet_random_uniform(5, seed, 0, 0), 180 * facet_random_uniform(5, seed, 1, 0) - 90,
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
        struct render_camera camera = ties ? render_camera_at(0, 0, 0) : any_camera(seed);
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
        struct render_camera camera = seed ? any_camera(seed) : render_camera_at(0, 0, 0);
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
