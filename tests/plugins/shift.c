// A second map stage for tests of the engine: what affine makes, shifted.
#include "map.h"

static const struct facet_param_spec params[] = {
    {.name = "by", .type = FACET_PARAM_FLOAT, .fallback = "1.0", .min = -100, .max = 100, .doc = "Added."},
    {0},
};
static const struct facet_need needs[] = {{.name = "value", .rows = true}, {0}};
static const char *const makes[] = {"shifted", NULL};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    double *by = malloc(sizeof *by);
    if (!by) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    *by = facet_param_float(p, "by");
    *self = by;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "shifted", .type = FACET_F64};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)error;
    for (int64_t row = 0; row < facet_block_rows(in); row++)
        if (facet_block_valid(in, row))
            *(double *)facet_block_data(out, 0, row) =
                *(const double *)self + *(const double *)facet_block_read(in, 0, row);
    return FACET_OK;
}

MAP_PLUGIN("shift", "A shift.", params, create, free);
