// One fold's epochs.
#include "train/session.h"

#include <facet/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The rows of one fold that have one role, and room for a batch of them.
struct course {
    int64_t n, steps;         // rows; batches an epoch
    int64_t *all;             // (n) in workspace order
    int64_t *order;           // (n) of this epoch
    int64_t *row;             // (batch)
    int32_t *labels;          // (batch)
    const uint8_t **pictures; // (batch)
    uint8_t *room;            // (batch, row_bytes) when the pictures are not in memory
};

static void course_free(struct course *course) {
    free(course->all);
    free(course->order);
    free(course->row);
    free(course->labels);
    free(course->pictures);
    free(course->room);
}

static int course_create(const struct session *session, int role, struct course *course, struct facet_error *error) {
    const uint8_t *roles = session->roles + session->fold * session->rows;
    size_t batch = (size_t)session->options.batch;
    *course = (struct course){0};
    for (int64_t row = 0; row < session->rows; row++) course->n += roles[row] == role;
    course->steps = (course->n + session->options.batch - 1) / session->options.batch;
    course->all = malloc((size_t)course->n * sizeof *course->all + 1);
    course->order = malloc((size_t)course->n * sizeof *course->order + 1);
    course->row = malloc(batch * sizeof *course->row);
    course->labels = malloc(batch * sizeof *course->labels);
    course->pictures = calloc(batch, sizeof *course->pictures);
    course->room = session->feed.pictures ? NULL : malloc(batch * (size_t)session->feed.row_bytes);
    if (!course->all || !course->order || !course->row || !course->labels || !course->pictures ||
        (!course->room && !session->feed.pictures)) {
        course_free(course);
        *course = (struct course){0};
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a batch of %zu rows", batch);
    }
    for (int64_t row = 0, i = 0; row < session->rows; row++)
        if (roles[row] == role) course->order[i] = i, course->all[i++] = row;
    return FACET_OK;
}

// Batch `step` of the epoch's order: n rows dealt out evenly, so that no batch is a small rest. Rank-local.
static int load_batch(struct session *session, const struct trainer *trainer, struct course *course, int64_t step,
                      struct batch *batch, struct facet_error *error) {
    int64_t begin = course->n * step / course->steps, end = course->n * (step + 1) / course->steps, first, last;
    for (int64_t i = begin; i < end; i++) {
        course->row[i - begin] = course->all[course->order[i]];
        course->labels[i - begin] = session->labels[course->row[i - begin]];
    }
    *batch = (struct batch){.epoch = (uint32_t)session->epoch,
                            .rows = end - begin,
                            .row = course->row,
                            .labels = course->labels,
                            .pictures = course->pictures,
                            .masks = session->feed.masks};
    trainer_share(trainer, batch->rows, &first, &last);
    return feed_rows(&session->feed, course->row + first, last - first, course->room, course->pictures + first, error);
}

static int load_agreed(struct session *session, const struct trainer *trainer, struct course *course, int64_t step,
                       struct batch *batch, struct facet_error *error) {
    int code = load_batch(session, trainer, course, step, batch, error);
    return session->feed.pictures ? code : facet_comm_agree(session->comm, code, error);
}

static int validate(struct session *session, struct trainer *trainer, struct course *course, float *accuracy,
                    struct facet_error *error) {
    int64_t right = 0;
    for (int64_t step = 0; step < course->steps; step++) {
        struct batch batch;
        int64_t correct = 0;
        int code = load_agreed(session, trainer, course, step, &batch, error);
        if (!code) code = trainer_count_right(trainer, &batch, &correct, error);
        if (code) return code;
        right += correct;
    }
    *accuracy = course->n > 0 ? (float)right / (float)course->n : 0;
    return FACET_OK;
}

// ---- curves ------------------------------------------------------------------------------------------------------------
// Losses are means over the epoch's rows.
static void add_step(struct session *session, const struct step_result *result, int64_t rows) {
    int n = session->options.objective->n_parts;
    session->sums[0] += result->total * (double)rows;
    for (int p = 0; p < n; p++) session->sums[1 + p] += result->parts[p] * (double)rows;
    session->sums[1 + n] += (double)result->correct;
    session->sums[SESSION_MAX_COLUMNS] += (double)rows;
}

static int end_epoch(struct session *session, struct trainer *trainer, struct course *validation, float rate,
                     struct facet_error *error) {
    int n = session->options.objective->n_parts, code = FACET_OK;
    float *line = session->curves + (session->fold * session->options.epochs + session->epoch) * session->n_columns;
    for (int c = 0; c < n + 2; c++) line[c] = (float)(session->sums[c] / session->sums[SESSION_MAX_COLUMNS]);
    if (session->validates) code = validate(session, trainer, validation, &line[n + 2], error);
    line[session->n_columns - 1] = rate;
    for (int c = 0; c <= SESSION_MAX_COLUMNS; c++) session->sums[c] = 0;
    session->epoch++;
    session->step = 0;
    return code;
}

static void show(struct session *session) {
    const float *line =
        session->curves + (session->fold * session->options.epochs + session->epoch - 1) * session->n_columns;
    char what[64];
    snprintf(what, sizeof what, "epochs (fold %lld of %lld, loss %.3f)", (long long)session->fold + 1,
             (long long)session->n_folds, line[0]);
    facet_stage_progress(session->stage, session->fold * session->options.epochs + session->epoch,
                         session->n_folds * session->options.epochs, what);
}

// ---- the loop ----------------------------------------------------------------------------------------------------------
static int name_place(const struct session *session, int code, struct facet_error *error) {
    if (code && code != FACET_INTERRUPTED)
        facet_error_prefix(error, "fold %lld, epoch %lld, step %lld", (long long)session->fold,
                           (long long)session->epoch, (long long)session->step);
    return code;
}

static int save_if_told(struct session *session, struct trainer *trainer, struct facet_error *error) {
    enum facet_wish wish = facet_stage_step(session->stage);
    if (wish == FACET_GO_ON) return FACET_OK;
    int code = session_save(session, trainer, error);
    return code || wish == FACET_SAVE
               ? code
               : facet_error_set(error, FACET_INTERRUPTED, "training stopped in fold %lld, epoch %lld, step %lld",
                                 (long long)session->fold, (long long)session->epoch, (long long)session->step);
}

static float rate_now(const struct session *session, const struct course *course, int64_t step) {
    const struct options *o = &session->options;
    return nn_cosine_rate(o->rate, step, (int64_t)(o->warmup * (double)course->steps), o->epochs * course->steps);
}

static int train_epoch(struct session *session, struct trainer *trainer, struct course *course, float *rate,
                       uint64_t seed, struct facet_error *error) {
    facet_random_permutation(seed, (uint32_t)session->epoch, course->n, course->order);
    while (session->step < course->steps) {
        struct batch batch;
        struct step_result result;
        int64_t step = session->epoch * course->steps + session->step + 1;
        *rate = rate_now(session, course, step);
        int code = load_agreed(session, trainer, course, session->step, &batch, error);
        if (!code) code = trainer_step(trainer, &batch, step, *rate, &result, error);
        if (code) return name_place(session, code, error);
        add_step(session, &result, batch.rows);
        session->step++;
        if ((code = save_if_told(session, trainer, error))) return code;
    }
    return FACET_OK;
}

static int train_epochs(struct session *session, struct trainer *trainer, struct course *course,
                        struct course *validation, struct facet_error *error) {
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train order of fold %lld", (long long)session->fold);
    uint64_t seed = facet_random_seed(facet_stage_seed(session->stage), purpose);
    while (session->epoch < session->options.epochs) {
        float rate = rate_now(session, course, (session->epoch + 1) * course->steps);
        int code = train_epoch(session, trainer, course, &rate, seed, error);
        if (!code) code = end_epoch(session, trainer, validation, rate, error);
        if (!code && session->epoch < session->options.epochs) code = session_save(session, trainer, error);
        if (code) return code;
        show(session);
    }
    return FACET_OK;
}

// The last epoch's values are the fold's model.
static int finish_fold(struct session *session, struct trainer *trainer, struct facet_error *error) {
    struct nn_params *params = nn_model_params(trainer_model(trainer));
    size_t size = nn_params_size(params);
    memcpy(session->finished + (size_t)session->fold * size, nn_params_values(params), size * sizeof(float));
    session->fold++;
    session->epoch = session->step = 0;
    return session_save(session, trainer, error);
}

int session_train_fold(struct session *session, struct facet_error *error) {
    struct trainer *trainer = NULL;
    struct course course = {0}, validation = {0};
    int code = course_create(session, ROLE_TRAIN, &course, error);
    if (!code) code = course_create(session, ROLE_VALIDATION, &validation, error);
    code = facet_comm_agree(session->comm, code, error);
    if (!code) code = session_trainer(session, &trainer, error);
    if (!code && session->epoch == 0 && session->step == 0)
        code = session_mean_picture(session, course.all, course.n, nn_model_mean(trainer_model(trainer)), error);
    if (!code) code = train_epochs(session, trainer, &course, &validation, error);
    if (!code) code = finish_fold(session, trainer, error);
    trainer_destroy(trainer);
    course_free(&course);
    course_free(&validation);
    return code;
}
