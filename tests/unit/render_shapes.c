// Pictures of shapes whose depth, normals and outline are known by formula.
#include "render_scene.h"

#include <facet/image.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIZE = 112, PIXELS = SIZE * SIZE };
static const double extent = 100, radius = 80, depth_mm = 100;
static struct scene scene;
static uint8_t planes[RENDER_MAX_PLANES][PIXELS];

static bool shoot(double yaw, double pitch, double roll, int supersample) {
    struct render_look look = {.size = SIZE,
                               .supersample = supersample,
                               .depth_mm = depth_mm,
                               .n_planes = 5,
                               .planes = {FACET_PLANE_DEPTH, FACET_PLANE_NORMAL_X, FACET_PLANE_NORMAL_Y,
                                          FACET_PLANE_NORMAL_Z, FACET_PLANE_MASK}};
    struct flat_mesh mesh = scene_mesh(&scene);
    struct flat_camera camera = flat_camera_at(yaw, pitch, roll);
    struct picture picture;
    assert_int_equal(picture_open(&picture, SIZE * supersample), FACET_OK);
    picture_draw(&picture, &mesh, &camera, extent);
    bool seen = render_shade(&mesh, &picture.points, &camera, &picture.hits, &look, planes[0]);
    picture_close(&picture);
    return seen;
}

static double decode_depth(int i) {
    return depth_mm * (planes[0][i] - 128) / 127;
}
static double decode_normal(int k, int i) {
    return planes[1 + k][i] / 127.5 - 1;
}
static double x_of(int i) {
    return extent * (2 * (i % SIZE + 0.5) / SIZE - 1);
}
static double y_of(int i) {
    return extent * (1 - 2 * (i / SIZE + 0.5) / SIZE);
}

static void check_ball_pixel(int i, double slack) {
    double x = x_of(i), y = y_of(i), z = sqrt(fmax(0, radius * radius - x * x - y * y));
    assert_float_equal(decode_depth(i), z, depth_mm / 254 + slack);
    assert_float_equal(decode_normal(0, i), x / radius, 1 / 255.0 + slack / radius);
    assert_float_equal(decode_normal(1, i), y / radius, 1 / 255.0 + slack / radius);
    assert_float_equal(decode_normal(2, i), z / radius, 1 / 255.0 + slack / radius);
    assert_int_equal(planes[4][i], 255);
}

static void check_ball(int supersample) {
    int area = 0;
    for (int i = 0; i < PIXELS; i++) {
        double from_middle = hypot(x_of(i), y_of(i));
        area += planes[4][i] == 255;
        if (from_middle < 0.9 * radius) check_ball_pixel(i, supersample == 2 ? 0.4 : 0.15);
        if (from_middle < radius + 1.3) continue;
        for (int p = 0; p < 5; p++) assert_int_equal(planes[p][i], 0);
    }
    double pixel = 2 * extent / SIZE, outline = radius + (supersample == 2 ? 0.125 * pixel : 0);
    assert_float_equal(area * pixel * pixel, M_PI * outline * outline, 0.004 * M_PI * radius * radius);
}

static void a_ball_has_its_depth_normals_and_outline(void **state) {
    (void)state;
    scene_sphere(&scene, radius, 96, 180);
    const double cameras[][3] = {{0, 0, 0}, {45, 0, 0}, {-45, 20, 0}, {10, -70, 33}, {180, 0, 90}};
    for (int c = 0; c < 5; c++)
        for (int supersample = 1; supersample <= 2; supersample++) {
            assert_true(shoot(cameras[c][0], cameras[c][1], cameras[c][2], supersample));
            check_ball(supersample);
        }
}

static void square(double half, double z) {
    scene.n_vertices = scene.n_triangles = 0;
    for (int i = 0; i < 4; i++) scene_vertex(&scene, i % 2 ? half : -half, i / 2 ? half : -half, z);
    scene_triangle(&scene, 0, 1, 3);
    scene_triangle(&scene, 0, 3, 2);
}

// Seen from yaw a, the square's width shrinks by cos a and its depth falls to the side away from the camera.
static void a_turned_square_has_its_slope(void **state) {
    (void)state;
    square(70, 0);
    for (int yaw = -60; yaw <= 60; yaw += 30) {
        double c = cos(yaw * M_PI / 180), s = sin(yaw * M_PI / 180);
        assert_true(shoot(yaw, 0, 0, 1));
        for (int i = 0; i < PIXELS; i++) {
            double x = x_of(i), y = y_of(i);
            bool inside = fabs(x) < 69.9 * c && fabs(y)<69.9, outside = fabs(x)> 70.1 * c || fabs(y) > 70.1;
            if (outside) assert_int_equal(planes[4][i], 0);
            if (!inside) continue;
            assert_int_equal(planes[4][i], 255);
            assert_float_equal(decode_depth(i), x / c * s, depth_mm / 254 + 0.02);
            assert_float_equal(decode_normal(0, i), -s, 1 / 255.0);
            assert_float_equal(decode_normal(1, i), 0, 1 / 255.0);
            assert_float_equal(decode_normal(2, i), c, 1 / 255.0);
        }
    }
}

// The only pixel-sized mark on +x, +y of the picture's middle, or nothing.
static void check_mark(double x, double y, double z, double yaw, double pitch, double roll, double at_x, double at_y) {
    scene.n_vertices = scene.n_triangles = 0;
    const double corner[3][2] = {{-6, -5}, {6, -5}, {0, 7}};
    struct flat_camera camera = flat_camera_at(yaw, pitch, roll);
    for (int k = 0; k < 3; k++) {
        double p[3];
        for (int i = 0; i < 3; i++) p[i] = corner[k][0] * camera.right[i] + corner[k][1] * camera.up[i];
        scene_vertex(&scene, x + p[0], y + p[1], z + p[2]);
    }
    scene_triangle(&scene, 0, 1, 2);
    assert_true(shoot(yaw, pitch, roll, 1));
    for (int i = 0; i < PIXELS; i++)
        if (planes[4][i]) assert_true(fabs(x_of(i) - at_x) < 8 && fabs(y_of(i) - at_y) < 8);
}

static void cameras_stand_where_the_text_says(void **state) {
    (void)state;
    check_mark(50, 30, 0, 0, 0, 0, 50, 30);    // the face's left is to the right of the picture
    check_mark(60, 0, 0, 90, 0, 0, 0, 0);      // the left ear, seen from the left, is in the middle
    check_mark(0, 0, 60, 90, 0, 0, -60, 0);    // and the nose points to the left of the picture
    check_mark(0, 60, 0, 0, 90, 0, 0, 0);      // the crown, seen from above
    check_mark(0, 0, 60, 0, 90, 0, 0, -60);    // and the nose points down
    check_mark(0, 60, 0, 0, 0, 90, 60, 0);     // rolled: the crown turns clockwise, to the right
    check_mark(0, 0, 60, 45, 0, 0, -42.43, 0); // the view from the left
}

static void the_back_of_a_triangle_shows_the_opposite_normal(void **state) {
    (void)state;
    square(70, 20);
    int middle = PIXELS / 2 + SIZE / 2;
    assert_true(shoot(0, 0, 0, 1));
    assert_float_equal(decode_normal(2, middle), 1, 1e-9);
    assert_float_equal(decode_depth(middle), 20, 0.4);
    assert_true(shoot(180, 0, 0, 1));
    assert_float_equal(decode_normal(2, middle), 1, 1e-9);
    assert_float_equal(decode_depth(middle), -20, 0.4);
}

static void a_view_of_nothing_is_empty(void **state) {
    (void)state;
    square(70, 20);
    assert_false(shoot(90, 0, 0, 1)); // edge on
    for (int i = 0; i < 5 * PIXELS; i++) assert_int_equal(planes[i / PIXELS][i % PIXELS], 0);
    scene.n_triangles = 0;
    assert_false(shoot(0, 0, 0, 2));
}

static void codes_cover_their_range(void **state) {
    (void)state;
    assert_int_equal(render_depth_code(0, 100), 128);
    assert_int_equal(render_depth_code(100, 100), 255);
    assert_int_equal(render_depth_code(-100, 100), 1);
    assert_int_equal(render_depth_code(-1000, 100), 1);
    assert_int_equal(render_depth_code(1000, 100), 255);
    for (int code = 1; code < 256; code++) assert_int_equal(render_depth_code(40 * (code - 128) / 127.0, 40), code);
    assert_int_equal(render_normal_code(-1), 0);
    assert_int_equal(render_normal_code(1), 255);
    for (int code = 0; code < 256; code++) assert_int_equal(render_normal_code(code / 127.5 - 1), code);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ball_has_its_depth_normals_and_outline),
        cmocka_unit_test(a_turned_square_has_its_slope),
        cmocka_unit_test(cameras_stand_where_the_text_says),
        cmocka_unit_test(the_back_of_a_triangle_shows_the_opposite_normal),
        cmocka_unit_test(a_view_of_nothing_is_empty),
        cmocka_unit_test(codes_cover_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
