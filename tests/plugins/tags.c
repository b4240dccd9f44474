// A map plugin for tests of the engine: how many tags and list entries a row has, and its number.
#include "map.h"

static const struct facet_need needs[] = {
    {.name = "number", .rows = true}, {.name = "list", .rows = true}, {.name = "tags", .rows = true}, {0}};
static const char *const makes[] = {"seen", NULL};

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "seen", .type = FACET_F64, .rank = 1, .dims = {3}};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self, (void)error;
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        double *seen = facet_block_data(out, 0, row);
        if (!facet_block_valid(in, row)) continue;
        seen[0] = *(const double *)facet_block_read(in, 0, row);
        seen[1] = (double)facet_block_count(in, 1, row), seen[2] = (double)facet_block_count(in, 2, row);
    }
    return FACET_OK;
}

MAP_PLUGIN("tags", "Counts what a row has.", NULL, create_nothing, free);
