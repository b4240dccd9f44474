#include "pipeline/config.h"

#include "pipeline/config_set.h"
#include "pipeline/duration.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct facet_param_spec top_level[] = {
    {.name = "name", .type = FACET_PARAM_STRING, .doc = "Name of the pipeline, shown in reports."},
    {.name = "workspace", .type = FACET_PARAM_STRING, .doc = "Folder for everything the run writes."},
    {.name = "seed", .type = FACET_PARAM_INT, .fallback = "0", .min = 0, .max = 9e18, .doc = "Root of all randomness."},
    {.name = "max_bad",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .min = 0,
     .max = 1,
     .doc = "Share of rows that may be set aside before the run fails."},
    {.name = "unit_rows",
     .type = FACET_PARAM_INT,
     .fallback = "16",
     .min = 1,
     .max = 1e6,
     .doc = "Rows of a unit, the grain of scheduling and restart."},
    {.name = "threads",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .min = 0,
     .max = 4096,
     .doc = "Threads of a rank; 0: OMP_NUM_THREADS, or its share of the node's cores."},
    {.name = "checkpoint_minutes",
     .type = FACET_PARAM_FLOAT,
     .unit = "minute",
     .fallback = "5.0",
     .min = 0,
     .max = 1e6,
     .doc = "A training saves where it stands at least so often."},
    {.name = "max_time",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "Stop after this long: 5400, 90m, 3:50:00."},
    {.name = "stop_signal",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "One more signal that asks the run to stop, beside TERM, INT and USR1."},
    {.name = "interrupted_exit",
     .type = FACET_PARAM_INT,
     .fallback = "75",
     .min = 1,
     .max = 255,
     .doc = "Exit status of a run that was stopped."},
    {.name = "stop_before_end",
     .type = FACET_PARAM_FLOAT,
     .unit = "s",
     .fallback = "120",
     .min = 0,
     .max = 86400,
     .doc = "Be done so long before the batch job ends."},
    {.name = "mark_seconds",
     .type = FACET_PARAM_INT,
     .fallback = "60",
     .unit = "s",
     .min = 0,
     .max = 86400,
     .doc = "How often units that are written are made durable, so that a restart need not read them again."},
    {.name = "watchdog_warn",
     .type = FACET_PARAM_FLOAT,
     .unit = "s",
     .fallback = "600",
     .min = 0,
     .max = 1e7,
     .doc = "Tell of a rank that has not moved for so long; 0: never."},
    {.name = "watchdog_abort",
     .type = FACET_PARAM_FLOAT,
     .unit = "s",
     .fallback = "3600",
     .min = 0,
     .max = 1e7,
     .doc = "End all ranks when one has not moved for so long; 0: never."},
    {.name = "affinity",
     .type = FACET_PARAM_STRING,
     .fallback = "\"auto\"",
     .choices = "auto|none",
     .doc = "auto: each thread stays on its share of the node's cores; none: threads run where the system likes."},
    {.name = "plugin_path",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "Folders with plugins, colon-separated."},
    {0},
};
static const char *const top_level_others[] = {"sources", "stages"};
static const char *const entry_keys[] = {"plugin", "name", "keep", "compress"}; // the last two: of stages

static int read_file(const char *file, char **text, struct facet_error *error) {
    FILE *in = fopen(file, "rb");
    if (!in) return facet_error_set(error, FACET_ERROR_CONFIG, "%s: %s", file, strerror(errno));
    size_t size = 0, room = 4096, got;
    char *all = malloc(room + 1);
    while (all && (got = fread(all + size, 1, room - size, in)) > 0) {
        size += got;
        if (size < room) continue;
        char *more = realloc(all, 2 * room + 1);
        if (!more) free(all);
        all = more, room *= 2;
    }
    int failed = ferror(in);
    fclose(in);
    if (!all) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", file);
    all[size] = '\0';
    *text = all;
    if (failed) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read: %s", file, strerror(errno));
    if (strlen(all) != size)
        return facet_error_set(error, FACET_ERROR_CONFIG, "%s: byte %zu is zero; this is no text file", file,
                               strlen(all));
    return FACET_OK;
}

static int parse(const char *file, const char *const *sets, int n_sets, struct facet_config *config,
                 struct facet_error *error) {
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", file);
    config_set_include_dir(&config->parsed, dirname(folder));
    if (!config_read_string(&config->parsed, config->text)) {
        const char *in = config_error_file(&config->parsed);
        return facet_error_set(error, FACET_ERROR_CONFIG, "%s:%d: %s", in ? in : file,
                               config_error_line(&config->parsed), config_error_text(&config->parsed));
    }
    for (int i = 0; i < n_sets; i++) {
        int code = facet_config_set(&config->parsed, sets[i], error);
        if (code != FACET_OK) return code;
        if (!facet_text_append(&config->text, "\n// --set %s", sets[i]))
            return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", file);
    }
    return FACET_OK;
}

static void take_stop_rules(const struct facet_params *params, const config_setting_t *root,
                            struct facet_stop_rules *stop, struct facet_problems *problems) {
    const char *limit = facet_param_string(params, "max_time"), *signal = facet_param_string(params, "stop_signal");
    const char *names;
    stop->exit_status = (int)facet_param_int(params, "interrupted_exit");
    stop->before_end = facet_param_float(params, "stop_before_end");
    stop->signal = facet_stop_signal_named(signal, &names);
    if (*limit && !facet_duration_read(limit, &stop->max_time))
        facet_problems_add(problems, config_setting_get_member(root, "max_time"),
                           "max_time = \"%s\" is no time; write 5400, 90m, 2h or 3:50:00", limit);
    if (*signal && !stop->signal)
        facet_problems_add(problems, config_setting_get_member(root, "stop_signal"),
                           "stop_signal = \"%s\" is not one of %s", signal, names);
}

static void take_top_level(struct facet_config *config, struct facet_problems *problems, const char **plugin_path) {
    config_setting_t *root = config_root_setting(&config->parsed);
    struct facet_params *params = facet_params_create(top_level, root, top_level_others, 2, problems);
    if (!params) {
        problems->out_of_memory = true;
        return;
    }
    if (problems->count == 0) {
        config->seed = facet_param_int(params, "seed");
        config->max_bad = facet_param_float(params, "max_bad");
        config->checkpoint_minutes = facet_param_float(params, "checkpoint_minutes");
        config->unit_rows = facet_param_int(params, "unit_rows");
        config->threads = facet_param_int(params, "threads");
        config->watchdog_warn = facet_param_float(params, "watchdog_warn");
        config->watchdog_abort = facet_param_float(params, "watchdog_abort");
        take_stop_rules(params, root, &config->stop, problems);
        config->mark_seconds = facet_param_int(params, "mark_seconds");
        config->affinity = strcmp(facet_param_string(params, "affinity"), "auto") == 0;
    }
    facet_params_destroy(params);
    config_setting_lookup_string(root, "name", &config->name);
    config_setting_lookup_string(root, "workspace", &config->workspace);
    if (config->name && !*config->name)
        facet_problems_add(problems, config_setting_get_member(root, "name"), "name must not be empty");
    if (config->workspace && !*config->workspace)
        facet_problems_add(problems, config_setting_get_member(root, "workspace"), "workspace must not be empty");
    config_setting_lookup_string(root, "plugin_path", plugin_path);
}

static void report_unknown_plugin(const struct facet_plugin_host *host, const config_setting_t *where, const char *name,
                                  struct facet_problems *problems) {
    enum { MOST = 256 };
    const char *names[MOST];
    int n = facet_plugin_host_count(host) < MOST ? facet_plugin_host_count(host) : MOST;
    for (int i = 0; i < n; i++) names[i] = facet_plugin_host_at(host, i)->name;
    const char *near = facet_nearest(name, names, n);
    if (near)
        facet_problems_add(problems, where, "unknown plugin \"%s\"; did you mean \"%s\"?", name, near);
    else
        facet_problems_add(problems, where, "unknown plugin \"%s\"; facet plugins lists those there are", name);
}

static const char *text_member(const config_setting_t *group, const char *key, struct facet_problems *problems) {
    const config_setting_t *s = config_setting_get_member(group, key);
    if (!s) return NULL;
    if (config_setting_type(s) == CONFIG_TYPE_STRING && *config_setting_get_string(s))
        return config_setting_get_string(s);
    facet_problems_add(problems, s, "%s must be a string in double quotes", key);
    return NULL;
}

static void take_entry(const struct facet_plugin_host *host, const config_setting_t *entry, bool source,
                       struct facet_stage_config *stage, struct facet_problems *problems) {
    int before = problems->count;
    const char *name = text_member(entry, "name", problems), *plugin = text_member(entry, "plugin", problems);
    if (!plugin) {
        if (problems->count == before) facet_problems_add(problems, entry, "plugin is missing");
        return;
    }
    stage->name = name ? name : plugin;
    if (strpbrk(stage->name, "/. ") || strlen(stage->name) >= FACET_NAME_MAX)
        facet_problems_add(problems, entry, "name \"%s\" must be short and without dots, slashes or blanks",
                           stage->name);
    const config_setting_t *keep = config_setting_get_member(entry, "keep");
    if (keep && config_setting_type(keep) != CONFIG_TYPE_BOOL)
        facet_problems_add(problems, keep, "keep must be true or false");
    else if (keep)
        stage->keep = config_setting_get_bool(keep);
    const char *compress = source ? NULL : text_member(entry, "compress", problems);
    stage->compress = compress && strcmp(compress, "deflate") == 0;
    if (compress && !stage->compress && strcmp(compress, "none") != 0)
        facet_problems_add(problems, config_setting_get_member(entry, "compress"),
                           "compress must be \"deflate\" or \"none\"");
    stage->plugin = facet_plugin_host_find(host, plugin);
    if (!stage->plugin) {
        report_unknown_plugin(host, config_setting_get_member(entry, "plugin"), plugin, problems);
        return;
    }
    if (source != (stage->plugin->kind == FACET_SOURCE))
        facet_problems_add(problems, entry, "%s is a %s plugin and does not belong in %s", plugin,
                           facet_plugin_kind_name(stage->plugin->kind), source ? "sources" : "stages");
    if (stage->compress && stage->plugin->kind != FACET_MAP)
        facet_problems_add(problems, entry, "%s is not a map stage; only what these keep can be compressed", plugin);
    stage->params = facet_params_create(stage->plugin->params, entry, entry_keys, source ? 2 : 4, problems);
    if (!stage->params) problems->out_of_memory = true;
}

static void report_double_names(const config_setting_t *list, const struct facet_stage_config *entries, int count,
                                struct facet_problems *problems) {
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            if (entries[i].name && entries[j].name && strcmp(entries[i].name, entries[j].name) == 0)
                facet_problems_add(problems, config_setting_get_elem(list, (unsigned)i),
                                   "the name %s is taken; give one of the two a name of its own", entries[i].name);
}

static void take_list(const struct facet_plugin_host *host, struct facet_config *config, const char *key,
                      struct facet_stage_config *entries, int *count, struct facet_problems *problems) {
    const config_setting_t *list = config_lookup(&config->parsed, key);
    if (!list || !config_setting_is_list(list) || config_setting_length(list) == 0) {
        facet_problems_add(problems, list, "%s must be a list of groups, ( { plugin = \"...\"; }, ... )", key);
        return;
    }
    if (config_setting_length(list) > FACET_MAX_STAGES) {
        facet_problems_add(problems, list, "%s has %d entries; the limit is %d", key, config_setting_length(list),
                           FACET_MAX_STAGES);
        return;
    }
    *count = config_setting_length(list);
    for (int i = 0; i < *count; i++) {
        const config_setting_t *entry = config_setting_get_elem(list, (unsigned)i);
        if (config_setting_is_group(entry))
            take_entry(host, entry, entries == config->sources, &entries[i], problems);
        else
            facet_problems_add(problems, entry, "%s must hold groups, { plugin = \"...\"; }", key);
    }
    report_double_names(list, entries, *count, problems);
}

// A stage's name becomes a file name beside those of the engine.
static void report_taken_names(struct facet_config *config, struct facet_problems *problems) {
    const config_setting_t *list = config_lookup(&config->parsed, "stages");
    for (int i = 0; i < config->n_stages; i++)
        if (config->stages[i].name && strcmp(config->stages[i].name, "source") == 0)
            facet_problems_add(problems, config_setting_get_elem(list, (unsigned)i), "the name source is the engine's");
}

int facet_config_load(const char *file, const char *const *sets, int n_sets, struct facet_plugin_host *host,
                      struct facet_config *config, char **report, struct facet_error *error) {
    *config = (struct facet_config){.file = file};
    *report = NULL;
    config_init(&config->parsed);
    struct facet_problems problems = {.file = file};
    int code = read_file(file, &config->text, error);
    if (code == FACET_OK) code = parse(file, sets, n_sets, config, error);
    if (code != FACET_OK) goto error;
    const char *plugin_path = "";
    take_top_level(config, &problems, &plugin_path);
    code = facet_plugin_host_load(host, plugin_path, error);
    if (code != FACET_OK) goto error;
    take_list(host, config, "sources", config->sources, &config->n_sources, &problems);
    take_list(host, config, "stages", config->stages, &config->n_stages, &problems);
    report_taken_names(config, &problems);
    if (problems.out_of_memory)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", file);
    else if (problems.count)
        code = facet_error_set(error, FACET_ERROR_CONFIG, "%s has %d problem%s", file, problems.count,
                               problems.count == 1 ? "" : "s");
    *report = problems.text, problems.text = NULL;
error:
    facet_problems_free(&problems);
    if (code != FACET_OK) facet_config_free(config);
    return code;
}

char *facet_config_text(const struct facet_config *config) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (!to) return NULL;
    config_write(&config->parsed, to);
    for (int i = 0; i < config->n_sources; i++) fprintf(to, "%s\n", config->sources[i].plugin->version);
    for (int i = 0; i < config->n_stages; i++) fprintf(to, "%s\n", config->stages[i].plugin->version);
    bool written = !ferror(to);
    written &= fclose(to) == 0;
    if (!written) free(text), text = NULL;
    return text;
}

void facet_config_free(struct facet_config *config) {
    for (int i = 0; i < config->n_sources; i++) facet_params_destroy(config->sources[i].params);
    for (int i = 0; i < config->n_stages; i++) facet_params_destroy(config->stages[i].params);
    if (config->file) config_destroy(&config->parsed);
    free(config->text);
    *config = (struct facet_config){0};
}
