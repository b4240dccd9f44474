// A morphable face model from a file: needs ict_face_model.h5 in $FACET_DATA.
#include "data_file.h"
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"
#include "synth/model.h"

#include <facet/plugin.h>
#include <facet/store.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_synth;

static const float *unit(const struct synth_model *model, int au, int side) {
    for (int u = 0; u < model->n_units; u++) {
        if (model->units[u].au == au && model->units[u].side == side) return model->units[u].offset;
    }
    fail_msg("no action unit %d of side %d", au, side);
    return NULL;
}

static void model_is_a_face_in_millimetres(void **state) {
    struct synth_model m;
    struct facet_error error;
    struct facet_store *store;
    struct facet_array landmarks = {0};
    if (synth_model_read(*state, &m, &error)) fail_msg("%s", error.text);
    assert_int_equal(facet_store_open(*state, &store, &error), FACET_OK);
    assert_int_equal(facet_store_read(store, "landmarks68", FACET_I32, &landmarks, &error), FACET_OK);
    const int32_t *mark = landmarks.data;
    const float *chin = m.mean + 3 * mark[8], *left = m.mean + 3 * mark[54], *right = m.mean + 3 * mark[48];
    assert_true(m.nose[1] - chin[1] > 50 && m.nose[1] - chin[1] < 90);
    assert_true(left[0] - right[0] > 35 && left[0] - right[0] < 65);
    assert_true(unit(&m, 12, SYNTH_LEFT)[3 * mark[54] + 1] > 2 &&
                fabsf(unit(&m, 12, SYNTH_LEFT)[3 * mark[48] + 1]) < 1);
    assert_true(unit(&m, 26, SYNTH_BOTH)[3 * mark[8] + 1] < -10);
    assert_true(m.n_identity == 100 && m.n_units >= 30);
    facet_array_free(&landmarks);
    facet_store_close(store);
    synth_model_free(&m);
}

static void plugin_loads_thinned_faces(void **state) {
    struct facet_items *items = facet_items_create();
    struct facet_params *params;
    struct facet_field fields[FACET_MAX_FIELDS];
    struct facet_block *block;
    struct facet_error error;
    char text[1200];
    int n_fields;
    void *self;
    snprintf(text, sizeof text, "model = \"%s\"; subjects = 1; region = \"face\"; density = 0.3;",
             (const char *)*state);
    assert_int_equal(facet_items_begin_dataset(items, "lab", &error), FACET_OK);
    if (facet_params_from_text(facet_plugin_synth.params, text, &params, &error)) fail_msg("%s", error.text);
    if (facet_plugin_synth.source->open(params, 1, items, fields, &n_fields, &self, &error)) fail_msg("%s", error.text);
    assert_in_range(fields[0].dims[0], 2000, 9000);
    assert_int_equal(facet_block_create(fields, n_fields, items, 0, 6, &block, &error), FACET_OK);
    for (int64_t i = 0; i < 6; i++) {
        assert_int_equal(facet_plugin_synth.source->load(self, i, block, i, &error), FACET_OK);
        const float *v = facet_block_read(block, 0, i);
        for (int64_t k = 0; k < 3 * facet_block_count(block, 0, i); k++) assert_true(fabsf(v[k]) < 300);
    }
    assert_memory_not_equal(facet_block_read(block, 0, 0), facet_block_read(block, 0, 3), 600);
    facet_block_destroy(block);
    facet_plugin_synth.source->close(self);
    facet_params_destroy(params);
    facet_items_destroy(items);
}

// The first megabyte of the file, as an interrupted copy leaves it.
static void a_truncated_file_is_told_by_name(void **state) {
    struct synth_model m;
    struct facet_error error = {0};
    char path[] = "/tmp/facet-synth-XXXXXX", *bytes = malloc(1 << 20);
    FILE *in = fopen(*state, "rb"), *out = fdopen(mkstemp(path), "wb");
    assert_true(in && out && bytes);
    assert_int_equal(fread(bytes, 1, 1 << 20, in), 1 << 20);
    assert_int_equal(fwrite(bytes, 1, 1 << 20, out), 1 << 20);
    fclose(in), fclose(out), free(bytes);
    int code = synth_model_read(path, &m, &error);
    remove(path);
    assert_int_not_equal(code, FACET_OK);
    assert_non_null(strstr(error.text, path));
    assert_null(m.mean);
}

int main(void) {
    static char path[1024];
    if (!data_file("ict_face_model.h5", path, sizeof path)) return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(model_is_a_face_in_millimetres, path),
        cmocka_unit_test_prestate(plugin_loads_thinned_faces, path),
        cmocka_unit_test_prestate(a_truncated_file_is_told_by_name, path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
