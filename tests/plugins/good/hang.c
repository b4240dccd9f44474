// A map plugin that hangs on one rank: asleep, or trying for ever.
#include "../map.h"

#include <unistd.h>

static int create(const struct facet_params *params, struct facet_stage *stage, void **self,
                  struct facet_error *error) {
    bool *here = malloc(sizeof *here);
    if (!here) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    *here = facet_comm_rank(facet_stage_comm(stage)) == facet_param_int(params, "rank");
    *self = here;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "value", .type = FACET_F64};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)error;
    while (*(const bool *)self) sleep(1);
    for (int64_t row = 0; row < facet_block_rows(in); row++)
        *(double *)facet_block_data(out, 0, row) = *(const double *)facet_block_read(in, 0, row);
    return FACET_OK;
}

static const struct facet_param_spec params[] = {
    {.name = "rank", .type = FACET_PARAM_INT, .fallback = "1", .min = -1, .max = 64, .doc = "Where; -1: nowhere."},
    {0},
};
static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"value", NULL};

MAP_PLUGIN("hang", "Hangs on one rank.", params, create, free);
