// A collective plugin that fails on one rank alone, or forgets to agree.
#include <facet/plugin.h>

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    if (facet_comm_rank(comm) == facet_param_int(params, "rank"))
        return facet_error_set(error, FACET_ERROR_DATA, "hostile run");
    return FACET_OK;
}

static const struct facet_collective_ops ops = {.run = run};
static const struct facet_param_spec params[] = {
    {.name = "rank", .type = FACET_PARAM_INT, .fallback = "1", .max = 64, .doc = "Where it fails."},
    {0},
};
static const struct facet_need needs[] = {{.name = "views", .rows = true}, {0}};
static const char *const makes[] = {"nothing_together", NULL};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "hostile_together",
    .version = "1",
    .summary = "Fails on one rank.",
    .params = params,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
