// Pictures of a sphere, a torus and a plane beside the formulas: depth, normals, angles, curvatures and outline, in both
// projections.
#include "render_shapes.h"

#include <facet/image.h>

enum { SIZE = 200 };
static const char *const all =
    "size = 200; extent_mm = 100.0; curvature_range = 0.2; "
    "channels = [ \"depth\", \"normal\", \"azimuth\", \"elevation\", \"mean_curvature\", \"gaussian_curvature\", "
    "\"k1\", \"k2\", \"shape_index\", \"curvedness\", \"mask\", \"visibility\" ]; ";
static const char *const views = "views = ( { }, { yaw = 45.0; }, { yaw = -30.0; pitch = 50.0; roll = 20.0; } ); ";
static struct shape sphere, torus, plane;
static const double ball = 80, ring[2] = {55, 20}, flat[2] = {60, 10};

static int make(void **state) {
    (void)state;
    shape_make(&sphere, 720, 360, shape_on_sphere, &ball);
    shape_make(&torus, 720, 240, shape_on_torus, ring);
    shape_make(&plane, 4, 4, shape_on_plane, flat);
    return 0;
}

static int unmake(void **state) {
    (void)state;
    shape_free(&sphere), shape_free(&torus), shape_free(&plane);
    return 0;
}

static void shoot(const struct shape *shape, const char *more, int view, struct drawn *drawn) {
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s", all, views, more);
    draw_shape(shape, text, view, drawn);
}

// The line of sight through a pixel's centre, in the camera's frame: from + s * along, s > 0 away from the camera.
struct sight {
    double from[3], along[3];
};

static struct sight sight_of(const struct drawn *drawn, int pixel) {
    const struct render_camera *camera = &drawn->camera;
    double x = (pixel % SIZE + 0.5 - camera->centre[0]) / camera->scale[0];
    double y = (camera->centre[1] - pixel / SIZE - 0.5) / camera->scale[1];
    if (camera->projection == RENDER_ORTHOGRAPHIC) return (struct sight){{x, y, 0}, {0, 0, -1}};
    return (struct sight){{0, 0, drawn->depth_at}, {x, y, -1}}; // what is looked at lies in the origin
}

static void check_angles(const struct drawn *drawn, int pixel, const double n[3], double slack) {
    double azimuth = atan2(n[0], n[2]) * 180 / M_PI, elevation = asin(n[1]) * 180 / M_PI;
    double level = hypot(n[0], n[2]);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_AZIMUTH), pixel), azimuth, slack * 60 / level);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_ELEVATION), pixel), elevation,
                       slack * 60 / level);
}

// n: in the camera's frame.
static void check_place(const struct drawn *drawn, int pixel, double depth, const double n[3], double slack) {
    int first = drawn_plane(drawn, FACET_PLANE_NORMAL_X);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_DEPTH), pixel), depth, 200 * slack);
    for (int k = 0; k < 3; k++) assert_float_equal(drawn_at(drawn, first + k, pixel), n[k], slack);
    check_angles(drawn, pixel, n, slack);
}

static void check_bend(const struct drawn *drawn, int pixel, double k1, double k2, double slack) {
    double mean = (k1 + k2) / 2, index = 0.5 + atan2(k1 + k2, k1 - k2) / M_PI;
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_MEAN_CURVATURE), pixel), mean, slack);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_GAUSSIAN_CURVATURE), pixel), k1 * k2, slack / 10);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_K1), pixel), k1, slack);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_K2), pixel), k2, slack);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_SHAPE_INDEX), pixel), index, 20 * slack);
    assert_float_equal(drawn_at(drawn, drawn_plane(drawn, FACET_PLANE_CURVEDNESS), pixel),
                       sqrt((k1 * k1 + k2 * k2) / 2), slack);
}

static int covered_pixels(const struct drawn *drawn) {
    int count = 0, mask = drawn_plane(drawn, FACET_PLANE_MASK);
    for (int i = 0; i < SIZE * SIZE; i++) {
        bool covered = !isnan(drawn_at(drawn, mask, i));
        count += covered;
        for (int p = 0; p < drawn->n_planes; p++) assert_true(isnan(drawn_at(drawn, p, i)) == !covered);
    }
    return count;
}

// ---- sphere ---------------------------------------------------------------------------------------------------------

// Of all lines of sight that miss it or nearly do, nothing is said.
static int check_sphere(const struct drawn *drawn) {
    int checked = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        struct sight s = sight_of(drawn, i);
        double a = 0, b = 0, c = -ball * ball, p[3], n[3];
        for (int k = 0; k < 3; k++)
            a += s.along[k] * s.along[k], b += s.from[k] * s.along[k], c += s.from[k] * s.from[k];
        double root = b * b - a * c;
        if (root < 0.04 * ball * ball * a) continue;
        double t = (-b - sqrt(root)) / a;
        for (int k = 0; k < 3; k++) p[k] = s.from[k] + t * s.along[k], n[k] = p[k] / ball;
        check_place(drawn, i, p[2], n, 5e-4);
        check_bend(drawn, i, 1 / ball, 1 / ball, 1e-5);
        checked++;
    }
    return checked;
}

static void a_sphere_is_a_sphere_in_parallel_light(void **state) {
    (void)state;
    for (int v = 0; v < 3; v++) {
        struct drawn drawn;
        shoot(&sphere, "", v, &drawn);
        assert_true(drawn.seen);
        assert_true(check_sphere(&drawn) > 15000);
        double area = covered_pixels(&drawn) * (200.0 / SIZE) * (200.0 / SIZE);
        assert_float_equal(area, M_PI * ball * ball, 0.003 * area);
        drawn_free(&drawn);
    }
}

// From the distance d the outline is the circle where the lines of sight touch: f r / sqrt(d^2 - r^2) pixels wide.
static void a_sphere_is_a_sphere_in_perspective(void **state) {
    (void)state;
    for (int v = 0; v < 3; v++) {
        struct drawn drawn;
        shoot(&sphere, "projection = \"perspective\"; distance_mm = 300.0; fov_deg = 40.0;", v, &drawn);
        assert_true(check_sphere(&drawn) > 15000);
        double focal = 100 / tan(20 * M_PI / 180), radius = focal * ball / sqrt(300.0 * 300.0 - ball * ball);
        assert_float_equal(drawn.camera.scale[0], focal, 1e-9);
        assert_float_equal(covered_pixels(&drawn), M_PI * radius * radius, 0.003 * M_PI * radius * radius);
        drawn_free(&drawn);
    }
}

// ---- torus ----------------------------------------------------------------------------------------------------------

// Seen along its axis: how far from the middle of the tube, and what is there.
static void the_torus_bends_as_its_formula_says(void **state) {
    (void)state;
    struct drawn drawn;
    int checked = 0;
    shoot(&torus, "", 0, &drawn);
    for (int i = 0; i < SIZE * SIZE; i++) {
        struct sight s = sight_of(&drawn, i);
        double out = hypot(s.from[0], s.from[1]), off = out - ring[0];
        if (fabs(off) > 0.95 * ring[1]) continue;
        double z = sqrt(ring[1] * ring[1] - off * off), across = off / ring[1];
        double n[3] = {across * s.from[0] / out, across * s.from[1] / out, z / ring[1]};
        check_place(&drawn, i, z, n, 1e-3);
        check_bend(&drawn, i, 1 / ring[1], across / out, 2e-4);
        checked++;
    }
    assert_true(checked > 10000);
    double outer = ring[0] + ring[1], inner = ring[0] - ring[1], area = M_PI * (outer * outer - inner * inner);
    assert_float_equal(covered_pixels(&drawn), area, 0.005 * area);
    drawn_free(&drawn);
}

// Its back shows the other side: what bulges outwards is a hollow from within.
static void the_back_of_a_surface_bends_the_other_way(void **state) {
    (void)state;
    struct shape half = sphere;
    struct drawn drawn;
    int middle = SIZE / 2 * SIZE + SIZE / 2;
    half.n_triangles = sphere.n_triangles / 2; // y < 0: its inside is seen from above
    draw_shape(&half,
               "size = 200; views = ( { pitch = 90.0; } ); channels = [ \"normal\", \"mean_curvature\", \"k1\", "
               "\"k2\", \"shape_index\", \"curvedness\", \"gaussian_curvature\", \"depth\" ];",
               0, &drawn);
    const double expected[] = {0, 0, 1, -1 / ball, -1 / ball, -1 / ball, 0, 1 / ball, 1 / (ball * ball), -ball};
    for (int p = 0; p < 10; p++) assert_float_equal(drawn_at(&drawn, p, middle), expected[p], p == 9 ? 0.02 : 0.01);
    drawn_free(&drawn);
}

// ---- plane ----------------------------------------------------------------------------------------------------------

static void check_plane(const char *more, int view) {
    struct drawn drawn;
    int checked = 0, mask;
    shoot(&plane, more, view, &drawn);
    const struct render_camera *camera = &drawn.camera;
    mask = drawn_plane(&drawn, FACET_PLANE_MASK);
    const double n[3] = {camera->right[2], camera->up[2], camera->toward[2]};
    for (int i = 0; i < SIZE * SIZE; i++) {
        struct sight s = sight_of(&drawn, i);
        double above = 0, fall = 0, p[3], at[2];
        for (int k = 0; k < 3; k++) above += n[k] * s.from[k], fall += n[k] * s.along[k];
        double t = (flat[1] - above) / fall;
        for (int k = 0; k < 3; k++) p[k] = s.from[k] + t * s.along[k];
        for (int k = 0; k < 2; k++) at[k] = camera->right[k] * p[0] + camera->up[k] * p[1] + camera->toward[k] * p[2];
        double rim = fmax(fabs(at[0]), fabs(at[1])) - flat[0];
        if (rim > 0.5) assert_true(isnan(drawn_at(&drawn, mask, i)));
        if (rim > -0.5) continue;
        check_place(&drawn, i, p[2], n, 1e-5);
        check_bend(&drawn, i, 0, 0, 1e-7);
        checked++;
    }
    assert_true(checked > 5000);
    drawn_free(&drawn);
}

// Depth to 1e-5 of its range, 200 mm.
static void a_plane_is_even(void **state) {
    (void)state;
    for (int v = 0; v < 3; v++) {
        check_plane("", v);
        check_plane("projection = \"perspective\"; distance_mm = 250.0;", v);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sphere_is_a_sphere_in_parallel_light),
        cmocka_unit_test(a_sphere_is_a_sphere_in_perspective),
        cmocka_unit_test(the_torus_bends_as_its_formula_says),
        cmocka_unit_test(the_back_of_a_surface_bends_the_other_way),
        cmocka_unit_test(a_plane_is_even),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
