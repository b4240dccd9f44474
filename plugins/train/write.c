// The stage's container: the models of all folds and the curves.
#include "train/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Rank 0 writes, all ranks leave with its outcome.
static int write_array(struct session *session, const char *name, int rank, const int64_t *dims, const float *data,
                       struct facet_error *error) {
    int code = facet_stage_create(session->stage, name, FACET_F32, rank, dims, error);
    if (!code && facet_comm_rank(session->comm) == 0)
        code = facet_stage_write(session->stage, name, 0, dims[0], data, error);
    return facet_comm_agree(session->comm, code, error);
}

static int write_fold(struct session *session, int64_t fold, struct facet_error *error) {
    const struct nn_params *params = nn_model_params(session->layout);
    const float *values = session->finished + (size_t)fold * nn_params_size(params);
    for (int id = 0; id < nn_params_count(params); id++) {
        struct nn_param_info info = nn_params_info(params, id);
        char name[160];
        snprintf(name, sizeof name, "model/fold_%lld/%s", (long long)fold, info.name);
        int code = write_array(session, name, info.rank, info.dims, values + info.offset, error);
        if (code) return code;
    }
    return FACET_OK;
}

static int write_config(struct session *session, struct facet_error *error) {
    return facet_stage_create_string(session->stage, "model/config", session->description, error);
}

static int write_curves(struct session *session, struct facet_error *error) {
    char columns[512] = "";
    for (int c = 0; c < session->n_columns; c++)
        snprintf(columns + strlen(columns), sizeof columns - strlen(columns), "%s%s", c ? "\n" : "",
                 session->columns[c]);
    int code = facet_stage_create_string(session->stage, "curves/columns", columns, error);
    const int64_t dims[] = {session->n_folds, session->options.epochs, session->n_columns};
    return code ? code : write_array(session, "curves/values", 3, dims, session->curves, error);
}

int session_write(struct session *session, struct facet_error *error) {
    int code = write_config(session, error);
    for (int64_t fold = 0; fold < session->n_folds && !code; fold++) code = write_fold(session, fold, error);
    return code ? code : write_curves(session, error);
}
