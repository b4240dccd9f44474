// Vertices anywhere in a float's range: what is seen of them has a depth, and shares that are shares.
#include "scene.h"

#include "render/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 40, EXTENT = 20, TRIANGLES = 60 };
static struct scene scene;

// Small triangles, every ninth vertex of which is somewhere else.
static void make_scene(uint32_t seed) {
    static const float odd[] = {1e30F, -3e38F, 2e9F, -2e9F, NAN, INFINITY, -INFINITY, 1e-40F};
    scene.n_vertices = scene.n_triangles = 0;
    for (uint32_t v = 0; v < 3 * TRIANGLES; v++) {
        double at[3];
        for (uint32_t k = 0; k < 3; k++) at[k] = EXTENT * (2 * facet_random_uniform(seed, v, k, 0) - 1);
        int vertex = scene_vertex(&scene, at[0], at[1], at[2]);
        if (v % 9 == 0) scene.vertices[vertex][seed % 3] = odd[(seed + v) % 8];
        if (v % 3 == 2) scene_triangle(&scene, vertex - 2, vertex - 1, vertex);
    }
}

static struct render_camera camera_of(enum render_projection projection) {
    struct render_camera camera = render_camera_at(0, 0, 0);
    render_camera_fill(&camera, EXTENT, SIDE);
    camera.projection = projection;
    camera.near_mm = 1;
    if (projection == RENDER_ORTHOGRAPHIC) return camera;
    camera.position[2] = 60;
    for (int k = 0; k < 2; k++) camera.scale[k] *= 60;
    return camera;
}

static void check_seen(const struct render_fragments *seen) {
    assert_true(seen->count > 100);
    for (int64_t i = 0; i < seen->count; i++) {
        float whole = 0;
        for (int k = 0; k < 3; k++) {
            assert_true(seen->share[k][i] >= 0);
            whole += seen->share[k][i];
        }
        assert_true(fabsf(whole - 1) < 1e-5F);
        assert_true(fabsf(seen->depth[i]) < 1e9F);
    }
}

static void check_path(const char *name, enum render_projection projection) {
    const struct render_kernel *kernel = render_kernel_named(name);
    struct render_camera camera = camera_of(projection);
    struct render_view *view;
    if (!kernel) return; // not on this processor
    assert_int_equal(render_view_create(&view, SIDE, NULL), FACET_OK);
    render_view_use(view, kernel);
    for (uint32_t seed = 1; seed <= 24; seed++) {
        make_scene(seed);
        struct render_mesh mesh = {scene.vertices, scene.triangles, scene.n_vertices, scene.n_triangles};
        assert_int_equal(render_view_draw(view, &mesh, &camera, NULL), FACET_OK);
        check_seen(render_view_fragments(view));
    }
    render_view_destroy(view);
}

static void what_is_too_far_away_is_not_seen(void **state) {
    static const char *const names[] = {"portable", "avx2", "avx512"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_path(names[i], RENDER_ORTHOGRAPHIC);
        check_path(names[i], RENDER_PERSPECTIVE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_far_away_is_not_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
