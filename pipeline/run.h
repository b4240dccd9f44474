// A run: takes a checked pipeline through its chains and collective stages, doing only what is not done.
#ifndef FACET_PIPELINE_RUN_H
#define FACET_PIPELINE_RUN_H

#include "pipeline/config.h"

#include <facet/comm.h>
#include <stdio.h>

// STEP comes when a collective stage tells of a step, from the thread that runs it; GOES_ON twice a second.
enum facet_progress_event { FACET_PROGRESS_BEGINS, FACET_PROGRESS_GOES_ON, FACET_PROGRESS_ENDS, FACET_PROGRESS_STEP };

// How far a stage, or a fused chain under the name of its last stage, is over all ranks.
struct facet_run_progress {
    enum facet_progress_event event;
    const char *stage, *what; // "units", "steps"
    int64_t done, total;      // earlier runs included; total 0: the stage does not tell
    int64_t set_aside;        // rows, by earlier runs too
    double rate;              // a second, in this run; 0 while unknown
    double rows_per_second;   // 0: unknown, or not counted in rows
    double seconds_left;      // at this run's rate; negative while unknown
};

// How a run tells what it does; rank 0 calls them, one at a time, progress from a thread of its own, and the watchdog of
// any rank `alarm`, from a thread of its own. Any may be NULL. Library code prints nothing itself.
struct facet_run_events {
    void (*progress)(void *context, const struct facet_run_progress *progress);
    void (*note)(void *context, const char *text);
    void (*alarm)(void *context, const char *text);
    void *context;
};

struct facet_pilot;

struct facet_run_options {
    bool fresh;             // forget this pipeline's containers first
    bool dry_run;           // say what would be done
    bool retry_quarantined; // try rows again that were set aside
    const char *from;       // redo this stage and all after it; NULL: only what is not done
    const char *until;      // stop after this stage; NULL: all
    const char *command;    // the command line, for provenance
    struct facet_run_events events;
    struct facet_pilot *pilot; // run on some of the rows and measure (pilot.h); NULL: an ordinary run
};

struct facet_run_summary_row {
    char name[FACET_NAME_MAX];
    bool kept, skipped; // skipped: it was done already
    int64_t rows, quarantined, units_done;
    double seconds;                     // wall time in this run; stages fused in a chain share it
    double rows_per_second, core_hours; // in this run: wall x ranks x threads
    double balance;                     // mean busy time of a worker over that of the busiest; 0: not measured
    char content_hash[33];
};

struct facet_run_summary {
    struct facet_run_summary_row rows[FACET_MAX_STAGES + 1];
    int count;
};

// Collective; all ranks return the same code. Errors: those of the plugins and of the files, STATE (the workspace holds
// something made otherwise), TOO_MANY_BAD, INTERRUPTED.
int facet_run_pipeline(struct facet_comm *comm, const struct facet_config *config,
                       const struct facet_run_options *options, struct facet_run_summary *summary,
                       struct facet_error *error);

// A line in debug.log, for handlers that end the process; nothing where no run has its log open.
void facet_run_last_words(const char *text);

#endif
