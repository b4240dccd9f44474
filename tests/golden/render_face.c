// Golden pictures: a face drawn by formula, seen by three cameras, beside pictures kept in tests/golden.
//
// To make them anew after a wanted change, then look at each before it is kept:
//   FACET_GOLDEN_WRITE=tests/golden build/release/tests/test_golden_render_face
#include "render_scene.h"

#include <facet/image.h>

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { SIZE = 96, GRID = 140, PLANES = 5, TOLERANCE = 2, STRAY = SIZE * SIZE / 200 };
static struct scene scene;

static double bump(double x, double y, double at_x, double at_y, double wide, double high) {
    double u = (x - at_x) / wide, v = (y - at_y) / high;
    return exp(-u * u - v * v);
}

// mm before the nose tip's plane; the face's left differs from its right.
static double height(double x, double y) {
    double skull = 70 * sqrt(fmax(0, 1 - x * x / 6000 - (y + 5) * (y + 5) / 11000));
    double nose = 24 * bump(x, y, 0, -2, 11, 13) + 12 * bump(x, y, 0, 22, 8, 24);
    double brows = 6 * bump(x, y, -30, 46, 20, 7) + 8 * bump(x, y, 30, 49, 20, 7);
    double eyes = -9 * bump(x, y, -31, 33, 14, 9) - 9 * bump(x, y, 31, 33, 14, 9);
    double lids = 4 * bump(x, y, -31, 32, 8, 5) + 4 * bump(x, y, 31, 32, 8, 5);
    double mouth = 7 * bump(x, y, 2, -33, 20, 6) + 7 * bump(x, y, 2, -44, 16, 6) - 6 * bump(x, y, 3, -38, 22, 3);
    return skull + nose + brows + eyes + lids + mouth + 6 * bump(x, y, 0, -72, 18, 14) - 94;
}

static bool on_face(int i, int j) {
    double x = 160.0 * i / GRID - 80, y = 200.0 * j / GRID - 105;
    return x * x / 5600 + (y + 5) * (y + 5) / 9800 < 1;
}

static void add_point(int i, int j) {
    double x = 160.0 * i / GRID - 80, y = 200.0 * j / GRID - 105, step = 0.05;
    double slope_x = (height(x + step, y) - height(x - step, y)) / (2 * step);
    double slope_y = (height(x, y + step) - height(x, y - step)) / (2 * step);
    double length = sqrt(1 + slope_x * slope_x + slope_y * slope_y);
    float *normal = scene.normals[scene_vertex(&scene, x, y, height(x, y))];
    normal[0] = (float)(-slope_x / length), normal[1] = (float)(-slope_y / length), normal[2] = (float)(1 / length);
}

static int make_face(void **state) {
    (void)state;
    for (int j = 0; j <= GRID; j++)
        for (int i = 0; i <= GRID; i++) add_point(i, j);
    for (int j = 0; j < GRID; j++)
        for (int i = 0; i < GRID; i++) {
            int32_t a = j * (GRID + 1) + i, c = a + GRID + 2;
            if (!on_face(i, j) || !on_face(i + 1, j) || !on_face(i, j + 1) || !on_face(i + 1, j + 1)) continue;
            scene_triangle(&scene, a, a + 1, c);
            scene_triangle(&scene, a, c, a + GRID + 1);
        }
    return 0;
}

static void draw(double yaw, double pitch, int supersample, uint8_t *planes) {
    struct render_look look = {.size = SIZE,
                               .supersample = supersample,
                               .depth_mm = 100,
                               .n_planes = PLANES,
                               .planes = {FACET_PLANE_DEPTH, FACET_PLANE_NORMAL_X, FACET_PLANE_NORMAL_Y,
                                          FACET_PLANE_NORMAL_Z, FACET_PLANE_MASK}};
    struct flat_mesh mesh = scene_mesh(&scene);
    struct flat_camera camera = flat_camera_at(yaw, pitch, 0);
    struct picture picture;
    assert_int_equal(picture_open(&picture, SIZE * supersample), FACET_OK);
    picture_draw(&picture, &mesh, &camera, 110);
    assert_true(render_shade(&mesh, &picture.points, &camera, &picture.hits, &look, planes));
    picture_close(&picture);
}

// Left to right: depth, normal and mask, with their codes as they are.
static void compose(const uint8_t *planes, struct facet_image *image) {
    static const int shown[3][3] = {{0, 0, 0}, {1, 2, 3}, {4, 4, 4}};
    assert_int_equal(facet_image_create(image, 3 * SIZE, SIZE, 0, NULL), FACET_OK);
    for (int i = 0; i < 3 * SIZE * SIZE; i++)
        for (int k = 0; k < 3; k++)
            image->rgb[3 * i + k] =
                planes[shown[i % (3 * SIZE) / SIZE][k] * SIZE * SIZE + i / (3 * SIZE) * SIZE + i % SIZE];
}

static void compare(const char *path, const struct facet_image *image) {
    static uint8_t golden[3 * 3 * SIZE * SIZE];
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&png, path)) fail_msg("%s: %s", path, png.message);
    assert_int_equal(png.width, 3 * SIZE);
    assert_int_equal(png.height, SIZE);
    png.format = PNG_FORMAT_RGB;
    assert_true(png_image_finish_read(&png, NULL, golden, 0, NULL));
    int stray = 0;
    for (int i = 0; i < 3 * 3 * SIZE * SIZE; i++) stray += abs(image->rgb[i] - golden[i]) > TOLERANCE;
    if (stray > STRAY) fail_msg("%s: %d codes differ by more than %d", path, stray, TOLERANCE);
}

static void check(const char *name, double yaw, double pitch, int supersample) {
    static uint8_t planes[PLANES * SIZE * SIZE];
    const char *write = getenv("FACET_GOLDEN_WRITE"), *source = getenv("FACET_SOURCE");
    char path[4096];
    struct facet_image image;
    draw(yaw, pitch, supersample, planes);
    compose(planes, &image);
    if (write) {
        snprintf(path, sizeof path, "%s/%s.png", write, name);
        assert_int_equal(facet_image_write_png(path, &image, NULL), FACET_OK);
    } else {
        snprintf(path, sizeof path, "%s/tests/golden/%s.png", source ? source : ".", name);
        compare(path, &image);
    }
    facet_image_free(&image);
}

static void the_face_looks_as_it_did(void **state) {
    (void)state;
    check("render_face_front", 0, 0, 1);
    check("render_face_left", 45, 0, 1);
    check("render_face_right_above", -45, 20, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_face_looks_as_it_did)};
    return cmocka_run_group_tests(tests, make_face, NULL);
}
