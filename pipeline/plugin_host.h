// The plugin host: built-in plugins and shared objects through one door. Nothing of a plugin is called here.
#ifndef FACET_PIPELINE_PLUGIN_HOST_H
#define FACET_PIPELINE_PLUGIN_HOST_H

#include <facet/plugin.h>

struct facet_plugin_host;

// builtins ends with NULL. Errors: PLUGIN (a struct that does not keep the contract), MEMORY.
int facet_plugin_host_create(const struct facet_plugin *const *builtins, struct facet_plugin_host **host,
                             struct facet_error *error);
void facet_plugin_host_destroy(struct facet_plugin_host *host); // NULL is fine; closes the shared objects
// Takes every *.so of each folder of a colon-separated list, in name order; a folder that is not there is an error.
int facet_plugin_host_load(struct facet_plugin_host *host, const char *folders, struct facet_error *error);
const struct facet_plugin *facet_plugin_host_find(const struct facet_plugin_host *host, const char *name);
int facet_plugin_host_count(const struct facet_plugin_host *host);
const struct facet_plugin *facet_plugin_host_at(const struct facet_plugin_host *host, int index); // sorted by name
const char *facet_plugin_host_origin(const struct facet_plugin_host *host, int index); // "built in" or a path

// What is wrong with a plugin struct, in one sentence. abi and size are read first. origin is used in the sentence.
int facet_plugin_check(const struct facet_plugin *plugin, const char *origin, struct facet_error *error);
const char *facet_plugin_kind_name(enum facet_plugin_kind kind);

#endif
