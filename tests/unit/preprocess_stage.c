// The preprocess stage as the engine sees it: a unit of good and broken scans.
#include "pipeline/block.h"
#include "pipeline/params.h"
#include "preprocess/quality.h"
#include "preprocess/template.h"

#include <facet/landmark.h>
#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_preprocess;

enum { SIDE = 61, VERTICES = SIDE * SIDE, TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1), ROWS = 8 };
enum { GOOD, EMPTY, NOT_FINITE, FLAT, BEYOND, TINY, TURNED_OVER, IN_A_POINT };

static const struct facet_field fields[] = {
    {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {VERTICES, 3}, .ragged = true},
    {.name = "triangles", .type = FACET_I32, .rank = 2, .dims = {TRIANGLES, 3}, .ragged = true},
    {.name = "landmarks", .type = FACET_F32, .rank = 2, .dims = {FACET_LANDMARKS, 4}, .ragged = true},
    {.name = "colours", .type = FACET_U8, .rank = 2, .dims = {VERTICES, 3}, .ragged = true},
    {.name = "texcoords", .type = FACET_F32, .rank = 2, .dims = {TRIANGLES, 6}, .ragged = true},
    {.name = "texture", .type = FACET_U8, .rank = 2, .dims = {100, 3}, .ragged = true},
    {.name = "texture_size", .type = FACET_I32, .rank = 2, .dims = {1, 2}, .ragged = true},
};
enum { IN_LANDMARKS = 2, IN_COLOURS, IN_TEXCOORDS, IN_TEXTURE, IN_TEXTURE_SIZE, IN };
enum {
    OUT_VERTICES,
    OUT_TRIANGLES,
    OUT_NORMALS,
    OUT_CURVATURES,
    OUT_LANDMARKS,
    OUT_COLOURS,
    OUT_TEXCOORDS,
    OUT_TEXTURE,
    OUT_TEXTURE_SIZE,
    OUT_QUALITY,
    OUT_CONTENT,
    OUT_POSE,
    OUT
};
static struct preprocess_template face;

struct stage {
    struct facet_params *params;
    void *self;
    struct facet_block *in, *out;
    struct facet_column *columns[OUT];
    struct facet_rows rows;
};

// The generic face over x and y from -90 to 90 mm.
static void put_face(struct facet_block *block, int row) {
    assert_int_equal(facet_block_resize(block, 0, row, VERTICES, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, 1, row, TRIANGLES, NULL), FACET_OK);
    float *v = facet_block_data(block, 0, row);
    int32_t *t = facet_block_data(block, 1, row);
    for (int i = 0; i < VERTICES; i++) {
        struct preprocess_template_at at;
        double x = 3.0 * (i % SIDE) - 90, y = 3.0 * (i / SIDE) - 90;
        bool inside = preprocess_template_look(&face, x, y, &at);
        v[3 * i] = (float)x;
        v[3 * i + 1] = (float)y;
        v[3 * i + 2] = inside ? at.height : (float)(-45 - 0.006 * (x * x + y * y));
    }
    for (int i = 0; i < TRIANGLES / 2; i++) {
        int32_t a = i / (SIDE - 1) * SIDE + i % (SIDE - 1);
        int32_t two[6] = {a, a + 1, a + SIDE, a + 1, a + SIDE + 1, a + SIDE};
        memcpy(t + 6 * i, two, sizeof two);
    }
}

static void spoil(struct facet_block *block) {
    float *v = facet_block_data(block, 0, NOT_FINITE);
    v[3 * 77 + 1] = NAN;
    v = facet_block_data(block, 0, FLAT);
    for (int i = 0; i < VERTICES; i++) v[3 * i + 2] = 0;
    int32_t *t = facet_block_data(block, 1, BEYOND);
    t[5] = VERTICES;
    assert_int_equal(facet_block_resize(block, 1, EMPTY, 0, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, 1, TINY, 1, NULL), FACET_OK);
    t = facet_block_data(block, 1, TINY);
    t[0] = 0, t[1] = 1, t[2] = SIDE;
    t = facet_block_data(block, 1, TURNED_OVER);
    for (int i = 0; i < TRIANGLES; i++) {
        int32_t second = t[3 * i + 1];
        t[3 * i + 1] = t[3 * i + 2];
        t[3 * i + 2] = second;
    }
    v = facet_block_data(block, 0, IN_A_POINT);
    for (int i = 0; i < 3 * VERTICES; i++) v[i] = 4;
}

static void set_up(const char *text, struct stage *stage) {
    const struct facet_map_ops *ops = facet_plugin_preprocess.map;
    struct facet_field out[OUT] = {0};
    struct facet_error error = {0};
    *stage = (struct stage){0};
    if (facet_params_from_text(facet_plugin_preprocess.params, text, &stage->params, &error))
        fail_msg("%s", error.text);
    assert_int_equal(ops->create(stage->params, NULL, &stage->self, &error), FACET_OK);
    assert_int_equal(ops->declare(stage->self, fields, out, &error), FACET_OK);
    assert_int_equal(facet_block_create(fields, IN, NULL, 0, ROWS, &stage->in, &error), FACET_OK);
    assert_int_equal(facet_rows_create(ROWS, &stage->rows, &error), FACET_OK);
    stage->rows.count = ROWS;
    memset(stage->rows.valid, 1, ROWS);
    for (int i = 0; i < OUT; i++) {
        assert_string_equal(out[i].name, facet_plugin_preprocess.makes[i]);
        stage->columns[i] = facet_column_create(&out[i], ROWS);
        assert_non_null(stage->columns[i]);
    }
    stage->out = facet_block_of(stage->columns, OUT, &stage->rows, NULL, 1);
    for (int row = 0; row < ROWS; row++) put_face(stage->in, row);
}

static void run(struct stage *stage) {
    struct facet_error error = {0};
    if (facet_plugin_preprocess.map->transform(stage->self, stage->in, stage->out, &error)) fail_msg("%s", error.text);
}

static void tear_down(struct stage *stage) {
    facet_block_destroy(stage->in);
    facet_block_destroy(stage->out);
    facet_rows_destroy(&stage->rows);
    for (int i = 0; i < OUT; i++) facet_column_destroy(stage->columns[i]);
    facet_plugin_preprocess.map->destroy(stage->self);
    facet_params_destroy(stage->params);
}

static void check_face(struct stage *stage, int row, double radius) {
    const float *v = facet_block_read(stage->out, 0, row), *n = facet_block_read(stage->out, 2, row);
    int64_t vertices = facet_block_count(stage->out, 0, row);
    double highest = -INFINITY, facing = 0;
    assert_true(facet_block_valid(stage->out, row));
    assert_true(vertices > 300);
    assert_int_equal(facet_block_count(stage->out, 2, row), vertices);
    for (int64_t i = 0; i < vertices; i++) {
        const float *p = v + 3 * i, *m = n + 3 * i;
        assert_true((double)p[0] * p[0] + (double)p[1] * p[1] + (double)p[2] * p[2] <= radius * radius * 1.0001);
        assert_float_equal(m[0] * m[0] + m[1] * m[1] + m[2] * m[2], 1, 1e-5);
        facing += m[2];
        highest = fmax(highest, p[2]);
    }
    assert_float_equal(highest, 0, 2.5);
    assert_true(facing > 0.5 * (double)vertices);
}

static void good_rows_pass_and_broken_ones_are_set_aside(void **state) {
    (void)state;
    static const char *const reasons[ROWS] = {
        [EMPTY] = "the mesh is empty: 3721 vertices, 0 triangles",
        [NOT_FINITE] = "vertex 77 is not finite: (-42, nan, -1",
        [FLAT] = "no nose was found: the best fit of a face scores ",
        [BEYOND] = "triangle 1 names vertex 3721, but there are 3721",
        [TINY] = "1 triangles are left once repeated and degenerate ones are gone, 200 are needed",
        [IN_A_POINT] = "the mesh is degenerate: no triangle has an area",
    };
    struct stage stage;
    set_up("crop_radius_mm = 80.0;", &stage);
    spoil(stage.in);
    run(&stage);
    for (int row = 0; row < ROWS; row++) {
        if (!reasons[row]) {
            check_face(&stage, row, 80);
            continue;
        }
        assert_false(facet_block_valid(stage.out, row));
        assert_int_equal(stage.rows.code[row], FACET_ERROR_DATA);
        if (!strstr(stage.rows.message[row], reasons[row])) fail_msg("row %d: %s", row, stage.rows.message[row]);
    }
    tear_down(&stage);
}

// Red rises with x and green with y, so a colour says where its vertex was.
static void paint(struct facet_block *block, int row) {
    assert_int_equal(facet_block_resize(block, IN_COLOURS, row, VERTICES, NULL), FACET_OK);
    uint8_t *colour = facet_block_data(block, IN_COLOURS, row);
    for (int i = 0; i < VERTICES; i++)
        colour[3 * i] = (uint8_t)(4 * (i % SIDE)), colour[3 * i + 1] = (uint8_t)(4 * (i / SIDE)), colour[3 * i + 2] = 9;
}

static void check_colours(struct stage *stage, int row, double tolerance) {
    const float *v = facet_block_read(stage->out, OUT_VERTICES, row);
    const uint8_t *colour = facet_block_read(stage->out, OUT_COLOURS, row);
    int64_t count = facet_block_count(stage->out, OUT_COLOURS, row);
    double shift[2] = {0};
    assert_int_equal(count, facet_block_count(stage->out, OUT_VERTICES, row));
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < 2; k++) shift[k] += (colour[3 * i + k] / 4.0 * 3 - 90 - v[3 * i + k]) / (double)count;
    for (int64_t i = 0; i < count; i++) {
        for (int k = 0; k < 2; k++)
            assert_float_equal(colour[3 * i + k] / 4.0 * 3 - 90 - shift[k], v[3 * i + k], tolerance);
        assert_int_equal(colour[3 * i + 2], 9);
    }
}

// u and v run evenly over the picture's plane: x and y from -90 to 90 are 0 to 1.
static void drape(struct facet_block *block, int row) {
    assert_int_equal(facet_block_resize(block, IN_TEXCOORDS, row, TRIANGLES, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, IN_TEXTURE, row, 6, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, IN_TEXTURE_SIZE, row, 1, NULL), FACET_OK);
    const float *v = facet_block_read(block, 0, row);
    const int32_t *t = facet_block_read(block, 1, row);
    float *uv = facet_block_data(block, IN_TEXCOORDS, row);
    for (int i = 0; i < 3 * TRIANGLES; i++)
        for (int k = 0; k < 2; k++) uv[2 * i + k] = (v[3 * t[i] + k] + 90) / 180;
    memcpy(facet_block_data(block, IN_TEXTURE_SIZE, row), ((const int32_t[2]){2, 3}), 2 * sizeof(int32_t));
    memset(facet_block_data(block, IN_TEXTURE, row), 77, 18);
}

// Where a corner lies says what it is to have of the picture, but for how far the nose tip was from the origin.
static void check_places(struct stage *stage, int row, double tolerance) {
    const float *v = facet_block_read(stage->out, OUT_VERTICES, row),
                *uv = facet_block_read(stage->out, OUT_TEXCOORDS, row);
    const int32_t *t = facet_block_read(stage->out, OUT_TRIANGLES, row);
    int64_t corners = 3 * facet_block_count(stage->out, OUT_TEXCOORDS, row);
    double shift[2] = {0};
    assert_int_equal(corners, 3 * facet_block_count(stage->out, OUT_TRIANGLES, row));
    for (int64_t i = 0; i < corners; i++)
        for (int k = 0; k < 2; k++) shift[k] += (180 * uv[2 * i + k] - 90 - v[3 * t[i] + k]) / (double)corners;
    for (int64_t i = 0; i < corners; i++)
        for (int k = 0; k < 2; k++) assert_float_equal(180 * uv[2 * i + k] - 90 - shift[k], v[3 * t[i] + k], tolerance);
    assert_int_equal(facet_block_count(stage->out, OUT_TEXTURE, row), 6);
    assert_memory_equal(facet_block_read(stage->out, OUT_TEXTURE_SIZE, row), ((const int32_t[2]){2, 3}), 8);
    assert_int_equal(((const uint8_t *)facet_block_read(stage->out, OUT_TEXTURE, row))[17], 77);
}

static void pictures_stay_where_they_lie(void **state) {
    (void)state;
    static const char *const settings[] = {"pose = \"none\"; scale = \"none\";",
                                           "pose = \"none\"; scale = \"none\"; max_vertices = 700;"};
    for (int s = 0; s < 2; s++) {
        struct stage stage;
        set_up(settings[s], &stage);
        spoil(stage.in);
        drape(stage.in, GOOD), drape(stage.in, TURNED_OVER);
        run(&stage);
        check_places(&stage, GOOD, s ? 1.5 : 1e-3);
        check_places(&stage, TURNED_OVER, s ? 1.5 : 1e-3);
        assert_int_equal(facet_block_count(stage.out, OUT_TEXTURE, BEYOND), 0);
        tear_down(&stage);
    }
}

static void colours_and_landmarks_go_with_the_face(void **state) {
    (void)state;
    static const char *const settings[] = {"pose = \"none\"; scale = \"none\"; smooth = 1;",
                                           "pose = \"none\"; scale = \"none\"; max_vertices = 700;"};
    for (int s = 0; s < 2; s++) {
        struct stage stage;
        set_up(settings[s], &stage);
        paint(stage.in, GOOD);
        const float eye[2][4] = {{FACET_EYE_LEFT_OUTER, 45, 30, -40}, {FACET_CHIN, 0, -70, -20}};
        assert_int_equal(facet_block_resize(stage.in, IN_LANDMARKS, GOOD, 2, NULL), FACET_OK);
        memcpy(facet_block_data(stage.in, IN_LANDMARKS, GOOD), eye, sizeof eye);
        run(&stage);
        check_colours(&stage, GOOD, s ? 9 : 1.6);
        assert_int_equal(facet_block_count(stage.out, OUT_COLOURS, TURNED_OVER), 0);
        assert_int_equal(facet_block_count(stage.out, OUT_LANDMARKS, GOOD), 7); // two given, five found
        assert_int_equal(facet_block_count(stage.out, OUT_LANDMARKS, TURNED_OVER), 5);
        const float(*l)[4] = facet_block_read(stage.out, OUT_LANDMARKS, GOOD);
        assert_float_equal(l[0][0], FACET_EYE_LEFT_OUTER, 0);
        assert_float_equal(l[2][0], FACET_NOSE_TIP, 0);
        for (int k = 1; k < 4; k++) { // moved alike, and the found tip is the origin
            assert_float_equal(l[0][k] - l[1][k], eye[0][k] - eye[1][k], 1e-3);
            assert_float_equal(l[2][k], 0, 0);
        }
        tear_down(&stage);
    }
}

static void curvatures_tell_a_nose_from_an_eye(void **state) {
    (void)state;
    struct stage stage;
    set_up("pose = \"none\"; scale = \"none\";", &stage);
    run(&stage);
    const float *v = facet_block_read(stage.out, OUT_VERTICES, GOOD);
    const float(*c)[4] = facet_block_read(stage.out, OUT_CURVATURES, GOOD);
    int64_t count = facet_block_count(stage.out, OUT_VERTICES, GOOD);
    assert_int_equal(facet_block_count(stage.out, OUT_CURVATURES, GOOD), count);
    double tip = 0, tips = 0;
    for (int64_t i = 0; i < count; i++)
        if (fabs((double)v[3 * i]) < 4 && fabs((double)v[3 * i + 1]) < 4) tip += c[i][2], tips++;
    assert_true(tip / tips > 0.8); // a cap
    tear_down(&stage);
    set_up("curvatures = false;", &stage);
    run(&stage);
    assert_int_equal(facet_block_count(stage.out, OUT_CURVATURES, GOOD), 0);
    tear_down(&stage);
}

static void rows_of_the_same_scan_have_the_same_content(void **state) {
    (void)state;
    struct stage stage;
    int64_t is[2];
    set_up("", &stage);
    spoil(stage.in);
    facet_scan_content(facet_block_read(stage.in, 0, GOOD), VERTICES, facet_block_read(stage.in, 1, GOOD), TRIANGLES,
                       is);
    run(&stage);
    assert_memory_equal(facet_block_read(stage.out, OUT_CONTENT, GOOD), is, sizeof is);
    assert_memory_not_equal(facet_block_read(stage.out, OUT_CONTENT, TURNED_OVER), is, sizeof is);
    memset(is, 0, sizeof is);
    assert_memory_equal(facet_block_read(stage.out, OUT_CONTENT, FLAT), is, sizeof is); // set aside
    tear_down(&stage);
}

// Nearest of the scan's vertices to a place.
static double off_scan(const float (*scan)[3], const double at[3]) {
    double least = INFINITY;
    for (int i = 0; i < VERTICES; i++) {
        double d2 = 0;
        for (int k = 0; k < 3; k++) d2 += (scan[i][k] - at[k]) * (scan[i][k] - at[k]);
        least = fmin(least, d2);
    }
    return sqrt(least);
}

// The pose told is that by which the vertices were moved: solved for the scan's frame, they lie on its vertices again.
static void the_pose_leads_from_the_scan_to_the_face(void **state) {
    (void)state;
    struct stage stage;
    set_up("scale = \"size\"; fill_holes_mm = 0.0;", &stage);
    run(&stage);
    const double(*pose)[4] = facet_block_read(stage.out, OUT_POSE, GOOD);
    const float(*v)[3] = facet_block_read(stage.out, OUT_VERTICES, GOOD);
    double square = 0;
    for (int k = 0; k < 3; k++) square += pose[0][k] * pose[0][k];
    for (int64_t i = 0; i < facet_block_count(stage.out, OUT_VERTICES, GOOD); i += 97) {
        double at[3] = {0}; // the transpose over the squared scale is the inverse
        for (int k = 0; k < 3; k++)
            for (int j = 0; j < 3; j++) at[k] += pose[j][k] * (v[i][j] - pose[j][3]) / square;
        assert_true(off_scan(facet_block_read(stage.in, 0, GOOD), at) < 1e-3);
    }
    tear_down(&stage);
}

static void a_scan_beyond_a_limit_is_set_aside(void **state) {
    (void)state;
    struct stage stage;
    set_up("landmarks = \"check\"; landmark_tolerance_mm = 10.0; min_coverage = 0.5; max_noise_mm = 1.0;", &stage);
    const float near_tip[1][4] = {{FACET_NOSE_TIP, 0, 0, 0}}, far_off[1][4] = {{FACET_NOSE_TIP, 0, 70, -20}};
    for (int row = 0; row < 2; row++) assert_int_equal(facet_block_resize(stage.in, IN_LANDMARKS, row, 1, NULL), 0);
    memcpy(facet_block_data(stage.in, IN_LANDMARKS, 0), near_tip, sizeof near_tip);
    memcpy(facet_block_data(stage.in, IN_LANDMARKS, 1), far_off, sizeof far_off);
    run(&stage);
    assert_true(facet_block_valid(stage.out, 0));
    assert_false(facet_block_valid(stage.out, 1));
    if (!strstr(stage.rows.message[1], "beyond landmark_tolerance_mm = 10")) fail_msg("%s", stage.rows.message[1]);
    const float *quality = facet_block_read(stage.out, OUT_QUALITY, 0);
    assert_true(quality[FACET_METRIC_LANDMARK_GAP] < 5 && quality[FACET_METRIC_COVERAGE] > 0.95);
    assert_float_equal(quality[FACET_METRIC_VERTICES], VERTICES, 0);
    assert_float_equal(quality[FACET_METRIC_PIECES], 1, 0);
    assert_true(isnan(((const float *)facet_block_read(stage.out, OUT_QUALITY, 2))[FACET_METRIC_LANDMARK_GAP]));
    tear_down(&stage);
}

// A scan in two pieces is one too many, a hole that stays open likewise, and 3 mm are too coarse.
static void pieces_holes_and_edges_have_limits(void **state) {
    (void)state;
    static const char *const settings[][2] = {
        {"max_pieces = 1.0;", "pieces is 2, beyond max_pieces = 1"},
        {"max_holes_left = 0.5; fill_holes_mm = 0.0;", "holes_left is 1, beyond max_holes_left = 0.5"},
        {"max_edge_mm = 2.0;", "beyond max_edge_mm = 2"},
    };
    for (int s = 0; s < 3; s++) {
        struct stage stage;
        set_up(settings[s][0], &stage);
        int32_t *t = facet_block_data(stage.in, 1, GOOD);
        int hole = TRIANGLES / 2 + SIDE; // a triangle of the inside
        if (s == 0) memset(t + 6 * (SIDE - 1) * (SIDE - 4), 0, (size_t)(6 * (SIDE - 1)) * sizeof *t); // a row of cells
        if (s == 1) t[3 * hole] = t[3 * hole + 1];
        run(&stage);
        assert_int_equal(facet_block_valid(stage.out, TURNED_OVER), s < 2);
        assert_false(facet_block_valid(stage.out, GOOD));
        if (!strstr(stage.rows.message[GOOD], settings[s][1])) fail_msg("%s", stage.rows.message[GOOD]);
        tear_down(&stage);
    }
}

static void every_switch_gives_a_face(void **state) {
    (void)state;
    static const char *const settings[] = {
        "max_vertices = 900;",
        "smooth = 5; normals = \"area\";",
        "pose = \"none\";",
        "scale = \"size\";",
        "pose = \"none\"; scale = \"size\"; crop_radius_mm = 60.0;",
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct stage stage;
        set_up(settings[i], &stage);
        run(&stage);
        for (int row = 0; row < ROWS; row++) check_face(&stage, row, 90);
        if (i == 0) assert_true(facet_block_count(stage.out, 0, 0) <= 900);
        tear_down(&stage);
    }
}

static void foreign_fields_are_refused(void **state) {
    (void)state;
    struct stage stage;
    struct facet_field swapped[IN] = {fields[1], fields[0]}, out[OUT];
    struct facet_error error = {0};
    set_up("", &stage);
    assert_int_equal(facet_plugin_preprocess.map->declare(stage.self, swapped, out, &error), FACET_ERROR_CONFIG);
    assert_non_null(strstr(error.text, "preprocess needs vertices"));
    tear_down(&stage);
}

static int fill_template(void **state) {
    (void)state;
    preprocess_template_fill(&face);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_rows_pass_and_broken_ones_are_set_aside),
        cmocka_unit_test(pieces_holes_and_edges_have_limits),
        cmocka_unit_test(every_switch_gives_a_face),
        cmocka_unit_test(rows_of_the_same_scan_have_the_same_content),
        cmocka_unit_test(the_pose_leads_from_the_scan_to_the_face),
        cmocka_unit_test(a_scan_beyond_a_limit_is_set_aside),
        cmocka_unit_test(colours_and_landmarks_go_with_the_face),
        cmocka_unit_test(pictures_stay_where_they_lie),
        cmocka_unit_test(curvatures_tell_a_nose_from_an_eye),
        cmocka_unit_test(foreign_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, fill_template, NULL);
}
