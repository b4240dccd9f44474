// The journal of a run, kept by rank 0: <workspace>/run.json and the progress shown. A thread of rank 0 keeps both up to
// date, so that they move while the ranks work on long units. On other ranks, and in a dry run, every call that is not
// said to be collective does nothing.
#ifndef FACET_PIPELINE_JOURNAL_H
#define FACET_PIPELINE_JOURNAL_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct facet_run;
struct facet_journal;

enum facet_phase { FACET_NOT_BEGUN, FACET_AT_WORK, FACET_DONE };

// What was done on one node. Stages fused in a chain share its wall time as they share its workers' time.
struct facet_account {
    enum facet_phase phase;
    bool skipped;                             // it was done before this run
    int64_t rows_done;                        // in this run
    double seconds, core_hours;               // wall, and wall x ranks x threads, in this run
    double busy;                              // seconds of all workers inside its units, in this run
    double balance;                           // mean busy time of a worker over that of the busiest; 0: not measured
    double seconds_before, core_hours_before; // of earlier runs, as their run.json said
};

// Takes over what an earlier run.json says of earlier runs, and writes the first of this run. Collective.
int facet_journal_begin(struct facet_run *run, struct facet_error *error);
// What is left to do of stages when a run takes them up.
struct facet_journal_task {
    int first, last;                // nodes
    const char *what;               // "units", "steps": see facet_stage_progress
    int64_t done, total, set_aside; // by earlier runs: units of so many, rows set aside in them
    int64_t rows;                   // in the units left; 0: not counted in rows
    bool preparing;                 // what is left is not known yet: files are opened, units checked
};
void facet_journal_take_up(struct facet_run *run, const struct facet_journal_task *task);
// How far the stages taken up are. total 0: as said before.
void facet_journal_progress(struct facet_run *run, int64_t done, int64_t total, const char *what);
// Asks what all ranks have done since the stages were taken up; false when it cannot be told now. Called by the
// journal's thread about once a second.
typedef bool facet_journal_ask(void *context, int64_t *units, int64_t *set_aside);
void facet_journal_listen(struct facet_run *run, facet_journal_ask *ask, void *context); // NULL: no more, at once
// What run->nodes says of the stages is final (done), or as far as this run came.
void facet_journal_lay_down(struct facet_run *run, int first, int last, bool done);
void facet_journal_note(struct facet_run *run, const char *text); // shows a sentence between two states of progress
// The last word; frees the journal. Not collective.
void facet_journal_end(struct facet_run *run, int code, const struct facet_error *error);
const char *facet_journal_run_id(const struct facet_run *run); // "" where there is no journal

#endif
