#include "pipeline/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 128 << 10, DIRECT = 32 << 10 }; // bytes held of a dataset; bytes of a write that gains nothing by waiting

// Rows of one dataset on their way.
struct run {
    char name[160];
    size_t row_bytes;
    int64_t first, count;
    char *rows; // ROOM bytes, made when first needed
};

struct facet_batch {
    struct facet_container *container;
    pthread_mutex_t *turn;
    struct run *runs;
    int n_runs, last; // the run found last: the next write is often to the one after it
};

struct facet_batch *facet_batch_create(struct facet_container *container, pthread_mutex_t *turn) {
    struct facet_batch *batch = calloc(1, sizeof *batch);
    if (batch) *batch = (struct facet_batch){.container = container, .turn = turn};
    return batch;
}

void facet_batch_destroy(struct facet_batch *batch) {
    if (!batch) return;
    for (int i = 0; i < batch->n_runs; i++) free(batch->runs[i].rows);
    free(batch->runs);
    free(batch);
}

static void take_turn(const struct facet_batch *batch) {
    if (batch->turn) pthread_mutex_lock(batch->turn);
}

static void end_turn(const struct facet_batch *batch) {
    if (batch->turn) pthread_mutex_unlock(batch->turn);
}

static int out_of_memory(const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for writing %s", name);
}

static int add_run(struct facet_batch *batch, const char *name, struct facet_error *error) {
    struct facet_dataset is;
    take_turn(batch);
    int code = facet_container_describe(batch->container, name, &is, error);
    end_turn(batch);
    if (code != FACET_OK) return code;
    struct run *more = realloc(batch->runs, (size_t)(batch->n_runs + 1) * sizeof *more);
    if (!more) return out_of_memory(name, error);
    batch->runs = more;
    struct run *run = &batch->runs[batch->last = batch->n_runs++];
    *run = (struct run){.row_bytes = facet_dataset_row_bytes(&is)};
    snprintf(run->name, sizeof run->name, "%s", name);
    return FACET_OK;
}

static int find_run(struct facet_batch *batch, const char *name, struct run **run, struct facet_error *error) {
    for (int i = 0; i < batch->n_runs; i++) {
        if (++batch->last >= batch->n_runs) batch->last = 0;
        *run = &batch->runs[batch->last];
        if (strcmp((*run)->name, name) == 0) return FACET_OK;
    }
    int code = add_run(batch, name, error);
    *run = code == FACET_OK ? &batch->runs[batch->last] : NULL;
    return code;
}

static int write_now(struct facet_batch *batch, const struct run *run, int64_t first, int64_t count, const void *rows,
                     struct facet_error *error) {
    take_turn(batch);
    int code = facet_container_write(batch->container, run->name, first, count, rows, error);
    end_turn(batch);
    return code;
}

static int flush_run(struct facet_batch *batch, struct run *run, struct facet_error *error) {
    if (run->count == 0) return FACET_OK;
    int code = write_now(batch, run, run->first, run->count, run->rows, error);
    run->count = 0;
    return code;
}

int facet_batch_write(struct facet_batch *batch, const char *name, int64_t first, int64_t count, const void *rows,
                      struct facet_error *error) {
    struct run *run;
    int code = find_run(batch, name, &run, error);
    if (code != FACET_OK) return code;
    size_t bytes = (size_t)count * run->row_bytes, held = (size_t)run->count * run->row_bytes;
    if (run->count && (first != run->first + run->count || bytes > ROOM - held)) {
        code = flush_run(batch, run, error);
        held = 0;
    }
    if (code != FACET_OK) return code;
    if (held == 0 && bytes > DIRECT) return write_now(batch, run, first, count, rows, error);
    if (!run->rows && !(run->rows = malloc(ROOM))) return out_of_memory(name, error);
    if (held == 0) run->first = first;
    memcpy(run->rows + held, rows, bytes);
    run->count += count;
    return FACET_OK;
}

int facet_batch_flush(struct facet_batch *batch, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < batch->n_runs; i++) code = flush_run(batch, &batch->runs[i], error);
    return code;
}
