// What a run would take, told from a pilot: the pipeline carried out on a few of its rows, in a scratch folder.
#ifndef FACET_PIPELINE_PLAN_H
#define FACET_PIPELINE_PLAN_H

#include "pipeline/graph.h"

#include <facet/comm.h>

enum { FACET_MOST_PILOTS = 8, FACET_MOST_PLAN_NOTES = 12 };

struct facet_plan_options {
    int ranks, threads; // of the run to be predicted; 0: those that predict it
    double seconds;     // the pilot grows no further when it has taken so long
    int sweeper;        // facet_sweeper_start; -1: none
};

struct facet_plan_stage {
    char name[FACET_NAME_MAX];
    bool map, kept;
    int64_t units;  // 0 for a collective stage
    double seconds; // wall time; of a map stage its share of its chain's
    double bytes;   // on disk, 0 when nothing is kept
    double memory;  // bytes: the most that a rank holds while it runs; 0 for a map stage that is not its chain's last
};

struct facet_plan {
    int64_t rows, subjects;
    int datasets, classes;
    int ranks, threads;             // of the run that is predicted
    int pilot_ranks, pilot_threads; // of the pilot
    double opening;                 // seconds to list the sources' rows
    struct facet_plan_stage stages[FACET_MAX_NODES];
    int n_stages;
    double seconds, bytes, memory; // of the whole; memory: of a rank
    double limit;                  // seconds to ask a batch system for
    struct {
        int64_t rows, bad; // rows taken, rows set aside
        int ranks;
        double seconds;
    } pilots[FACET_MOST_PILOTS];
    int n_pilots;
    char notes[FACET_MOST_PLAN_NOTES][240]; // what was assumed
    int n_notes;
    char warnings[FACET_MOST_PLAN_NOTES][FACET_ERROR_TEXT]; // what the sources say of themselves
    int n_warnings;
};

// Carries out the pilot and predicts. Nothing is left behind, and the workspace is not touched. Collective; the plan is
// rank 0's. config is as it was when this returns. Errors: those of a run.
int facet_plan_pipeline(struct facet_comm *comm, struct facet_config *config, const struct facet_plan_options *options,
                        struct facet_plan *plan, struct facet_error *error);

// A process that removes the scratch folder should this one end without having done so, killed or not. Starts it; call
// it before MPI is started. -1 when it cannot be had.
int facet_sweeper_start(void);

#endif
