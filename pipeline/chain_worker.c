// One thread of a chain: its memory, and a unit taken through the stages.
#include "pipeline/chain_internal.h"

#include "mpi/pulse.h"
#include "pipeline/tombstone.h"

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
        facet_unit_data_destroy(w->data[node]), facet_batch_destroy(w->batch[node]);
        for (int i = 0; i < FACET_MAX_FIELDS; i++) facet_column_destroy(w->columns[node][i]);
    }
    for (int i = 0; i < c->n_external; i++) facet_column_destroy(w->external[i]);
    facet_rows_destroy(&w->rows);
    free(w->told), free(w->tries);
    free(w);
}

struct worker *chain_worker_create(struct chain_run *c, struct facet_error *error) {
    struct worker *w = calloc(1, sizeof *w);
    if (!w || facet_rows_create(c->units.largest, &w->rows, error) != FACET_OK) goto error;
    w->told = calloc((size_t)c->units.largest + 1, 1);
    w->tries = calloc((size_t)c->units.largest + 1, sizeof *w->tries);
    if (!w->told || !w->tries) goto error;
    for (int i = 0; i < c->n_external; i++) {
        w->external[i] = facet_column_create(&c->external[i].field, c->units.largest);
        if (!w->external[i]) goto error;
    }
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        if (!make_blocks(c, w, node)) goto error;
        if (!c->outputs[node]) continue;
        w->data[node] = facet_output_unit_data(c->outputs[node]);
        w->batch[node] = facet_batch_create(facet_output_container(c->outputs[node]), &c->turn);
        if (!w->data[node] || !w->batch[node]) goto error;
    }
    return w;
error:
    facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the buffers of a thread (units of %lld rows)",
                    (long long)c->units.largest);
    chain_worker_destroy(c, w);
    return NULL;
}

// ---- rows in files ---------------------------------------------------------------------------------------------------

// What nodes from..to need of rows that are in files: of stages outside the chain, and of those the unit has done.
static int read_needs(struct chain_run *c, struct worker *w, const struct unit_plan *plan, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = plan->from; node <= plan->to; node++) {
        const struct facet_node *n = &c->run->graph.nodes[node];
        for (int i = 0; code == FACET_OK && i < n->n_needs; i++) {
            int maker = n->maker[i];
            if (!chain_wants_rows(n, i) || maker >= plan->from) continue;
            bool inside = chain_inside(c, maker);
            struct facet_container *container =
                inside ? facet_output_container(c->outputs[maker]) : c->run->nodes[maker].input;
            struct facet_column *column = column_for(c, w, node, i);
            facet_column_clear(column, w->rows.count);
            code = facet_field_read(container, facet_column_field(column), w->rows.first, w->rows.count, column, error);
        }
    }
    return code;
}

// ---- rows tried again ------------------------------------------------------------------------------------------------

static bool same_sequence(const struct chain_run *c, int64_t a, int64_t b) {
    const struct facet_items *items = c->run->sources.items;
    return facet_items_get(items, a).sequence == facet_items_get(items, b).sequence;
}

// A stage that needs whole sequences gets the whole sequence of a row again.
static void spread_over_sequences(const struct chain_run *c, struct worker *w) {
    int64_t first = w->rows.first, n = w->rows.count;
    for (int64_t i = 1; i < n; i++)
        if (w->told[i - 1] && same_sequence(c, first + i, first + i - 1)) w->told[i] = 1;
    for (int64_t i = n - 2; i >= 0; i--)
        if (w->told[i + 1] && same_sequence(c, first + i, first + i + 1)) w->told[i] = 1;
}

// Only rows that were set aside in this chain are tried again: the others are taken for invalid meanwhile.
static int mask_for_retry(struct chain_run *c, struct worker *w, struct facet_error *error) {
    int64_t n = w->rows.count;
    int code = FACET_OK;
    memset(w->told, 0, (size_t)n);
    memset(w->tries, 0, (size_t)n * sizeof *w->tries);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        if (!c->outputs[node]) continue;
        const struct facet_ledger *ledger = facet_unit_data_ledger(w->data[node]);
        code = facet_ledger_read(w->data[node], facet_output_container(c->outputs[node]), w->rows.first, n, error);
        for (int64_t i = 0; code == FACET_OK && i < n; i++) {
            w->told[i] |= ledger->code[i] != FACET_OK;
            if (ledger->tries[i] > w->tries[i]) w->tries[i] = ledger->tries[i];
        }
    }
    if (c->chain->whole_sequences) spread_over_sequences(c, w);
    for (int64_t i = 0; i < n; i++) {
        w->rows.valid[i] &= w->told[i];
        w->tries[i] += w->told[i];
    }
    return code;
}

// The rows not tried again are what they were.
static int restore_others(struct chain_run *c, struct worker *w, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++)
        if (c->outputs[node])
            code =
                facet_output_restore(c->outputs[node], w->rows.first, w->rows.count, w->told, w->columns[node], error);
    for (int64_t i = 0; i < w->rows.count; i++)
        if (!w->told[i]) w->rows.valid[i] = c->run->valid[w->rows.first + i];
    return code;
}

// ---- one unit -------------------------------------------------------------------------------------------------------

static void begin_unit(const struct chain_run *c, struct worker *w, int64_t unit) {
    struct facet_rows *rows = &w->rows;
    rows->first = c->units.range[unit][0];
    rows->count = c->units.range[unit][1] - rows->first;
    facet_pulse_unit(unit, rows->first, rows->count);
    size_t n = (size_t)rows->count;
    memcpy(rows->valid, c->run->valid + rows->first, n);
    memset(rows->stage, 0, n * sizeof *rows->stage);
    memset(rows->code, 0, n * sizeof *rows->code);
    memset(rows->message, 0, n * sizeof *rows->message);
    memset(rows->noted, 0, n * sizeof *rows->noted);
    memset(rows->note, 0, n * sizeof *rows->note);
    for (int64_t i = 0; c->run->forgotten && i < rows->count; i++) {
        if (!c->run->forgotten[rows->first + i]) continue;
        rows->stage[i] = FACET_NODE_FORGET, rows->code[i] = FACET_FORGOTTEN;
        snprintf(rows->message[i], sizeof rows->message[i], "%s", FACET_FORGOTTEN_MESSAGE);
    }
}

static int load_unit(const struct chain_run *c, struct worker *w, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t row = 0; code == FACET_OK && row < w->rows.count; row++)
        if (w->rows.valid[row]) code = facet_sources_load(&c->run->sources, w->rows.first + row, w->out[0], row, error);
    return code;
}

static int do_node(const struct chain_run *c, struct worker *w, int node, struct facet_error *error) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    facet_pulse_stage(n->name);
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

static bool needs_reading(const struct chain_run *c, const struct unit_plan *plan, bool retry) {
    return retry || plan->from > c->chain->first || c->n_external > 0;
}

// Seconds since *start, which becomes now.
static double lap(double *start) {
    double before = *start;
    return (*start = facet_clock()) - before;
}

// What is known of the unit before its first node is computed.
static int read_unit(struct chain_run *c, struct worker *w, const struct unit_plan *plan, bool retry,
                     struct facet_error *error) {
    chain_take_turn(c);
    double start = facet_clock();
    int code = read_needs(c, w, plan, error);
    if (code == FACET_OK && plan->from > c->chain->first)
        code = facet_output_read_rows(c->outputs[plan->from - 1], w->data[plan->from - 1], &w->rows, error);
    if (code == FACET_OK && retry) code = mask_for_retry(c, w, error);
    w->busy[plan->from] += lap(&start);
    chain_end_turn(c);
    return code;
}

static bool to_write(const struct chain_run *c, int node, int64_t unit, bool retry) {
    return c->outputs[node] && (!c->done[node][unit] || retry);
}

static int pack_unit(struct chain_run *c, struct worker *w, int64_t unit, bool retry, struct facet_error *error) {
    int code = FACET_OK;
    double start = facet_clock();
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        if (!to_write(c, node, unit, retry)) continue;
        code = facet_output_pack(c->outputs[node], w->data[node], w->columns[node], &w->rows, retry ? w->tries : NULL,
                                 error);
        w->busy[node] += lap(&start);
    }
    return code;
}

// Told to whoever looks on once the unit is in the file.
static void tally(struct worker *w) {
    w->tallies[0]++;
    for (int64_t row = 0; row < w->rows.count; row++) w->tallies[1] += w->rows.code[row] != FACET_OK;
    w->rows_done += w->rows.count;
}

static int write_unit(struct chain_run *c, struct worker *w, int64_t unit, bool retry, const double *seconds,
                      struct facet_error *error) {
    int code = FACET_OK;
    double start = facet_clock();
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        if (!to_write(c, node, unit, retry)) continue;
        code = facet_output_write(c->outputs[node], w->batch[node], unit, w->data[node], seconds, error);
        w->busy[node] += lap(&start);
    }
    if (code == FACET_OK) tally(w);
    return code;
}

int chain_settle(struct chain_run *c, struct worker *w, int64_t first, int64_t count, struct facet_error *error) {
    int code = FACET_OK;
    double start = facet_clock();
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        if (w->batch[node]) code = facet_batch_flush(w->batch[node], error);
        w->busy[node] += lap(&start);
    }
    chain_take_turn(c);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++)
        for (int64_t i = first; code == FACET_OK && c->outputs[node] && i < first + count; i++) {
            int64_t unit = c->pending[i];
            if (to_write(c, node, unit, c->retry && c->retry[unit]))
                code = facet_output_note(c->outputs[node], unit, error);
        }
    if (code == FACET_OK) code = facet_counter_tally(c->counter, w->tallies, error);
    memset(w->tallies, 0, sizeof w->tallies);
    chain_end_turn(c);
    return code;
}

int chain_do_unit(struct chain_run *c, struct worker *w, int64_t unit, struct facet_error *error) {
    double seconds[FACET_MAX_NODES] = {0}, workers = c->run->workers;
    struct unit_plan plan = chain_plan_unit(c, unit);
    bool retry = c->retry && c->retry[unit];
    begin_unit(c, w, unit);
    int code = needs_reading(c, &plan, retry) ? read_unit(c, w, &plan, retry, error) : FACET_OK;
    double start = facet_clock();
    for (int node = plan.from; code == FACET_OK && node <= plan.to; node++) {
        code = do_node(c, w, node, error);
        double spent = lap(&start);
        w->busy[node] += spent;
        seconds[node - c->chain->first] = spent / workers; // its share of the wall time
    }
    if (code == FACET_OK && retry) {
        chain_take_turn(c);
        code = restore_others(c, w, error);
        chain_end_turn(c);
    }
    if (code == FACET_OK) code = pack_unit(c, w, unit, retry, error);
    return code == FACET_OK ? write_unit(c, w, unit, retry, seconds, error) : code;
}
