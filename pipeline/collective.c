// A collective stage: its container is written beside the old one under a temporary name, hashed whole, and renamed into
// place when it is complete.
#include "pipeline/pilot.h"
#include "pipeline/run_internal.h"

#include "mpi/pulse.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Every rank opens every dataset, though only rank 0 writes these: HDF5 reads what it has not cached by a broadcast when
// a dataset is added, and ranks whose caches differ would join different broadcasts and wait for ever.
static int open_everywhere(struct facet_container *container, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count, code = facet_container_list(container, &datasets, &count, error);
    free(datasets);
    return code;
}

static int create_container(struct facet_stage *stage, const char *path, struct facet_error *error) {
    struct facet_run *run = stage->run;
    struct facet_dataset all[FACET_ITEM_COLUMNS + 4];
    struct facet_attributes attributes;
    facet_item_columns(run->sources.items, all);
    int n = FACET_ITEM_COLUMNS;
    all[n++] = (struct facet_dataset){.name = "units/range", .type = FACET_I64, .rank = 2, .dims = {1, 2}};
    all[n++] = (struct facet_dataset){.name = "units/state", .type = FACET_U8, .rank = 1, .dims = {1}};
    all[n++] = (struct facet_dataset){.name = "units/hash", .type = FACET_I64, .rank = 2, .dims = {1, 2}};
    all[n++] = (struct facet_dataset){.name = "units/seconds", .type = FACET_F64, .rank = 2, .dims = {1, 1}};
    int code = facet_comm_agree(run->comm, facet_provenance(run, stage->node, &attributes, error), error);
    if (code != FACET_OK) return code;
    facet_comm_wait(run->comm, "creating a container");
    code = facet_container_create(facet_comm_mpi(run->comm), path, all, n, attributes.all, attributes.count,
                                  &stage->out, error);
    facet_attributes_free(&attributes);
    if (code == FACET_OK) code = open_everywhere(stage->out, error);
    code = facet_comm_agree(run->comm, code, error);
    if (code != FACET_OK) return code;
    if (facet_comm_rank(run->comm) == 0) {
        int64_t range[2] = {0, run->rows};
        struct facet_hash hash;
        code = facet_items_write(run->sources.items, stage->out, &hash, error);
        if (code == FACET_OK) code = facet_container_write(stage->out, "items/valid", 0, run->rows, run->valid, error);
        if (code == FACET_OK) code = facet_container_write(stage->out, "units/range", 0, 1, range, error);
    }
    return facet_comm_agree(run->comm, code, error);
}

// Rank 0 hashes the whole and writes the hash; all learn it.
static int seal(struct facet_stage *stage, double seconds, struct facet_error *error) {
    struct facet_run *run = stage->run;
    struct facet_hash hash = {0};
    facet_comm_wait(run->comm, "flushing a container");
    int code = facet_comm_agree(run->comm, facet_container_flush(stage->out, error), error);
    if (code == FACET_OK && facet_comm_rank(run->comm) == 0) {
        uint8_t state = 1;
        code = facet_content_hash(stage->out, &hash, error);
        if (code == FACET_OK) code = facet_container_write(stage->out, "units/seconds", 0, 1, &seconds, error);
        if (code == FACET_OK) code = facet_container_write(stage->out, "units/state", 0, 1, &state, error);
        if (code == FACET_OK) code = facet_container_write(stage->out, "units/hash", 0, 1, &hash, error);
    }
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(run->comm, &hash, sizeof hash, 0, error);
    if (code == FACET_OK) facet_hash_text(hash, run->nodes[stage->node].content_hash);
    return code;
}

// A run killed at the very end of a stage may leave what the stage no longer needs.
static void clear_leftovers(const struct facet_run *run, int node) {
    static const char *const suffixes[] = {".checkpoint.h5", ".h5.new", ".h5.new.part"};
    char path[4200];
    for (size_t i = 0; facet_comm_rank(run->comm) == 0 && i < sizeof suffixes / sizeof *suffixes; i++) {
        facet_run_path(run, node, suffixes[i], path, sizeof path);
        unlink(path);
    }
}

static int rename_into_place(struct facet_run *run, int node, const char *from, const char *to,
                             struct facet_error *error) {
    int code = facet_comm_rank(run->comm) == 0 ? facet_container_rename(from, to, error) : FACET_OK;
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) clear_leftovers(run, node);
    return code;
}

// Done before, and nothing has changed it since?
static int check_done(struct facet_run *run, int node, const char *path, bool *done, struct facet_error *error) {
    struct facet_container *container = NULL;
    struct facet_hash pair[2] = {{0, 0}, {0, 1}};
    double seconds = 0;
    *done = false;
    int code = facet_run_check_container(run, node, path, done, error);
    if (code != FACET_OK || !*done) return code;
    if (facet_comm_rank(run->comm) == 0) {
        code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
        if (code == FACET_OK) code = facet_container_read(container, "units/hash", 0, 1, &pair[0], error);
        if (code == FACET_OK) code = facet_container_read(container, "units/seconds", 0, 1, &seconds, error);
        if (code == FACET_OK) code = facet_content_hash(container, &pair[1], error);
        facet_container_close(container, NULL);
    }
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(run->comm, pair, sizeof pair, 0, error);
    if (code == FACET_OK) code = facet_comm_bcast(run->comm, &seconds, sizeof seconds, 0, error);
    *done = code == FACET_OK && memcmp(&pair[0], &pair[1], sizeof pair[0]) == 0;
    if (code == FACET_OK && !*done) facet_run_note(run, "%s was altered after it was written; it is made again", path);
    if (*done) facet_hash_text(pair[0], run->nodes[node].content_hash), run->nodes[node].seconds = seconds;
    return code;
}

// The plugin says where it stopped, the engine who asked for it. Collective.
static void say_who_stopped(struct facet_stage *stage, struct facet_error *error) {
    struct facet_error who = {.text = "stopped"}, where = *error;
    facet_stop_agree(stage->run->comm, &who);
    facet_error_set(error, FACET_INTERRUPTED, "%s in stage %s%s%s; run again to go on", who.text,
                    facet_stage_name(stage), *where.text ? ": " : "", where.text);
}

static int make(struct facet_stage *stage, const char *path, struct facet_error *error) {
    struct facet_run *run = stage->run;
    const struct facet_stage_config *config = run->graph.nodes[stage->node].stage;
    bool keeps = !config->plugin->collective->always;
    char temporary[4300];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    stage->began = stage->step_began = facet_clock();
    int code = keeps ? create_container(stage, temporary, error) : FACET_OK;
    if (code == FACET_OK) {
        facet_cores_place_team(run->cores);
        code = config->plugin->collective->run(config->params, stage, error);
        if (code == FACET_OK && stage->ledger_error.code != FACET_OK)
            code = stage->ledger_error.code, *error = stage->ledger_error;
        facet_run_debug(run, config->name, "%s after %.3f s%s%s", facet_code_name(code), facet_clock() - stage->began,
                        code == FACET_OK ? "" : ": ", code == FACET_OK ? "" : error->text);
        code = facet_comm_agree(run->comm, code, error); // a plugin may forget to, or fail where it cannot
    }
    double seconds = run->nodes[stage->node].seconds = stage->before + facet_clock() - stage->began;
    if (code != FACET_OK && code != FACET_INTERRUPTED) facet_error_prefix(error, "stage %s", config->name);
    if (code == FACET_INTERRUPTED) say_who_stopped(stage, error);
    if (code == FACET_OK && keeps) code = seal(stage, seconds, error);
    if (stage->out) {
        facet_comm_wait(run->comm, "closing a container");
        int closed = facet_container_close(stage->out, code == FACET_OK ? error : NULL);
        if (code == FACET_OK) code = closed;
        stage->out = NULL;
        code = facet_comm_agree(run->comm, code, error);
        if (code == FACET_OK)
            code = rename_into_place(run, stage->node, temporary, path, error);
        else if (facet_comm_rank(run->comm) == 0)
            unlink(temporary);
    }
    return code;
}

static int close_account(struct facet_run *run, int node, double seconds, bool skipped, int outcome,
                         struct facet_error *error) {
    if (outcome != FACET_OK && outcome != FACET_INTERRUPTED) return outcome;
    struct facet_error own = {0};
    run->nodes[node].account.skipped = skipped;
    run->nodes[node].account.rows_done = outcome == FACET_OK && !skipped ? run->rows : 0;
    int code = facet_run_account_for(run, node, node, seconds, NULL, &own);
    if (code != FACET_OK) return *error = own, code;
    run->nodes[node].finished = outcome == FACET_OK;
    if (outcome == FACET_OK) facet_run_summarise(run, node);
    facet_journal_lay_down(run, node, node, outcome == FACET_OK);
    return outcome;
}

int facet_run_collective(struct facet_run *run, int node, struct facet_error *error) {
    struct facet_stage stage = {.run = run, .node = node};
    char path[4200];
    bool done = false;
    double start = facet_clock();
    facet_pulse_stage(run->graph.nodes[node].name);
    facet_run_path(run, node, ".h5", path, sizeof path);
    int code = FACET_OK;
    if (run->graph.nodes[node].keep) code = check_done(run, node, path, &done, error);
    if (code != FACET_OK) return code;
    if (run->options->dry_run) {
        facet_run_note(run, "%s: %s%s", run->graph.nodes[node].name, done ? "done" : "to do",
                       done ? facet_run_doubt(run, node) : "");
        run->nodes[node].finished = done;
        return FACET_OK;
    }
    facet_journal_take_up(run, &(struct facet_journal_task){.first = node, .last = node, .what = "steps"});
    if (done) {
        clear_leftovers(run, node);
    } else {
        facet_trace_add(run->trace, run->graph.nodes[node].name, "enter", 0);
        code = facet_run_open_inputs(run, node, node, error);
        if (code == FACET_OK) code = make(&stage, path, error);
        if (code == FACET_OK && run->options->pilot) code = facet_pilot_ask_work(&stage, error);
        if (code == FACET_OK) facet_trace_add(run->trace, run->graph.nodes[node].name, "leave", 0);
        code = facet_run_close_inputs(run, code, error);
        facet_stage_free_scratch(&stage);
    }
    return close_account(run, node, facet_clock() - start, done, code, error);
}
