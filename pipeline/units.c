#include "pipeline/units.h"

#include <stdlib.h>

static bool splits_a_sequence(const struct facet_items *items, int64_t row) {
    return facet_items_get(items, row).sequence == facet_items_get(items, row - 1).sequence;
}

int facet_units_plan(const struct facet_items *items, int64_t rows, bool whole_sequences, struct facet_units *units,
                     struct facet_error *error) {
    int64_t total = facet_items_count(items);
    *units = (struct facet_units){0};
    units->range = malloc((size_t)(total / rows + 1) * sizeof *units->range);
    if (!units->range)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the units of %lld rows", (long long)total);
    for (int64_t first = 0; first < total;) {
        int64_t end = first + rows < total ? first + rows : total;
        while (whole_sequences && end < total && splits_a_sequence(items, end)) end++;
        units->range[units->count][0] = first;
        units->range[units->count++][1] = end;
        if (end - first > units->largest) units->largest = end - first;
        first = end;
    }
    return FACET_OK;
}

void facet_units_free(struct facet_units *units) {
    free(units->range);
    *units = (struct facet_units){0};
}
