// The render stage through its interface: what it declares, what it makes of rows, what it refuses.
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/image.h>
#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_render;
static const struct facet_map_ops *ops;

enum { ROWS = 6, CAPACITY = 8, TEXELS = 64 };
enum { VERTICES, TRIANGLES, NORMALS, CURVATURES, COLOURS, TEXCOORDS, TEXTURE, TEXTURE_SIZE, FIELDS };
enum {
    VIEWS,
    MASK,
    PLANES,
    RANGES,
    INTRINSICS,
    EXTRINSICS,
    PROJECTION,
    VIEWS_U16,
    VIEWS_F32,
    VIEW_TRIANGLES,
    VIEW_VERTICES,
    MAKES
};
static const struct facet_field mesh_fields[FIELDS] = {
    {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "triangles", .type = FACET_I32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "normals", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "curvatures", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 4}, .ragged = true},
    {.name = "colours", .type = FACET_U8, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "texcoords", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 6}, .ragged = true},
    {.name = "texture", .type = FACET_U8, .rank = 2, .dims = {TEXELS, 3}, .ragged = true},
    {.name = "texture_size", .type = FACET_I32, .rank = 2, .dims = {1, 2}, .ragged = true},
};

struct run {
    struct facet_items *items;
    struct facet_block *in, *out;
    void *self;
};

static int create_with(const char *text, void **self, struct facet_error *error) {
    struct facet_params *params = NULL;
    *self = NULL;
    int code = facet_params_from_text(facet_plugin_render.params, text, &params, error);
    if (!code) code = ops->create(params, NULL, self, error);
    facet_params_destroy(params);
    return code;
}

// A quad about the origin, (x, y) in mm from -half to half, in each row.
static void put_quad(struct facet_block *block, int64_t row, float half) {
    assert_int_equal(facet_block_resize(block, 0, row, 4, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, 1, row, 2, NULL), FACET_OK);
    assert_int_equal(facet_block_resize(block, 2, row, 4, NULL), FACET_OK);
    float *v = facet_block_data(block, 0, row), *n = facet_block_data(block, 2, row);
    const int32_t corners[6] = {0, 1, 3, 0, 3, 2};
    memcpy(facet_block_data(block, 1, row), corners, sizeof corners);
    for (int i = 0; i < 4; i++) {
        v[3 * i] = i % 2 ? half : -half, v[3 * i + 1] = i / 2 ? half : -half, v[3 * i + 2] = 0;
        n[3 * i] = 0, n[3 * i + 1] = 0, n[3 * i + 2] = 1;
    }
}

static void start(struct run *run, const char *text) {
    struct facet_error error = {0};
    struct facet_field made[MAKES];
    struct facet_item item = {.subject = "s", .label = "", .path = "", .licence = ""};
    if (create_with(text, &run->self, &error)) fail_msg("%s", error.text);
    assert_int_equal(ops->declare(run->self, mesh_fields, made, &error), FACET_OK);
    run->items = facet_items_create();
    assert_int_equal(facet_items_begin_dataset(run->items, "d", NULL), FACET_OK);
    for (int i = 0; i < ROWS; i++) assert_int_equal(facet_items_add(run->items, &item, NULL), FACET_OK);
    assert_int_equal(facet_block_create(mesh_fields, FIELDS, run->items, 0, ROWS, &run->in, NULL), FACET_OK);
    assert_int_equal(facet_block_create(made, MAKES, run->items, 0, ROWS, &run->out, NULL), FACET_OK);
    for (int i = 0; i < ROWS; i++) put_quad(run->in, i, 10);
}

static void finish(struct run *run) {
    facet_block_destroy(run->in);
    facet_block_destroy(run->out);
    facet_items_destroy(run->items);
    ops->destroy(run->self);
}

static int set(void **state) {
    (void)state;
    ops = facet_plugin_render.map;
    return 0;
}

static void it_declares_what_it_makes(void **state) {
    (void)state;
    struct facet_field made[MAKES];
    void *self;
    assert_int_equal(create_with("", &self, NULL), FACET_OK);
    assert_int_equal(ops->declare(self, mesh_fields, made, NULL), FACET_OK);
    for (int i = 0; i < MAKES; i++) assert_string_equal(made[i].name, facet_plugin_render.makes[i]);
    assert_null(facet_plugin_render.makes[MAKES]);
    const int64_t views[] = {3, 4, 112, 112};
    assert_int_equal(made[VIEWS].rank, 4);
    assert_memory_equal(made[VIEWS].dims, views, sizeof views);
    assert_int_equal(made[MASK].dims[0], 3);
    assert_int_equal(made[PLANES].dims[0], 4);
    for (int i = VIEWS_U16; i < MAKES; i++) assert_true(made[i].ragged && made[i].dims[0] == 1);
    struct facet_error error;
    struct facet_field wrong[FIELDS];
    memcpy(wrong, mesh_fields, sizeof wrong);
    wrong[TRIANGLES] = mesh_fields[VERTICES];
    assert_int_equal(ops->declare(self, wrong, made, &error), FACET_ERROR_CONFIG);
    ops->destroy(self);
    ops->destroy(NULL);
}

static void other_outputs_are_declared_when_asked_for(void **state) {
    (void)state;
    struct facet_field made[MAKES];
    void *self;
    assert_int_equal(
        create_with("outputs = [ \"u16\", \"f32\" ]; channels = [ \"mask\", \"triangle\", \"vertex\" ];", &self, NULL),
        FACET_OK);
    assert_int_equal(ops->declare(self, mesh_fields, made, NULL), FACET_OK);
    const int64_t views[] = {3, 1, 112, 112}, names[] = {3, 112, 112};
    assert_true(made[VIEWS].ragged);
    assert_int_equal(made[VIEWS_U16].type, FACET_U16);
    assert_int_equal(made[VIEWS_F32].type, FACET_F32);
    assert_memory_equal(made[VIEWS_U16].dims, views, sizeof views);
    assert_memory_equal(made[VIEWS_F32].dims, views, sizeof views);
    assert_memory_equal(made[VIEW_TRIANGLES].dims, names, sizeof names);
    assert_memory_equal(made[VIEW_VERTICES].dims, names, sizeof names);
    ops->destroy(self);
}

static void declines(const char *text, const struct facet_field *fields, const char *sentence) {
    struct facet_field made[MAKES];
    struct facet_error error = {0};
    void *self;
    assert_int_equal(create_with(text, &self, NULL), FACET_OK);
    assert_int_equal(ops->declare(self, fields, made, &error), FACET_ERROR_CONFIG);
    if (!strstr(error.text, sentence)) fail_msg("%s", error.text);
    ops->destroy(self);
}

static void what_a_channel_needs_is_asked_for(void **state) {
    (void)state;
    struct facet_field fields[FIELDS];
    memcpy(fields, mesh_fields, sizeof fields);
    fields[CURVATURES].dims[0] = 1; // as preprocess leaves them without curvatures
    fields[COLOURS] = (struct facet_field){0};
    fields[TEXTURE] = (struct facet_field){0};
    declines("channels = [ \"k1\" ];", fields, "curvatures = true");
    declines("channels = [ \"shape_index\" ];", fields, "curvatures = true");
    declines("channels = [ \"colour\" ];", fields, "textures = true");
    declines("channels = [ \"texture\" ];", fields, "textures = true");
}

static void wrong_settings_are_named(void **state) {
    (void)state;
    const char *cases[][2] = {{"views = ( );", "render.views: 0 views"},
                              {"channels = [ ];", "render.channels: the list is empty"},
                              {"channels = [ \"mask\", \"depth\", \"mask\" ];", "\"mask\" is listed twice"},
                              {"channels = [ \"vertex\", \"vertex\" ];", "\"vertex\" is listed twice"},
                              {"channels = [ \"vertex\", \"triangle\" ];", "alone are no picture"},
                              {"outputs = [ ];", "render.outputs: the list is empty"}};
    for (int i = 0; i < 6; i++) {
        void *self;
        struct facet_error error = {0};
        assert_int_equal(create_with(cases[i][0], &self, &error), FACET_ERROR_CONFIG);
        if (!strstr(error.text, cases[i][1])) fail_msg("%s", error.text);
        assert_null(self);
    }
}

// Two views, one from the front and one edge on.
static void views_and_their_mask_are_made(void **state) {
    (void)state;
    struct run run;
    start(&run, "size = 4; extent_mm = 20.0; views = ( { }, { yaw = 90.0; } ); channels = [ \"mask\", \"normal\" ];");
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    for (int64_t row = 0; row < ROWS; row++) {
        const uint8_t *views = facet_block_read(run.out, 0, row), *mask = facet_block_read(run.out, 1, row);
        const uint8_t *planes = facet_block_read(run.out, 2, row);
        const uint8_t want[4] = {FACET_PLANE_MASK, FACET_PLANE_NORMAL_X, FACET_PLANE_NORMAL_Y, FACET_PLANE_NORMAL_Z};
        assert_true(facet_block_valid(run.out, row));
        assert_memory_equal(planes, want, sizeof want);
        assert_int_equal(mask[0], 1);
        assert_int_equal(mask[1], 0);
        for (int i = 0; i < 16; i++) {
            bool inside = i % 4 >= 1 && i % 4 <= 2 && i / 4 >= 1 && i / 4 <= 2;
            assert_int_equal(views[i], inside ? 255 : 0);
            assert_int_equal(views[48 + i], inside ? 255 : 0);
        }
        for (int i = 64; i < 128; i++) assert_int_equal(views[i], 0);
    }
    finish(&run);
}

static void broken_rows_are_set_aside_and_the_rest_drawn(void **state) {
    (void)state;
    struct run run;
    start(&run, "size = 4; extent_mm = 20.0;");
    ((int32_t *)facet_block_data(run.in, 1, 0))[4] = 4;
    ((int32_t *)facet_block_data(run.in, 1, 1))[0] = -1;
    ((float *)facet_block_data(run.in, 0, 2))[5] = NAN;
    ((float *)facet_block_data(run.in, 2, 3))[7] = INFINITY;
    assert_int_equal(facet_block_resize(run.in, 2, 4, 3, NULL), FACET_OK);
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    for (int64_t row = 0; row < ROWS; row++) assert_int_equal(facet_block_valid(run.out, row), row == 5);
    assert_int_equal(((const uint8_t *)facet_block_read(run.out, 1, 5))[1], 1);
    finish(&run);
}

// All but the quad, in each row: a colour a vertex, curvatures, and a picture of 2 x 2 texels over it.
static void put_extras(struct facet_block *block, int64_t row) {
    static const uint8_t colours[4][3] = {{10, 20, 30}, {10, 20, 30}, {10, 20, 30}, {10, 20, 30}};
    static const uint8_t texels[4][3] = {{200, 0, 0}, {0, 200, 0}, {0, 0, 200}, {90, 90, 90}};
    static const float corners[2][6] = {{0, 0, 1, 0, 1, 1}, {0, 0, 1, 1, 0, 1}};
    static const float curvatures[4][4] = {
        {0.05f, 0.0021f, 1, 1}, {0.05f, 0.0021f, 1, 1}, {0.05f, 0.0021f, 1, 1}, {0.05f, 0.0021f, 1, 1}};
    static const int32_t size[2] = {2, 2};
    static const struct {
        int field;
        int64_t count;
        const void *data;
        size_t bytes;
    } all[] = {{CURVATURES, 4, curvatures, sizeof curvatures},
               {COLOURS, 4, colours, sizeof colours},
               {TEXCOORDS, 2, corners, sizeof corners},
               {TEXTURE, 4, texels, sizeof texels},
               {TEXTURE_SIZE, 1, size, sizeof size}};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(facet_block_resize(block, all[i].field, row, all[i].count, NULL), FACET_OK);
        memcpy(facet_block_data(block, all[i].field, row), all[i].data, all[i].bytes);
    }
}

static void check_pixels(const struct run *run, int64_t row, int plane, const uint8_t expected[4]) {
    const uint8_t *views = facet_block_read(run->out, VIEWS, row);
    for (int i = 0; i < 4; i++) assert_int_equal(views[4 * plane + i], expected[i]);
}

// A picture of four pixels: the quad fills it, each pixel sees one texel.
static void colours_textures_and_curvatures_reach_the_pictures(void **state) {
    (void)state;
    struct run run;
    start(&run, "size = 2; extent_mm = 10.0; views = ( { } ); curvature_range = 0.127; "
                "channels = [ \"texture\", \"colour\", \"k1\", \"k2\" ];");
    for (int64_t row = 0; row < 4; row++) put_extras(run.in, row);
    assert_int_equal(facet_block_resize(run.in, TEXTURE, 1, 0, NULL), FACET_OK);    // no picture: the colours
    assert_int_equal(facet_block_resize(run.in, COLOURS, 2, 0, NULL), FACET_OK);    // no colours
    ((int32_t *)facet_block_data(run.in, TEXTURE_SIZE, 3))[0] = 3;                  // a size that is not so
    assert_int_equal(facet_block_resize(run.in, CURVATURES, 4, 3, NULL), FACET_OK); // one too few
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    const uint8_t texture[3][4] = {{200, 0, 0, 90}, {0, 200, 0, 90}, {0, 0, 200, 90}};
    for (int k = 0; k < 3; k++) {
        const uint8_t colour[4] = {(uint8_t)(10 * k + 10), (uint8_t)(10 * k + 10), (uint8_t)(10 * k + 10),
                                   (uint8_t)(10 * k + 10)};
        check_pixels(&run, 0, k, texture[k]);
        check_pixels(&run, 0, 3 + k, colour);
        check_pixels(&run, 1, k, colour);
        check_pixels(&run, 2, k, texture[k]);
        check_pixels(&run, 2, 3 + k, (const uint8_t[4]){0, 0, 0, 0});
    }
    check_pixels(&run, 0, 6, (const uint8_t[4]){198, 198, 198, 198}); // 128 + 0.05 + 0.02, in 1/1000
    check_pixels(&run, 0, 7, (const uint8_t[4]){158, 158, 158, 158}); // 128 + 0.05 - 0.02
    for (int64_t row = 0; row < ROWS; row++) assert_int_equal(facet_block_valid(run.out, row), row < 3);
    finish(&run);
}

static void pictures_come_as_numbers_and_names_too(void **state) {
    (void)state;
    struct run run;
    start(&run, "size = 4; extent_mm = 20.0; views = ( { }, { yaw = 180.0; } ); outputs = [ \"u16\", \"f32\" ]; "
                "channels = [ \"depth\", \"triangle\", \"vertex\" ];");
    for (int i = 2; i < 12; i += 3) ((float *)facet_block_data(run.in, VERTICES, 0))[i] = 25;
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    const uint16_t *codes = facet_block_read(run.out, VIEWS_U16, 0);
    const float *values = facet_block_read(run.out, VIEWS_F32, 0);
    const int32_t *triangles = facet_block_read(run.out, VIEW_TRIANGLES, 0);
    const int32_t *vertices = facet_block_read(run.out, VIEW_VERTICES, 0);
    assert_int_equal(facet_block_count(run.out, VIEWS, 0), 0);
    for (int i = 0; i < 32; i++) {
        int x = i % 4, y = i / 4 % 4, left = i < 16 ? 0 : 1; // from behind left and right are changed
        if (x < 1 || x > 2 || y < 1 || y > 2) {
            assert_int_equal(codes[i], 0);
            assert_true(isnan(values[i]));
            assert_int_equal(triangles[i], -1);
            assert_int_equal(vertices[i], -1);
            continue;
        }
        assert_float_equal(values[i], i < 16 ? 25 : -25, 1e-5);
        assert_int_equal(codes[i], i < 16 ? 32768 + 8192 : 32768 - 8192);
        assert_int_equal(vertices[i], (x == 1 ? left : 1 - left) + (y == 1 ? 2 : 0));
        assert_true(triangles[i] == 0 || triangles[i] == 1);
    }
    finish(&run);
}

static void cameras_and_ranges_are_kept_beside_the_pictures(void **state) {
    (void)state;
    struct run run;
    start(&run, "size = 8; projection = \"perspective\"; distance_mm = 400.0; extent_mm = 50.0; depth_mm = 30.0; "
                "views = ( { } ); channels = [ \"depth\", \"normal\" ];");
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    const double ranges[4][3] = {{-30, 30, 1}, {-1, 1, 0}, {-1, 1, 0}, {-1, 1, 0}};
    const double intrinsics[9] = {32, 0, 4, 0, 32, 4, 0, 0, 1};
    const double extrinsics[12] = {1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 400};
    assert_memory_equal(facet_block_read(run.out, RANGES, 0), ranges, sizeof ranges);
    assert_memory_equal(facet_block_read(run.out, INTRINSICS, 0), intrinsics, sizeof intrinsics);
    assert_memory_equal(facet_block_read(run.out, EXTRINSICS, 0), extrinsics, sizeof extrinsics);
    assert_int_equal(((const uint8_t *)facet_block_read(run.out, PROJECTION, 0))[0], 1);
    finish(&run);
}

// Neither a vertex nor a triangle: views of nothing, but no error.
static void an_empty_mesh_is_an_empty_picture(void **state) {
    (void)state;
    struct run run;
    start(&run,
          "size = 4; channels = [ \"shaded\", \"texture\", \"k1\" ]; supersample = 4; projection = \"perspective\";");
    for (int f = VERTICES; f <= NORMALS; f++) assert_int_equal(facet_block_resize(run.in, f, 0, 0, NULL), FACET_OK);
    assert_int_equal(ops->transform(run.self, run.in, run.out, NULL), FACET_OK);
    assert_true(facet_block_valid(run.out, 0));
    const uint8_t *views = facet_block_read(run.out, VIEWS, 0), *mask = facet_block_read(run.out, MASK, 0);
    for (int i = 0; i < 3 * 5 * 16; i++) assert_int_equal(views[i] | mask[i / 80], 0);
    finish(&run);
}

static void the_parameter_table_is_well_formed(void **state) {
    (void)state;
    struct facet_error error = {0};
    const char *wrong = facet_params_check_table(facet_plugin_render.params, &error);
    if (wrong) fail_msg("%s", wrong);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_declares_what_it_makes),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(views_and_their_mask_are_made),
        cmocka_unit_test(broken_rows_are_set_aside_and_the_rest_drawn),
        cmocka_unit_test(other_outputs_are_declared_when_asked_for),
        cmocka_unit_test(what_a_channel_needs_is_asked_for),
        cmocka_unit_test(colours_textures_and_curvatures_reach_the_pictures),
        cmocka_unit_test(pictures_come_as_numbers_and_names_too),
        cmocka_unit_test(cameras_and_ranges_are_kept_beside_the_pictures),
        cmocka_unit_test(an_empty_mesh_is_an_empty_picture),
        cmocka_unit_test(the_parameter_table_is_well_formed),
    };
    return cmocka_run_group_tests(tests, set, NULL);
}
