// What a plain method reaches on the same folds: principal components of the pictures and a linear discriminant.
#include "baseline/session.h"

#include <facet/plugin.h>

static const struct facet_param_spec params_table[] = {
    {.name = "components",
     .type = FACET_PARAM_INT,
     .fallback = "200",
     .min = 1,
     .max = 5000,
     .doc = "Principal components kept, at most."},
    {.name = "shrinkage",
     .type = FACET_PARAM_FLOAT,
     .fallback = "-1.0",
     .min = -1,
     .max = 1,
     .doc = "Share of a multiple of the identity in the covariance; negative: the estimate of Ledoit and Wolf."},
    {.name = "downsample",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .unit = "pixel",
     .min = 0,
     .max = 1024,
     .doc = "Side of the squares of pixels that are averaged; 0: the smallest that leaves 32 values a side."},
    {.name = "max_rows",
     .type = FACET_PARAM_INT,
     .fallback = "2000",
     .min = 10,
     .max = 30000,
     .doc = "Rows that may be trained on, over all folds; beyond it a sample drawn from the seed."},
    {0},
};

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    const struct discriminant_options options = {.components = facet_param_int(params, "components"),
                                                 .shrinkage = facet_param_float(params, "shrinkage")};
    struct session session;
    int code = baseline_open(stage, facet_param_int(params, "downsample"), facet_param_int(params, "max_rows"),
                             &session, error);
    if (!code)
        code = machine_fit(&session.task, &options, session.comm, facet_stage_threads(stage), &session.machine, error);
    if (!code) code = baseline_score(&session, error);
    baseline_close(&session);
    return code;
}

// Rows read and scored, products of pairs of rows, and the folds of the rank that has most.
static int work(const struct facet_params *params, struct facet_stage *stage, double scale, struct facet_work *work,
                struct facet_error *error) {
    enum { ROWS, PAIRS, CUBES };
    struct facet_array roles = {0};
    int code = facet_stage_read(stage, "folds/role", &roles, error);
    if (code) return code;
    double trained = baseline_trained(&roles), most = (double)facet_param_int(params, "max_rows");
    double anchors = trained * scale < most ? trained * scale : most;
    int ranks = facet_comm_size(facet_stage_comm(stage));
    double folds = (double)((roles.dims[0] + ranks - 1) / ranks);
    work->amount[ROWS] = scale * (double)roles.dims[1];
    work->amount[PAIRS] = anchors * anchors;
    work->amount[CUBES] = folds * anchors * anchors * anchors;
    facet_array_free(&roles);
    return FACET_OK;
}

static const struct facet_need needs[] = {{.name = "views", .rows = true},
                                          {.name = "view_mask", .rows = true},
                                          {.name = "folds"},
                                          {.name = "test_fold"},
                                          {0}};
static const char *const makes[] = {"baseline_probabilities", NULL};
static const struct facet_collective_ops ops = {.run = run, .work = work};

const struct facet_plugin facet_plugin_baseline = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "baseline",
    .version = "1.0.0",
    .summary = "Principal components and a linear discriminant on the rendered views, on the same folds",
    .citation =
        "Eigenfaces: Turk & Pentland, J. Cognitive Neuroscience 1991; Fisherfaces: Belhumeur et al., TPAMI 1997; "
        "shrinkage: Ledoit & Wolf, J. Multivariate Analysis 2004",
    .params = params_table,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
