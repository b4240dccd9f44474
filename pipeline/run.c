#include "pipeline/crate.h"
#include "pipeline/pilot.h"
#include "pipeline/run_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void facet_run_path(const struct facet_run *run, int node, const char *suffix, char *path, size_t size) {
    snprintf(path, size, "%s/%s%s", run->config->workspace, run->graph.nodes[node].name, suffix);
}

void facet_run_note(struct facet_run *run, const char *format, ...) {
    if (facet_comm_rank(run->comm) != 0) return;
    char text[FACET_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (run->log) fprintf(run->log, "%s\n", text), fflush(run->log);
    facet_run_debug(run, "run", "%s", text);
    facet_journal_note(run, text);
}

struct facet_run_summary_row *facet_run_summarise(struct facet_run *run, int node) {
    const struct facet_account *account = &run->nodes[node].account;
    struct facet_run_summary_row *row = &run->summary->rows[run->summary->count++];
    *row = (struct facet_run_summary_row){.kept = run->graph.nodes[node].keep,
                                          .skipped = account->skipped,
                                          .rows = run->rows,
                                          .quarantined = run->nodes[node].quarantined,
                                          .seconds = account->skipped ? 0 : account->seconds,
                                          .core_hours = account->core_hours,
                                          .balance = account->balance};
    if (row->seconds > 0) row->rows_per_second = (double)account->rows_done / row->seconds;
    snprintf(row->name, sizeof row->name, "%s", run->graph.nodes[node].name);
    memcpy(row->content_hash, run->nodes[node].content_hash, sizeof row->content_hash);
    char cost[64] = "done before";
    if (!row->skipped) snprintf(cost, sizeof cost, "%.1f s, %.4f core-hours", row->seconds, row->core_hours);
    if (run->log)
        fprintf(run->log, "%s: %lld rows, %lld set aside, %s, content %s\n", row->name, (long long)row->rows,
                (long long)row->quarantined, cost, *row->content_hash ? row->content_hash : "not kept");
    return row;
}

static void debug_account(const struct facet_run *run, int node) {
    const struct facet_account *account = &run->nodes[node].account;
    char path[4200], size[40] = "no container";
    struct stat is;
    facet_run_path(run, node, ".h5", path, sizeof path);
    if (stat(path, &is) == 0) snprintf(size, sizeof size, "a container of %lld bytes", (long long)is.st_size);
    facet_run_debug(run, run->graph.nodes[node].name,
                    "%.3f s wall, %.3f s of work, balance %.2f, %lld rows done, %lld set aside, %s", account->seconds,
                    account->busy, account->balance, (long long)account->rows_done,
                    (long long)run->nodes[node].quarantined, size);
}

int facet_run_account_for(struct facet_run *run, int first, int last, double seconds, const double *shares,
                          struct facet_error *error) {
    int code = facet_comm_bcast(run->comm, &seconds, sizeof seconds, 0, error);
    double all = 0;
    for (int i = 0; i <= last - first; i++) all += shares ? shares[i] : 0;
    for (int node = first; code == FACET_OK && node <= last; node++) {
        struct facet_account *account = &run->nodes[node].account;
        account->seconds = seconds * (all > 0 ? shares[node - first] / all : 1.0 / (last - first + 1));
        account->core_hours = account->seconds * run->workers / 3600;
        if (facet_comm_rank(run->comm) == 0) debug_account(run, node);
    }
    return code;
}

// ---- containers of earlier stages -----------------------------------------------------------------------------------

static int open_input(struct facet_run *run, int node, struct facet_error *error) {
    char path[4200];
    if (run->nodes[node].input) return FACET_OK;
    facet_run_path(run, node, ".h5", path, sizeof path);
    facet_comm_wait(run->comm, "opening a container");
    int code = facet_container_open(facet_comm_mpi(run->comm), path, false, &run->nodes[node].input, error);
    facet_run_debug(run, run->graph.nodes[node].name, "%s for reading: %s", path,
                    code == FACET_OK ? "open" : error->text);
    return facet_comm_agree(run->comm, code, error);
}

int facet_run_open_inputs(struct facet_run *run, int first, int last, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = first; node <= last; node++) {
        const struct facet_node *n = &run->graph.nodes[node];
        for (int i = 0; code == FACET_OK && i < n->n_needs; i++)
            if (n->maker[i] >= 0 && (n->maker[i] < first || n->maker[i] > last))
                code = open_input(run, n->maker[i], error);
    }
    return code;
}

int facet_run_close_inputs(struct facet_run *run, int code, struct facet_error *error) {
    for (int node = 0; node < run->graph.n_nodes; node++) {
        int closed = facet_container_close(run->nodes[node].input, code == FACET_OK ? error : NULL);
        if (code == FACET_OK) code = closed;
        run->nodes[node].input = NULL;
    }
    return code;
}

int facet_run_field(struct facet_run *run, int node, const char *name, struct facet_field *field,
                    struct facet_error *error) {
    const struct facet_node_state *state = &run->nodes[node];
    for (int i = 0; state->declared && i < run->graph.nodes[node].n_makes; i++)
        if (strcmp(state->fields[i].name, name) == 0) {
            *field = state->fields[i];
            return FACET_OK;
        }
    if (!state->input) return facet_error_set(error, FACET_ERROR_INTERNAL, "%s is asked for before it is there", name);
    return facet_layout_field(state->input, name, run->rows, field, error);
}

static int fingerprint(struct facet_run *run, int node, struct facet_error *error) {
    struct facet_node_state *state = &run->nodes[node];
    state->description = facet_graph_describe(&run->graph, node);
    if (!state->description)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a stage's description");
    struct facet_hash hash = facet_hash_bytes(run->sources.hash, state->description, strlen(state->description));
    facet_hash_text(hash, state->fingerprint);
    return FACET_OK;
}

// ---- the whole --------------------------------------------------------------------------------------------------------

static int build_graph(struct facet_run *run, struct facet_error *error) {
    struct facet_problems problems = {.file = run->config->file};
    int code = facet_graph_build(run->config, run->sources.fields, run->sources.n_fields, &run->graph, &problems);
    if (code != FACET_OK) facet_error_set(error, code, "%s", problems.text ? problems.text : "out of memory");
    facet_problems_free(&problems);
    memcpy(run->nodes[0].fields, run->sources.fields, sizeof run->sources.fields);
    run->nodes[0].declared = true;
    for (int node = 0; code == FACET_OK && node < run->graph.n_nodes; node++) code = fingerprint(run, node, error);
    return facet_comm_agree(run->comm, code, error);
}

static int prepare(struct facet_run *run, struct facet_error *error) {
    int code = facet_sources_open(run->config, run->comm, &run->sources, error);
    if (code != FACET_OK) return code;
    if (run->options->pilot) code = facet_pilot_begin(run, error);
    if (code != FACET_OK) return code;
    run->rows = facet_items_count(run->sources.items);
    run->valid = malloc((size_t)run->rows + 1);
    run->noted = calloc((size_t)run->rows + 1, 1);
    if (!run->valid || !run->noted)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)run->rows);
    else
        memset(run->valid, 1, (size_t)run->rows);
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = build_graph(run, error);
    if (code == FACET_OK) code = facet_run_open_workspace(run, error);
    if (code == FACET_OK) code = facet_debug_open(run, error);
    if (code == FACET_OK) code = facet_journal_begin(run, error);
    for (int i = 0; code == FACET_OK && !run->options->pilot && i < facet_items_notes(run->sources.items); i++)
        facet_run_note(run, "warning: %s", facet_items_note_text(run->sources.items, i));
    char about[200];
    if (code == FACET_OK) code = facet_stop_set_limits(run->comm, &run->config->stop, about, error);
    if (code == FACET_OK && *about) facet_run_note(run, "%s", about);
    if (code == FACET_OK) code = facet_run_mask_forgotten(run, error);
    return code;
}

static int do_stages(struct facet_run *run, struct facet_error *error) {
    int until = run->graph.n_nodes, code = FACET_OK;
    if (run->options->until) code = facet_run_stage_named(run, "--until", run->options->until, &until, error);
    if (code == FACET_OK && run->options->until && run->graph.nodes[until].chain >= 0) {
        run->graph.chains[run->graph.nodes[until].chain].last = until;
        run->graph.nodes[until].keep = true; // stopping there is for having it
    }
    for (int node = 0; code == FACET_OK && node < run->graph.n_nodes && node <= until;) {
        int chain = run->graph.nodes[node].chain;
        struct facet_error who = {0};
        code = facet_stop_agree(run->comm, &who);
        if (code != FACET_OK)
            return facet_error_set(error, code, "%s before stage %s; run again to go on", who.text,
                                   run->graph.nodes[node].name);
        int last = chain >= 0 ? run->graph.chains[chain].last : node;
        if (run->options->pilot) facet_pilot_begin_stage(run);
        code = chain >= 0 ? facet_run_chain(run, chain, error) : facet_run_collective(run, node, error);
        if (run->options->pilot) facet_pilot_end_stage(run, last);
        node = last + 1;
    }
    return code;
}

// A run is as good without its crate: that it cannot be written is told, no more.
static void write_crate(struct facet_run *run, int code, const struct facet_error *outcome) {
    struct facet_error error = {0};
    if (run->journal && !run->options->pilot && facet_crate_write(run, code, outcome, &error) != FACET_OK)
        facet_run_note(run, "%s", error.text);
}

// Ranks may have different numbers of threads.
static int count_workers(struct facet_run *run, struct facet_error *error) {
    int64_t threads = run->threads;
    int code = facet_comm_sum_i64(run->comm, &threads, 1, error);
    run->workers = (int)threads;
    return code;
}

int facet_run_pipeline(struct facet_comm *comm, const struct facet_config *config,
                       const struct facet_run_options *options, struct facet_run_summary *summary,
                       struct facet_error *error) {
    *summary = (struct facet_run_summary){0};
    struct facet_run *run = calloc(1, sizeof *run);
    int code = facet_comm_agree(
        comm, run ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a run"), error);
    if (code != FACET_OK) {
        free(run);
        return code;
    }
    *run = (struct facet_run){
        .comm = comm, .config = config, .options = options, .summary = summary, .redo_from = INT_MAX, .debug = -1};
    code = facet_cores_create(comm, config->threads, config->affinity, &run->cores, error);
    if (code == FACET_OK) {
        run->threads = facet_cores_threads(run->cores);
        code = count_workers(run, error);
    }
    if (code == FACET_OK) {
        facet_run_note_circumstances(run);
        run->libraries = facet_loaded_libraries();
        code = run->libraries ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a run");
        if (code == FACET_OK) code = facet_trace_create(facet_comm_rank(comm), &run->trace, error);
        code = facet_comm_agree(comm, code, error);
    }
    struct facet_watchdog *watchdog = NULL;
    if (code == FACET_OK) code = facet_run_watch(run, &watchdog, error);
    if (code == FACET_OK) code = prepare(run, error);
    if (code == FACET_OK) code = do_stages(run, error);
    if (code == FACET_OK && options->pilot) code = facet_pilot_end(run, error);
    write_crate(run, code, error);
    facet_journal_end(run, code, error);
    facet_run_debug(run, "run", "%s%s%s", facet_code_name(code), code == FACET_OK ? "" : ": ",
                    code == FACET_OK ? "" : error->text);
    facet_debug_close(run);
    if (run->log) {
        if (code != FACET_OK) fprintf(run->log, "%s: %s\n", facet_code_name(code), error->text);
        fclose(run->log);
    }
    facet_watchdog_stop(watchdog);
    for (int node = 0; node < run->graph.n_nodes; node++) free(run->nodes[node].description);
    facet_sources_close(&run->sources);
    facet_lock_release(run->lock);
    free(run->valid), free(run->noted), free(run->forgotten);
    facet_trace_destroy(run->trace);
    free(run->libraries);
    facet_cores_destroy(run->cores);
    free(run);
    return code;
}
