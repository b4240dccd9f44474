// One thread of a chain: its memory, and a unit taken through the stages.
#include "pipeline/chain_internal.h"

#include <stdlib.h>
#include <string.h>

// ---- a thread's own memory ------------------------------------------------------------------------------------------

static struct facet_column *column_for(const struct chain_run *c, const struct worker *w, int node, int need) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    if (!chain_wants_rows(n, need)) return NULL;
    if (chain_inside(c, n->maker[need])) return w->columns[n->maker[need]][n->place[need]];
    return w->external[chain_find_external(c, n->maker[need], n->stage->plugin->needs[need].name)];
}

static bool make_blocks(const struct chain_run *c, struct worker *w, int node) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    const struct facet_items *items = c->run->sources.items;
    struct facet_column *in[FACET_MAX_NEEDS];
    for (int i = 0; i < n->n_makes; i++) {
        w->columns[node][i] = facet_column_create(&c->run->nodes[node].fields[i], c->units.largest);
        if (!w->columns[node][i]) return false;
    }
    w->out[node] = facet_block_of(w->columns[node], n->n_makes, &w->rows, items, node);
    for (int i = 0; i < n->n_needs; i++) in[i] = column_for(c, w, node, i);
    w->in[node] = facet_block_of(in, n->n_needs, &w->rows, items, node);
    return w->out[node] && w->in[node];
}

void chain_worker_destroy(const struct chain_run *c, struct worker *w) {
    if (!w) return;
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        facet_block_destroy(w->in[node]), facet_block_destroy(w->out[node]);
        for (int i = 0; i < FACET_MAX_FIELDS; i++) facet_column_destroy(w->columns[node][i]);
    }
    for (int i = 0; i < c->n_external; i++) facet_column_destroy(w->external[i]);
    facet_rows_destroy(&w->rows);
    free(w->packed);
    free(w);
}

struct worker *chain_worker_create(const struct chain_run *c, struct facet_error *error) {
    struct worker *w = calloc(1, sizeof *w);
    if (!w || facet_rows_create(c->units.largest, &w->rows, error) != FACET_OK) goto error;
    size_t largest = 0;
    for (int i = 0; i < c->n_external; i++) {
        size_t bytes = facet_field_bytes(&c->external[i].field);
        if (bytes > largest) largest = bytes;
        w->external[i] = facet_column_create(&c->external[i].field, c->units.largest);
        if (!w->external[i]) goto error;
    }
    w->packed = malloc(largest * (size_t)c->units.largest + 1);
    if (!w->packed) goto error;
    for (int node = c->chain->first; node <= c->chain->last; node++)
        if (!make_blocks(c, w, node)) goto error;
    return w;
error:
    facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the buffers of a thread (units of %lld rows)",
                    (long long)c->units.largest);
    chain_worker_destroy(c, w);
    return NULL;
}

// ---- one unit -------------------------------------------------------------------------------------------------------

static int read_external(struct chain_run *c, struct worker *w, int index, struct facet_error *error) {
    const struct external *e = &c->external[index];
    struct facet_container *container = c->run->nodes[e->node].input;
    struct facet_column *column = w->external[index];
    char path[200];
    snprintf(path, sizeof path, "data/%s", e->field.name);
    facet_column_clear(column, w->rows.count);
    int code = facet_container_read(container, path, w->rows.first, w->rows.count, w->packed, error);
    size_t bytes = facet_field_bytes(&e->field);
    int64_t counts[2] = {0};
    snprintf(path, sizeof path, "data/%s_count", e->field.name);
    for (int64_t row = 0; code == FACET_OK && row < w->rows.count; row++) {
        size_t used = bytes;
        if (e->field.ragged) {
            code = facet_container_read(container, path, w->rows.first + row, 1, counts, error);
            if (code == FACET_OK) code = facet_column_resize(column, row, counts[0], error);
            used = (size_t)counts[0] * facet_field_step(&e->field);
        }
        if (code == FACET_OK && used) memcpy(facet_column_data(column, row), w->packed + (size_t)row * bytes, used);
    }
    return code;
}

static void begin_unit(const struct chain_run *c, struct worker *w, int64_t unit) {
    struct facet_rows *rows = &w->rows;
    rows->first = c->units.range[unit][0];
    rows->count = c->units.range[unit][1] - rows->first;
    size_t n = (size_t)rows->count;
    memcpy(rows->valid, c->run->valid + rows->first, n);
    memset(rows->stage, 0, n * sizeof *rows->stage);
    memset(rows->code, 0, n * sizeof *rows->code);
    memset(rows->message, 0, n * sizeof *rows->message);
}

static int load_unit(const struct chain_run *c, struct worker *w, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t row = 0; code == FACET_OK && row < w->rows.count; row++)
        if (w->rows.valid[row]) code = facet_sources_load(&c->run->sources, w->rows.first + row, w->out[0], row, error);
    return code;
}

static int do_node(const struct chain_run *c, struct worker *w, int node, struct facet_error *error) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    for (int i = 0; i < n->n_makes; i++) facet_column_clear(w->columns[node][i], w->rows.count);
    int code = n->stage ? n->stage->plugin->map->transform(c->self[node], w->in[node], w->out[node], error)
                        : load_unit(c, w, error);
    if (code != FACET_OK)
        return facet_error_prefix(error, "stage %s, rows %lld to %lld", n->name, (long long)w->rows.first,
                                  (long long)(w->rows.first + w->rows.count - 1)),
               code;
    for (int64_t row = 0; row < w->rows.count; row++) // a row set aside holds zeros, whatever was begun
        for (int i = 0; !w->rows.valid[row] && i < n->n_makes; i++) facet_column_clear_row(w->columns[node][i], row);
    return FACET_OK;
}

static int write_unit(struct chain_run *c, struct worker *w, int64_t unit, const double *seconds,
                      struct facet_error *error) {
    int code = FACET_OK;
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++)
        if (c->outputs[node])
            code = facet_output_write(c->outputs[node], unit, w->columns[node], &w->rows, seconds, error);
    return code;
}

int chain_do_unit(struct chain_run *c, struct worker *w, int64_t unit, struct facet_error *error) {
    double seconds[FACET_MAX_NODES] = {0}, workers = (double)facet_comm_size(c->run->comm) * c->run->threads;
    begin_unit(c, w, unit);
    pthread_mutex_lock(&c->turn);
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < c->n_external; i++) code = read_external(c, w, i, error);
    pthread_mutex_unlock(&c->turn);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        double start = facet_run_clock();
        code = do_node(c, w, node, error);
        seconds[node - c->chain->first] = (facet_run_clock() - start) / workers; // its share of the wall time
    }
    if (code != FACET_OK) return code;
    pthread_mutex_lock(&c->turn);
    code = write_unit(c, w, unit, seconds, error);
    pthread_mutex_unlock(&c->turn);
    return code;
}
