// The index file: the list of files, and of every row what was seen.
#include "pipeline/index_internal.h"

#include "io/files/index.h"
#include "pipeline/index_check.h"

#include <stdlib.h>
#include <string.h>

static void free_table(struct index_table *table) {
    for (int64_t i = 0; table->messages && i < table->rows; i++) free(table->messages[i]);
    free(table->hashes), free(table->counts), free(table->codes), free(table->messages);
}

enum { NO_RESULT = -1 };

static int create_table(const struct index_run *run, struct index_table *table, struct facet_error *error) {
    int64_t rows = facet_items_count(run->sources.items);
    *table = (struct index_table){.rows = rows,
                                  .hashes = calloc(2 * (size_t)rows + 1, sizeof(int64_t)),
                                  .counts = calloc((size_t)rows * (size_t)run->n_ragged + 1, sizeof(int64_t)),
                                  .codes = calloc((size_t)rows + 1, sizeof(int64_t)),
                                  .messages = calloc((size_t)rows + 1, sizeof(char *))};
    if (!table->hashes || !table->counts || !table->codes || !table->messages) return index_no_memory(error);
    for (int64_t i = 0; i < rows; i++) table->codes[i] = NO_RESULT;
    return FACET_OK;
}

static int take(struct index_run *run, const struct index_result *result, void *context, struct facet_error *error) {
    struct index_table *table = context;
    int64_t first, end;
    index_find(run, result->key, &first, &end);
    for (; first < end; first++) {
        int64_t row = run->order[first];
        table->hashes[2 * row] = (int64_t)result->hash.low, table->hashes[2 * row + 1] = (int64_t)result->hash.high;
        memcpy(table->counts + row * run->n_ragged, result->counts, (size_t)run->n_ragged * sizeof(int64_t));
        table->codes[row] = result->code;
        free(table->messages[row]);
        table->messages[row] = *result->message ? strdup(result->message) : NULL;
        if (*result->message && !table->messages[row]) return index_no_memory(error);
    }
    return FACET_OK;
}

static int take_old(struct index_run *run, struct index_table *table, struct facet_error *error) {
    struct index_old *old;
    int code = index_old_open(run, &old, error);
    if (!code && old) {
        code = index_old_numbers(run, old, "scans/code", 1, table->codes, error);
        if (!code) code = index_old_numbers(run, old, "scans/hash", 2, table->hashes, error);
        if (!code && run->n_ragged)
            code = index_old_numbers(run, old, "scans/counts", run->n_ragged, table->counts, error);
        if (!code) code = index_old_messages(run, old, table->messages, error);
    }
    index_old_close(old);
    return code;
}

static int gather(struct index_run *run, struct index_table *table, struct facet_error *error) {
    int code = create_table(run, table, error);
    if (!code) code = take_old(run, table, error);
    if (!code) code = index_log_read(run, take, table, error);
    for (int64_t i = 0; !code && i < table->rows; i++)
        if (table->codes[i] == NO_RESULT)
            code = facet_error_set(error, FACET_ERROR_IO,
                                   "%s.log: what was seen of %s is not there; do all nodes see the same folder?",
                                   run->options->out, facet_items_get(run->sources.items, i).path);
    return code;
}

// ---- arrays ---------------------------------------------------------------------------------------------------------

static int write_numbers(struct facet_store *store, const char *name, int64_t rows, int64_t width, int64_t *data,
                         struct facet_error *error) {
    struct facet_array array = {.type = FACET_I64, .rank = width ? 2 : 1, .dims = {rows, width}, .data = data};
    return facet_store_write(store, name, &array, error);
}

typedef const char *tell(const struct index_run *run, const struct index_table *table, int64_t index);

static const char *path_of(const struct index_run *run, const struct index_table *table, int64_t row) {
    (void)table;
    return facet_items_get(run->sources.items, row).path;
}

static const char *subject_of(const struct index_run *run, const struct index_table *table, int64_t row) {
    (void)table;
    return facet_items_get(run->sources.items, row).subject;
}

static const char *label_of(const struct index_run *run, const struct index_table *table, int64_t row) {
    (void)table;
    return facet_items_get(run->sources.items, row).label;
}

static const char *message_of(const struct index_run *run, const struct index_table *table, int64_t row) {
    (void)run;
    return table->messages[row]; // NULL: the row has none
}

static const char *field_of(const struct index_run *run, const struct index_table *table, int64_t field) {
    (void)table;
    return run->sources.fields[run->ragged[field]].name;
}

static int write_texts(struct facet_store *store, const char *name, const struct index_run *run,
                       const struct index_table *table, int64_t count, tell *text, struct facet_error *error) {
    size_t size = 0;
    for (int64_t i = 0; i < count; i++) size += text(run, table, i) ? strlen(text(run, table, i)) + 1 : 0;
    char *all = malloc(size + 1), *end = all;
    if (!all) return index_no_memory(error);
    for (int64_t i = 0; i < count; i++)
        if (text(run, table, i)) end = stpcpy(end, text(run, table, i)) + 1;
    struct facet_array array = {.type = FACET_U8, .rank = 1, .dims = {(int64_t)size}, .data = all};
    int code = facet_store_write(store, name, &array, error);
    free(all);
    return code;
}

static int write_broken(struct facet_store *store, const struct index_table *table, struct facet_error *error) {
    int64_t n = 0, *rows = malloc((size_t)table->rows * sizeof *rows + 1);
    if (!rows) return index_no_memory(error);
    for (int64_t i = 0; i < table->rows; i++)
        if (table->messages[i]) rows[n++] = i;
    int code = write_numbers(store, "scans/broken", n, 0, rows, error);
    free(rows);
    return code;
}

static int write_room(struct facet_store *store, const struct index_run *run, const struct index_table *table,
                      struct facet_error *error) {
    int64_t most[FACET_MAX_FIELDS] = {0};
    for (int64_t i = 0; i < table->rows; i++)
        for (int c = 0; c < run->n_ragged; c++)
            if (table->counts[i * run->n_ragged + c] > most[c]) most[c] = table->counts[i * run->n_ragged + c];
    return write_numbers(store, "scans/room", run->n_ragged, 0, most, error);
}

static int write_keys(struct facet_store *store, const struct index_run *run, int64_t rows, struct facet_error *error) {
    int64_t *keys = malloc(2 * (size_t)rows * sizeof *keys + 1);
    if (!keys) return index_no_memory(error);
    for (int64_t i = 0; i < rows; i++)
        keys[2 * i] = (int64_t)run->keys[i].low, keys[2 * i + 1] = (int64_t)run->keys[i].high;
    int code = write_numbers(store, "scans/key", rows, 2, keys, error);
    free(keys);
    return code;
}

static int write_scans(struct facet_store *store, const struct index_run *run, struct index_table *table,
                       struct facet_error *error) {
    int64_t rows = table->rows;
    int code = write_keys(store, run, rows, error);
    if (!code) code = write_numbers(store, "scans/hash", rows, 2, table->hashes, error);
    if (!code && run->n_ragged) code = write_numbers(store, "scans/counts", rows, run->n_ragged, table->counts, error);
    if (!code) code = write_numbers(store, "scans/code", rows, 0, table->codes, error);
    if (!code) code = write_broken(store, table, error);
    if (!code) code = write_texts(store, "scans/messages", run, table, rows, message_of, error);
    if (!code) code = write_texts(store, "scans/path", run, table, rows, path_of, error);
    if (!code) code = write_texts(store, "scans/subject", run, table, rows, subject_of, error);
    if (!code) code = write_texts(store, "scans/label", run, table, rows, label_of, error);
    if (!code) code = write_texts(store, "scans/fields", run, table, run->n_ragged, field_of, error);
    return code ? code : write_room(store, run, table, error);
}

static int write_heads(struct facet_store *store, const struct index_run *run, struct facet_error *error) {
    char fingerprint[33], *settings;
    facet_hash_text(run->fingerprint, fingerprint);
    int code = facet_index_settings(run->config->sources[0].params, &settings, error);
    if (!code) code = facet_store_write_string(store, "schema", FILES_INDEX_SCHEMA, error);
    if (!code) code = facet_store_write_string(store, "plugin", run->plugin->name, error);
    if (!code) code = facet_store_write_string(store, "plugin_version", run->plugin->version, error);
    if (!code) code = facet_store_write_string(store, "parameters", settings, error);
    if (!code) code = facet_store_write_string(store, "fingerprint", fingerprint, error);
    free(settings);
    return code;
}

// ---- all of it ------------------------------------------------------------------------------------------------------

static int write_files(const struct index_run *run, struct facet_store *store, struct facet_index_summary *summary,
                       struct facet_error *error) {
    struct facet_files *files;
    int code = files_index_open(run->list, run->options->root, &files, error);
    if (code) return code;
    summary->files = facet_files_count(files);
    for (int64_t i = 0; i < summary->files; i++) summary->bytes += facet_files_get(files, i).bytes;
    code = files_index_write(files, store, error);
    facet_files_close(files);
    return code;
}

int index_write(struct index_run *run, struct facet_index_summary *summary, struct facet_error *error) {
    struct facet_store *store = NULL;
    struct index_table table = {0};
    facet_sources_end_loading(&run->sources);
    int code = index_changes(run, summary, error);
    if (!code) code = gather(run, &table, error);
    if (!code) code = index_summarise(run, &table, summary, error);
    if (!code) code = facet_store_create(run->options->out, &store, error);
    if (!code) code = write_heads(store, run, error);
    if (!code) code = write_scans(store, run, &table, error);
    free_table(&table);
    facet_sources_close(&run->sources); // room for the files
    if (!code) code = write_files(run, store, summary, error);
    if (!code) code = facet_store_commit(store, error);
    facet_store_close(store);
    return code;
}
