// Cameras: where sets put them, and matrices that place a point where the picture shows it.
#include "render_shapes.h"

static struct render_settings settings;

static int unmake(void **state) {
    (void)state;
    render_settings_free(&settings);
    return 0;
}

static void read(const char *text) {
    render_settings_free(&settings);
    drawn_settings(text, &settings);
}

static double yaw_of(int view) {
    const double *t = settings.cameras->shots[view].camera.toward;
    return atan2(t[0], t[2]) * 180 / M_PI;
}
static double pitch_of(int view) {
    return asin(settings.cameras->shots[view].camera.toward[1]) * 180 / M_PI;
}

static void check_axes(const struct render_camera *camera) {
    const double *axes[3] = {camera->right, camera->up, camera->toward};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double dot = axes[i][0] * axes[j][0] + axes[i][1] * axes[j][1] + axes[i][2] * axes[j][2];
            assert_float_equal(dot, i == j, 1e-12);
        }
    double cross = camera->right[0] * camera->up[1] - camera->right[1] * camera->up[0];
    assert_float_equal(cross, camera->toward[2], 1e-12);
}

static void a_ring_goes_round(void **state) {
    (void)state;
    const double whole[4] = {10, 100, -170, -80}, part[3] = {-60, 0, 60};
    read("views = ( { set = \"ring\"; count = 4; yaw = 10.0; pitch = 15.0; } );");
    assert_int_equal(settings.cameras->count, 4);
    for (int v = 0; v < 4; v++) {
        assert_float_equal(yaw_of(v), whole[v], 1e-9);
        assert_float_equal(pitch_of(v), 15, 1e-9);
        check_axes(&settings.cameras->shots[v].camera);
    }
    read("views = ( { set = \"ring\"; count = 3; yaw_range = [ -60.0, 60.0 ]; } );");
    for (int v = 0; v < 3; v++) assert_float_equal(yaw_of(v), part[v], 1e-9);
}

static void a_grid_has_rows_from_the_top_down(void **state) {
    (void)state;
    read("views = ( { set = \"grid\"; count = 3; rows = 2; yaw_range = [ -40.0, 40.0 ]; pitch_range = [ -20.0, 20.0 ]; "
         "}, "
         "{ yaw = 90.0; } );");
    const double yaw[7] = {-40, 0, 40, -40, 0, 40, 90}, pitch[7] = {20, 20, 20, -20, -20, -20, 0};
    assert_int_equal(settings.cameras->count, 7);
    for (int v = 0; v < 7; v++) {
        assert_float_equal(yaw_of(v), yaw[v], 1e-9);
        assert_float_equal(pitch_of(v), pitch[v], 1e-9);
    }
}

// 96 views in the ranges of Deep-MVLM.
static void random_views_fill_their_ranges_and_stay_the_same(void **state) {
    (void)state;
    const char *text = "views = ( { set = \"random\"; count = 96; seed = %d; yaw_range = [ -80.0, 80.0 ]; "
                       "pitch_range = [ -40.0, 40.0 ]; roll_range = [ -20.0, 20.0 ]; } );";
    char given[256];
    double first[96], least = 90, most = -90, middle = 0;
    snprintf(given, sizeof given, text, 3);
    read(given);
    assert_int_equal(settings.cameras->count, 96);
    for (int v = 0; v < 96; v++) {
        first[v] = yaw_of(v);
        assert_true(fabs(first[v]) <= 80 && fabs(pitch_of(v)) <= 40);
        least = fmin(least, first[v]), most = fmax(most, first[v]), middle += first[v] / 96;
        check_axes(&settings.cameras->shots[v].camera);
    }
    assert_true(least < -70 && most > 70 && fabs(middle) < 20);
    read(given);
    for (int v = 0; v < 96; v++) assert_float_equal(yaw_of(v), first[v], 0);
    snprintf(given, sizeof given, text, 4);
    read(given);
    assert_true(fabs(yaw_of(0) - first[0]) > 1e-6);
}

static void check_same(const struct render_camera *a, const struct render_camera *b) {
    for (int k = 0; k < 3; k++) {
        assert_float_equal(a->right[k], b->right[k], 1e-9);
        assert_float_equal(a->up[k], b->up[k], 1e-9);
        assert_float_equal(a->toward[k], b->toward[k], 1e-9);
        assert_float_equal(a->position[k], b->position[k], 1e-6);
    }
    assert_float_equal(a->scale[0], b->scale[0], 1e-9);
}

static void a_place_says_the_same_as_its_angles(void **state) {
    (void)state;
    double c = cos(M_PI / 6), s = sin(M_PI / 6), h = sqrt(0.5);
    char text[512];
    snprintf(text, sizeof text,
             "projection = \"perspective\"; distance_mm = 400.0; centre_mm = [ 1.0, 2.0, 3.0 ]; views = ( "
             "{ yaw = 30.0; pitch = -45.0; roll = 12.0; }, { position_mm = [ %.12f, %.12f, %.12f ]; roll = 12.0; }, "
             "{ pitch = 90.0; }, { position_mm = [ 1.0, 402.0, 3.0 ]; } );",
             1 + 400 * s * h, 2 - 400 * h, 3 + 400 * c * h);
    read(text);
    const struct render_shot *shots = settings.cameras->shots;
    check_same(&shots[0].camera, &shots[1].camera);
    check_same(&shots[2].camera, &shots[3].camera);
    for (int v = 0; v < 4; v++) assert_float_equal(shots[v].depth_at, 400, 1e-6);
}

// The picture of a small triangle lies where the matrices put it.
static void check_projection(const char *text, int view) {
    struct shape shape;
    struct drawn drawn;
    const double size[2] = {1.5, 0}, at[3] = {21, -13, 34};
    double intrinsics[3][3], extrinsics[3][4], q[3];
    shape_make(&shape, 1, 1, shape_on_plane, size);
    for (int64_t v = 0; v < shape.n_vertices; v++)
        for (int k = 0; k < 3; k++) shape.vertices[v][k] += (float)at[k];
    draw_shape(&shape, text, view, &drawn);
    render_camera_matrices(&drawn.camera, intrinsics, extrinsics);
    for (int i = 0; i < 3; i++)
        q[i] = extrinsics[i][0] * at[0] + extrinsics[i][1] * at[1] + extrinsics[i][2] * at[2] + extrinsics[i][3];
    double away = drawn.camera.projection == RENDER_PERSPECTIVE ? q[2] : 1, middle[2] = {0}, count = 0;
    for (int i = 0; i < drawn.size * drawn.size; i++) {
        if (isnan(drawn_at(&drawn, 0, i))) continue;
        middle[0] += i % drawn.size + 0.5, middle[1] += i / drawn.size + 0.5, count++;
        assert_float_equal(drawn_at(&drawn, 0, i), drawn.depth_at - q[2], 3);
    }
    assert_true(count > 20);
    for (int k = 0; k < 2; k++)
        assert_float_equal(middle[k] / count, intrinsics[k][k] * q[k] / away + intrinsics[k][2], 0.6);
    drawn_free(&drawn);
    shape_free(&shape);
}

static void matrices_place_points_where_pictures_show_them(void **state) {
    (void)state;
    const char *parallel =
        "size = 400; channels = [ \"depth\" ]; views = ( { }, { yaw = 40.0; pitch = 10.0; roll = 30.0; } );";
    const char *eye =
        "size = 400; channels = [ \"depth\" ]; projection = \"perspective\"; distance_mm = 300.0; "
        "fov_deg = 35.0; views = ( { yaw = -35.0; }, { position_mm = [ 100.0, 80.0, 250.0 ]; roll = -15.0; } );";
    for (int v = 0; v < 2; v++) check_projection(parallel, v), check_projection(eye, v);
}

static void a_picture_is_as_wide_as_it_is_told(void **state) {
    (void)state;
    read("size = 300; extent_mm = 75.0;");
    assert_float_equal(settings.cameras->shots[0].camera.scale[0], 2, 1e-12);
    read("size = 300; extent_mm = 75.0; projection = \"perspective\"; distance_mm = 500.0;");
    assert_float_equal(settings.cameras->shots[0].camera.scale[0], 1000, 1e-9); // 75 mm at 500 mm are 150 pixels
    assert_float_equal(settings.cameras->shots[1].camera.position[2], 500, 1e-9);
    struct render_camera finer = render_camera_finer(&settings.cameras->shots[0].camera, 4);
    assert_float_equal(finer.scale[1], 4000, 1e-9);
    assert_float_equal(finer.centre[0], 600, 1e-9);
}

// A mark at (x, y, z) that faces the camera is seen at (at_x, at_y), in mm from the picture's middle.
static void check_mark(double x, double y, double z, double yaw, double pitch, double roll, double at_x, double at_y) {
    struct shape mark;
    struct drawn drawn;
    char text[256];
    const double size[2] = {5, 0}, place[3] = {x, y, z};
    shape_make(&mark, 1, 1, shape_on_plane, size);
    snprintf(text, sizeof text,
             "size = 112; channels = [ \"mask\" ]; views = ( { yaw = %f; pitch = %f; roll = %f; } );", yaw, pitch,
             roll);
    read(text);
    const struct render_camera *camera = &settings.cameras->shots[0].camera;
    for (int64_t v = 0; v < 4; v++)
        for (int k = 0; k < 3; k++)
            mark.vertices[v][k] =
                (float)(place[k] + (v % 2 ? 5 : -5) * camera->right[k] + (v / 2 ? 5 : -5) * camera->up[k]);
    draw_shape(&mark, text, 0, &drawn);
    assert_true(drawn.seen);
    for (int i = 0; i < 112 * 112; i++) {
        if (!drawn.u8[i]) continue;
        assert_float_equal(200 * (i % 112 + 0.5) / 112 - 100, at_x, 6);
        assert_float_equal(100 - 200 * (i / 112 + 0.5) / 112, at_y, 6);
    }
    drawn_free(&drawn);
    shape_free(&mark);
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

static void refuses(const char *text, const char *sentence) {
    struct facet_params *params = NULL;
    struct facet_error error = {0};
    struct render_settings wrong;
    assert_int_equal(facet_params_from_text(render_params, text, &params, &error), FACET_OK);
    assert_int_equal(render_settings_read(params, &wrong, &error), FACET_ERROR_CONFIG);
    if (!strstr(error.text, sentence)) fail_msg("%s", error.text);
    facet_params_destroy(params);
}

static void cameras_that_cannot_be_are_named(void **state) {
    (void)state;
    refuses("views = ( { position_mm = [ 0.0, 0.0, 0.0 ]; } );", "stands in centre_mm");
    refuses("views = ( { position_mm = [ 0.0, 1.0 ]; } );", "position_mm is x, y and z");
    refuses("views = ( { set = \"ring\"; position_mm = [ 0.0, 1.0, 3.0 ]; } );", "position_mm is x, y and z");
    refuses("views = ( { set = \"ring\"; yaw_range = [ 0.0 ]; } );", "yaw_range has 1 values");
    refuses("views = ( { yaw_range = [ 0.0, 10.0 ]; } );", "\"one\" has no use for yaw_range");
    refuses("views = ( { set = \"ring\"; pitch_range = [ 0.0, 10.0 ]; } );", "\"ring\" has no use for pitch_range");
    refuses("views = ( { set = \"grid\"; roll_range = [ 0.0, 10.0 ]; } );", "which is for: random");
    refuses("views = ( { set = \"grid\"; count = 4096; rows = 2; } );", "8192 views");
    refuses("centre_mm = [ 1.0 ];", "centre_mm");
    refuses("size = 8192; supersample = 4;", "16384");
    refuses("supersample = 3;", "3 is not 1, 2 or 4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_goes_round),
        cmocka_unit_test(a_grid_has_rows_from_the_top_down),
        cmocka_unit_test(random_views_fill_their_ranges_and_stay_the_same),
        cmocka_unit_test(a_place_says_the_same_as_its_angles),
        cmocka_unit_test(matrices_place_points_where_pictures_show_them),
        cmocka_unit_test(cameras_stand_where_the_text_says),
        cmocka_unit_test(a_picture_is_as_wide_as_it_is_told),
        cmocka_unit_test(cameras_that_cannot_be_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, unmake);
}
