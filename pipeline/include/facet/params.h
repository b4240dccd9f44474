// Parameters of a plugin: one table says name, type, unit, default, range and meaning; it is the single source for
// checking a pipeline file, for `facet plugins NAME` and for the documentation.
#ifndef FACET_PARAMS_H
#define FACET_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum facet_param_type {
    FACET_PARAM_BOOL = 1,
    FACET_PARAM_INT,
    FACET_PARAM_FLOAT, // an integer is accepted
    FACET_PARAM_STRING,
    FACET_PARAM_PATH,    // relative: looked for from the working folder, then in each folder of FACET_DATA
    FACET_PARAM_FLOATS,  // [ 0.5, 1.0 ]
    FACET_PARAM_STRINGS, // [ "depth", "normal" ]
    FACET_PARAM_GROUPS,  // ( { yaw = -45.0; }, { yaw = 0.0; } ); `members` says what a group holds
};

struct facet_param_spec {
    const char *name; // NULL ends the table
    enum facet_param_type type;
    const char *fallback; // the default as it would stand in a pipeline file; NULL: must be given
    const char *unit;     // "mm", "degree", NULL
    double min, max;      // inclusive, for numbers and for each number of a list; both 0: no limit
    const char *choices;  // "depth|normal|mask", for strings and each string of a list; NULL: any
    const char *doc;      // one sentence
    const struct facet_param_spec *members;
    bool repeats; // a whole number: how often the stage repeats itself; `facet plan` tries fewer, and asks its `work`
};

struct facet_params; // checked values of one plugin; asking for a name or type not in its table is a fatal error

bool facet_param_has(const struct facet_params *params, const char *name, enum facet_param_type type); // in its table
bool facet_param_bool(const struct facet_params *params, const char *name);
int64_t facet_param_int(const struct facet_params *params, const char *name);
double facet_param_float(const struct facet_params *params, const char *name);
const char *facet_param_string(const struct facet_params *params, const char *name); // also paths; borrowed
size_t facet_param_count(const struct facet_params *params, const char *name);       // length of a list
double facet_param_float_at(const struct facet_params *params, const char *name, size_t index);
const char *facet_param_string_at(const struct facet_params *params, const char *name, size_t index);
const struct facet_params *facet_param_group_at(const struct facet_params *params, const char *name, size_t index);

#endif
