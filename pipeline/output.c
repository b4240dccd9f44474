#include "pipeline/output.h"

#include "mpi/ranks.h"
#include "pipeline/output_chunks.h"
#include "pipeline/run.h"
#include "pipeline/tombstone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct facet_output {
    struct facet_comm *comm;
    struct facet_container *container;
    struct facet_marks *marks;
    struct facet_layout layout;
    const struct facet_units *units;
    int node, n_nodes, chain_length, threads;
    const char *const *node_names;
    double mark_seconds;
    char *path;
    bool writing, made;          // made: by this run, so that what it did not write is zeros
    int64_t changed;             // when the file was last changed before it was opened, ns
    struct facet_hash *recorded; // a unit each; zero: never written
    // For reading units back, made when first needed:
    struct facet_unit_data *back;
    struct facet_column *columns[FACET_MAX_FIELDS];
};

// ---- making and opening ---------------------------------------------------------------------------------------------

static int create(struct facet_output *output, const struct facet_output_plan *plan, struct facet_error *error) {
    int64_t units = plan->units->count;
    struct facet_dataset all[FACET_LAYOUT_DATASETS + FACET_ITEM_COLUMNS + 5];
    int n = facet_layout_datasets(&output->layout, all);
    facet_item_columns(plan->items, &all[n]);
    n += FACET_ITEM_COLUMNS - 1; // valid is in the layout
    all[n++] = (struct facet_dataset){.name = "units/range", .type = FACET_I64, .rank = 2, .dims = {units, 2}};
    all[n++] = (struct facet_dataset){.name = "units/items_hash", .type = FACET_I64, .rank = 1, .dims = {2}};
    all[n++] = (struct facet_dataset){.name = "units/state", .type = FACET_U8, .rank = 1, .dims = {units}};
    all[n++] = (struct facet_dataset){.name = "units/hash", .type = FACET_I64, .rank = 2, .dims = {units, 2}};
    all[n++] = (struct facet_dataset){
        .name = "units/seconds", .type = FACET_F64, .rank = 2, .dims = {units, plan->chain_length}};
    output->writing = output->made = true;
    return facet_container_create(facet_comm_mpi(output->comm), plan->path, all, n, plan->attributes,
                                  plan->n_attributes, &output->container, error);
}

static int write_fixed_parts(struct facet_output *output, const struct facet_items *items, struct facet_error *error) {
    struct facet_container *container = output->container;
    int code = FACET_OK;
    if (facet_comm_rank(output->comm) == 0) {
        struct facet_hash hash;
        code = facet_items_write(items, container, &hash, error);
        if (code == FACET_OK) code = facet_container_write(container, "units/items_hash", 0, 2, &hash, error);
        if (code == FACET_OK)
            code =
                facet_container_write(container, "units/range", 0, output->units->count, output->units->range, error);
    }
    return facet_comm_agree(output->comm, code, error);
}

static bool same_shape(const struct facet_dataset *a, const struct facet_dataset *b) {
    return a->type == b->type && a->width == b->width && a->rank == b->rank &&
           memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

// As many units may be other units: hashes and marks would be taken for those of rows they do not cover. Ranges that do
// not cover the rows once are damaged, and written anew with the item table.
static int check_ranges(struct facet_output *output, struct facet_error *error) {
    int64_t n = output->units->count, next = 0, unit = 0, (*range)[2] = malloc((size_t)n * sizeof *range + 1);
    if (!range) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the units of %s", output->path);
    int code = facet_container_read(output->container, "units/range", 0, n, range, error);
    for (int64_t i = 0; code == FACET_OK && i < n; i++)
        next = range[i][0] == next && range[i][1] > next ? range[i][1] : -1;
    bool whole = code == FACET_OK && next == output->layout.rows;
    while (whole && unit < n && memcmp(range[unit], output->units->range[unit], sizeof *range) == 0) unit++;
    if (whole && unit < n)
        code = facet_error_set(
            error, FACET_ERROR_STATE,
            "%s: unit %lld was rows %lld to %lld, in this run it is rows %lld to %lld (unit_rows differs, or "
            "which stages need whole sequences)",
            output->path, (long long)unit, (long long)range[unit][0], (long long)range[unit][1] - 1,
            (long long)output->units->range[unit][0], (long long)output->units->range[unit][1] - 1);
    free(range);
    return code;
}

// A container that is continued must hold just what this run would write.
static int check_layout(struct facet_output *output, struct facet_error *error) {
    struct facet_dataset expected[FACET_LAYOUT_DATASETS], found;
    int n = facet_layout_datasets(&output->layout, expected);
    for (int i = 0; i < n; i++) {
        int code = facet_container_describe(output->container, expected[i].name, &found, error);
        if (code != FACET_OK) return code;
        if (!same_shape(&found, &expected[i]))
            return facet_error_set(error, FACET_ERROR_STATE,
                                   "%s: dataset %s has another shape than this run would write", output->path,
                                   found.name);
    }
    int code = facet_container_describe(output->container, "units/range", &found, error);
    if (code == FACET_OK && found.dims[0] != output->units->count)
        code = facet_error_set(error, FACET_ERROR_STATE,
                               "%s: was written in %lld units, this run has %lld (unit_rows differs)", output->path,
                               (long long)found.dims[0], (long long)output->units->count);
    return code == FACET_OK ? check_ranges(output, error) : code;
}

static int open_marks(struct facet_output *output, bool made, struct facet_error *error) {
    char *fingerprint = NULL, *created = NULL, *identity = NULL;
    if (made && facet_comm_rank(output->comm) == 0) facet_marks_remove(output->path);
    int code = facet_container_attribute(output->container, "fingerprint", &fingerprint, error);
    if (code == FACET_OK) code = facet_container_attribute(output->container, "created", &created, error);
    if (code == FACET_OK && asprintf(&identity, "%s %s", fingerprint, created) < 0)
        identity = NULL, code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", output->path);
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK)
        code = facet_marks_open(output->comm, output->path, identity, output->units->count, &output->marks, error);
    free(fingerprint), free(created), free(identity);
    return code;
}

// What a compression that was killed left beside the container; nobody else writes here.
static void remove_leftover(const struct facet_output *output) {
    char part[4300];
    snprintf(part, sizeof part, "%s.part", output->path);
    if (facet_comm_rank(output->comm) == 0) unlink(part);
}

static int open_or_create(struct facet_output *output, const struct facet_output_plan *plan,
                          struct facet_error *error) {
    bool exists = facet_comm_any(output->comm, facet_comm_rank(output->comm) == 0 && access(plan->path, F_OK) == 0);
    output->changed = exists ? facet_file_changed(plan->path) : 0;
    facet_comm_wait(output->comm, "opening a container");
    int code = exists ? facet_container_open(facet_comm_mpi(output->comm), plan->path, false, &output->container, error)
                      : create(output, plan, error);
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(output->comm, &output->changed, sizeof output->changed, 0, error);
    if (code == FACET_OK && exists) {
        remove_leftover(output);
        code = check_layout(output, error);
        if (code == FACET_OK)
            code =
                facet_container_read(output->container, "units/hash", 0, output->units->count, output->recorded, error);
        code = facet_comm_agree(output->comm, code, error);
    }
    if (code == FACET_OK && !exists) code = write_fixed_parts(output, plan->items, error);
    return code == FACET_OK ? open_marks(output, !exists, error) : code;
}

int facet_output_open(struct facet_comm *comm, const struct facet_output_plan *plan, struct facet_output **output,
                      struct facet_error *error) {
    *output = NULL;
    struct facet_output *o = calloc(1, sizeof *o);
    if (o) {
        *o = (struct facet_output){.comm = comm,
                                   .units = plan->units,
                                   .node = plan->node,
                                   .n_nodes = plan->n_nodes,
                                   .chain_length = plan->chain_length,
                                   .threads = plan->threads,
                                   .node_names = plan->node_names,
                                   .mark_seconds = plan->mark_seconds,
                                   .path = strdup(plan->path),
                                   .recorded = calloc((size_t)plan->units->count + 1, sizeof *o->recorded)};
        o->layout = (struct facet_layout){.n_fields = plan->n_fields, .rows = facet_items_count(plan->items)};
        memcpy(o->layout.fields, plan->fields, (size_t)plan->n_fields * sizeof *plan->fields);
    }
    int code = o && o->path && o->recorded
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", plan->path);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = open_or_create(o, plan, error);
    if (code == FACET_OK) {
        *output = o;
        return FACET_OK;
    }
    facet_output_close(o, NULL);
    return code;
}

// Units whose hash is recorded are done: a unit found altered has lost its hash before anything was written. The caller
// frees *done. Collective.
static int list_done(struct facet_output *output, uint8_t **done, struct facet_error *error) {
    *done = calloc((size_t)output->units->count + 1, 1);
    int code = *done ? FACET_OK
                     : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the units of %s", output->path);
    code = facet_comm_agree(output->comm, code, error);
    for (int64_t unit = 0; code == FACET_OK && unit < output->units->count; unit++)
        (*done)[unit] = output->recorded[unit].low || output->recorded[unit].high;
    return code;
}

// What was written is read once more: other ranks wrote most of it.
static int tell_state(struct facet_output *output, uint8_t **done, struct facet_error *error) {
    int64_t units = output->units->count;
    facet_comm_wait(output->comm, "flushing a container");
    int code = facet_container_flush(output->container, error);
    if (code == FACET_OK)
        code = facet_container_read(output->container, "units/hash", 0, units, output->recorded, error);
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK) code = list_done(output, done, error);
    if (code == FACET_OK && facet_comm_rank(output->comm) == 0)
        code = facet_container_write(output->container, "units/state", 0, units, *done, error);
    return facet_comm_agree(output->comm, code, error);
}

static int close_container(struct facet_output *output, struct facet_error *error) {
    uint8_t *done = NULL;
    int code = output->writing && output->marks ? tell_state(output, &done, error) : FACET_OK;
    facet_comm_wait(output->comm, "closing a container");
    int closed = facet_container_close(output->container, code == FACET_OK ? error : NULL);
    output->container = NULL;
    if (code == FACET_OK) code = closed;
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK && done) facet_marks_end(output->marks, done);
    free(done);
    return code;
}

int facet_output_close(struct facet_output *output, struct facet_error *error) {
    if (!output) return FACET_OK;
    int code = output->container ? close_container(output, error) : FACET_OK;
    facet_marks_close(output->marks);
    facet_unit_data_destroy(output->back);
    for (int i = 0; i < FACET_MAX_FIELDS; i++) facet_column_destroy(output->columns[i]);
    free(output->recorded), free(output->path);
    free(output);
    return code;
}

int facet_output_compress(struct facet_output *output, bool *done, struct facet_error *error) {
    struct facet_chunks chunks;
    uint8_t *units = NULL;
    *done = false;
    if (facet_comm_any(output->comm, facet_container_compressed(output->container))) return FACET_OK;
    int code = facet_chunks_plan(output->container, &output->layout, output->units, &chunks, error);
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK) code = close_container(output, error);
    if (code == FACET_OK)
        code = facet_container_compress(facet_comm_mpi(output->comm), output->path, chunks.all, chunks.count,
                                        output->threads, facet_stop_requested, error);
    if (code == FACET_OK) code = list_done(output, &units, error);
    if (code == FACET_OK) facet_marks_end(output->marks, units);
    *done = code == FACET_OK;
    free(units);
    facet_chunks_free(&chunks);
    return code;
}

struct facet_container *facet_output_container(struct facet_output *output) {
    return output->container;
}

// ---- what is done already -------------------------------------------------------------------------------------------

static int make_room_to_read(struct facet_output *output, struct facet_error *error) {
    if (output->back) return FACET_OK;
    bool good = true;
    for (int i = 0; good && i < output->layout.n_fields; i++)
        if (!output->columns[i])
            good =
                (output->columns[i] = facet_column_create(&output->layout.fields[i], output->units->largest)) != NULL;
    if (good) output->back = facet_unit_data_create(&output->layout, output->units->largest);
    if (output->back) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for one unit of %s", output->path);
}

int facet_output_check(struct facet_output *output, int64_t unit, bool *done, struct facet_error *error) {
    const struct facet_hash *recorded = &output->recorded[unit];
    const int64_t *range = output->units->range[unit];
    *done = (recorded->low || recorded->high) && facet_marks_have(output->marks, unit);
    if (*done || (!recorded->low && !recorded->high)) return FACET_OK;
    int code = make_room_to_read(output, error);
    if (code != FACET_OK) return code;
    return facet_unit_matches(output->container, output->back, output->columns, range, recorded, done, error);
}

bool facet_output_recorded(const struct facet_output *output, int64_t unit) {
    return output->recorded[unit].low || output->recorded[unit].high;
}

int64_t facet_output_changed(const struct facet_output *output) {
    return output->changed;
}

int facet_output_check_items(struct facet_output *output, bool *match, struct facet_error *error) {
    *match = output->writing || facet_marks_untouched(output->marks);
    if (*match) return FACET_OK;
    int code = FACET_OK;
    uint8_t same = 0;
    if (facet_comm_rank(output->comm) == 0) {
        code = facet_items_match(output->container, output->units->count, match, error);
        same = *match;
    }
    code = facet_comm_agree(output->comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(output->comm, &same, 1, 0, error);
    *match = same;
    return code;
}

// ---- writing --------------------------------------------------------------------------------------------------------

static int reopen_for_writing(struct facet_output *output, struct facet_error *error) {
    facet_comm_wait(output->comm, "closing a container");
    int code = facet_container_close(output->container, error);
    output->container = NULL;
    code = facet_comm_agree(output->comm, code, error);
    if (code != FACET_OK) return code;
    output->writing = true;
    facet_comm_wait(output->comm, "opening a container");
    return facet_container_open(facet_comm_mpi(output->comm), output->path, true, &output->container, error);
}

// What is not done must not look done, whatever happens while it is written again.
static int clear_hashes(struct facet_output *output, const uint8_t *done, struct facet_error *error) {
    static const struct facet_hash none;
    int code = FACET_OK;
    bool root = facet_comm_rank(output->comm) == 0;
    for (int64_t unit = 0; code == FACET_OK && unit < output->units->count; unit++) {
        if (done[unit] || (!output->recorded[unit].low && !output->recorded[unit].high)) continue;
        if (root) code = facet_container_write(output->container, "units/hash", unit, 1, &none, error);
    }
    return facet_comm_agree(output->comm, code, error);
}

int facet_output_begin(struct facet_output *output, const struct facet_items *items, const uint8_t *done,
                       bool items_match, struct facet_error *error) {
    bool made = output->made;
    int code = made ? FACET_OK : reopen_for_writing(output, error);
    if (code == FACET_OK && !made)
        code = facet_comm_agree(output->comm, facet_container_sync_file(output->path, error), error);
    if (code == FACET_OK) code = facet_marks_begin(output->marks, done, error);
    if (code == FACET_OK && !items_match) code = write_fixed_parts(output, items, error);
    return code == FACET_OK ? clear_hashes(output, done, error) : code;
}

struct facet_unit_data *facet_output_unit_data(const struct facet_output *output) {
    return facet_unit_data_create(&output->layout, output->units->largest);
}

static void tell_note(const struct facet_output *output, const struct facet_rows *rows, int64_t i,
                      struct facet_ledger *ledger) {
    if (!ledger->valid[i] || !rows->noted[i] || rows->noted[i] - 1 > output->node) return;
    ledger->code[i] = FACET_NOTED;
    snprintf(ledger->stage[i], FACET_NAME_MAX, "%s", output->node_names[rows->noted[i] - 1]);
    memcpy(ledger->message[i], rows->note[i], strnlen(rows->note[i], FACET_MESSAGE_MAX - 1));
}

// What the ledger says at this node: rows that later nodes of the chain set aside are still in order here.
static void fill_ledger(const struct facet_output *output, const struct facet_rows *rows, const int32_t *tries,
                        struct facet_ledger *ledger) {
    for (int64_t i = 0; i < rows->count; i++) {
        bool later = rows->code[i] != FACET_OK && rows->stage[i] > output->node;
        bool told = rows->code[i] != FACET_OK && !later;
        ledger->valid[i] = rows->valid[i] || later;
        ledger->code[i] = told ? rows->code[i] : FACET_OK;
        ledger->tries[i] = tries ? tries[i] : told;
        memset(ledger->stage[i], 0, FACET_NAME_MAX);
        memset(ledger->message[i], 0, FACET_MESSAGE_MAX);
        tell_note(output, rows, i, ledger);
        if (!told) continue;
        bool forgotten = rows->stage[i] == FACET_NODE_FORGET;
        snprintf(ledger->stage[i], FACET_NAME_MAX, "%s",
                 forgotten ? FACET_FORGOTTEN_STAGE : output->node_names[rows->stage[i]]);
        memcpy(ledger->message[i], rows->message[i], strnlen(rows->message[i], FACET_MESSAGE_MAX - 1));
    }
}

int facet_output_pack(const struct facet_output *output, struct facet_unit_data *data,
                      struct facet_column *const *columns, const struct facet_rows *rows, const int32_t *tries,
                      struct facet_error *error) {
    fill_ledger(output, rows, tries, facet_unit_data_ledger(data));
    return facet_unit_data_pack(data, rows->first, rows->count, columns, error);
}

int facet_output_write(const struct facet_output *output, struct facet_batch *batch, int64_t unit,
                       const struct facet_unit_data *data, const double *seconds, struct facet_error *error) {
    struct facet_hash hash = facet_unit_data_hash(data);
    int code = facet_unit_data_write(data, batch, output->made, error);
    if (code == FACET_OK) code = facet_batch_write(batch, "units/seconds", unit, 1, seconds, error);
    return code == FACET_OK ? facet_batch_write(batch, "units/hash", unit, 1, &hash, error) : code;
}

int facet_output_note(struct facet_output *output, int64_t unit, struct facet_error *error) {
    return facet_marks_note(output->marks, unit, output->mark_seconds, error);
}

static int node_named(const struct facet_output *output, const char *name) {
    for (int node = 0; node < output->n_nodes; node++)
        if (strncmp(output->node_names[node], name, FACET_NAME_MAX - 1) == 0) return node;
    return strcmp(name, FACET_FORGOTTEN_STAGE) == 0 ? FACET_NODE_FORGET : output->node;
}

int facet_output_read_rows(struct facet_output *output, struct facet_unit_data *data, struct facet_rows *rows,
                           struct facet_error *error) {
    const struct facet_ledger *ledger = facet_unit_data_ledger(data);
    int code = facet_ledger_read(data, output->container, rows->first, rows->count, error);
    for (int64_t i = 0; code == FACET_OK && i < rows->count; i++) {
        rows->valid[i] &= ledger->valid[i];
        if (ledger->code[i] == FACET_OK) continue;
        if (ledger->code[i] == FACET_NOTED) {
            rows->noted[i] = node_named(output, ledger->stage[i]) + 1;
            memcpy(rows->note[i], ledger->message[i], FACET_MESSAGE_MAX);
            continue;
        }
        rows->code[i] = ledger->code[i], rows->stage[i] = node_named(output, ledger->stage[i]);
        memcpy(rows->message[i], ledger->message[i], FACET_MESSAGE_MAX);
    }
    return code;
}

static int copy_row(const struct facet_column *from, struct facet_column *to, int64_t row, struct facet_error *error) {
    const struct facet_field *field = facet_column_field(to);
    int64_t count = facet_column_count(from, row);
    int code = field->ragged ? facet_column_resize(to, row, count, error) : FACET_OK;
    size_t bytes = field->ragged ? (size_t)count * facet_field_step(field) : facet_field_bytes(field);
    if (code == FACET_OK && bytes) memcpy(facet_column_data(to, row), facet_column_data(from, row), bytes);
    return code;
}

int facet_output_restore(struct facet_output *output, int64_t first, int64_t count, const uint8_t *changed,
                         struct facet_column *const *columns, struct facet_error *error) {
    int code = make_room_to_read(output, error);
    if (code == FACET_OK)
        code = facet_unit_data_read(output->back, output->container, first, count, output->columns, error);
    for (int f = 0; code == FACET_OK && f < output->layout.n_fields; f++)
        for (int64_t i = 0; code == FACET_OK && i < count; i++)
            if (!changed[i]) code = copy_row(output->columns[f], columns[f], i, error);
    return code;
}
