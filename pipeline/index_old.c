// Results of the index that is there already.
#include "pipeline/index_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct old {
    struct facet_store *store;
    struct facet_array keys, hashes, counts, codes, broken, messages;
};

static void free_old(struct old *old) {
    struct facet_array *arrays[] = {&old->keys, &old->hashes, &old->counts, &old->codes, &old->broken, &old->messages};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) facet_array_free(arrays[i]);
    facet_store_close(old->store);
}

static bool is_shaped(const struct facet_array *array, int64_t rows, int64_t width) {
    return array->rank == 2 && array->dims[0] == rows && array->dims[1] == width;
}

static bool is_whole(const struct old *old, int n_ragged) {
    int64_t rows = old->codes.rank == 1 ? old->codes.dims[0] : -1, size = old->messages.dims[0], found = 0;
    const char *text = old->messages.data;
    if (rows < 0 || !is_shaped(&old->keys, rows, 2) || !is_shaped(&old->hashes, rows, 2)) return false;
    if (!is_shaped(&old->counts, rows, n_ragged) || old->broken.rank != 1 || old->messages.rank != 1) return false;
    for (int64_t i = 0; i < size; i++) found += text[i] == '\0';
    return found == old->broken.dims[0] && (size == 0 || text[size - 1] == '\0');
}

static int read_all(struct index_run *run, struct old *old, bool *usable, struct facet_error *error) {
    static const char *const names[] = {"scans/key",  "scans/hash",   "scans/counts",
                                        "scans/code", "scans/broken", "scans/messages"};
    struct facet_array *arrays[] = {&old->keys, &old->hashes, &old->counts, &old->codes, &old->broken, &old->messages};
    char **texts, fingerprint[33];
    int64_t count;
    int code = facet_store_open(run->options->out, &old->store, error);
    if (!code) code = facet_store_read_strings(old->store, "fingerprint", &texts, &count, error);
    if (code) return code;
    facet_hash_text(run->fingerprint, fingerprint);
    *usable = count == 1 && strcmp(texts[0], fingerprint) == 0;
    free(texts);
    for (size_t i = 0; !code && *usable && i < sizeof names / sizeof *names; i++)
        code = facet_store_read(old->store, names[i], i == 5 ? FACET_U8 : FACET_I64, arrays[i], error);
    if (!code && *usable && !is_whole(old, run->n_ragged))
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: its scans are not as facet index writes them; remove it",
                               run->options->out);
    return code;
}

// What could not be read may be readable now, and is tried again.
static int take_rows(struct index_run *run, const struct old *old, index_take *take, void *context,
                     struct facet_error *error) {
    const int64_t *keys = old->keys.data, *hashes = old->hashes.data, *counts = old->counts.data;
    const int64_t *codes = old->codes.data, *broken = old->broken.data;
    const char *message = old->messages.data;
    int64_t k = 0;
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < old->codes.dims[0]; i++) {
        bool is_broken = k < old->broken.dims[0] && broken[k] == i;
        struct index_result result = {.key = {(uint64_t)keys[2 * i], (uint64_t)keys[2 * i + 1]},
                                      .hash = {(uint64_t)hashes[2 * i], (uint64_t)hashes[2 * i + 1]},
                                      .code = (int)codes[i],
                                      .message = is_broken ? message : ""};
        for (int c = 0; c < run->n_ragged; c++) result.counts[c] = counts[i * run->n_ragged + c];
        if (is_broken) message += strlen(message) + 1, k++;
        if (result.code != FACET_ERROR_IO) code = take(run, &result, context, error);
    }
    return code;
}

int index_old_read(struct index_run *run, index_take *take, void *context, struct facet_error *error) {
    struct old old = {0};
    bool usable = false;
    if (access(run->options->out, F_OK) != 0) return FACET_OK;
    int code = read_all(run, &old, &usable, error);
    if (!code && usable) code = take_rows(run, &old, take, context, error);
    free_old(&old);
    return code;
}
