#include "folder/rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// What sorting compares; the store moves no more.
struct key {
    const char *path, *subject, *sequence;
    struct folder_entry *row;
};

static int by_line(const struct key *a, const struct key *b) {
    return (a->row->line > b->row->line) - (a->row->line < b->row->line);
}

static int by_path(const void *a, const void *b) {
    const struct key *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : by_line(x, y);
}

// Sequence after sequence, the lines of each in order. A row without a sequence stands alone.
static int by_sequence(const void *a, const void *b) {
    const struct key *x = a, *y = b;
    int order = strcmp(x->subject, y->subject);
    if (!order) order = strcmp(x->sequence, y->sequence);
    return order ? order : by_line(x, y);
}

static int by_group_and_frame(const void *a, const void *b) {
    const struct folder_entry *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int refuse_repeated_paths(const char *name, struct key *keys, int64_t n, struct facet_error *error) {
    qsort(keys, (size_t)n, sizeof *keys, by_path);
    for (int64_t i = 1; i < n; i++) {
        if (strcmp(keys[i - 1].path, keys[i].path) != 0) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s stands in line %lld already", name,
                               (long long)keys[i].row->line, keys[i].path, (long long)keys[i - 1].row->line);
    }
    return FACET_OK;
}

static bool same_sequence(const struct key *a, const struct key *b) {
    return *a->sequence && strcmp(a->subject, b->subject) == 0 && strcmp(a->sequence, b->sequence) == 0;
}

// A group's number is the place of its first row; a frame not given is its place in the sequence.
static void number_groups(struct folder_manifest *manifest, struct key *keys) {
    int64_t first = 0;
    qsort(keys, (size_t)manifest->n_rows, sizeof *keys, by_sequence);
    for (int64_t i = 0; i < manifest->n_rows; i++) {
        if (i == 0 || !same_sequence(&keys[i - 1], &keys[i])) first = i;
        keys[i].row->group = (int32_t)(keys[first].row - manifest->rows);
        if (keys[i].row->frame < 0) keys[i].row->frame = (int32_t)(i - first);
    }
}

static int settle_frames(struct folder_manifest *manifest, const char *name, struct facet_error *error) {
    struct folder_entry *rows = manifest->rows;
    int32_t group = 0;
    qsort(rows, (size_t)manifest->n_rows, sizeof *rows, by_group_and_frame);
    for (int64_t i = 1; i < manifest->n_rows; i++) {
        if (rows[i].group != rows[i - 1].group || rows[i].frame != rows[i - 1].frame) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: frame %d of sequence %s stands in line %lld already",
                               name, (long long)rows[i].line, (int)rows[i].frame,
                               folder_text_of(manifest, &rows[i], TEXT_SEQUENCE), (long long)rows[i - 1].line);
    }
    for (int64_t i = 0, before = -1; i < manifest->n_rows; i++) {
        group += before >= 0 && rows[i].group != before;
        before = rows[i].group;
        rows[i].group = group;
    }
    return FACET_OK;
}

int folder_rows_arrange(struct folder_manifest *manifest, const char *name, struct facet_error *error) {
    struct key *keys = malloc((size_t)manifest->n_rows * sizeof *keys);
    if (!keys) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", name);
    for (int64_t i = 0; i < manifest->n_rows; i++) {
        struct folder_entry *row = &manifest->rows[i];
        keys[i] = (struct key){folder_text_of(manifest, row, TEXT_PATH), folder_text_of(manifest, row, TEXT_SUBJECT),
                               folder_text_of(manifest, row, TEXT_SEQUENCE), row};
    }
    int code = refuse_repeated_paths(name, keys, manifest->n_rows, error);
    if (!code) {
        number_groups(manifest, keys);
        code = settle_frames(manifest, name, error);
    }
    free(keys);
    return code;
}
