// What came, went and changed since the index that is there was made.
#include "pipeline/index_check.h"
#include "pipeline/index_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct seen { // one row: hashes of its path and of its key
    uint64_t path, key;
};

static int by_path(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    if (x->path != y->path) return x->path < y->path ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

static uint64_t hash_path(const char *path) {
    return facet_hash_bytes((struct facet_hash){0}, path, strlen(path) + 1).low;
}

static int see_now(const struct index_run *run, struct seen **rows, int64_t *count, struct facet_error *error) {
    *count = facet_items_count(run->sources.items);
    *rows = malloc((size_t)*count * sizeof **rows + 1);
    if (!*rows) return index_no_memory(error);
    for (int64_t i = 0; i < *count; i++)
        (*rows)[i] = (struct seen){hash_path(facet_items_get(run->sources.items, i).path), run->keys[i].low};
    qsort(*rows, (size_t)*count, sizeof **rows, by_path);
    return FACET_OK;
}

static int see_texts(const struct facet_array *paths, const int64_t *keys, struct seen *rows, int64_t count,
                     const char *file, struct facet_error *error) {
    const char *path = paths->data, *end = path + (paths->rank == 1 ? paths->dims[0] : 0);
    for (int64_t i = 0; i < count; i++, path += strlen(path) + 1) {
        if (path >= end || end[-1] != '\0')
            return facet_error_set(error, FACET_ERROR_DATA, "%s: scans/path is not as facet index writes it", file);
        rows[i] = (struct seen){hash_path(path), (uint64_t)keys[2 * i]};
    }
    qsort(rows, (size_t)count, sizeof *rows, by_path);
    return FACET_OK;
}

static int see_then(const struct index_run *run, struct seen **rows, int64_t *count, struct facet_error *error) {
    struct facet_store *store;
    struct facet_array paths = {0}, keys = {0};
    int code = facet_store_open(run->options->out, &store, error);
    if (!code) code = facet_store_read(store, "scans/key", FACET_I64, &keys, error);
    if (!code) code = facet_store_read(store, "scans/path", FACET_U8, &paths, error);
    if (!code) {
        *count = keys.rank == 2 && keys.dims[1] == 2 ? keys.dims[0] : 0;
        *rows = malloc((size_t)*count * sizeof **rows + 1);
        code = *rows ? see_texts(&paths, keys.data, *rows, *count, run->options->out, error) : index_no_memory(error);
    }
    facet_array_free(&paths), facet_array_free(&keys);
    facet_store_close(store);
    return code;
}

// Whether `rows` has the path (and the key).
static bool has(const struct seen *rows, int64_t count, struct seen row, bool and_key) {
    int64_t low = 0, high = count;
    if (!and_key) row.key = 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (by_path(&rows[middle], &row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && rows[low].path == row.path && (!and_key || rows[low].key == row.key);
}

int index_changes(const struct index_run *run, struct facet_index_summary *summary, struct facet_error *error) {
    struct seen *now = NULL, *then = NULL;
    int64_t n_now = 0, n_then = 0;
    int code = see_now(run, &now, &n_now, error);
    if (!code && access(run->options->out, F_OK) == 0) code = see_then(run, &then, &n_then, error);
    for (int64_t i = 0; !code && i < n_now; i++) {
        bool same = has(then, n_then, now[i], true), known = same || has(then, n_then, now[i], false);
        *(same ? &summary->unchanged : known ? &summary->changed : &summary->added) += 1;
    }
    for (int64_t i = 0; !code && i < n_then; i++) summary->gone += !has(now, n_now, then[i], false);
    free(now), free(then);
    return facet_index_remedy(code, error);
}
