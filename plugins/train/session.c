#include "train/session.h"

#include <stdlib.h>

static int read_roles(struct session *session, struct facet_error *error) {
    struct facet_array roles = {0};
    int code = facet_stage_read(session->stage, "folds/role", &roles, error);
    if (code) return code;
    if (roles.type != FACET_U8 || roles.rank != 2 || roles.dims[1] != session->rows) {
        facet_array_free(&roles);
        return facet_error_set(error, FACET_ERROR_DATA, "folds/role must be u8 (folds, %lld), one value a row",
                               (long long)session->rows);
    }
    session->n_folds = roles.dims[0];
    session->roles = roles.data;
    return FACET_OK;
}

// A row trains only when nothing set it aside, a view of it sees something, and its class is known.
static void drop_unusable(struct session *session) {
    const uint8_t *valid = facet_stage_valid(session->stage);
    for (int64_t row = 0; row < session->rows; row++) {
        bool usable = valid[row] && feed_sees(&session->feed, row) && session->labels[row] >= 0;
        for (int64_t f = 0; f < session->n_folds; f++) {
            uint8_t *role = &session->roles[f * session->rows + row];
            if (!usable) *role = ROLE_UNUSED;
            session->validates |= *role == ROLE_VALIDATION;
        }
    }
}

static int check_folds(const struct session *session, struct facet_error *error) {
    if (session->n_folds < 1) return facet_error_set(error, FACET_ERROR_DATA, "there is no fold to train");
    for (int64_t f = 0; f < session->n_folds; f++) {
        int64_t n = 0;
        for (int64_t row = 0; row < session->rows; row++) n += session->roles[f * session->rows + row] == ROLE_TRAIN;
        if (n == 0)
            return facet_error_set(error, FACET_ERROR_DATA,
                                   "fold %lld has no training row that is labelled, valid and seen by a view",
                                   (long long)f);
    }
    return FACET_OK;
}

static void name_columns(struct session *session) {
    const struct objective *objective = session->options.objective;
    int n = 0;
    session->columns[n++] = "total";
    for (int p = 0; p < objective->n_parts; p++) session->columns[n++] = objective->part_names[p];
    session->columns[n++] = "train_accuracy";
    if (session->validates) session->columns[n++] = "validation_accuracy";
    session->columns[n++] = "rate";
    session->n_columns = n;
}

static int allocate(struct session *session, struct facet_error *error) {
    size_t curves = (size_t)(session->n_folds * session->options.epochs * session->n_columns);
    size_t values = (size_t)session->n_folds * nn_params_size(nn_model_params(session->layout));
    session->curves = calloc(curves, sizeof *session->curves);
    session->finished = calloc(values, sizeof *session->finished);
    if (session->curves && session->finished) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the models of %lld folds",
                           (long long)session->n_folds);
}

// A training that goes on takes the tokens it began with, and asks for no merges.
static int take_tokens(const char *merges, const char *saved, struct nn_model_config *model,
                       struct facet_error *error) {
    if (!*merges || !saved) return nn_model_config_tokenize(model, merges, error);
    struct nn_model_config begun;
    int code = nn_model_config_read(saved, &begun, error);
    if (code) return code;
    model->tokens = begun.tokens;
    begun.tokens = NULL;
    nn_model_config_free(&begun);
    return FACET_OK;
}

static int open_model(const struct facet_params *params, const char *saved, struct session *session,
                      struct facet_error *error) {
    struct nn_model_config *model = &session->options.model;
    model->folds = session->n_folds;
    int code = take_tokens(facet_param_string(params, "merges"), saved, model, error);
    if (!code) code = nn_model_config_write(model, &session->description, error);
    return code ? code : nn_model_create(model, &session->layout, error);
}

static int open_local(const struct facet_params *params, const struct checkpoint *checkpoint, struct session *session,
                      struct facet_error *error) {
    const struct facet_items *items = facet_stage_items(session->stage);
    session->rows = facet_items_count(items);
    session->labels = malloc((size_t)session->rows * sizeof *session->labels + 1);
    if (!session->labels) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the labels");
    for (int64_t row = 0; row < session->rows; row++) session->labels[row] = facet_items_class_of(items, row);
    struct feed *feed = &session->feed;
    int code = feed_open(session->stage, facet_param_int(params, "cache_mb"), feed, error);
    if (!code) code = read_roles(session, error);
    if (code) return code;
    drop_unusable(session);
    if ((code = check_folds(session, error))) return code;
    if ((code = options_read(params, items, feed->views, feed->channels, feed->size, feed->planes, &session->options,
                             error)))
        return code;
    name_columns(session);
    code = open_model(params, checkpoint_description(checkpoint), session, error);
    if (!code) code = allocate(session, error);
    return code ? code : session_resume(session, checkpoint, error);
}

int session_open(const struct facet_params *params, struct facet_stage *stage, struct session *session,
                 struct facet_error *error) {
    *session = (struct session){.stage = stage, .comm = facet_stage_comm(stage)};
    struct checkpoint checkpoint;
    int code = checkpoint_read(session, &checkpoint, error);
    if (!code) code = facet_comm_agree(session->comm, open_local(params, &checkpoint, session, error), error);
    checkpoint_free(&checkpoint);
    if (code) session_close(session);
    return code;
}

void session_close(struct session *session) {
    nn_model_destroy(session->layout);
    feed_close(&session->feed);
    options_free(&session->options);
    free(session->description);
    free(session->roles);
    free(session->labels);
    free(session->curves);
    free(session->finished);
    *session = (struct session){0};
}
