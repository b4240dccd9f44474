// Pictures whose places fit 16 bits are drawn in another way than larger ones: on both sides of that limit every path draws as the
// portable one, whole and in bands, with triangles of a few samples all over the picture and its surroundings.
#include "scene.h"

#include "render/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TRIANGLES = SCENE_MAX_VERTICES / 3 < 6000 ? SCENE_MAX_VERTICES / 3 : 6000 };
static const char *const names[] = {"portable", "avx2", "avx512"};
static struct scene scene;

static double spread(uint32_t seed, uint32_t v, uint32_t k, double reach) {
    return reach * (2 * facet_random_uniform(seed, v, k, 0) - 1);
}

// Corners on whole 1/4 samples every other time, so that centres lie on edges.
static void soup(uint32_t seed, double reach, double size) {
    scene.n_vertices = scene.n_triangles = 0;
    for (int t = 0; t < TRIANGLES; t++) {
        double x = spread(seed, (uint32_t)t, 9, reach), y = spread(seed, (uint32_t)t, 10, reach);
        for (int k = 0; k < 3; k++) {
            uint32_t v = (uint32_t)(3 * t + k);
            double at[2] = {x + spread(seed, v, 0, size), y + spread(seed, v, 1, size)};
            for (int i = 0; i < 2 && seed % 2; i++) at[i] = round(4 * at[i]) / 4;
            scene_vertex(&scene, at[0], at[1], spread(seed, v, 2, 50));
        }
        scene_triangle(&scene, 3 * t, 3 * t + 1, 3 * t + 2);
    }
}

static struct render_view *view_by(const char *name, int side) {
    struct render_view *view;
    assert_int_equal(render_view_create(&view, side, NULL), FACET_OK);
    render_view_use(view, render_kernel_named(name));
    return view;
}

static void same(const struct render_fragments *a, const struct render_fragments *b) {
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->sample, b->sample, (size_t)a->count * sizeof *a->sample);
    assert_memory_equal(a->triangle, b->triangle, (size_t)a->count * sizeof *a->triangle);
    assert_memory_equal(a->depth, b->depth, (size_t)a->count * sizeof *a->depth);
}

static void draw_alike(const struct render_camera *camera, const char *name, int side, int64_t least) {
    struct render_mesh mesh = {scene.vertices, scene.triangles, scene.n_vertices, scene.n_triangles};
    struct render_view *plain = view_by("portable", side), *quick = view_by(name, side);
    for (int rows = side; rows > 0; rows = rows == side ? 60 : 0)
        for (int first = 0; first + rows <= side; first += rows) {
            assert_int_equal(render_view_draw_rows(plain, &mesh, camera, first, rows, NULL), FACET_OK);
            assert_int_equal(render_view_draw_rows(quick, &mesh, camera, first, rows, NULL), FACET_OK);
            same(render_view_fragments(plain), render_view_fragments(quick));
            if (rows == side) assert_true(render_view_fragments(plain)->count >= least);
        }
    render_view_destroy(plain);
    render_view_destroy(quick);
}

static void every_path_draws_alike_on_both_sides_of_the_limit(void **state) {
    (void)state;
    const double sizes[] = {0.7, 2, 4}, reaches[] = {1.05, 1.5, 400}; // samples; half pictures
    for (uint32_t seed = 0; seed < 18; seed++)
        for (int side = RENDER_PINNED_SIDE; side <= RENDER_PINNED_SIDE + 1; side++)
            for (int path = 1; path < 3; path++) {
                double reach = reaches[seed / 6];
                struct render_camera camera = render_camera_at(0, 0, 0);
                if (!render_kernel_named(names[path])) continue;
                render_camera_fill(&camera, 0.5 * side, side); // a sample is 1 mm wide
                soup(seed, reach * 0.5 * side, sizes[seed / 2 % 3]);
                draw_alike(&camera, names[path], side, reach > 2 ? 0 : 200);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_path_draws_alike_on_both_sides_of_the_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
