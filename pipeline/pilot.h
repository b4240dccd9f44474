// A pilot: a run on some of the sources' rows, in a workspace of its own, that is measured stage by stage.
#ifndef FACET_PIPELINE_PILOT_H
#define FACET_PIPELINE_PILOT_H

#include "pipeline/graph.h"
#include "pipeline/run.h"

enum { FACET_MOST_TICKS = 512 };

// What was measured of a node; of a chain, at its last node.
struct facet_pilot_stage {
    double seconds; // wall time
    double memory;  // bytes: the most that any rank held while it ran
    double tick;    // seconds: median time of one of the steps it told of; 0 when it told of too few
    double ticks;   // how many steps those were
    bool has_work;
    struct facet_work here, whole; // what was done, and what the run to be predicted would do
};

struct facet_pilot {
    // given
    const int64_t *rows; // (n_rows) rows of the sources that are taken, rising
    int64_t n_rows;
    double scale;           // rows of the run to be predicted, over n_rows
    const int64_t *repeats; // (FACET_MAX_STAGES) how often each stage repeats itself in that run
    // found
    struct facet_pilot_stage stages[FACET_MAX_NODES];
    int threads;
    // of the stage under way
    double began, tick_at[FACET_MOST_TICKS];
    int64_t tick_done[FACET_MOST_TICKS];
    int n_ticks;
};

// For facet_run_events.progress, with the pilot as context.
void facet_pilot_tick(void *pilot, const struct facet_run_progress *progress);

// ---- called by the run itself, on every rank ------------------------------------------------------------------------
struct facet_run;
struct facet_stage;
int facet_pilot_begin(struct facet_run *run, struct facet_error *error); // picks the rows; collective
void facet_pilot_begin_stage(struct facet_run *run);
void facet_pilot_end_stage(struct facet_run *run, int node);
int facet_pilot_ask_work(struct facet_stage *stage, struct facet_error *error); // collective
int facet_pilot_end(struct facet_run *run, struct facet_error *error);          // collective

#endif
