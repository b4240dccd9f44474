// `facet index`: the order of things.
#include "pipeline/index_internal.h"

#include "io/files/index.h"
#include "mpi/clock.h"
#include "pipeline/config_set.h"
#include "pipeline/index_check.h"
#include "pipeline/problems.h"
#include "pipeline/stop.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int index_no_memory(struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the index");
}

static bool has_param(const struct facet_plugin *plugin, const char *name) {
    const struct facet_param_spec *spec = plugin->params;
    while (spec && spec->name && strcmp(spec->name, name) != 0) spec++;
    return spec && spec->name;
}

static int find_plugin(struct index_run *run, const struct facet_plugin_host *host, struct facet_error *error) {
    const char *name = run->options->plugin;
    run->plugin = facet_plugin_host_find(host, name);
    if (!run->plugin)
        return facet_error_set(error, FACET_ERROR_USAGE, "there is no plugin %s; facet plugins lists them", name);
    if (run->plugin->kind == FACET_SOURCE && has_param(run->plugin, "root") && has_param(run->plugin, "index"))
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_USAGE, "%s is no source of files below a root", name);
}

// ---- parameters: root, index and what --set says ----------------------------------------------------------------------

static int set_text(config_t *settings, const char *name, const char *value, struct facet_error *error) {
    config_setting_t *root = config_root_setting(settings);
    if (config_setting_get_member(root, name)) config_setting_remove(root, name);
    config_setting_t *setting = config_setting_add(root, name, CONFIG_TYPE_STRING);
    if (setting && config_setting_set_string(setting, value)) return FACET_OK;
    return index_no_memory(error);
}

static int set_given(config_t *settings, const char *given, struct facet_error *error) {
    static const char *const fixed[] = {"root=", "index="};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strncmp(given, fixed[i], strlen(fixed[i])) == 0)
            return facet_error_set(error, FACET_ERROR_USAGE, "--set %s: %s", given,
                                   i == 0 ? "the root is the second argument" : "the index is named by --out");
    return facet_config_set(settings, given, error);
}

static int make_params(struct index_run *run, config_t *settings, struct facet_error *error) {
    struct facet_problems problems = {.file = run->plugin->name};
    struct facet_stage_config *source = &run->config->sources[0];
    source->params = facet_params_create(run->plugin->params, config_root_setting(settings), NULL, 0, &problems);
    int code = FACET_OK;
    if (!source->params || problems.out_of_memory)
        code = index_no_memory(error);
    else if (problems.count)
        code = facet_error_set(error, FACET_ERROR_CONFIG, "%s", problems.text);
    facet_problems_free(&problems);
    return code;
}

static int configure(struct index_run *run, const struct facet_plugin_host *host, struct facet_error *error) {
    const struct facet_index_options *options = run->options;
    config_t settings;
    int code = find_plugin(run, host, error);
    if (code) return code;
    run->config = calloc(1, sizeof *run->config);
    if (!run->config) return index_no_memory(error);
    run->config->n_sources = 1, run->config->name = run->config->file = options->plugin;
    run->config->sources[0] = (struct facet_stage_config){.name = run->plugin->name, .plugin = run->plugin};
    config_init(&settings);
    for (int i = 0; !code && i < options->n_sets; i++) code = set_given(&settings, options->sets[i], error);
    if (!code) code = set_text(&settings, "root", options->root, error);
    if (!code) code = set_text(&settings, "index", run->list, error);
    if (!code) code = make_params(run, &settings, error);
    config_destroy(&settings);
    return code;
}

// ---- what results depend on -------------------------------------------------------------------------------------------

static struct facet_hash add_text(struct facet_hash hash, const char *text) {
    return facet_hash_bytes(hash, text, strlen(text) + 1);
}

static int find_fingerprint(struct index_run *run, struct facet_error *error) {
    char *settings;
    struct facet_hash hash = add_text(add_text((struct facet_hash){0}, FILES_INDEX_SCHEMA), run->plugin->name);
    hash = add_text(hash, run->plugin->version);
    int code = facet_index_settings(run->config->sources[0].params, &settings, error);
    if (code) return code;
    hash = add_text(hash, settings);
    free(settings);
    for (int i = 0; i < run->sources.n_fields; i++) {
        const struct facet_field *field = &run->sources.fields[i];
        hash = add_text(add_text(hash, field->name), facet_type_name(field->type));
        if (field->ragged) run->ragged[run->n_ragged++] = i;
    }
    run->fingerprint = hash;
    return FACET_OK;
}

// ---- the run ------------------------------------------------------------------------------------------------------------

static int prepare(struct index_run *run, struct facet_error *error) {
    int code = find_fingerprint(run, error);
    if (!code) code = index_keys(run, error);
    return code ? code : index_find_todo(run, error);
}

static int finish(struct index_run *run, struct facet_index_summary *summary, struct facet_error *error) {
    int code = FACET_OK;
    if (facet_comm_rank(run->comm) == 0) code = index_write(run, summary, error);
    code = facet_comm_agree(run->comm, code, error);
    if (!code && facet_comm_rank(run->comm) == 0) {
        index_log_remove(run);
        unlink(run->list);
    }
    return code;
}

static int start(struct index_run *run, const struct facet_plugin_host *host, struct facet_error *error) {
    char lock[PATH_MAX];
    int code = configure(run, host, error);
    if (!code) code = facet_index_check_old(run->plugin, run->options->out, error);
    if (code || facet_comm_rank(run->comm) != 0) return code;
    snprintf(lock, sizeof lock, "%s.lock", run->options->out);
    return facet_lock_take_file(lock, run->options->out, "facet index", 0, &run->lock, error);
}

// A list that the source can do nothing with is left to nobody.
static int open_source(struct index_run *run, struct facet_error *error) {
    int code = facet_sources_open(run->config, run->comm, &run->sources, error);
    if (code && facet_comm_rank(run->comm) == 0) unlink(run->list);
    return code;
}

static int run_all(struct index_run *run, const struct facet_plugin_host *host, struct facet_index_summary *summary,
                   struct facet_error *error) {
    char about[200];
    int code = facet_comm_agree(run->comm, start(run, host, error), error);
    if (!code) code = facet_stop_set_limits(run->comm, &run->options->stop, about, error);
    if (!code) code = index_list(run, facet_param_string(run->config->sources[0].params, "root"), error);
    if (!code) code = open_source(run, error);
    if (!code) code = facet_comm_agree(run->comm, prepare(run, error), error); // and all have read the logs
    if (!code) code = index_examine(run, error);
    return code ? code : finish(run, summary, error);
}

int facet_index_run(struct facet_comm *comm, const struct facet_plugin_host *host,
                    const struct facet_index_options *options, struct facet_index_summary *summary,
                    struct facet_error *error) {
    struct index_run run = {.comm = comm, .options = options};
    double began = facet_clock();
    *summary = (struct facet_index_summary){0};
    snprintf(run.list, sizeof run.list, "%s.list", options->out);
    int code = run_all(&run, host, summary, error);
    facet_sources_close(&run.sources);
    if (run.config) facet_params_destroy(run.config->sources[0].params);
    free(run.config), free(run.keys), free(run.order), free(run.todo);
    facet_lock_remove(run.lock);
    summary->seconds = facet_clock() - began;
    return code;
}
