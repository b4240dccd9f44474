// Results of the index that is there already.
#include "pipeline/index_check.h"
#include "pipeline/index_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct index_old {
    struct facet_store *store;
    const char *path;
    int64_t rows;
    int64_t *
        place; // (rows) where the rows with its key begin in the order of keys; -1: no row has it, or it is tried again
};

static int damaged(const struct index_old *old, const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s: %s is not as facet index writes it", old->path, name);
}

void index_old_close(struct index_old *old) {
    if (!old) return;
    facet_store_close(old->store);
    free(old->place);
    free(old);
}

static bool is_shaped(const struct facet_array *array, int64_t rows, int64_t width) {
    return array->dims[0] == rows && (width ? array->rank == 2 && array->dims[1] == width : array->rank == 1);
}

// The caller frees *array, also after an error.
static int read_numbers(const struct index_old *old, const char *name, int64_t rows, int64_t width,
                        struct facet_array *array, struct facet_error *error) {
    int code = facet_store_read(old->store, name, FACET_I64, array, error);
    if (!code && !is_shaped(array, rows, width)) code = damaged(old, name, error);
    return code;
}

static int has_fingerprint(const struct index_run *run, struct index_old *old, bool *has, struct facet_error *error) {
    char **texts, fingerprint[33];
    int64_t count;
    int code = facet_store_read_strings(old->store, "fingerprint", &texts, &count, error);
    if (code) return code;
    facet_hash_text(run->fingerprint, fingerprint);
    *has = count == 1 && strcmp(texts[0], fingerprint) == 0;
    free(texts);
    return FACET_OK;
}

static struct facet_hash key_at(const struct facet_array *keys, int64_t row) {
    const int64_t *key = (const int64_t *)keys->data + 2 * row;
    return (struct facet_hash){(uint64_t)key[0], (uint64_t)key[1]};
}

// What could not be read may be readable now, and is tried again.
static bool is_sound(const struct facet_array *codes, int64_t row) {
    return ((const int64_t *)codes->data)[row] != FACET_ERROR_IO;
}

static int find_places(const struct index_run *run, struct index_old *old, struct facet_error *error) {
    struct facet_array keys = {0}, codes = {0};
    int code = read_numbers(old, "scans/code", old->rows, 0, &codes, error);
    if (!code) code = read_numbers(old, "scans/key", old->rows, 2, &keys, error);
    if (!code && !(old->place = malloc((size_t)old->rows * sizeof *old->place + 1))) code = index_no_memory(error);
    for (int64_t i = 0; !code && i < old->rows; i++) {
        int64_t first, end;
        index_find(run, key_at(&keys, i), &first, &end);
        old->place[i] = first < end && is_sound(&codes, i) ? first : -1;
    }
    facet_array_free(&keys), facet_array_free(&codes);
    return code;
}

static int count_rows(struct index_old *old, struct facet_error *error) {
    struct facet_array shape;
    int code = facet_store_shape(old->store, "scans/code", &shape, error);
    if (!code && shape.rank != 1) code = damaged(old, "scans/code", error);
    if (!code) old->rows = shape.dims[0];
    return code;
}

static int open_old(struct index_run *run, struct index_old **opened, struct facet_error *error) {
    *opened = NULL;
    if (access(run->options->out, F_OK) != 0) return FACET_OK;
    struct index_old *old = calloc(1, sizeof *old);
    if (!old) return index_no_memory(error);
    bool holds = false;
    old->path = run->options->out;
    int code = facet_store_open(old->path, &old->store, error);
    if (!code) code = has_fingerprint(run, old, &holds, error);
    if (!code) code = count_rows(old, error);
    run->has_other_settings = !code && !holds;
    if (!code && holds)
        *opened = old;
    else
        index_old_close(old);
    return code;
}

int index_old_open(struct index_run *run, struct index_old **old, struct facet_error *error) {
    int code = open_old(run, old, error);
    if (!code && *old) code = find_places(run, *old, error);
    if (code) index_old_close(*old), *old = NULL;
    return facet_index_remedy(code, error);
}

static int mark_slice(const struct index_run *run, const struct index_old *old, int64_t first, int64_t count,
                      uint8_t *done, struct facet_error *error) {
    struct facet_array keys = {0}, codes = {0};
    int code = facet_store_read_rows(old->store, "scans/key", FACET_I64, first, count, &keys, error);
    if (!code) code = facet_store_read_rows(old->store, "scans/code", FACET_I64, first, count, &codes, error);
    if (!code && !is_shaped(&keys, count, 2)) code = damaged(old, "scans/key", error);
    for (int64_t i = 0; !code && i < count; i++) {
        int64_t from, end;
        index_find(run, key_at(&keys, i), &from, &end);
        for (; is_sound(&codes, i) && from < end; from++) done[run->order[from]] = 1;
    }
    facet_array_free(&keys), facet_array_free(&codes);
    return code;
}

// By slices, as memory is dearest then; checksums are of whole arrays, and compared when results are taken over.
int index_old_mark(struct index_run *run, uint8_t *done, struct facet_error *error) {
    enum { SLICE = 1 << 16 };
    struct index_old *old;
    int code = open_old(run, &old, error);
    for (int64_t first = 0; !code && old && first < old->rows; first += SLICE) {
        int64_t count = old->rows - first < SLICE ? old->rows - first : SLICE;
        code = mark_slice(run, old, first, count, done, error);
    }
    index_old_close(old);
    return facet_index_remedy(code, error);
}

static void spread(const struct index_run *run, const struct index_old *old, const int64_t *from, int width,
                   int64_t *to) {
    for (int64_t i = 0; i < old->rows; i++, from += width)
        for (int64_t k = old->place[i]; k >= 0 && index_is_key(run, k, old->place[i]); k++)
            memcpy(to + run->order[k] * width, from, (size_t)width * sizeof *to);
}

int index_old_numbers(const struct index_run *run, const struct index_old *old, const char *name, int width,
                      int64_t *to, struct facet_error *error) {
    struct facet_array array = {0};
    bool flat = strcmp(name, "scans/code") == 0;
    int code = read_numbers(old, name, old->rows, flat ? 0 : width, &array, error);
    if (!code) spread(run, old, array.data, width, to);
    facet_array_free(&array);
    return facet_index_remedy(code, error);
}

static bool is_text(const struct facet_array *texts, int64_t count) {
    const char *text = texts->data;
    int64_t size = texts->rank == 1 ? texts->dims[0] : 0, found = 0;
    for (int64_t i = 0; i < size; i++) found += text[i] == '\0';
    return found == count && (size == 0 || text[size - 1] == '\0');
}

static int spread_texts(const struct index_run *run, const struct index_old *old, const struct facet_array *broken,
                        const char *text, char **to, struct facet_error *error) {
    const int64_t *rows = broken->data;
    for (int64_t b = 0; b < broken->dims[0]; b++, text += strlen(text) + 1) {
        if (rows[b] < 0 || rows[b] >= old->rows) return damaged(old, "scans/broken", error);
        int64_t place = old->place[rows[b]];
        for (int64_t k = place; k >= 0 && index_is_key(run, k, place); k++) {
            free(to[run->order[k]]);
            if (!(to[run->order[k]] = strdup(text))) return index_no_memory(error);
        }
    }
    return FACET_OK;
}

int index_old_messages(const struct index_run *run, const struct index_old *old, char **to, struct facet_error *error) {
    struct facet_array broken = {0}, texts = {0};
    int code = facet_store_read(old->store, "scans/broken", FACET_I64, &broken, error);
    if (!code) code = facet_store_read(old->store, "scans/messages", FACET_U8, &texts, error);
    if (!code && (broken.rank != 1 || !is_text(&texts, broken.dims[0]))) code = damaged(old, "scans/messages", error);
    if (!code) code = spread_texts(run, old, &broken, texts.data, to, error);
    facet_array_free(&broken), facet_array_free(&texts);
    return facet_index_remedy(code, error);
}
