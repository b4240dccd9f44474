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

enum { ROWS = 6, CAPACITY = 8 };
static const struct facet_field mesh_fields[] = {
    {.name = "vertices", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "triangles", .type = FACET_I32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
    {.name = "normals", .type = FACET_F32, .rank = 2, .dims = {CAPACITY, 3}, .ragged = true},
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
    struct facet_field made[3];
    struct facet_item item = {.subject = "s", .label = "", .path = "", .licence = ""};
    if (create_with(text, &run->self, &error)) fail_msg("%s", error.text);
    assert_int_equal(ops->declare(run->self, mesh_fields, made, &error), FACET_OK);
    run->items = facet_items_create();
    assert_int_equal(facet_items_begin_dataset(run->items, "d", NULL), FACET_OK);
    for (int i = 0; i < ROWS; i++) assert_int_equal(facet_items_add(run->items, &item, NULL), FACET_OK);
    assert_int_equal(facet_block_create(mesh_fields, 3, run->items, 0, ROWS, &run->in, NULL), FACET_OK);
    assert_int_equal(facet_block_create(made, 3, run->items, 0, ROWS, &run->out, NULL), FACET_OK);
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
    struct facet_field made[3];
    void *self;
    assert_int_equal(create_with("", &self, NULL), FACET_OK);
    assert_int_equal(ops->declare(self, mesh_fields, made, NULL), FACET_OK);
    for (int i = 0; i < 3; i++) assert_string_equal(made[i].name, facet_plugin_render.makes[i]);
    const int64_t views[] = {3, 4, 112, 112};
    assert_int_equal(made[0].rank, 4);
    assert_memory_equal(made[0].dims, views, sizeof views);
    assert_int_equal(made[1].dims[0], 3);
    assert_int_equal(made[2].dims[0], 4);
    struct facet_error error;
    struct facet_field wrong[3] = {mesh_fields[0], mesh_fields[0], mesh_fields[2]};
    assert_int_equal(ops->declare(self, wrong, made, &error), FACET_ERROR_CONFIG);
    ops->destroy(self);
    ops->destroy(NULL);
}

static void wrong_settings_are_named(void **state) {
    (void)state;
    const char *cases[][2] = {{"views = ( );", "render.views: 0 views"},
                              {"channels = [ ];", "render.channels: the list is empty"},
                              {"channels = [ \"mask\", \"depth\", \"mask\" ];", "\"mask\" is listed twice"}};
    for (int i = 0; i < 3; i++) {
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
        cmocka_unit_test(the_parameter_table_is_well_formed),
    };
    return cmocka_run_group_tests(tests, set, NULL);
}
