// A map stage for tests of the engine: number times a factor plus the sum of the list.
#include "map.h"

static const struct facet_param_spec params[] = {
    {.name = "factor", .type = FACET_PARAM_FLOAT, .fallback = "2.0", .min = -100, .max = 100, .doc = "Factor."},
    {0},
};
static const struct facet_need needs[] = {{.name = "number", .rows = true}, {.name = "list", .rows = true}, {0}};
static const char *const makes[] = {"value", NULL};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    double *factor = malloc(sizeof *factor);
    if (!factor) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    *factor = facet_param_float(p, "factor");
    *self = factor;
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
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        if (!facet_block_valid(in, row)) continue;
        double sum = 0;
        const int32_t *list = facet_block_read(in, 1, row);
        for (int64_t i = 0; i < facet_block_count(in, 1, row); i++) sum += list[i];
        *(double *)facet_block_data(out, 0, row) =
            *(const double *)self * *(const double *)facet_block_read(in, 0, row) + sum;
    }
    return FACET_OK;
}

MAP_PLUGIN("affine", "A straight line.", params, create, free);
