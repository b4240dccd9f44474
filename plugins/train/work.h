// How much a training does, for `facet plan`.
#ifndef FACET_TRAIN_WORK_H
#define FACET_TRAIN_WORK_H

#include "train/session.h"

#include <facet/plugin.h>

int train_work(const struct facet_params *params, struct facet_stage *stage, double scale, struct facet_work *work,
               struct facet_error *error);

#endif
