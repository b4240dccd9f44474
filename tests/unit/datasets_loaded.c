// Scans of frgc, d3dfacs and facescape from their files: the points, the length of a unit, colours from pictures.
#include "layouts/layouts.h"
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/plugin.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_d3dfacs, facet_plugin_facescape, facet_plugin_frgc;

static char root[] = "/tmp/facet-loaded-XXXXXX";
static struct layout_face face;

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static int make_root(void **state) {
    (void)state;
    layout_face_make(&face, 3, 1, 0.8, LAYOUT_ROWS, LAYOUT_COLUMNS);
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state) {
    (void)state;
    layout_face_free(&face);
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_scan(const char *path, const char *texture) {
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    layout_write(whole, &face, texture);
}

struct source {
    const struct facet_plugin *plugin;
    struct facet_params *params;
    struct facet_items *items;
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    void *self;
    struct facet_block *block;
};

static void open_source(const struct facet_plugin *plugin, const char *folder, const char *more, struct source *s) {
    struct facet_error error = {0};
    char given[1024];
    *s = (struct source){.plugin = plugin, .items = facet_items_create()};
    assert_non_null(s->items);
    assert_int_equal(facet_items_begin_dataset(s->items, "set", &error), FACET_OK);
    snprintf(given, sizeof given, "root = \"%s/%s\"; %s", root, folder, more);
    if (facet_params_from_text(plugin->params, given, &s->params, &error)) fail_msg("%s", error.text);
    if (plugin->source->open(s->params, 1, s->items, s->fields, &s->n_fields, &s->self, &error))
        fail_msg("%s", error.text);
    assert_int_equal(facet_items_count(s->items), 1);
    assert_int_equal(facet_block_create(s->fields, s->n_fields, s->items, 0, 1, &s->block, &error), FACET_OK);
    if (plugin->source->load(s->self, 0, s->block, 0, &error)) fail_msg("%s", error.text);
}

static void close_source(struct source *s) {
    s->plugin->source->close(s->self);
    facet_block_destroy(s->block);
    facet_items_destroy(s->items);
    facet_params_destroy(s->params);
}

static int64_t points_seen(void) {
    int64_t n = 0;
    for (int i = 0; i < face.rows * face.columns; i++) n += face.seen[i];
    return n;
}

// The nose tip is the point nearest to the viewer.
static void nose_is_in_front(const struct source *s, float unit) {
    const float *vertices = facet_block_read(s->block, 0, 0);
    int64_t n = facet_block_count(s->block, 0, 0), nose = 0;
    assert_int_equal(n, points_seen());
    assert_true(facet_block_count(s->block, 1, 0) > n);
    float low = vertices[1], high = vertices[1];
    for (int64_t i = 0; i < n; i++) {
        if (vertices[3 * i + 2] > vertices[3 * nose + 2]) nose = i;
        if (vertices[3 * i + 1] < low) low = vertices[3 * i + 1];
        if (vertices[3 * i + 1] > high) high = vertices[3 * i + 1];
    }
    assert_true(high - low > 80 * unit && high - low < 300 * unit);
    assert_true(vertices[3 * nose + 1] > low + 0.2f * (high - low) &&
                vertices[3 * nose + 1] < high - 0.2f * (high - low));
}

static void colours_run_with_the_face(const struct source *s) {
    const float *v = facet_block_read(s->block, 0, 0);
    const uint8_t *colours = facet_block_read(s->block, 2, 0);
    int64_t n = facet_block_count(s->block, 2, 0), top = 0, bottom = 0, left = 0, right = 0;
    assert_string_equal(s->fields[2].name, "colours");
    assert_int_equal(n, facet_block_count(s->block, 0, 0));
    for (int64_t i = 0; i < n; i++) {
        if (v[3 * i + 1] > v[3 * top + 1]) top = i;
        if (v[3 * i + 1] < v[3 * bottom + 1]) bottom = i;
        if (v[3 * i] > v[3 * left]) left = i;
        if (v[3 * i] < v[3 * right]) right = i;
    }
    assert_true(colours[3 * top + 1] > colours[3 * bottom + 1] + 100);
    assert_true(colours[3 * left] > colours[3 * right] + 100);
}

static void frgc_is_unpacked(void **state) {
    (void)state;
    struct source s;
    write_scan("frgc/nd1/Fall2003range/02463d550.abs.gz", NULL);
    open_source(&facet_plugin_frgc, "frgc", "unit_mm = 2.0;", &s);
    assert_int_equal(s.n_fields, 2);
    assert_string_equal(facet_items_get(s.items, 0).subject, "02463");
    nose_is_in_front(&s, 2);
    close_source(&s);
}

static void d3dfacs_takes_the_bitmap_beside_it(void **state) {
    (void)state;
    struct source s;
    write_scan("d3dfacs/Joe/1+2/1+2_175.obj", "1+2_175.bmp");
    write_scan("d3dfacs/Joe/1+2/1+2_175.bmp", NULL);
    open_source(&facet_plugin_d3dfacs, "d3dfacs", "textures = true; complete = \"ignore\";", &s);
    assert_int_equal(s.n_fields, 3);
    nose_is_in_front(&s, 1);
    colours_run_with_the_face(&s);
    close_source(&s);
}

static void facescape_takes_the_photograph_beside_it(void **state) {
    (void)state;
    struct source s;
    write_scan("facescape/7/models_reg/4_anger.obj", "4_anger.jpg");
    write_scan("facescape/7/models_reg/4_anger.jpg", NULL);
    open_source(&facet_plugin_facescape, "facescape", "textures = true; complete = \"ignore\";", &s);
    assert_string_equal(facet_items_get(s.items, 0).label, "anger");
    nose_is_in_front(&s, 1);
    colours_run_with_the_face(&s);
    close_source(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frgc_is_unpacked),
        cmocka_unit_test(d3dfacs_takes_the_bitmap_beside_it),
        cmocka_unit_test(facescape_takes_the_photograph_beside_it),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
