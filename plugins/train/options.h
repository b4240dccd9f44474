// What a pipeline file asks of train, checked against the data it meets.
#ifndef FACET_TRAIN_OPTIONS_H
#define FACET_TRAIN_OPTIONS_H

#include "train/augment.h"
#include "train/objective.h"

#include <facet/item.h>
#include <facet/params.h>

struct options {
    struct nn_model_config model;
    const struct objective *objective;
    struct objective_options loss;
    struct augment augment;
    bool balanced; // class weights undo unequal class counts
    int64_t epochs, batch, micro;
    double warmup; // epochs
    float rate, decay, clip;
};

extern const struct facet_param_spec options_table[];

// views, channels, size: of one row's pictures; planes (channels): what they hold, enum facet_plane, or NULL. Errors: CONFIG with the rule broken, MEMORY.
int options_read(const struct facet_params *params, const struct facet_items *items, int64_t views, int64_t channels,
                 int64_t size, const uint8_t *planes, struct options *options, struct facet_error *error);
void options_free(struct options *options);

#endif
