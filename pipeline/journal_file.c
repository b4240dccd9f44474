// run.json: written beside itself and renamed, so that a reader sees one state or the next.
#include "pipeline/journal_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *phase_name(const struct facet_journal *j, const struct journal_stage *stage) {
    if (stage->account.phase == FACET_NOT_BEGUN) return "not begun";
    if (stage->account.phase == FACET_DONE) return "done";
    return strcmp(j->state, "finished") == 0 ? "done" : j->state;
}

static bool taken_up(const struct facet_journal *j, int node) {
    return j->first >= 0 && node >= j->first && node <= j->last;
}

// Until a chain ends its stages share its time evenly.
static struct journal_stage as_of_now(const struct facet_journal *j, int node) {
    struct journal_stage stage = j->stages[node];
    if (!taken_up(j, node)) return stage;
    stage.done = j->done, stage.total = j->total;
    snprintf(stage.what, sizeof stage.what, "%s", j->what);
    stage.account.seconds = (facet_clock() - j->taken_up) / (j->last - j->first + 1);
    stage.account.core_hours = stage.account.seconds * j->run->workers / 3600;
    return stage;
}

static json_t *stage_json(const struct facet_journal *j, int node) {
    const struct facet_node *n = &j->run->graph.nodes[node];
    const struct facet_plugin *plugin = n->stage ? n->stage->plugin : j->run->config->sources[0].plugin;
    struct journal_stage stage = as_of_now(j, node);
    const struct facet_account *a = &stage.account;
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:s, s:b}", "name", n->name, "plugin", plugin->name,
                             "version", plugin->version, "kind", facet_plugin_kind_name(plugin->kind), "kept", n->keep,
                             "chain", n->chain, "state", phase_name(j, &stage), "skipped", a->skipped);
    json_t *numbers =
        json_pack("{s:I, s:I, s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "done", (json_int_t)stage.done, "total",
                  (json_int_t)stage.total, "what", stage.what, "set_aside", (json_int_t)stage.set_aside, "seconds",
                  a->seconds, "rows_per_second", a->seconds > 0 ? (double)a->rows_done / a->seconds : 0.0,
                  "busy_seconds", a->busy, "balance", a->balance, "core_hours", a->core_hours, "seconds_all_runs",
                  a->seconds_before + a->seconds, "core_hours_all_runs", a->core_hours_before + a->core_hours);
    bool good = json && numbers && json_object_update(json, numbers) == 0;
    if (good && plugin->citation) json_object_set_new(json, "citation", facet_json_text(plugin->citation));
    if (good && *stage.content_hash) json_object_set_new(json, "content", json_string(stage.content_hash));
    json_decref(numbers);
    if (good) return json;
    json_decref(json);
    return NULL;
}

// What goes on now, null between stages.
static json_t *now_json(const struct facet_journal *j) {
    if (j->first < 0) return json_null();
    struct facet_run_progress p = journal_speed(j);
    json_t *names = json_array();
    for (int node = j->first; names && node <= j->last; node++)
        json_array_append_new(names, json_string(j->run->graph.nodes[node].name));
    json_t *left = p.seconds_left < 0 ? json_null() : json_real(p.seconds_left);
    return json_pack("{s:s, s:o, s:I, s:I, s:s, s:f, s:f, s:o, s:I, s:s}", "stage", p.stage, "stages", names, "done",
                     (json_int_t)p.done, "total", (json_int_t)p.total, "what", p.what, "rate", p.rate,
                     "rows_per_second", p.rows_per_second, "seconds_left", left, "set_aside", (json_int_t)p.set_aside,
                     "moved", j->moved_at);
}

static json_t *sources_json(const struct facet_run *run) {
    json_t *list = json_array();
    for (int i = 0; list && i < run->config->n_sources; i++) {
        const struct facet_stage_config *source = &run->config->sources[i];
        json_t *citation = source->plugin->citation ? facet_json_text(source->plugin->citation) : NULL;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:o*}", "name", source->name, "plugin",
                                              source->plugin->name, "version", source->plugin->version, "rows",
                                              (json_int_t)(run->sources.first[i + 1] - run->sources.first[i]),
                                              "citation", citation));
    }
    return list;
}

static int exit_status(const struct facet_journal *j) {
    if (j->outcome.code == FACET_INTERRUPTED) return (int)j->run->config->stop.exit_status;
    return facet_code_exit_status(j->outcome.code);
}

json_t *journal_json(const struct facet_journal *j) {
    const struct facet_run *run = j->run;
    const char *job = getenv("SLURM_JOB_ID");
    char updated[32];
    journal_time(updated);
    int64_t set_aside = j->set_aside;
    json_t *stages = json_array();
    for (int node = 0; stages && node < run->graph.n_nodes; node++) {
        set_aside += taken_up(j, node) ? 0 : j->stages[node].set_aside;
        json_array_append_new(stages, stage_json(j, node));
    }
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:i, s:s*}", "schema", "facet-run/1", "run", j->id, "pipeline",
                  run->config->name, "command", facet_json_text(run->options->command ? run->options->command : ""),
                  "workspace", facet_json_text(run->config->workspace), "facet_version", FACET_VERSION, "host", j->host,
                  "pid", (int)getpid(), "slurm_job", job && *job ? job : NULL);
    json_t *rest =
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:I, s:s, s:i, s:o*, s:I, s:o, s:o, s:o}", "began", j->began, "updated",
                  updated, "ranks", facet_comm_size(run->comm), "threads", run->threads, "workers", run->workers,
                  "rows", (json_int_t)run->rows, "state", j->state, "exit_status", exit_status(j), "message",
                  j->outcome.code != FACET_OK ? facet_json_text(j->outcome.text) : NULL, "set_aside",
                  (json_int_t)set_aside, "now", now_json(j), "sources", sources_json(run), "stages", stages);
    if (json && rest && json_object_update(json, rest) == 0) return json_decref(rest), json;
    json_decref(json), json_decref(rest);
    return NULL;
}

int facet_json_write(const json_t *json, const char *path, struct facet_error *error) {
    char part[4300];
    snprintf(part, sizeof part, "%s.new", path);
    if (!json) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: out of memory", path);
    FILE *file = fopen(part, "w");
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", part, strerror(errno));
    bool written = json_dumpf(json, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
    written = fclose(file) == 0 && written;
    if (written && rename(part, path) == 0) return FACET_OK;
    int code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    unlink(part);
    return code;
}

int journal_write(struct facet_journal *j, struct facet_error *error) {
    char path[4200];
    snprintf(path, sizeof path, "%s/run.json", j->run->config->workspace);
    json_t *json = journal_json(j);
    int code = facet_json_write(json, path, error);
    json_decref(json);
    return code;
}

// Stages the run is told to make again, as --fresh and --from say, begin at nothing.
static bool forgotten(const struct facet_run *run, int node) {
    int from = run->graph.n_nodes;
    if (run->options->fresh) return true;
    if (run->options->from) facet_run_stage_named(run, "--from", run->options->from, &from, NULL);
    return node >= from;
}

void journal_read_before(struct facet_run *run, double (*before)[2]) {
    char path[4200];
    snprintf(path, sizeof path, "%s/run.json", run->config->workspace);
    json_t *json = json_load_file(path, 0, NULL), *stage;
    size_t i;
    json_array_foreach(json_object_get(json, "stages"), i, stage) {
        const char *name = json_string_value(json_object_get(stage, "name"));
        for (int node = 0; name && node < run->graph.n_nodes; node++) {
            if (strcmp(run->graph.nodes[node].name, name) != 0 || forgotten(run, node)) continue;
            before[node][0] = json_number_value(json_object_get(stage, "seconds_all_runs"));
            before[node][1] = json_number_value(json_object_get(stage, "core_hours_all_runs"));
        }
    }
    json_decref(json);
}
