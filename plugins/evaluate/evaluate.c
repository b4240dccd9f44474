// Measures the model, and a baseline if there is one, on the rows each fold tests; docs/protocols.md.
#include "evaluate/evaluation.h"

#include <errno.h>
#include <facet/plugin.h>
#include <facet/random.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct facet_param_spec params_table[] = {
    {.name = "resamples",
     .type = FACET_PARAM_INT,
     .fallback = "1000",
     .min = 100,
     .max = 100000,
     .doc = "Draws of subjects behind an interval."},
    {0},
};

// ---- reading -------------------------------------------------------------------------------------------------------
static int read_folds(struct facet_stage *stage, struct evaluation *e, struct facet_error *error) {
    struct facet_array roles = {0};
    int code = facet_stage_read(stage, "folds/role", &roles, error);
    if (code) return code;
    if (roles.type != FACET_U8 || roles.rank != 2 || roles.dims[1] != e->rows) {
        facet_array_free(&roles);
        return facet_error_set(error, FACET_ERROR_DATA, "folds/role must be u8 (folds, %lld), one value a row",
                               (long long)e->rows);
    }
    e->role = roles.data, e->folds = (int)roles.dims[0];
    return facet_stage_read_string(stage, "folds/name", &e->names, error);
}

static int read_tests(struct facet_stage *stage, struct evaluation *e, struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(stage, "test_fold", &field, error);
    if (code) return code;
    if (field.type != FACET_I32 || field.rank != 1)
        return facet_error_set(error, FACET_ERROR_DATA, "test_fold must be i32 (slots) a row");
    e->slots = field.dims[0];
    e->test_fold = malloc((size_t)(e->rows * e->slots) * sizeof *e->test_fold + 1);
    if (!e->test_fold) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for test_fold");
    return facet_stage_read_rows(stage, "test_fold", 0, e->rows, e->test_fold, error);
}

static int read_probabilities(struct facet_stage *stage, const char *need, struct evaluation *e,
                              struct facet_error *error) {
    struct facet_field field;
    int code = facet_stage_field(stage, need, &field, error);
    if (code) return code;
    if (field.type != FACET_F32 || field.rank != 2 || field.dims[0] != e->slots || field.dims[1] != e->classes)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s must be f32 (%lld slots, %d classes) a row; was it made with other folds or labels?",
                               need, (long long)e->slots, e->classes);
    size_t values = (size_t)(e->rows * e->slots * e->classes);
    float *p = e->probabilities[e->methods++] = malloc(values * sizeof(float) + 1);
    if (!p) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %s", need);
    return facet_stage_read_rows(stage, need, 0, e->rows, p, error);
}

static int read_inputs(const struct facet_params *params, struct facet_stage *stage, struct evaluation *e,
                       struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    *e = (struct evaluation){.items = items,
                             .valid = facet_stage_valid(stage),
                             .rows = facet_items_count(items),
                             .classes = facet_items_classes(items),
                             .resamples = facet_param_int(params, "resamples"),
                             .seed = facet_random_seed(facet_stage_seed(stage), "evaluate"),
                             .threads = facet_stage_threads(stage)};
    int code = read_folds(stage, e, error);
    if (!code) code = read_tests(stage, e, error);
    if (!code) code = read_probabilities(stage, "probabilities", e, error);
    if (!code && facet_stage_has(stage, "baseline_probabilities"))
        code = read_probabilities(stage, "baseline_probabilities", e, error);
    return code;
}

// ---- writing -------------------------------------------------------------------------------------------------------
enum { GROUP_COLUMNS = 5, SCORED = N_METRICS + 1 };

// The arrays under metrics/, packed as they are written.
struct tables {
    int32_t *groups;     // (G, GROUP_COLUMNS)
    double *values;      // (methods, G, SCORED, 3)
    int64_t *confusion;  // (methods, G, classes, classes)
    double *differences; // (G, N_METRICS, 4)
};

static void tables_free(struct tables *t) {
    free(t->groups);
    free(t->values);
    free(t->confusion);
    free(t->differences);
}

static void fill_group(const struct evaluation *e, const struct groups *groups, int g, struct tables *t) {
    const struct group *group = &groups->all[g];
    const int32_t about[GROUP_COLUMNS] = {group->fold, group->dataset, group->within, (int32_t)group->n,
                                          (int32_t)group->subjects};
    size_t cells = (size_t)(e->classes * e->classes);
    memcpy(t->groups + (ptrdiff_t)g * GROUP_COLUMNS, about, sizeof about);
    for (int m = 0; m < e->methods; m++) {
        size_t at = (size_t)(m * groups->count + g);
        double *values = t->values + at * SCORED * 3;
        for (int k = 0; k < N_METRICS; k++) {
            const struct interval *score = &group->scores[m][k];
            values[3 * k] = score->value, values[3 * k + 1] = score->low, values[3 * k + 2] = score->high;
        }
        values[3 * N_METRICS] = group->ece[m], values[3 * N_METRICS + 1] = values[3 * N_METRICS + 2] = NAN;
        memcpy(t->confusion + at * cells, group->confusion + (size_t)m * cells, cells * sizeof *t->confusion);
    }
    for (int k = 0; k < N_METRICS; k++) {
        const struct difference *d = &group->differences[k];
        const double four[4] = {d->value, d->low, d->high, d->p};
        memcpy(t->differences + (g * N_METRICS + k) * 4, four, sizeof four);
    }
}

static int tables_create(const struct evaluation *e, const struct groups *groups, struct tables *t,
                         struct facet_error *error) {
    size_t count = (size_t)groups->count, scored = count * (size_t)e->methods;
    *t = (struct tables){
        .groups = malloc(count * GROUP_COLUMNS * sizeof *t->groups),
        .values = malloc(scored * SCORED * 3 * sizeof *t->values),
        .confusion = malloc(scored * (size_t)(e->classes * e->classes) * sizeof *t->confusion),
        .differences = malloc(count * N_METRICS * 4 * sizeof *t->differences),
    };
    if (!t->groups || !t->values || !t->confusion || !t->differences)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the metrics of %zu groups", count);
    for (int g = 0; g < groups->count; g++) fill_group(e, groups, g, t);
    return FACET_OK;
}

static int create_arrays(struct facet_stage *stage, const struct evaluation *e, int64_t groups, const char *json,
                         struct facet_error *error) {
    const int64_t about[] = {groups, GROUP_COLUMNS}, values[] = {e->methods, groups, SCORED, 3};
    const int64_t confusion[] = {e->methods, groups, e->classes, e->classes}, differences[] = {groups, N_METRICS, 4};
    int code = facet_stage_create_string(stage, "metrics/json", json, error);
    if (!code) code = facet_stage_create(stage, "metrics/groups", FACET_I32, 2, about, error);
    if (!code) code = facet_stage_create(stage, "metrics/values", FACET_F64, 4, values, error);
    if (!code) code = facet_stage_create(stage, "metrics/confusion", FACET_I64, 4, confusion, error);
    if (!code && e->methods == 2)
        code = facet_stage_create(stage, "metrics/differences", FACET_F64, 3, differences, error);
    return code;
}

static int write_arrays(struct facet_stage *stage, const struct evaluation *e, int64_t groups, const struct tables *t,
                        struct facet_error *error) {
    int code = facet_stage_write(stage, "metrics/groups", 0, groups, t->groups, error);
    if (!code) code = facet_stage_write(stage, "metrics/values", 0, e->methods, t->values, error);
    if (!code) code = facet_stage_write(stage, "metrics/confusion", 0, e->methods, t->confusion, error);
    if (!code && e->methods == 2)
        code = facet_stage_write(stage, "metrics/differences", 0, groups, t->differences, error);
    return code;
}

static int write_file(const char *path, const char *text, struct facet_error *error) {
    char fresh[4200];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = fopen(fresh, "w");
    bool good = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0) good = false;
    if (good && rename(fresh, path) == 0) return FACET_OK;
    int reason = errno;
    unlink(fresh);
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(reason));
}

static int write_table(struct facet_stage *stage, const struct evaluation *e, const struct groups *groups,
                       struct facet_error *error) {
    char path[4096], *table = evaluation_table(e, groups);
    int code = table ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for metrics.txt");
    if (!code) code = facet_stage_path(stage, "metrics.txt", path, sizeof path, error);
    if (!code) code = write_file(path, table, error);
    free(table);
    return code;
}

static int write_local(struct facet_stage *stage, const struct evaluation *e, const struct groups *groups,
                       const char *json, struct facet_error *error) {
    struct tables tables = {0};
    char path[4096];
    if (facet_comm_rank(facet_stage_comm(stage)) != 0) return FACET_OK;
    int code = tables_create(e, groups, &tables, error);
    if (!code) code = write_arrays(stage, e, groups->count, &tables, error);
    if (!code) code = facet_stage_path(stage, "metrics.json", path, sizeof path, error);
    if (!code) code = write_file(path, json, error);
    if (!code) code = write_table(stage, e, groups, error);
    tables_free(&tables);
    return code;
}

static int measure(const struct evaluation *e, struct groups *groups, char **json, struct facet_error *error) {
    int code = evaluation_run(e, groups, error);
    if (!code && !(*json = evaluation_json(e, groups)))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for metrics.json");
    return code;
}

// Every rank measures alike, which costs no time over one doing it; rank 0 writes.
static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    struct evaluation evaluation;
    struct groups groups = {0};
    char *json = NULL;
    int code = read_inputs(params, stage, &evaluation, error);
    if (!code) code = measure(&evaluation, &groups, &json, error);
    code = facet_comm_agree(comm, code, error);
    if (!code) code = create_arrays(stage, &evaluation, groups.count, json, error);
    if (!code) code = facet_comm_agree(comm, write_local(stage, &evaluation, &groups, json, error), error);
    free(json);
    groups_free(&groups);
    evaluation_free(&evaluation);
    return code;
}

// Draws of subjects, and looks at rows.
static int work(const struct facet_params *params, struct facet_stage *stage, double scale, struct facet_work *work,
                struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(stage);
    (void)error;
    work->amount[0] = (double)facet_param_int(params, "resamples") * scale * facet_items_subjects(items);
    work->amount[1] = scale * (double)facet_items_count(items);
    return FACET_OK;
}

static const struct facet_need needs[] = {{.name = "probabilities", .rows = true},
                                          {.name = "baseline_probabilities", .optional = true, .rows = true},
                                          {.name = "test_fold", .rows = true},
                                          {.name = "folds"},
                                          {0}};
static const char *const makes[] = {"metrics", NULL};
static const struct facet_collective_ops ops = {.run = run, .work = work};

const struct facet_plugin facet_plugin_evaluate = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "evaluate",
    .version = "1.0.0",
    .summary = "Measures the model, and a baseline, within and across datasets, with intervals over people",
    .citation =
        "Calibration error: Guo et al., ICML 2017; bootstrap by clusters: Field & Welsh, J. R. Stat. Soc. B 69, "
        "2007",
    .params = params_table,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
