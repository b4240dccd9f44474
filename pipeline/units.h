// Units: contiguous runs of rows, planned from the item table alone, never from the number of ranks.
#ifndef FACET_PIPELINE_UNITS_H
#define FACET_PIPELINE_UNITS_H

#include <facet/item.h>
#include <stdbool.h>

struct facet_units {
    int64_t count, largest; // units; rows of the largest
    int64_t (*range)[2];    // first row, one past the last
};

// Units of `rows` rows; with whole_sequences a unit goes on to the end of the sequence it would split.
int facet_units_plan(const struct facet_items *items, int64_t rows, bool whole_sequences, struct facet_units *units,
                     struct facet_error *error);
void facet_units_free(struct facet_units *units);

#endif
