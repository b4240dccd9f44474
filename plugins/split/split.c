// Deals subjects to folds and proves that no fold is asked about a person it was trained on.
#include "split/protocol.h"

#include <facet/plugin.h>
#include <facet/random.h>
#include <stdlib.h>
#include <string.h>

static const struct facet_param_spec params_table[] = {
    {.name = "protocol",
     .type = FACET_PARAM_STRING,
     .fallback = "\"leave-one-dataset-out\"",
     .choices = "leave-one-dataset-out|subject-k-fold",
     .doc = "What a fold is: one dataset held out, or a k-th of the subjects of all datasets."},
    {.name = "folds",
     .type = FACET_PARAM_INT,
     .fallback = "10",
     .min = 2,
     .max = 1000,
     .doc = "Folds of subject-k-fold."},
    {.name = "within",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.2",
     .min = 0,
     .max = 0.9,
     .doc = "Share of each dataset's subjects that leave-one-dataset-out tests but never trains on: the accuracy "
            "inside a domain."},
    {.name = "validation",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .min = 0,
     .max = 0.9,
     .doc = "Share of a fold's training subjects set aside for the curves; no choice is made by them."},
    {0},
};

static int write_folds(struct facet_stage *stage, const struct folds *folds, const int32_t *test_fold, int64_t slots,
                       const char *names, struct facet_error *error) {
    struct facet_comm *comm = facet_stage_comm(stage);
    const int64_t role_dims[] = {folds->n_folds, folds->rows}, test_dims[] = {folds->rows, slots};
    int code = facet_stage_create(stage, "folds/role", FACET_U8, 2, role_dims, error);
    if (!code) code = facet_stage_create(stage, "test_fold", FACET_I32, 2, test_dims, error);
    if (!code) code = facet_stage_create_string(stage, "folds/name", names, error);
    if (!code && facet_comm_rank(comm) == 0) {
        code = facet_stage_write(stage, "folds/role", 0, folds->n_folds, folds->role, error);
        if (!code) code = facet_stage_write(stage, "test_fold", 0, folds->rows, test_fold, error);
    }
    return facet_comm_agree(comm, code, error);
}

// Rows that nothing set aside and, where some stage before says so, that carry what is to be looked at.
static int usable_rows(struct facet_stage *stage, uint8_t **usable, struct facet_error *error) {
    int64_t rows = facet_items_count(facet_stage_items(stage));
    const uint8_t *valid = facet_stage_valid(stage);
    struct facet_field carries;
    *usable = malloc((size_t)rows + 1);
    if (!*usable) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld rows", (long long)rows);
    memcpy(*usable, valid, (size_t)rows);
    if (!facet_stage_has(stage, "carries")) return FACET_OK;
    int code = facet_stage_field(stage, "carries", &carries, error);
    if (!code && (carries.type != FACET_U8 || carries.rank != 0))
        code = facet_error_set(error, FACET_ERROR_CONFIG, "carries must be u8, one value a row");
    if (!code) code = facet_stage_read_rows(stage, "carries", 0, rows, *usable, error);
    for (int64_t row = 0; row < rows && !code; row++) (*usable)[row] = (*usable)[row] && valid[row];
    return code;
}

static int run(const struct facet_params *params, struct facet_stage *stage, struct facet_error *error) {
    const struct protocol protocol = {.leave_one_dataset_out =
                                          strcmp(facet_param_string(params, "protocol"), "leave-one-dataset-out") == 0,
                                      .folds = (int)facet_param_int(params, "folds"),
                                      .within = facet_param_float(params, "within"),
                                      .validation = facet_param_float(params, "validation")};
    struct folds folds = {0};
    int32_t *test_fold = NULL;
    uint8_t *usable = NULL;
    int64_t slots = 0;
    char *names = NULL;
    int code = usable_rows(stage, &usable, error);
    if (!code)
        code = protocol_split(&protocol, facet_stage_items(stage), usable,
                              facet_random_seed(facet_stage_seed(stage), "split"), &folds, error);
    if (!code) code = folds_test_table(&folds, &test_fold, &slots, error);
    if (!code && !(names = folds_names(&folds)))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the folds' names");
    code = facet_comm_agree(facet_stage_comm(stage), code, error);
    if (!code) code = write_folds(stage, &folds, test_fold, slots, names, error);
    free(names);
    free(usable);
    free(test_fold);
    folds_free(&folds);
    return code;
}

static const struct facet_need needs[] = {{.name = "carries", .rows = true, .optional = true}, {0}};
static const char *const makes[] = {"folds", "test_fold", NULL};
static const struct facet_collective_ops ops = {.run = run};

const struct facet_plugin facet_plugin_split = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_COLLECTIVE,
    .name = "split",
    .version = "1.1.0",
    .summary = "Deals subjects to folds, by dataset or k-fold, and proves the folds disjoint",
    .params = params_table,
    .needs = needs,
    .makes = makes,
    .collective = &ops,
};
