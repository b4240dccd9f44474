// A chain of map stages, carried out unit by unit in memory. Ranks and threads draw units from one counter; whatever of
// it is kept is written as it comes. All calls of MPI and HDF5 by a rank's threads take turns under one lock.
#include "pipeline/chain_internal.h"

#include "mpi/pulse.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool chain_inside(const struct chain_run *c, int node) {
    return node >= c->chain->first && node <= c->chain->last;
}

bool chain_wants_rows(const struct facet_node *node, int need) {
    return node->stage->plugin->needs[need].rows && node->maker[need] >= 0;
}

int chain_find_external(const struct chain_run *c, int node, const char *name) {
    for (int i = 0; i < c->n_external; i++)
        if (c->external[i].node == node && strcmp(c->external[i].field.name, name) == 0) return i;
    return -1;
}

// ---- preparing: on every rank, no communication but what the caller agrees after ------------------------------------

static int describe_inputs(struct chain_run *c, int node, struct facet_field *in, struct facet_error *error) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    for (int i = 0; i < n->n_needs; i++) {
        in[i] = (struct facet_field){0};
        if (!chain_wants_rows(n, i)) continue;
        const char *name = n->stage->plugin->needs[i].name;
        int code = facet_run_field(c->run, n->maker[i], name, &in[i], error);
        if (code != FACET_OK) return code;
        if (chain_inside(c, n->maker[i]) || chain_find_external(c, n->maker[i], name) >= 0) continue;
        if (c->n_external == MOST_EXTERNAL)
            return facet_error_set(error, FACET_ERROR_CONFIG, "a chain reads more than %d arrays", MOST_EXTERNAL);
        c->external[c->n_external++] = (struct external){n->maker[i], in[i]};
    }
    return FACET_OK;
}

static int check_declared(const struct facet_node *node, const struct facet_field *fields, struct facet_error *error) {
    const struct facet_plugin *plugin = node->stage->plugin;
    for (int i = 0; i < node->n_makes; i++) {
        const struct facet_field *f = &fields[i];
        bool good = strcmp(f->name, plugin->makes[i]) == 0 && facet_type_size(f->type) && f->rank >= 0 &&
                    f->rank < FACET_MAX_DIMS && (!f->ragged || f->rank > 0);
        for (int d = 0; good && d < f->rank; d++) good = f->dims[d] > 0;
        if (!good)
            return facet_error_set(error, FACET_ERROR_PLUGIN,
                                   "plugin %s declares %s with a name, type or shape that cannot be", plugin->name,
                                   plugin->makes[i]);
    }
    return FACET_OK;
}

static int prepare_node(struct chain_run *c, int node, struct facet_error *error) {
    const struct facet_node *n = &c->run->graph.nodes[node];
    struct facet_node_state *state = &c->run->nodes[node];
    struct facet_field in[FACET_MAX_NEEDS];
    c->stages[node] = (struct facet_stage){.run = c->run, .node = node};
    if (!n->stage) return FACET_OK; // the sources are open already
    const struct facet_map_ops *map = n->stage->plugin->map;
    int code = describe_inputs(c, node, in, error);
    if (code == FACET_OK) code = map->create(n->stage->params, &c->stages[node], &c->self[node], error);
    if (code == FACET_OK) code = map->declare(c->self[node], in, state->fields, error);
    if (code == FACET_OK) code = check_declared(n, state->fields, error);
    if (code != FACET_OK) return facet_error_prefix(error, "stage %s", n->name), code;
    state->declared = true;
    return FACET_OK;
}

static int open_output(struct chain_run *c, int node, struct facet_error *error) {
    struct facet_run *run = c->run;
    char path[4200];
    bool exists;
    facet_run_path(run, node, ".h5", path, sizeof path);
    int code = facet_run_check_container(run, node, path, &exists, error);
    if (code != FACET_OK) return code;
    struct facet_attributes attributes;
    code = facet_comm_agree(run->comm, facet_provenance(run, node, &attributes, error), error);
    if (code != FACET_OK) return code;
    struct facet_output_plan plan = {.path = path,
                                     .fields = run->nodes[node].fields,
                                     .n_fields = run->graph.nodes[node].n_makes,
                                     .items = run->sources.items,
                                     .units = &c->units,
                                     .node = node,
                                     .node_names = c->node_names,
                                     .n_nodes = run->graph.n_nodes,
                                     .threads = run->threads,
                                     .mark_seconds = (double)run->config->mark_seconds,
                                     .chain_length = c->chain->last - c->chain->first + 1,
                                     .attributes = attributes.all,
                                     .n_attributes = attributes.count};
    double start = facet_clock();
    code = facet_output_open(run->comm, &plan, &c->outputs[node], error);
    facet_attributes_free(&attributes);
    facet_run_debug(run, run->graph.nodes[node].name, "%s for writing, %s: %s after %.3f s", path,
                    exists ? "gone on with" : "new", code == FACET_OK ? "open" : error->text, facet_clock() - start);
    return code;
}

// ---- doing it -------------------------------------------------------------------------------------------------------

void chain_take_turn(struct chain_run *c) {
    facet_pulse_wait("line for another thread");
    pthread_mutex_lock(&c->turn);
    facet_pulse_work();
}

void chain_end_turn(struct chain_run *c) {
    pthread_mutex_unlock(&c->turn);
}

// Units that a thread took at once: places in the list of what is pending.
struct taken {
    int64_t first, count, most; // most: how many it may take
};

// Draws the next units; false when there are none or the run is to stop.
static bool take(struct chain_run *c, struct taken *taken, struct facet_error *error) {
    taken->count = 0;
    facet_pulse_rest();
    chain_take_turn(c);
    if (facet_stop_requested()) facet_counter_stop(c->counter, NULL);
    if (c->code == FACET_OK) {
        c->code = facet_counter_claim(c->counter, taken->most, &taken->first, &taken->count, error);
        if (c->code != FACET_OK) c->error = *error;
    }
    chain_end_turn(c);
    return taken->count > 0;
}

// Units that cost next to nothing are taken many at once, and written together; what costs more than that one by one.
static void pace(struct taken *taken, double seconds) {
    static const double at_once = 0.01; // s of work
    double most = at_once * (double)taken->count / (seconds > 1e-9 ? seconds : 1e-9);
    if (most > 2.0 * (double)taken->most) most = 2.0 * (double)taken->most;
    taken->most = most > 1 ? (int64_t)most : 1;
}

// A failure on one thread lets all ranks come to the end at their next draw.
static void fail(struct chain_run *c, int code, const struct facet_error *error) {
    chain_take_turn(c);
    if (c->code == FACET_OK) c->code = code, c->error = *error;
    facet_run_debug(c->run, c->run->graph.nodes[c->chain->last].name, "%s: %s", facet_code_name(code), error->text);
    facet_counter_stop(c->counter, NULL);
    chain_end_turn(c);
}

static void trace(const struct chain_run *c, const char *event, int64_t number) {
    facet_trace_add(c->run->trace, c->node_names[c->chain->last], event, number);
}

static int do_taken(struct chain_run *c, struct worker *w, struct taken *taken, struct facet_error *error) {
    double start = facet_clock(), before = start;
    int code = FACET_OK;
    int64_t done = 0;
    if (taken->count > 1) trace(c, "take", taken->count);
    for (; code == FACET_OK && done < taken->count && !(done && facet_stop_requested()); done++) {
        int64_t unit = c->pending[taken->first + done];
        trace(c, "begin", unit);
        code = chain_do_unit(c, w, unit, error);
        double now = facet_clock();
        facet_stop_note_work(now - before);
        before = now;
    }
    taken->count = done;
    if (code == FACET_OK) code = chain_settle(c, w, taken->first, taken->count, error);
    for (int64_t i = 0; code == FACET_OK && i < taken->count; i++) trace(c, "end", c->pending[taken->first + i]);
    pace(taken, facet_clock() - start);
    return code;
}

static void work(struct chain_run *c) {
    struct facet_error error = {0};
    facet_pulse_thread(omp_get_thread_num());
    facet_pulse_stage(c->run->graph.nodes[c->chain->first].name);
    omp_set_num_threads(1); // what a plugin does inside a unit stays on this thread
    facet_cores_take_part(c->run->cores, omp_get_thread_num());
    struct worker *w = chain_worker_create(c, &error);
    if (!w) fail(c, FACET_ERROR_MEMORY, &error);
    for (struct taken taken = {.most = 1}; w && take(c, &taken, &error);) {
        int code = do_taken(c, w, &taken, &error);
        if (code != FACET_OK)
            fail(c, code, &error);
        else {
#pragma omp atomic
            c->units_done += taken.count;
        }
    }
    if (w) chain_account_worker(c, w);
    chain_worker_destroy(c, w);
    facet_pulse_rest();
}

static int do_pending(struct chain_run *c, struct facet_error *error) {
    struct facet_run *run = c->run;
    int code = facet_counter_create(run->comm, c->n_pending, &c->counter, error);
    if (code != FACET_OK) return code;
    pthread_mutex_init(&c->turn, NULL);
    facet_journal_listen(run, chain_ask, c);
#pragma omp parallel num_threads(run->threads)
    work(c);
    facet_journal_listen(run, NULL, NULL);
    facet_cores_take_all(run->cores);
    pthread_mutex_destroy(&c->turn);
    facet_pulse_work();
    if (c->code != FACET_OK) *error = c->error;
    code = facet_comm_agree(run->comm, c->code, error);
    facet_counter_destroy(c->counter);
    int64_t done = c->units_done;
    if (code == FACET_OK) code = facet_comm_sum_i64(run->comm, &done, 1, error);
    c->units_done = done;
    if (code == FACET_OK) code = chain_account_gather(c, error);
    if (code != FACET_OK || done == c->n_pending) return code;
    struct facet_error who = {.text = "stopped"};
    code = facet_stop_agree(run->comm, &who);
    return facet_error_set(error, code, "%s with %lld of %lld units of stage %s to do; run again to go on", who.text,
                           (long long)(c->n_pending - done), (long long)c->n_pending,
                           run->graph.nodes[c->chain->last].name);
}

// ---- the end of a chain ---------------------------------------------------------------------------------------------

static int check_bad_share(struct facet_run *run, struct facet_error *error) {
    int64_t bad = 0;
    for (int64_t row = 0; row < run->rows; row++) bad += !run->valid[row];
    bad -= run->n_forgotten; // erased on request, not for a fault
    if ((double)bad <= run->config->max_bad * (double)(run->rows - run->n_forgotten)) return FACET_OK;
    return facet_error_set(error, FACET_TOO_MANY_BAD,
                           "%lld of %lld rows are set aside, more than max_bad = %g allows; facet info %s lists them, "
                           "--set max_bad=... goes on without them",
                           (long long)bad, (long long)(run->rows - run->n_forgotten), run->config->max_bad,
                           run->config->workspace);
}

static void summarise(struct chain_run *c) {
    for (int node = c->chain->first; node <= c->chain->last; node++)
        facet_run_summarise(c->run, node)->units_done = c->units_done;
}

static int prepare(struct chain_run *c, struct facet_error *error) {
    struct facet_run *run = c->run;
    facet_pulse_stage(run->graph.nodes[c->chain->first].name);
    int code = facet_run_open_inputs(run, c->chain->first, c->chain->last, error);
    if (code != FACET_OK) return code;
    code = facet_units_plan(run->sources.items, run->config->unit_rows, c->chain->whole_sequences, &c->units, error);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++)
        code = prepare_node(c, node, error);
    code = facet_comm_agree(run->comm, code, error);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++)
        if (run->graph.nodes[node].keep) code = open_output(c, node, error);
    return code == FACET_OK ? chain_find_pending(c, error) : code;
}

static double megabytes_on_disk(const char *path) {
    struct stat is;
    return stat(path, &is) == 0 ? (double)is.st_blocks * 512 / 1e6 : 0;
}

static int compress_output(struct chain_run *c, int node, struct facet_error *error) {
    char path[4200];
    bool done;
    facet_run_path(c->run, node, ".h5", path, sizeof path);
    double began = facet_clock(), before = megabytes_on_disk(path);
    int code = facet_output_compress(c->outputs[node], &done, error);
    if (code == FACET_OK && done)
        facet_run_note(c->run, "%s: %.1f MB compressed to %.1f MB in %.1f s", c->run->graph.nodes[node].name, before,
                       megabytes_on_disk(path), facet_clock() - began);
    return code;
}

// The last thing that is done with a complete container; a chain that stops before comes to it in the next run.
static int compress_outputs(struct chain_run *c, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        const struct facet_stage_config *stage = c->run->graph.nodes[node].stage;
        if (c->outputs[node] && stage && stage->compress) code = compress_output(c, node, error);
    }
    return code;
}

static int close_outputs(struct chain_run *c, int code, struct facet_error *error) {
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        int closed = facet_output_close(c->outputs[node], code == FACET_OK ? error : NULL);
        if (code == FACET_OK) code = closed;
        c->outputs[node] = NULL;
    }
    return facet_comm_agree(c->run->comm, code, error);
}

// The chain's time goes to its stages, whether it came to its end or was stopped.
static int close_account(struct chain_run *c, double seconds, int outcome, struct facet_error *error) {
    struct facet_run *run = c->run;
    if (outcome != FACET_OK && outcome != FACET_INTERRUPTED) return outcome;
    struct facet_error own = {0};
    int code = facet_run_account_for(run, c->chain->first, c->chain->last, seconds, c->shares, &own);
    if (code != FACET_OK) return *error = own, code;
    for (int node = c->chain->first; node <= c->chain->last; node++)
        run->nodes[node].account.skipped = outcome == FACET_OK && c->n_pending == 0;
    if (outcome == FACET_OK) summarise(c);
    facet_journal_lay_down(run, c->chain->first, c->chain->last, outcome == FACET_OK);
    return outcome;
}

static int carry_out(struct chain_run *c, struct facet_error *error) {
    double start = facet_clock();
    facet_journal_take_up(c->run,
                          &(struct facet_journal_task){
                              .first = c->chain->first, .last = c->chain->last, .what = "units", .preparing = true});
    int code = prepare(c, error);
    if (code == FACET_OK) chain_take_up(c);
    if (code == FACET_OK && c->n_pending > 0) code = do_pending(c, error);
    if (code == FACET_OK) code = chain_read_outputs(c, error);
    if (code == FACET_OK) code = compress_outputs(c, error);
    code = close_outputs(c, code, error);
    code = close_account(c, facet_clock() - start, code, error);
    for (int node = c->chain->first; node <= c->chain->last; node++)
        if (c->self[node]) c->run->graph.nodes[node].stage->plugin->map->destroy(c->self[node]);
    code = facet_run_close_inputs(c->run, code, error);
    facet_units_free(&c->units);
    chain_free_pending(c);
    return code;
}

int facet_run_chain(struct facet_run *run, int chain, struct facet_error *error) {
    if (run->options->dry_run) return chain_tell_pending(run, chain, error);
    struct chain_run *c = calloc(1, sizeof *c);
    int code = facet_comm_agree(
        run->comm, c ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a chain"), error);
    if (code == FACET_OK) {
        c->run = run, c->chain = &run->graph.chains[chain];
        for (int node = 0; node < run->graph.n_nodes; node++) c->node_names[node] = run->graph.nodes[node].name;
        code = carry_out(c, error);
    }
    free(c);
    return code == FACET_OK ? check_bad_share(run, error) : code;
}
