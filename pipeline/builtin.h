// The plugins built into the command: one entry a folder under plugins/, NULL at the end.
#ifndef FACET_PIPELINE_BUILTIN_H
#define FACET_PIPELINE_BUILTIN_H

#include <facet/plugin.h>

extern const struct facet_plugin *const facet_builtin_plugins[];

#endif
