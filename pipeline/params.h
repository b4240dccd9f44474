// The engine's side of parameters (facet/params.h): checking settings against a table, and writing them out again.
#ifndef FACET_PIPELINE_PARAMS_H
#define FACET_PIPELINE_PARAMS_H

#include "pipeline/problems.h"

#include <facet/params.h>

// Checks group (NULL: all defaults) against specs (NULL: none). Keys listed in `others` belong to somebody else. All
// problems are added; the result is complete only when there were none. NULL when out of memory.
struct facet_params *facet_params_create(const struct facet_param_spec *specs, const config_setting_t *group,
                                         const char *const *others, int n_others, struct facet_problems *problems);
void facet_params_destroy(struct facet_params *params);
// For tests and tools: from libconfig text. All problems in one sentence.
int facet_params_from_text(const struct facet_param_spec *specs, const char *text, struct facet_params **params,
                           struct facet_error *error);
// Appends one "prefix.name = value" line a parameter, in table order: what a fingerprint is made of. Returns a grown
// text (owned by the caller; *text may start NULL); false when out of memory.
bool facet_params_write(const struct facet_params *params, const char *prefix, char **text);
bool facet_text_append(char **text, const char *format, ...) FACET_PRINTF(2, 3);

// The whole number of a plugin's table that says how often it repeats itself; it is replaced when times > 0. Returns what
// it was, 0 when there is none.
int64_t facet_params_repeat(struct facet_params *params, int64_t times);

// NULL when the table is well formed (names set, fallbacks that pass their own check), else what is wrong with it.
const char *facet_params_check_table(const struct facet_param_spec *specs, struct facet_error *error);

#endif
