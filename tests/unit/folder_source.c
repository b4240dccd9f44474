// The folder source as the engine sees it: items, fields, rows, and what happens to rows that cannot be read.
#include "pipeline/block.h"
#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct facet_plugin facet_plugin_folder;

static char root[] = "/tmp/facet-folder-XXXXXX";
static const char *const files[] = {"a.ply", "b.obj", "big.ply", "cut.ply", "labels.csv"};

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void write_mesh(const char *name, enum facet_mesh_format format, int64_t n) {
    float v[3 * 64];
    int32_t t[3 * 64];
    for (int i = 0; i < 3 * 64; i++) v[i] = (float)i, t[i] = i % (int)n;
    struct facet_mesh mesh = {.vertices = v, .triangles = t, .n_vertices = n, .n_triangles = n - 2};
    assert_int_equal(facet_mesh_write(path_of(name), format, &mesh, NULL), FACET_OK);
}

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(root)) return -1;
    write_mesh("a.ply", FACET_MESH_PLY_BIG, 8);
    write_mesh("b.obj", FACET_MESH_OBJ, 4);
    write_mesh("big.ply", FACET_MESH_PLY_ASCII, 40);
    write_mesh("cut.ply", FACET_MESH_PLY_LITTLE, 8);
    assert_int_equal(truncate(path_of("cut.ply"), 230), 0);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(path_of(files[i]));
    return rmdir(root);
}

struct source {
    struct facet_params *params;
    struct facet_items *items;
    struct facet_field fields[FACET_MAX_FIELDS];
    int n_fields;
    void *self;
    struct facet_block *block;
};

static int open_source(const char *table, const char *more, struct source *source, struct facet_error *error) {
    char text[512];
    *source = (struct source){.items = facet_items_create()};
    assert_non_null(source->items);
    assert_int_equal(facet_items_begin_dataset(source->items, "lab", error), FACET_OK);
    write_text("labels.csv", table);
    snprintf(text, sizeof text, "root = \"%s\"; licence = \"ask\"; consent = \"form 1\"; %s", root, more);
    if (facet_params_from_text(facet_plugin_folder.params, text, &source->params, error)) fail_msg("%s", error->text);
    return facet_plugin_folder.source->open(source->params, 1, source->items, source->fields, &source->n_fields,
                                            &source->self, error);
}

static void close_source(struct source *source) {
    facet_plugin_folder.source->close(source->self);
    facet_block_destroy(source->block);
    facet_items_destroy(source->items);
    facet_params_destroy(source->params);
}

static const char table[] = "path,subject,label,licence,consent\na.ply,s1,fear,CC0,withdrawn\nb.obj,s2,anger,,\n"
                            "gone.ply,s2,fear,,\ncut.ply,s3,fear,,\n";

static void open_all(const char *more, struct source *source) {
    struct facet_error error = {0};
    if (open_source(table, more, source, &error)) fail_msg("%s", error.text);
    assert_int_equal(source->n_fields, 2);
    assert_int_equal(facet_block_create(source->fields, 2, source->items, 0, 4, &source->block, &error), FACET_OK);
}

static void rows_say_whose_they_are_and_hold_the_mesh(void **state) {
    (void)state;
    struct source s;
    struct facet_error error = {0};
    open_all("unit_mm = 10.0;", &s);
    assert_int_equal(facet_items_count(s.items), 4);
    struct facet_item item = facet_items_get(s.items, 0);
    assert_string_equal(item.subject, "s1");
    assert_string_equal(item.label, "fear");
    assert_string_equal(item.path, "a.ply");
    assert_string_equal(item.licence, "CC0");
    assert_string_equal(facet_items_get(s.items, 1).licence, "ask");
    assert_string_equal(item.consent, "withdrawn");
    assert_string_equal(facet_items_get(s.items, 1).consent, "form 1");
    assert_true(isnan(item.intensity));
    assert_int_equal(s.fields[0].dims[0], 10); // 8 and a quarter
    assert_int_equal(s.fields[1].dims[0], 7);
    for (int row = 0; row < 2; row++) {
        if (facet_plugin_folder.source->load(s.self, row, s.block, row, &error)) fail_msg("%s", error.text);
        assert_int_equal(facet_block_count(s.block, 0, row), row ? 4 : 8);
        assert_int_equal(facet_block_count(s.block, 1, row), row ? 2 : 6);
        const float *v = facet_block_read(s.block, 0, row);
        for (int i = 0; i < 12; i++) assert_float_equal(v[i], 10.0f * (float)i, 0);
        assert_int_equal(((const int32_t *)facet_block_read(s.block, 1, row))[5], row ? 1 : 5);
    }
    close_source(&s);
}

static void rows_that_cannot_be_read_say_why(void **state) {
    (void)state;
    struct source s;
    struct facet_error error = {0};
    open_all("", &s);
    assert_int_equal(facet_plugin_folder.source->load(s.self, 2, s.block, 2, &error), FACET_ERROR_IO);
    assert_string_equal(error.text, "labels.csv line 4 names gone.ply, which does not exist");
    assert_int_equal(facet_plugin_folder.source->load(s.self, 3, s.block, 3, &error), FACET_ERROR_DATA);
    assert_non_null(
        strstr(error.text, "cut.ply: the header claims 8 rows of element vertex, at least 12 bytes each, but only "));
    close_source(&s);
    open_all("max_vertices = 5; max_triangles = 5;", &s);
    assert_int_equal(s.fields[0].dims[0], 5);
    assert_int_equal(facet_plugin_folder.source->load(s.self, 0, s.block, 0, &error), FACET_ERROR_DATA);
    assert_string_equal(error.text, "a.ply has 8 vertices and 6 triangles, but there is room for 5 and 5; raise "
                                    "max_vertices and max_triangles");
    close_source(&s);
}

static void a_broken_table_stops_before_any_work(void **state) {
    (void)state;
    struct source s;
    struct facet_error error = {0};
    assert_int_equal(open_source("path,subject\n", "", &s, &error), FACET_ERROR_DATA);
    assert_non_null(strstr(error.text, "labels.csv:1: no column label"));
    assert_null(s.self);
    close_source(&s);
    assert_int_equal(open_source(table, "labels = \"other.csv\";", &s, &error), FACET_ERROR_IO);
    assert_non_null(strstr(error.text, "other.csv: cannot be opened"));
    close_source(&s);
}

static void room_is_enough_for_the_largest_file(void **state) {
    (void)state;
    struct source s;
    struct facet_error error = {0};
    assert_int_equal(open_source("path,subject,label\na.ply,s,x\nbig.ply,s,x\n", "", &s, &error), FACET_OK);
    assert_int_equal(s.fields[0].dims[0], 50);
    assert_int_equal(s.fields[1].dims[0], 47);
    close_source(&s);
}

static void expect_notes(const char *rows, const char *more, const char *labels, const char *first,
                         const char *second) {
    struct source s;
    struct facet_error error = {0};
    char found[256] = "", text[256];
    snprintf(text, sizeof text, "path,subject,labels\n%s", rows);
    if (open_source(text, more, &s, &error)) fail_msg("%s", error.text);
    for (int64_t i = 0; i < facet_items_count(s.items); i++) {
        struct facet_item item = facet_items_get(s.items, i);
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s(%s) ", item.label, item.labels);
    }
    assert_string_equal(found, labels);
    assert_int_equal(facet_items_notes(s.items), (first != NULL) + (second != NULL));
    if (first) assert_string_equal(facet_items_note_text(s.items, 0), first);
    if (second) assert_string_equal(facet_items_note_text(s.items, 1), second);
    close_source(&s);
}

static void labels_and_paths_that_are_off_are_told(void **state) {
    (void)state;
    expect_notes("a.ply,s,fear\nb.obj,s,wink\n", "", "fear() wink() ", NULL, NULL);
    expect_notes("a.ply,s,fear\nb.obj,s,Scared\nb\\c.obj,s,Happy+sad\n", "", "fear() Scared() Happy(Happy+sad) ",
                 "lab: label \"Scared\" is \"fear\" in datasets; with vocabulary = true it is here too",
                 "lab: 1 of the 3 scans that labels.csv names are not below root: line 4, b\\c.obj");
    expect_notes("a.ply,s,wink\nb.obj,s,sad+Happy\n", "vocabulary = true;", "wink() sadness(happiness+sadness) ",
                 "lab: label \"wink\" is not a word of the vocabulary; it stays as it is", NULL);
}

static void an_archive_that_is_broken_is_told(void **state) {
    (void)state;
    struct source s;
    struct facet_error error = {0};
    write_text("f.zip", "PK");
    int code = open_source("path,subject,label\na.ply,s,x\nf/c.ply,s,x\n", "", &s, &error);
    unlink(path_of("f.zip"));
    if (code) fail_msg("%s", error.text);
    assert_int_equal(facet_items_notes(s.items), 2);
    assert_non_null(strstr(facet_items_note_text(s.items, 0), "line 3, f/c.ply"));
    assert_non_null(strstr(facet_items_note_text(s.items, 1), "f.zip: ends at byte 2"));
    close_source(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_say_whose_they_are_and_hold_the_mesh),
        cmocka_unit_test(rows_that_cannot_be_read_say_why),
        cmocka_unit_test(a_broken_table_stops_before_any_work),
        cmocka_unit_test(room_is_enough_for_the_largest_file),
        cmocka_unit_test(labels_and_paths_that_are_off_are_told),
        cmocka_unit_test(an_archive_that_is_broken_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
