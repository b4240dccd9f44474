// Which tested rows are looked at together.
#ifndef FACET_EVALUATE_GROUPS_H
#define FACET_EVALUATE_GROUPS_H

#include "evaluate/evaluation.h"

// Forms the cells by fold and dataset, then the pools, without scores. On failure *groups is empty.
int groups_create(const struct evaluation *evaluation, struct groups *groups, struct facet_error *error);

#endif
