// Pipeline files: read, overridden by --set, checked whole, and turned into what the engine runs.
#ifndef FACET_PIPELINE_CONFIG_H
#define FACET_PIPELINE_CONFIG_H

#include "pipeline/params.h"
#include "pipeline/plugin_host.h"
#include "pipeline/stop.h"

enum { FACET_MAX_STAGES = 64 };

struct facet_stage_config {
    const char *name; // borrowed from the file's text
    const struct facet_plugin *plugin;
    struct facet_params *params;
    bool keep, compress; // compress: what it keeps, once it is complete
};

struct facet_config {
    const char *file, *name, *workspace;
    int64_t seed, unit_rows, mark_seconds, threads; // threads 0: all cores this rank may use
    double max_bad, checkpoint_minutes;
    struct facet_stop_rules stop;
    double watchdog_warn, watchdog_abort; // seconds; 0: never
    struct facet_stage_config sources[FACET_MAX_STAGES], stages[FACET_MAX_STAGES];
    int n_sources, n_stages;
    char *text; // the file as it was read, with the --set options below it
    config_t parsed;
    bool affinity; // threads stay on their cores
};

// Reads and checks a pipeline file. Plugins of its plugin_path are loaded into host. On failure *report (owned by the
// caller, may stay NULL) has every problem, one "file:line: message" a line. Rank-local: each rank reads the file.
int facet_config_load(const char *file, const char *const *sets, int n_sets, struct facet_plugin_host *host,
                      struct facet_config *config, char **report, struct facet_error *error);
// All that a run goes by, settings and versions of plugins, as text; owned by the caller, NULL when out of memory.
char *facet_config_text(const struct facet_config *config);
void facet_config_free(struct facet_config *config); // a zeroed one is fine

#endif
