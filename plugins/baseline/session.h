// One run of the baseline: what it reads, what it trains on, what it writes.
#ifndef FACET_BASELINE_SESSION_H
#define FACET_BASELINE_SESSION_H

#include "baseline/machine.h"
#include "baseline/picture.h"

#include <facet/stage.h>

struct session {
    struct facet_stage *stage;
    struct facet_comm *comm;
    const struct facet_items *items;
    int64_t rows, slots, row_bytes, n_anchors;
    struct picture_shape shape;
    struct facet_array role;  // u8 (folds, rows)
    struct facet_array tests; // i32 (rows, slots)
    uint8_t *seen;            // (rows) 1: some view sees something
    int64_t *anchor;          // (anchors) rows that may be trained on, rising
    int16_t *features;        // (anchors, length)
    int32_t *labels;          // (anchors)
    uint8_t *trained;         // (folds, anchors)
    struct machine_task task;
    struct machine machine;
};

// Reads folds and the pictures trained on. downsample 0: chosen from the size. Collective; close it whatever it returns.
int baseline_open(struct facet_stage *stage, int64_t downsample, int64_t max_rows, struct session *session,
                  struct facet_error *error);
void baseline_close(struct session *session);
// Rows that some fold trains on, of u8 (folds, rows).
double baseline_trained(const struct facet_array *roles);
// Writes baseline_probabilities (rows, slots, classes) of every tested row; zeros elsewhere. Collective.
int baseline_score(struct session *session, struct facet_error *error);

#endif
