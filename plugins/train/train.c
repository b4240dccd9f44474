// Trains one model a fold; docs/method.md.
#include "train/session.h"
#include "train/work.h"

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    struct session session;
    int code = session_open(params, stage, &session, error);
    if (code) return code;
    while (session.fold < session.n_folds && !code) code = session_train_fold(&session, error);
    if (!code) code = session_write(&session, error);
    session_close(&session);
    return code;
}

static const struct facet_need needs[] = {{.name = "views", .rows = true},
                                          {.name = "view_mask", .rows = true},
                                          {.name = "view_planes", .optional = true, .rows = true},
                                          {.name = "folds"},
                                          {0}};
static const char *const makes[] = {"model", "curves", NULL};
static const struct facet_collective_ops ops = {.run = run, .work = train_work};

const struct facet_plugin facet_plugin_train = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "train",
    .version = "1.0.0",
    .summary = "Trains the vision-language model, one a fold",
    .citation = "FACET-VLM, arXiv:2507.01673, 2025; AdamW: Loshchilov & Hutter, ICLR 2019; contrast: Radford et al., "
                "ICML 2021; supervised contrast: Khosla et al., NeurIPS 2020",
    .params = options_table,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
