// Reads what the report shows from the stages before it. Rank-local.
#ifndef FACET_REPORT_GATHER_H
#define FACET_REPORT_GATHER_H

#include "report/data.h"

// What data->items and data->valid say is borrowed from the stage. On failure data may be freed all the same.
int gather(struct facet_stage *stage, struct report_data *data, struct facet_error *error);

// The row's answer that is wrong and surest, over the folds that test it.
struct gather_mistake {
    int64_t row;
    int shown, answered;
    float probability;
};
enum { GATHER_MISTAKES = 10 };
// Fills the surest mistakes, surest first; *count is 0 when there are none or the pipeline gives no probabilities.
int gather_mistakes(struct facet_stage *stage, struct gather_mistake *mistakes, int *count, struct facet_error *error);

#endif
