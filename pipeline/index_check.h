// Whether an index and a source belong together.
#ifndef FACET_PIPELINE_INDEX_CHECK_H
#define FACET_PIPELINE_INDEX_CHECK_H

#include <facet/plugin.h>
#include <facet/store.h>

// The parameters that an index depends on, a line "name = value" each: all but where the files lie (`root`) and what the
// list is called (`index`). The caller frees *text. Errors: MEMORY.
int facet_index_settings(const struct facet_params *params, char **text, struct facet_error *error);
// Says what to do about an index that is damaged (code DATA, IO); returns code.
int facet_index_remedy(int code, struct facet_error *error);
// Whether the index that the source's parameter `index` names was made by this plugin, in this version, with these
// parameters; sources without one pass. Rank-local. Errors: CONFIG (what differs), IO, DATA (damaged), MEMORY.
int facet_index_check(const struct facet_plugin *plugin, const struct facet_params *params, struct facet_error *error);
// Whether `facet index` may replace the index at `path`: the same plugin made it. What is there and is no index is not
// replaced either. Errors as above, USAGE (of another plugin).
int facet_index_check_old(const struct facet_plugin *plugin, const char *path, struct facet_error *error);

#endif
