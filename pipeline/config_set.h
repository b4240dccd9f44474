// --set path=value: changes a setting of a parsed pipeline file before it is checked.
#ifndef FACET_PIPELINE_CONFIG_SET_H
#define FACET_PIPELINE_CONFIG_SET_H

#include <facet/error.h>
#include <libconfig.h>

// path is "seed", "stages[3].epochs", "train.epochs" or "lab.subjects" (a stage or source by its name), value is as in a
// pipeline file; a bare word is a string. `set` must outlive config: problems found later point to it.
int facet_config_set(config_t *config, const char *set, struct facet_error *error);

#endif
