// A collective plugin that one rank never comes back from.
#include <facet/plugin.h>

#include <unistd.h>

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    while (facet_comm_rank(comm) == facet_param_int(params, "rank")) sleep(1);
    return facet_comm_agree(comm, FACET_OK, error);
}

static const struct facet_collective_ops ops = {.run = run};
static const struct facet_param_spec params[] = {
    {.name = "rank", .type = FACET_PARAM_INT, .fallback = "1", .min = -1, .max = 64, .doc = "Where; -1: nowhere."},
    {0},
};
static const struct facet_need needs[] = {{.name = "value"}, {0}};
static const char *const makes[] = {"nothing_at_all", NULL};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "hang_together",
    .version = "1",
    .summary = "Hangs on one rank.",
    .params = params,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
