// A map plugin that asks for much memory, as one that loads a large scan would.
#include "../map.h"

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "value", .type = FACET_F64};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self;
    double *much = malloc((size_t)2 << 30);
    if (!much) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for 2 GiB");
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        much[row] = *(const double *)facet_block_read(in, 0, row);
        *(double *)facet_block_data(out, 0, row) = much[row];
    }
    free(much);
    return FACET_OK;
}

static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"value", NULL};

MAP_PLUGIN("greedy", "Needs 2 GiB.", NULL, create_nothing, free);
