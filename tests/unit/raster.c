// The rasteriser's paths against the textbook one and against each other, on meshes made to be awkward.
#include "scene.h"

#include "render/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIDE = 40, EXTENT = 20 }; // a sample is 1 mm wide
static const char *const names[] = {"portable", "avx2", "avx512"};
static struct scene scene;
static struct render_corner corners[SCENE_MAX_VERTICES];
static struct render_spot spots[SCENE_MAX_VERTICES];
static uint64_t keys[SIDE * SIDE];
static int32_t counts[SIDE * SIDE][2];
static struct render_view *views[3]; // NULL: not on this processor
static const struct render_fragments *seen;

static int open_views(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct render_kernel *kernel = render_kernel_named(names[i]);
        if (!kernel) continue;
        if (render_view_create(&views[i], SIDE, NULL)) return 1;
        render_view_use(views[i], kernel);
    }
    return views[0] == NULL;
}
static int close_views(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) render_view_destroy(views[i]);
    return 0;
}

static struct render_mesh mesh_of_scene(void) {
    return (struct render_mesh){scene.vertices, scene.triangles, scene.n_vertices, scene.n_triangles};
}

static struct render_camera camera_at(double yaw, double pitch, double roll) {
    struct render_camera camera = render_camera_at(yaw, pitch, roll);
    render_camera_fill(&camera, EXTENT, SIDE);
    return camera;
}

static struct render_camera perspective_at(double yaw, double pitch, double distance) {
    struct render_camera camera = camera_at(yaw, pitch, 0);
    camera.projection = RENDER_PERSPECTIVE;
    camera.near_mm = 1;
    for (int k = 0; k < 3; k++) camera.position[k] = distance * camera.toward[k];
    for (int k = 0; k < 2; k++) camera.scale[k] *= distance;
    return camera;
}

static void same_bits(const void *a, const void *b, size_t size, const char *what, const char *path) {
    if (memcmp(a, b, size) != 0) fail_msg("%s: not the bits of the portable path: %s", path, what);
}

static void compare(const struct render_fragments *a, const struct render_fragments *b, const char *path) {
    size_t count = (size_t)a->count;
    if (a->count != b->count) fail_msg("%s: %lld samples, %lld", path, (long long)b->count, (long long)a->count);
    same_bits(a->sample, b->sample, count * 4, "sample", path);
    same_bits(a->triangle, b->triangle, count * 4, "triangle", path);
    for (int k = 0; k < 3; k++) {
        same_bits(a->corner[k], b->corner[k], count * 4, "corner", path);
        same_bits(a->share[k], b->share[k], count * 4, "share", path);
    }
    same_bits(a->depth, b->depth, count * 4, "depth", path);
    same_bits(a->from_behind, b->from_behind, count, "from_behind", path);
}

// normals that have no direction among them
static void compare_normals(const struct render_camera *camera, int path) {
    static float out[2][3][SIDE * SIDE];
    for (int64_t v = 0; v < scene.n_vertices; v += 7) memset(scene.normals[v], 0, sizeof scene.normals[v]);
    for (int i = 0; i < 2; i++) {
        float *const to[3] = {out[i][0], out[i][1], out[i][2]};
        render_view_normals(views[i ? path : 0], scene.normals[0], camera, to);
    }
    for (int c = 0; c < 3; c++) same_bits(out[0][c], out[1][c], (size_t)seen->count * 4, "normal", names[path]);
}

static void compare_interpolated(int path) {
    enum { MOST = SIDE * SIDE };
    static float out[2][4][MOST];
    for (int components = 1; components <= 4; components++) {
        float *to[2][4];
        for (int i = 0; i < 2; i++)
            for (int c = 0; c < 4; c++) to[i][c] = out[i][c];
        if (components * scene.n_vertices > 3 * SCENE_MAX_VERTICES) continue;
        render_view_interpolate(views[0], scene.normals[0], components, to[0]);
        render_view_interpolate(views[path], scene.normals[0], components, to[1]);
        for (int c = 0; c < components; c++)
            same_bits(out[0][c], out[1][c], (size_t)seen->count * 4, "attribute", names[path]);
    }
}

// Draws by every path. Returns how many samples see something.
static int64_t draw(const struct render_mesh *mesh, const struct render_camera *camera) {
    for (int i = 0; i < 3; i++) {
        if (!views[i]) continue;
        assert_int_equal(render_view_draw(views[i], mesh, camera, NULL), FACET_OK);
        if (i == 0) seen = render_view_fragments(views[0]);
        if (i == 0) continue;
        compare(seen, render_view_fragments(views[i]), names[i]);
        compare_interpolated(i);
        compare_normals(camera, i);
    }
    return seen->count;
}

static void refer(const struct render_mesh *mesh, const struct render_camera *camera) {
    struct render_lens lens = render_lens_of(camera);
    struct render_canvas canvas = {.window = {.side = SIDE, .first = 0, .rows = SIDE}, .keys = keys};
    render_project_rest(mesh, &lens, 0, corners, spots);
    render_reference(mesh, corners, &canvas, counts);
}

static int64_t agree(const struct render_mesh *mesh, const struct render_camera *camera) {
    int64_t at = 0;
    draw(mesh, camera);
    refer(mesh, camera);
    for (int i = 0; i < SIDE * SIDE; i++) {
        if (keys[i] == RENDER_EMPTY) continue;
        assert_true(at < seen->count);
        assert_int_equal(seen->sample[at], i);
        assert_int_equal(seen->triangle[at], (uint32_t)keys[i]);
        at++;
    }
    assert_int_equal(at, seen->count);
    return at;
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
    const struct {
        int triangles;
        double reach, size;
        int least;
    } kinds[] = {{60, 25, 12, 500}, {400, 25, 0.8, 20}, {3000, 25, 0.4, 50}, {150, 30, 3, 100}, {80, 1000, 30000, 1}};
    for (uint32_t seed = 0; seed < 20; seed++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            struct render_camera camera = camera_at(0, 0, 0);
            soup(seed, kinds[k].triangles, kinds[k].reach, kinds[k].size);
            struct render_mesh mesh = mesh_of_scene();
            assert_true(agree(&mesh, &camera) >= kinds[k].least);
        }
}

static void soups_agree_in_perspective(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        struct render_camera camera = perspective_at(spread(seed, 1, 0, 180), spread(seed, 2, 0, 90), 120);
        soup(seed, 300, 25, 6);
        struct render_mesh mesh = mesh_of_scene();
        assert_true(agree(&mesh, &camera) > 200);
    }
}

// Corners on whole and half samples: every kind of tie between a centre and an edge or a corner.
static void ties_agree(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        struct render_camera camera = camera_at(0, 0, 0);
        soup(seed, 80, 25, seed % 2 ? 8 : 2);
        for (int64_t v = 0; v < scene.n_vertices; v++)
            for (int k = 0; k < 2; k++) scene.vertices[v][k] = roundf(2 * scene.vertices[v][k]) / 2;
        struct render_mesh mesh = mesh_of_scene();
        assert_true(agree(&mesh, &camera) > 10);
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
    const double halves[] = {20, 15, 12.5, 10.3, 30};
    for (uint32_t seed = 0; seed < 5; seed++) {
        struct render_camera camera = camera_at(0, 0, 0);
        sheet(seed, 24, halves[seed], seed % 2 ? 0.2 : 0);
        struct render_mesh mesh = mesh_of_scene();
        int width = (int)fmin(SIDE, 2 * round(halves[seed])), expected = width * width;
        if (halves[seed] == 12.5) expected = 25 * 25; // edges run through centres; the top and left ones count
        assert_int_equal(agree(&mesh, &camera), expected);
        for (int i = 0; i < SIDE * SIDE; i++) {
            assert_int_equal(counts[i][0], keys[i] != RENDER_EMPTY);
            assert_int_equal(counts[i][1], 0);
        }
    }
}

static int32_t seen_at(int sample) {
    for (int64_t i = 0; i < seen->count; i++)
        if (seen->sample[i] == sample) return seen->triangle[i];
    return -1;
}

static void only_the_order_of_equals_matters(void **state) {
    (void)state;
    static float depth[SIDE * SIDE];
    struct render_camera camera = camera_at(10, 5, 3);
    soup(3, 200, 25, 9);
    struct render_mesh mesh = mesh_of_scene();
    int64_t count = draw(&mesh, &camera);
    memcpy(depth, seen->depth, (size_t)count * sizeof *depth);
    for (int i = 0; i < 100; i++) {
        int32_t swap[3];
        memcpy(swap, scene.triangles[i], sizeof swap);
        memcpy(scene.triangles[i], scene.triangles[199 - i], sizeof swap);
        memcpy(scene.triangles[199 - i], swap, sizeof swap);
    }
    assert_int_equal(draw(&mesh, &camera), count);
    assert_memory_equal(depth, seen->depth, (size_t)count * sizeof *depth);
    int32_t first = seen_at(SIDE * SIDE / 2 + SIDE / 2);
    assert_true(first > 0);
    memcpy(scene.triangles[0], scene.triangles[first], sizeof scene.triangles[0]);
    draw(&mesh, &camera);
    assert_int_equal(seen_at(SIDE * SIDE / 2 + SIDE / 2), 0);
}

static void set_triangle(const double place[3][3]) {
    scene.n_vertices = scene.n_triangles = 0;
    for (int k = 0; k < 3; k++) scene_vertex(&scene, place[k][0], place[k][1], place[k][2]);
    scene_triangle(&scene, 0, 1, 2);
}

static void awkward(double x0, double y0, double x1, double y1, double x2, double y2, int expected) {
    const double place[3][3] = {{x0, y0, 1}, {x1, y1, 2}, {x2, y2, 3}};
    struct render_camera camera = camera_at(0, 0, 0);
    set_triangle(place);
    struct render_mesh mesh = mesh_of_scene();
    assert_int_equal(draw(&mesh, &camera), expected);
    scene.triangles[0][0] = 2, scene.triangles[0][2] = 0;
    assert_int_equal(draw(&mesh, &camera), expected);
    while (scene.n_triangles < 16) scene_triangle(&scene, 0, 1, 2); // a whole group of them
    mesh = mesh_of_scene();
    assert_int_equal(draw(&mesh, &camera), expected);
}

static void awkward_triangles_are_drawn_or_not(void **state) {
    (void)state;
    awkward(1, 1, 1, 1, 1, 1, 0);                        // a point
    awkward(-10, 0.5, 10, 0.5, 3, 0.5, 0);               // a line through centres
    awkward(30, 30, 40, 30, 30, 40, 0);                  // outside
    awkward(-1e5, -1e5, 1e5, -1e5, 0, 1e5, SIDE * SIDE); // covers all
    awkward(-1e8, -1e8, 1e8, -1e8, 0, 2e8, SIDE * SIDE); // reaches farther than whole numbers do
    awkward(-3e8, 0, 0, -3e8, 3e8, 3e8, SIDE * SIDE);
    awkward(-1e10, -1e10, 1e10, -1e10, 0, 2e10, 0); // no place a scan can have
    awkward(0.1, 0.1, 0.3, 0.1, 0.1, 0.3, 0);       // between centres
    awkward(0.4, 0.4, 0.7, 0.4, 0.4, 0.7, 1);       // smaller than a sample, over a centre
    awkward((double)NAN, 0, 10, 0, 0, 10, 0);       // no place
    awkward((double)INFINITY, 0, 10, 0, 0, -(double)INFINITY, 0);
    awkward(3e38, 0, -3e38, 0, 0, 3e38, 0);
    awkward(0.5, 0.5, 5.5, 0.5, 0.5, 5.5, 4 + 3 + 2 + 1); // the left edge's centres count, the others' do not
}

// The line of sight through a sample, met with the triangle's plane, both by formula.
static double plane_depth(const double place[3][3], const struct render_camera *camera, int sample) {
    double u[3], v[3], normal[3], eye[3], sight[3], x, y;
    for (int k = 0; k < 3; k++) u[k] = place[1][k] - place[0][k], v[k] = place[2][k] - place[0][k];
    for (int k = 0; k < 3; k++) normal[k] = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3];
    x = (sample % SIDE + 0.5 - camera->centre[0]) / camera->scale[0];
    y = (camera->centre[1] - sample / SIDE - 0.5) / camera->scale[1];
    bool far = camera->projection == RENDER_PERSPECTIVE;
    for (int k = 0; k < 3; k++) {
        eye[k] = camera->position[k] + (far ? 0 : x * camera->right[k] + y * camera->up[k]);
        sight[k] = -camera->toward[k] + (far ? x * camera->right[k] + y * camera->up[k] : 0);
    }
    double along = 0, gap = 0;
    for (int k = 0; k < 3; k++) along += normal[k] * sight[k], gap += normal[k] * (place[0][k] - eye[k]);
    return -gap / along;
}

static void check_plane(uint32_t seed, const struct render_camera *camera) {
    double place[3][3];
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t i = 0; i < 3; i++) {
            place[k][i] = (double)(float)spread(seed, k, i, 30);
            if (i == 2) place[k][i] = (double)(float)(place[k][i] * 3);
        }
    set_triangle(place);
    struct render_mesh mesh = mesh_of_scene();
    draw(&mesh, camera);
    double least = fmin(place[0][2], fmin(place[1][2], place[2][2]));
    double range = fmax(place[0][2], fmax(place[1][2], place[2][2])) - least;
    for (int64_t i = 0; i < seen->count; i++) {
        // On the rim a sample may lie outside by what snapping moved the edge: there depth is held within the triangle.
        if (fmin(seen->share[0][i], fmin(seen->share[1][i], seen->share[2][i])) < 0.02F) continue;
        assert_float_equal(seen->depth[i], plane_depth(place, camera, seen->sample[i]), 1e-5 * fmax(range, 60));
    }
}

static void depth_is_that_of_the_plane(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        struct render_camera flat = camera_at(0, 0, 0);
        check_plane(seed, &flat);
        flat = perspective_at(spread(seed, 3, 3, 20), spread(seed, 4, 3, 20), 400);
        check_plane(seed, &flat);
    }
}

// A floor that runs from behind the camera to far ahead: it fills the picture's lower half.
static void what_is_behind_the_camera_is_cut_away(void **state) {
    (void)state;
    const double floor[3][3] = {{-1e6, -10, -1e6}, {1e6, -10, -1e6}, {0, -10, 1e6}};
    struct render_camera camera = perspective_at(0, 0, 50);
    camera.position[2] = 0;
    set_triangle(floor);
    struct render_mesh mesh = mesh_of_scene();
    assert_int_equal(draw(&mesh, &camera), SIDE * SIDE / 2);
    for (int64_t i = 0; i < seen->count; i++) {
        assert_true(seen->sample[i] >= SIDE * SIDE / 2);
        double exact = plane_depth(floor, &camera, seen->sample[i]);
        assert_float_equal(seen->depth[i], exact, 1e-4 * fabs(exact) + 0.1);
    }
    const double behind[3][3] = {{-10, -10, 5}, {10, -10, 5}, {0, 10, 5}};
    set_triangle(behind);
    assert_int_equal(draw(&mesh, &camera), 0);
}

// The same floor in many pieces: cut or whole, they meet without a crack.
static void cut_pieces_meet(void **state) {
    (void)state;
    struct render_camera camera = perspective_at(0, 0, 50);
    camera.position[2] = 0;
    for (uint32_t seed = 0; seed < 10; seed++) {
        sheet(seed, 30, 3000, 0.3);
        for (int64_t v = 0; v < scene.n_vertices; v++) {
            float *p = scene.vertices[v];
            p[2] = p[1], p[1] = -10;
        }
        struct render_mesh mesh = mesh_of_scene();
        assert_true(draw(&mesh, &camera) > SIDE * SIDE / 2 - 2 * SIDE);
        int last = SIDE * SIDE;
        for (int64_t i = seen->count - 1; i >= 0; i--) assert_int_equal(seen->sample[i], --last);
    }
}

static void bands_make_the_same_picture(void **state) {
    (void)state;
    soup(11, 500, 25, 5);
    struct render_mesh mesh = mesh_of_scene();
    struct render_camera camera = camera_at(20, 10, 5);
    for (int i = 0; i < 3; i++) {
        int64_t at = 0;
        if (!views[i]) continue;
        struct render_view *banded;
        assert_int_equal(render_view_create(&banded, SIDE, NULL), FACET_OK);
        render_view_use(banded, render_kernel_named(names[i]));
        draw(&mesh, &camera);
        for (int first = 0; first < SIDE; first += 7) {
            int rows = first + 7 < SIDE ? 7 : SIDE - first;
            assert_int_equal(render_view_draw_rows(banded, &mesh, &camera, first, rows, NULL), FACET_OK);
            const struct render_fragments *band = render_view_fragments(banded);
            for (int64_t k = 0; k < band->count; k++, at++) {
                assert_int_equal(band->sample[k], seen->sample[at]);
                assert_int_equal(band->triangle[k], seen->triangle[at]);
                assert_memory_equal(&band->depth[k], &seen->depth[at], sizeof(float));
            }
        }
        assert_int_equal(at, seen->count);
        render_view_destroy(banded);
    }
}

static void a_picture_may_have_one_pixel(void **state) {
    (void)state;
    struct render_view *one;
    struct render_camera camera = render_camera_at(0, 0, 0);
    render_camera_fill(&camera, 20, 1);
    assert_int_equal(render_view_create(&one, 1, NULL), FACET_OK);
    scene_sphere(&scene, 10, 8, 12);
    struct render_mesh mesh = mesh_of_scene();
    assert_int_equal(render_view_draw(one, &mesh, &camera, NULL), FACET_OK);
    seen = render_view_fragments(one);
    assert_int_equal(seen->count, 1);
    assert_true(seen->depth[0] > 8 && seen->depth[0] <= 10);
    mesh.n_triangles = 0;
    assert_int_equal(render_view_draw(one, &mesh, &camera, NULL), FACET_OK);
    assert_int_equal(render_view_fragments(one)->count, 0);
    mesh.n_vertices = 0;
    assert_int_equal(render_view_draw(one, &mesh, &camera, NULL), FACET_OK);
    render_view_destroy(one);
}

static void a_path_that_is_not_there_is_told(void **state) {
    (void)state;
    struct facet_error error = {0};
    struct render_view *view;
    setenv("FACET_ISA", "abacus", 1);
    assert_int_equal(render_view_create(&view, 4, &error), FACET_ERROR_USAGE);
    assert_non_null(strstr(error.text, "FACET_ISA=abacus"));
    assert_null(view);
    setenv("FACET_ISA", "portable", 1);
    assert_int_equal(render_view_create(&view, 4, &error), FACET_OK);
    assert_string_equal(render_view_path(view), "portable");
    render_view_destroy(view);
    unsetenv("FACET_ISA");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(soups_agree),
        cmocka_unit_test(soups_agree_in_perspective),
        cmocka_unit_test(ties_agree),
        cmocka_unit_test(a_sheet_has_no_crack_and_no_double_hit),
        cmocka_unit_test(only_the_order_of_equals_matters),
        cmocka_unit_test(awkward_triangles_are_drawn_or_not),
        cmocka_unit_test(depth_is_that_of_the_plane),
        cmocka_unit_test(what_is_behind_the_camera_is_cut_away),
        cmocka_unit_test(cut_pieces_meet),
        cmocka_unit_test(bands_make_the_same_picture),
        cmocka_unit_test(a_picture_may_have_one_pixel),
        cmocka_unit_test(a_path_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, open_views, close_views);
}
