// Made-up faces: counts, items, the same bits every time, units that move what they should, and scans broken on purpose.
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"
#include "synth/model.h"

#include <facet/plugin.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_synth;

struct opened {
    struct facet_items *items;
    struct facet_params *params;
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    void *self;
};

static int try_open(const char *text, uint64_t seed, struct opened *o, struct facet_error *error) {
    *o = (struct opened){.items = facet_items_create()};
    assert_int_equal(facet_items_begin_dataset(o->items, "lab", error), FACET_OK);
    if (facet_params_from_text(facet_plugin_synth.params, text, &o->params, error)) fail_msg("%s", error->text);
    return facet_plugin_synth.source->open(o->params, seed, o->items, o->fields, &o->n_fields, &o->self, error);
}

static void done(struct opened *o) {
    facet_plugin_synth.source->close(o->self);
    facet_params_destroy(o->params);
    facet_items_destroy(o->items);
}

static struct opened open_source(const char *text, uint64_t seed) {
    struct opened o;
    struct facet_error error;
    if (try_open(text, seed, &o, &error)) fail_msg("%s", error.text);
    return o;
}

static struct facet_block *load_all(const struct opened *o) {
    struct facet_block *block;
    struct facet_error error;
    int64_t rows = facet_items_count(o->items);
    assert_int_equal(facet_block_create(o->fields, o->n_fields, o->items, 0, rows, &block, &error), FACET_OK);
    for (int64_t i = 0; i < rows; i++) {
        if (facet_plugin_synth.source->load(o->self, i, block, i, &error)) fail_msg("%s", error.text);
    }
    return block;
}

static void assert_same_row(const struct facet_block *a, int64_t i, const struct facet_block *b, int64_t j) {
    for (int f = 0; f < 2; f++) {
        int64_t n = facet_block_count(a, f, i);
        assert_int_equal(n, facet_block_count(b, f, j));
        assert_memory_equal(facet_block_read(a, f, i), facet_block_read(b, f, j), 12 * (size_t)n);
    }
}

static void rows_are_subjects_by_expressions_by_samples(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 3; samples = 2; expressions = \"basic6+neutral\"; density = 0.1;", 7);
    assert_int_equal(facet_items_count(o.items), 3 * 2 * 7);
    assert_int_equal(facet_items_classes(o.items), 7);
    assert_int_equal(facet_items_subjects(o.items), 3);
    struct facet_item last = facet_items_get(o.items, 41);
    assert_string_equal(last.subject, "s003");
    assert_string_equal(last.label, "neutral");
    assert_true(last.intensity == 0);
    struct facet_item first = facet_items_get(o.items, 0);
    assert_string_equal(first.label, "anger");
    assert_true(first.intensity >= 0.4f && first.intensity <= 1.0f);
    done(&o);
}

static void a_face_depends_on_who_and_what_only(void **state) {
    (void)state;
    const char *few = "subjects = 1; density = 0.1; noise_mm = 0.3; holes = 2.0; yaw_deg = [-9.0, 9.0];";
    const char *more = "subjects = 2; samples = 2; expressions = \"basic6+neutral\"; density = 0.1; noise_mm = 0.3; "
                       "holes = 2.0; yaw_deg = [-9.0, 9.0];";
    struct opened a = open_source(few, 5), b = open_source(more, 5), c = open_source(few, 6);
    struct facet_block *x = load_all(&a), *y = load_all(&b), *z = load_all(&c);
    for (int64_t i = 0; i < 6; i++) assert_same_row(x, i, y, 2 * i);
    assert_memory_not_equal(facet_block_read(x, 0, 0), facet_block_read(z, 0, 0), 1200);
    assert_memory_not_equal(facet_block_read(y, 0, 0), facet_block_read(y, 0, 1), 1200);
    facet_block_destroy(x), facet_block_destroy(y), facet_block_destroy(z);
    done(&a), done(&b), done(&c);
}

static void faces_are_sound_meshes(void **state) {
    (void)state;
    struct opened o = open_source("subjects = 2; density = 0.3; holes = 3.0;", 1);
    struct facet_block *block = load_all(&o);
    for (int64_t i = 0; i < facet_block_rows(block); i++) {
        const float *v = facet_block_read(block, 0, i);
        const int32_t *t = facet_block_read(block, 1, i);
        int64_t nv = facet_block_count(block, 0, i), nt = facet_block_count(block, 1, i);
        assert_true(nt > nv);
        for (int64_t k = 0; k < 3 * nv; k++) assert_true(isfinite(v[k]) && fabsf(v[k]) < 260);
        for (int64_t k = 0; k < 3 * nt; k++) assert_true(t[k] >= 0 && t[k] < nv);
    }
    facet_block_destroy(block);
    done(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_subjects_by_expressions_by_samples),
        cmocka_unit_test(a_face_depends_on_who_and_what_only),
        cmocka_unit_test(faces_are_sound_meshes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
