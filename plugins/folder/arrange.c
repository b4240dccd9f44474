#include "folder/rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct folder_entry *row_at(const struct folder_manifest *manifest, const void *place) {
    return &manifest->rows[*(const int32_t *)place];
}

static int by_line(const struct folder_entry *a, const struct folder_entry *b) {
    return (a->line > b->line) - (a->line < b->line);
}

static int by_text(const struct folder_manifest *manifest, const struct folder_entry *a, const struct folder_entry *b,
                   enum folder_text text) {
    return strcmp(folder_text_of(manifest, a, text), folder_text_of(manifest, b, text));
}

static int by_path(const void *a, const void *b, void *manifest) {
    const struct folder_entry *x = row_at(manifest, a), *y = row_at(manifest, b);
    int order = by_text(manifest, x, y, TEXT_PATH);
    return order ? order : by_line(x, y);
}

// Sequence after sequence, the lines of each in order. A row without a sequence stands alone.
static int by_sequence(const void *a, const void *b, void *manifest) {
    const struct folder_entry *x = row_at(manifest, a), *y = row_at(manifest, b);
    int order = x->shared == y->shared ? 0 : by_text(manifest, x, y, TEXT_SUBJECT);
    if (!order && x->shared != y->shared) order = by_text(manifest, x, y, TEXT_SEQUENCE);
    return order ? order : by_line(x, y);
}

static int by_group_and_frame(const void *a, const void *b) {
    const struct folder_entry *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int refuse_repeated_paths(struct folder_manifest *m, const char *name, int32_t *places,
                                 struct facet_error *error) {
    qsort_r(places, (size_t)m->n_rows, sizeof *places, by_path, m);
    for (int64_t i = 1; i < m->n_rows; i++) {
        const struct folder_entry *row = row_at(m, &places[i]), *before = row_at(m, &places[i - 1]);
        if (by_text(m, row, before, TEXT_PATH) != 0) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s stands in line %lld already", name,
                               (long long)row->line, folder_text_of(m, row, TEXT_PATH), (long long)before->line);
    }
    return FACET_OK;
}

static bool same_sequence(const struct folder_manifest *m, const struct folder_entry *a, const struct folder_entry *b) {
    return *folder_text_of(m, a, TEXT_SEQUENCE) && by_text(m, a, b, TEXT_SUBJECT) == 0 &&
           by_text(m, a, b, TEXT_SEQUENCE) == 0;
}

// A group's number is the place of its first row; a frame not given is its place in the sequence.
static void number_groups(struct folder_manifest *m, int32_t *places) {
    int64_t first = 0;
    qsort_r(places, (size_t)m->n_rows, sizeof *places, by_sequence, m);
    for (int64_t i = 0; i < m->n_rows; i++) {
        struct folder_entry *row = &m->rows[places[i]];
        if (i == 0 || !same_sequence(m, &m->rows[places[i - 1]], row)) first = i;
        row->group = places[first];
        if (row->frame < 0) row->frame = (int32_t)(i - first);
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
    int32_t *places = malloc((size_t)manifest->n_rows * sizeof *places);
    if (!places) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", name);
    for (int64_t i = 0; i < manifest->n_rows; i++) places[i] = (int32_t)i;
    int code = refuse_repeated_paths(manifest, name, places, error);
    if (!code) {
        number_groups(manifest, places);
        code = settle_frames(manifest, name, error);
    }
    free(places);
    return code;
}
