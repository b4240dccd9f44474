// A whole training: the folds, where it stands, and what a checkpoint must hold to go on from there.
#ifndef FACET_TRAIN_SESSION_H
#define FACET_TRAIN_SESSION_H

#include "train/feed.h"
#include "train/trainer.h"

// Columns of the curves: total, the objective's parts, then these.
enum { SESSION_MAX_COLUMNS = OBJECTIVE_MAX_PARTS + 4 };

struct session {
    struct facet_stage *stage;
    struct facet_comm *comm;
    struct options options;
    struct feed feed;
    struct nn_model *layout; // for sizes and names; its values are not used
    char *description;       // of the model, JSON
    int64_t rows, n_folds;
    uint8_t *roles;  // (F, rows), of `folds/role`
    int32_t *labels; // (rows)
    bool validates;  // some fold has rows of role 2
    int n_columns;
    const char *columns[SESSION_MAX_COLUMNS];
    // where it stands
    int64_t fold, epoch, step;            // step: done in this epoch
    double sums[SESSION_MAX_COLUMNS + 1]; // over this epoch's steps: the first columns, and the rows at the end
    float *curves;                        // (F, epochs, n_columns)
    float *finished;                      // (F, parameters)
};

enum { SESSION_SAVED = 8 };

// What an earlier run left of this stage, if it was interrupted.
struct checkpoint {
    bool found;
    struct facet_array arrays[SESSION_SAVED];
};

enum { ROLE_UNUSED, ROLE_TRAIN, ROLE_VALIDATION, ROLE_TEST };

// Collective. Reads folds and pictures, and goes on from a checkpoint when there is one.
int session_open(const struct facet_params *params, struct facet_stage *stage, struct session *session,
                 struct facet_error *error);
void session_close(struct session *session);
// Collective.
int checkpoint_read(const struct session *session, struct checkpoint *checkpoint, struct facet_error *error);
const char *checkpoint_description(const struct checkpoint *checkpoint); // of the model, JSON; borrowed, NULL: none
void checkpoint_free(struct checkpoint *checkpoint);
// Where the checkpoint stands; unchanged when there is none.
int session_resume(struct session *session, const struct checkpoint *checkpoint, struct facet_error *error);
// The fold's trainer, with the values of the checkpoint if that stands inside the fold. Collective.
int session_trainer(struct session *session, struct trainer **trainer, struct facet_error *error);
// Of n workspace rows, (V, channels, size, size) in [-1, 1]; the same bits on any ranks. Collective.
int session_mean_picture(const struct session *session, const int64_t *rows, int64_t n, float *mean,
                         struct facet_error *error);
// Replaces the checkpoint. Collective.
int session_save(struct session *session, struct trainer *trainer, struct facet_error *error);
// Trains fold session->fold to its end. Collective. Errors: INTERRUPTED after a checkpoint; those of trainer_step.
int session_train_fold(struct session *session, struct facet_error *error);
// Writes model and curves into the stage's container. Collective.
int session_write(struct session *session, struct facet_error *error);

#endif
