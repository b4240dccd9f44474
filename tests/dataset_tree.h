// A tree of small files below a root that goes away, and the rows and notes that a plugin makes of it; for unit tests.
#ifndef FACET_TEST_DATASET_TREE_H
#define FACET_TEST_DATASET_TREE_H

#include "pipeline/items.h"
#include "pipeline/params.h"

#include <facet/plugin.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/facet-tree-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static int make_root(void **state) {
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state) {
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *path, const char *text) {
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(whole, 0700);
    }
    FILE *file = fopen(whole, "wb");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

// A line a row: subject|label|labels|au|split|sequence|frame|onset-apex-offset
static void put_items(const struct facet_items *items, char *text, size_t room) {
    size_t used = 0;
    *text = '\0';
    for (int64_t i = 0; i < facet_items_count(items) && used < room; i++) {
        struct facet_item item = facet_items_get(items, i);
        used += (size_t)snprintf(text + used, room - used, "%s|%s|%s|%s|%s|%d|%d|%d-%d-%d\n", item.subject, item.label,
                                 item.labels, item.au, item.split, (int)item.sequence, (int)item.frame, (int)item.onset,
                                 (int)item.apex, (int)item.offset);
    }
}

static char notes[4096]; // of the last tree

static void put_notes(const struct facet_items *items) {
    size_t used = 0;
    *notes = '\0';
    for (int i = 0; i < facet_items_notes(items) && used < sizeof notes; i++)
        used += (size_t)snprintf(notes + used, sizeof notes - used, "%s\n", facet_items_note_text(items, i));
}

// Parameters as they are given, with the root; what comes of it is in text and notes.
static int open_with(const struct facet_plugin *plugin, const char *settings, char *text, size_t room,
                     struct facet_error *error) {
    char given[1024];
    struct facet_params *params = NULL;
    struct facet_items *items = facet_items_create();
    struct facet_field fields[FACET_MAX_FIELDS];
    void *self = NULL;
    int n_fields;
    assert_non_null(items);
    assert_int_equal(facet_items_begin_dataset(items, "set", error), FACET_OK);
    snprintf(given, sizeof given, "max_vertices = 9; max_triangles = 9; %s", settings);
    if (facet_params_from_text(plugin->params, given, &params, error)) fail_msg("%s", error->text);
    int code = plugin->source->open(params, 1, items, fields, &n_fields, &self, error);
    put_items(items, text, room);
    put_notes(items);
    if (!code) plugin->source->close(self);
    facet_items_destroy(items);
    facet_params_destroy(params);
    return code;
}

static inline int open_tree(const struct facet_plugin *plugin, const char *more, char *text, size_t room,
                            struct facet_error *error) {
    char settings[1000];
    snprintf(settings, sizeof settings, "root = \"%s\"; %s", root, more);
    return open_with(plugin, settings, text, room, error);
}

static inline void remove_file(const char *path) {
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    assert_int_equal(unlink(whole), 0);
}

static void clear(void) {
    nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(root, 0700), 0);
}

#endif
