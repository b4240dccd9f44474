// What the map stages of this folder have in common.
#ifndef FACET_TESTS_PLUGINS_MAP_H
#define FACET_TESTS_PLUGINS_MAP_H

#include <facet/plugin.h>

#include <stdlib.h>

// For stages that keep nothing.
static inline int create_nothing(const struct facet_params *params, struct facet_stage *stage, void **self,
                                 struct facet_error *error) {
    (void)params, (void)stage, (void)error;
    *self = NULL;
    return FACET_OK;
}

// The plugin of a file that has `needs`, `makes`, `declare` and `transform`; PARAMS may be NULL.
#define MAP_PLUGIN(NAME, SUMMARY, PARAMS, CREATE, DESTROY)                                                             \
    static const struct facet_map_ops ops = {                                                                          \
        .create = CREATE, .declare = declare, .transform = transform, .destroy = DESTROY};                             \
    const struct facet_plugin facet_plugin = {                                                                         \
        .abi = FACET_PLUGIN_ABI,                                                                                       \
        .size = sizeof(struct facet_plugin),                                                                           \
        .kind = FACET_MAP,                                                                                             \
        .name = NAME,                                                                                                  \
        .version = "1",                                                                                                \
        .summary = SUMMARY,                                                                                            \
        .params = PARAMS,                                                                                              \
        .needs = needs,                                                                                                \
        .makes = makes,                                                                                                \
        .map = &ops,                                                                                                   \
    }

#endif
