// What a checkpoint holds, and how a training goes on from it.
#include "train/session.h"

#include <facet/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_COUNTERS = 3, DESCRIPTION = 7 };
static const char *const saved_names[SESSION_SAVED] = {"counters", "sums", "curves", "finished",
                                                       "values",   "m",    "v",      "description"};

static struct facet_array flat(enum facet_type type, size_t n, void *data) {
    return (struct facet_array){.type = type, .rank = 1, .dims = {(int64_t)n}, .data = data};
}

// The arrays of a checkpoint, in the order of saved_names; values, m and v may be NULL to ask for the shapes alone.
static void describe(struct session *session, int64_t *counters, float *values, float *m, float *v,
                     struct facet_array *arrays) {
    size_t size = nn_params_size(nn_model_params(session->layout)), folds = (size_t)session->n_folds;
    size_t curves = folds * (size_t)(session->options.epochs * session->n_columns);
    arrays[0] = flat(FACET_I64, N_COUNTERS, counters);
    arrays[1] = flat(FACET_F64, SESSION_MAX_COLUMNS + 1, session->sums);
    arrays[2] = flat(FACET_F32, curves, session->curves);
    arrays[3] = flat(FACET_F32, folds * size, session->finished);
    arrays[4] = flat(FACET_F32, size, values);
    arrays[5] = flat(FACET_F32, size, m);
    arrays[6] = flat(FACET_F32, size, v);
    arrays[DESCRIPTION] = flat(FACET_U8, strlen(session->description) + 1, session->description);
}

int session_save(struct session *session, struct trainer *trainer, struct facet_error *error) {
    int64_t counters[N_COUNTERS] = {session->fold, session->epoch, session->step};
    struct facet_array arrays[SESSION_SAVED];
    float *values = nn_params_values(nn_model_params(trainer_model(trainer)));
    describe(session, counters, values, trainer_m(trainer), trainer_v(trainer), arrays);
    return facet_stage_save(session->stage, SESSION_SAVED, saved_names, arrays, error);
}

// Fills what `wanted` points at.
static int restore(const struct facet_array *loaded, const struct facet_array *wanted, struct facet_error *error) {
    for (int i = 0; i < SESSION_SAVED; i++) {
        if (loaded[i].type != wanted[i].type || facet_array_elements(&loaded[i]) != facet_array_elements(&wanted[i]))
            return facet_error_set(error, FACET_ERROR_STATE, "the checkpoint's %s has %zu values, expected %zu",
                                   saved_names[i], facet_array_elements(&loaded[i]), facet_array_elements(&wanted[i]));
        size_t bytes = facet_array_elements(&wanted[i]) * facet_type_size(wanted[i].type);
        if (wanted[i].data) memcpy(wanted[i].data, loaded[i].data, bytes);
    }
    return FACET_OK;
}

int checkpoint_read(const struct session *session, struct checkpoint *checkpoint, struct facet_error *error) {
    *checkpoint = (struct checkpoint){0};
    return facet_stage_load(session->stage, SESSION_SAVED, saved_names, checkpoint->arrays, &checkpoint->found, error);
}

const char *checkpoint_description(const struct checkpoint *checkpoint) {
    const struct facet_array *array = &checkpoint->arrays[DESCRIPTION];
    size_t n = checkpoint->found && array->type == FACET_U8 ? facet_array_elements(array) : 0;
    const char *text = array->data;
    return n > 0 && text[n - 1] == '\0' ? text : NULL;
}

void checkpoint_free(struct checkpoint *checkpoint) {
    for (int i = 0; i < SESSION_SAVED; i++) facet_array_free(&checkpoint->arrays[i]);
}

int session_resume(struct session *session, const struct checkpoint *checkpoint, struct facet_error *error) {
    int64_t counters[N_COUNTERS] = {0};
    struct facet_array wanted[SESSION_SAVED];
    if (!checkpoint->found) return FACET_OK;
    describe(session, counters, NULL, NULL, NULL, wanted);
    int code = restore(checkpoint->arrays, wanted, error);
    session->fold = counters[0], session->epoch = counters[1], session->step = counters[2];
    return code;
}

// Balanced: n / (C n_c), so that the weights' mean over the training rows is 1; 0 for a class without rows.
static float *class_weights(const struct session *session) {
    const uint8_t *roles = session->roles + session->fold * session->rows;
    int64_t classes = session->options.model.n_classes, n = 0;
    float *weights = calloc((size_t)classes, sizeof *weights);
    for (int64_t row = 0; weights && row < session->rows; row++)
        if (roles[row] == ROLE_TRAIN) weights[session->labels[row]]++, n++;
    for (int64_t c = 0; weights && c < classes; c++)
        if (weights[c] > 0) weights[c] = (float)n / ((float)classes * weights[c]);
    return weights;
}

static int create_trainer(struct session *session, struct trainer **trainer, struct facet_error *error) {
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train fold %lld", (long long)session->fold);
    uint64_t seed = facet_random_seed(facet_stage_seed(session->stage), purpose);
    float *weights = session->options.balanced ? class_weights(session) : NULL;
    int code = session->options.balanced && !weights
                   ? facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the class weights")
                   : trainer_create(&session->options, weights, seed, session->comm,
                                    facet_stage_threads(session->stage), trainer, error);
    free(weights);
    return facet_comm_agree(session->comm, code, error);
}

int session_trainer(struct session *session, struct trainer **trainer, struct facet_error *error) {
    *trainer = NULL;
    int code = create_trainer(session, trainer, error);
    if (code || (session->epoch == 0 && session->step == 0)) return code;
    int64_t counters[N_COUNTERS];
    struct facet_array wanted[SESSION_SAVED];
    struct checkpoint checkpoint;
    float *values = nn_params_values(nn_model_params(trainer_model(*trainer)));
    describe(session, counters, values, trainer_m(*trainer), trainer_v(*trainer), wanted);
    code = checkpoint_read(session, &checkpoint, error);
    if (!code && checkpoint.found) code = restore(checkpoint.arrays, wanted, error);
    checkpoint_free(&checkpoint);
    return facet_comm_agree(session->comm, code, error);
}
