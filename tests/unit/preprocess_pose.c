// The pose search: finds a face however it is turned, and says so when there is none.
#include "preprocess/pose.h"
#include "preprocess/tip.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 61 };
static const double degree = 3.14159265358979323846 / 180;
static struct preprocess_template face;

static int fill_template(void **state) {
    (void)state;
    preprocess_template_fill(&face);
    return 0;
}

typedef double height_of(double x, double y);

static double face_height(double x, double y) {
    struct preprocess_template_at at;
    if (preprocess_template_look(&face, x, y, &at)) return at.height;
    return -45 - 0.006 * (x * x + y * y);
}
static double bowl_height(double x, double y) {
    return -0.004 * (x * x + y * y);
}
static double flat_height(double x, double y) {
    return 0.01 * x - 0.02 * y;
}
static double waves_height(double x, double y) {
    return 8 * sin(x / 12) * cos(y / 9);
}
static double egg_height(double x, double y) {
    return 95 * sqrt(fmax(0.04, 1 - x * x / (60 * 60) - y * y / (150 * 150)));
}
// Lips stand out beyond the nose, cheeks beside them are full.
static double pout_height(double x, double y) {
    double lips = exp(-0.5 * ((x / 28) * (x / 28) + ((y + 20) / 9) * ((y + 20) / 9)));
    double cheeks = exp(-0.5 * (((fabs(x) - 42) / 14) * ((fabs(x) - 42) / 14) + ((y + 20) / 20) * ((y + 20) / 20)));
    return face_height(x, y) + 38 * lips + 15 * cheeks;
}

// Lips that hang over the end of the nose, with the hollow between them.
static double overhang_height(double x, double y) {
    return face_height(x, y) + 36 * exp(-0.5 * ((x / 20) * (x / 20) + ((y + 20) / 5) * ((y + 20) / 5)));
}

// A height field over x and y from -90 to 90 mm, turned and moved, in `unit` mm.
static void sheet(height_of *height, double rotation[3][3], double unit, struct preprocess_surface *surface) {
    static float v[SIDE * SIDE][3];
    static int32_t t[2 * (SIDE - 1) * (SIDE - 1)][3];
    int n = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        double x = 3.0 * (i % SIDE) - 90, y = 3.0 * (i / SIDE) - 90, p[3] = {x, y, height(x, y)};
        for (int k = 0; k < 3; k++)
            v[i][k] = (float)(unit * (rotation[k][0] * p[0] + rotation[k][1] * p[1] + rotation[k][2] * p[2] + 10 * k));
    }
    for (int i = 0; i < (SIDE - 1) * (SIDE - 1); i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        t[n][0] = a, t[n][1] = a + 1, t[n++][2] = a + SIDE;
        t[n][0] = a + 1, t[n][1] = a + SIDE + 1, t[n++][2] = a + SIDE;
    }
    assert_int_equal(preprocess_surface_copy(v[0], SIDE * SIDE, t[0], n, surface, NULL), FACET_OK);
}

static void turned(double yaw, double pitch, double r[3][3]) {
    double cy = cos(yaw * degree), sy = sin(yaw * degree), cp = cos(pitch * degree), sp = sin(pitch * degree);
    double m[3][3] = {{cy, sy * sp, sy * cp}, {0, cp, -sp}, {-sy, cy * sp, cy * cp}};
    memcpy(r, m, sizeof m);
}

static double turn_error(double a[3][3], double b[3][3]) {
    double trace = 0;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) trace += a[i][k] * b[k][i];
    return acos(fmax(-1, fmin(1, (trace - 1) / 2))) / degree;
}

static void check_found(double yaw, double pitch, double unit, bool turn, bool scale) {
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct facet_error error = {0};
    struct preprocess_search search = {.turn = turn, .scale = scale};
    double r[3][3];
    turned(yaw, pitch, r);
    sheet(face_height, r, unit, &surface);
    if (preprocess_pose_find(&face, &surface, search, &pose, &error)) fail_msg("%s", error.text);
    assert_true(turn_error(pose.rotation, r) < 1.5);
    assert_float_equal(pose.scale * unit, 1.0, 0.05);
    for (int k = 0; k < 3; k++) assert_float_equal(pose.tip[k] / unit, 10 * k, 2.0);
    preprocess_surface_free(&surface);
}

static void the_generic_face_is_found_in_any_pose_and_unit(void **state) {
    (void)state;
    for (int yaw = -40; yaw <= 40; yaw += 20) check_found(yaw, yaw / 2, 1.0, true, false);
    check_found(10, -15, 0.1, true, true);
    check_found(-30, 5, 0.00115, true, true);
    check_found(0, 0, 1.0, false, false);
}

static void the_pose_is_the_same_every_time(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_pose a, b;
    double r[3][3];
    turned(25, 10, r);
    sheet(face_height, r, 1.0, &surface);
    struct preprocess_search search = {.turn = true, .scale = true};
    assert_int_equal(preprocess_pose_find(&face, &surface, search, &a, NULL), FACET_OK);
    assert_int_equal(preprocess_pose_find(&face, &surface, search, &b, NULL), FACET_OK);
    assert_memory_equal(&a, &b, sizeof a);
    preprocess_surface_free(&surface);
}

static void refuses(height_of *height, double unit, bool scale) {
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct facet_error error = {0};
    double r[3][3];
    turned(0, 0, r);
    sheet(height, r, unit, &surface);
    struct preprocess_search search = {.turn = true, .scale = scale};
    int code = preprocess_pose_find(&face, &surface, search, &pose, &error);
    if (!code) fail_msg("a face was found with score %.2f", pose.score);
    assert_int_equal(code, FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "no nose was found"));
    preprocess_surface_free(&surface);
}

static void what_is_no_face_is_refused(void **state) {
    (void)state;
    for (int scale = 0; scale < 2; scale++) {
        refuses(bowl_height, 1.0, scale);
        refuses(flat_height, 1.0, scale);
        refuses(waves_height, 1.0, scale);
        refuses(egg_height, 1.0, scale);
    }
    refuses(face_height, 0.1, false);
    refuses(face_height, 1000.0, false);
}

static void lips_beyond_the_nose_are_not_taken_for_it(void **state) {
    (void)state;
    struct preprocess_search search = {.turn = true};
    for (int yaw = -10; yaw <= 10; yaw += 10) {
        struct preprocess_surface surface;
        struct preprocess_pose pose;
        struct facet_error error = {0};
        double r[3][3];
        turned(yaw, 5, r);
        sheet(pout_height, r, 1.0, &surface);
        if (preprocess_pose_find(&face, &surface, search, &pose, &error)) fail_msg("%s", error.text);
        for (int k = 0; k < 3; k++) assert_float_equal(pose.tip[k], 10 * k, 4.0);
        preprocess_surface_free(&surface);
    }
}

static void the_walk_down_the_nose_ends_before_the_lips(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_pose pose = {.scale = 1, .tip = {0, -9, 34}, .fit_tip = {0, 2, 28}}; // on the lips
    turned(0, 0, pose.rotation);
    sheet(overhang_height, pose.rotation, 1.0, &surface);
    preprocess_tip_walk(&surface, &pose);
    for (int k = 0; k < 3; k++) assert_float_equal(pose.tip[k], 10 * k, 4.0);
    pose.fit_tip[1] += 300; // nothing is there
    struct preprocess_pose before = pose;
    preprocess_tip_walk(&surface, &pose);
    assert_memory_equal(&pose, &before, sizeof pose);
    preprocess_surface_free(&surface);
}

static void a_mesh_in_one_place_is_refused(void **state) {
    (void)state;
    const float v[][3] = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
    const int32_t t[][3] = {{0, 1, 2}};
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct facet_error error = {0};
    struct preprocess_search search = {.turn = true, .scale = true};
    assert_int_equal(preprocess_surface_copy(v[0], 3, t[0], 1, &surface, NULL), FACET_OK);
    assert_int_equal(preprocess_pose_find(&face, &surface, search, &pose, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "the mesh has no extent: all vertices are in one place");
    preprocess_surface_free(&surface);
}

// Landmarks of the turned generic face, each moved by up to `wrong` mm.
static int64_t landmarks_of(double r[3][3], double unit, double wrong, float (*landmarks)[4]) {
    for (int i = 0; i < FACET_LANDMARKS; i++) {
        double at[3];
        preprocess_template_landmark(&face, i, at);
        for (int k = 0; k < 3; k++) at[k] += wrong * sin(7.0 * i + k);
        landmarks[i][0] = (float)i;
        for (int k = 0; k < 3; k++)
            landmarks[i][1 + k] = (float)(unit * (r[k][0] * at[0] + r[k][1] * at[1] + r[k][2] * at[2] + 10 * k));
    }
    return FACET_LANDMARKS;
}

static void check_given(double yaw, double pitch, double unit, bool scale, int64_t n) {
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct facet_error error = {0};
    struct preprocess_search search = {.turn = true, .scale = scale};
    float landmarks[FACET_LANDMARKS][4];
    double r[3][3];
    turned(yaw, pitch, r);
    sheet(face_height, r, unit, &surface);
    landmarks_of(r, unit, 2, landmarks);
    if (preprocess_pose_given(&face, &surface, search, landmarks, n, &pose, &error)) fail_msg("%s", error.text);
    assert_true(turn_error(pose.rotation, r) < 1.5);
    assert_true(pose.agreement > 0.8);
    for (int k = 0; k < 3; k++) assert_float_equal(pose.tip[k] / unit, 10 * k, 2.0);
    assert_true(preprocess_pose_apart(&pose, landmarks, n) < 4.5);
    preprocess_surface_free(&surface);
}

static void given_landmarks_turn_the_face_beyond_what_is_searched(void **state) {
    (void)state;
    check_given(80, 0, 1.0, false, FACET_LANDMARKS);
    check_given(-70, 40, 0.01, true, FACET_LANDMARKS);
    check_given(170, 10, 1.0, false, FACET_LANDMARKS);
}

static void too_few_given_landmarks_leave_it_to_the_search(void **state) {
    (void)state;
    check_given(20, 10, 1.0, false, 2);
    check_given(20, 10, 1.0, false, 3); // nose tip, nasion, subnasale
}

static void landmarks_are_where_the_generic_face_has_them(void **state) {
    (void)state;
    struct preprocess_surface surface;
    struct preprocess_pose pose;
    struct preprocess_search search = {.turn = true};
    float expected[FACET_LANDMARKS][4];
    double r[3][3];
    int found = 0;
    turned(-20, 10, r);
    sheet(face_height, r, 1.0, &surface);
    landmarks_of(r, 1.0, 0, expected);
    assert_int_equal(preprocess_pose_find(&face, &surface, search, &pose, NULL), FACET_OK);
    for (int l = 0; l < FACET_LANDMARKS; l++) {
        if (isnan(pose.landmarks[l][0])) continue;
        found++;
        for (int k = 0; k < 3; k++) assert_float_equal(pose.landmarks[l][k], expected[l][1 + k], 6.0);
    }
    assert_int_equal(found, 5);
    assert_memory_equal(pose.landmarks[FACET_NOSE_TIP], pose.tip, sizeof pose.tip);
    preprocess_surface_free(&surface);
}

static void without_a_given_nose_tip_there_is_no_distance(void **state) {
    (void)state;
    struct preprocess_pose pose = {.scale = 1};
    const float landmarks[][4] = {{FACET_CHIN, 1, 2, 3}, {FACET_NOSE_TIP, NAN, 0, 0}, {99, 0, 0, 0}};
    assert_true(isnan(preprocess_pose_apart(&pose, landmarks, 3)));
    const float nose[][4] = {{FACET_NOSE_TIP, 3, 4, 0}};
    assert_float_equal(preprocess_pose_apart(&pose, nose, 1), 5.0, 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generic_face_is_found_in_any_pose_and_unit),
        cmocka_unit_test(the_pose_is_the_same_every_time),
        cmocka_unit_test(what_is_no_face_is_refused),
        cmocka_unit_test(lips_beyond_the_nose_are_not_taken_for_it),
        cmocka_unit_test(the_walk_down_the_nose_ends_before_the_lips),
        cmocka_unit_test(a_mesh_in_one_place_is_refused),
        cmocka_unit_test(given_landmarks_turn_the_face_beyond_what_is_searched),
        cmocka_unit_test(too_few_given_landmarks_leave_it_to_the_search),
        cmocka_unit_test(landmarks_are_where_the_generic_face_has_them),
        cmocka_unit_test(without_a_given_nose_tip_there_is_no_distance),
    };
    return cmocka_run_group_tests(tests, fill_template, NULL);
}
