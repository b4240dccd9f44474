// A collective stage for tests of the engine: the sum of all values, and each row's share of it.
#include <facet/plugin.h>

#include <stdlib.h>

static const struct facet_need needs[] = {{.name = "value"}, {0}};
static const char *const makes[] = {"total", "share", NULL};

static int write_results(struct facet_stage *stage, const double *values, int64_t rows, struct facet_error *error) {
    if (facet_comm_rank(facet_stage_comm(stage)) != 0) return FACET_OK;
    double sum = 0, share;
    for (int64_t i = 0; i < rows; i++) sum += values[i];
    int code = facet_stage_write(stage, "total", 0, 1, &sum, error);
    for (int64_t i = 0; code == FACET_OK && i < rows; i++) {
        share = values[i] / sum;
        code = facet_stage_write(stage, "share", i, 1, &share, error);
    }
    return code;
}

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    (void)params;
    struct facet_array values = {0};
    struct facet_comm *comm = facet_stage_comm(stage);
    int code = facet_comm_agree(comm, facet_stage_read(stage, "value", &values, error), error);
    if (code == FACET_OK) code = facet_stage_create(stage, "total", FACET_F64, 0, NULL, error);
    if (code == FACET_OK) code = facet_stage_create(stage, "share", FACET_F64, 1, values.dims, error);
    if (code == FACET_OK)
        code = facet_comm_agree(comm, write_results(stage, values.data, values.dims[0], error), error);
    facet_array_free(&values);
    return code;
}

static const struct facet_collective_ops ops = {.run = run};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "total",
    .version = "1",
    .summary = "A sum.",
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
