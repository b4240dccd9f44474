// Who may ask a run to stop, and when: signals, a time limit, the end of the batch job. A run that is asked stops at the
// next unit or step, with everything done kept.
#ifndef FACET_PIPELINE_STOP_H
#define FACET_PIPELINE_STOP_H

#include <facet/comm.h>
#include <stdbool.h>

// What the pipeline file or the command line says of it.
struct facet_stop_rules {
    double max_time;   // seconds since the process began; 0: no limit
    int signal;        // one more that asks; 0: none
    int exit_status;   // of an interrupted run
    double before_end; // seconds to be done before the batch job ends
};

// A signal that may be used so, by name ("USR2", "SIGUSR2"); 0 when there is none of that name. *names lists them all.
int facet_stop_signal_named(const char *name, const char **names);

// SIGTERM, SIGINT, SIGUSR1 and `another` (0: none) ask from now on. The handler only sets a flag.
void facet_stop_on_signals(int another);
// Sets the limits, on every rank to the same moment: rank 0 says when the batch job ends. *about (owned by the caller,
// 200 bytes) tells of them; "" when there are none. Collective. Errors: USAGE (FACET_END_TIME is no time).
int facet_stop_set_limits(struct facet_comm *comm, const struct facet_stop_rules *rules, char *about,
                          struct facet_error *error);

// A unit or step took so long: none is begun that would not be over in time. Any thread.
void facet_stop_note_work(double seconds);
// Is this rank asked to stop? Stays so. Any thread.
bool facet_stop_requested(void);
// FACET_OK, or on all ranks FACET_INTERRUPTED when any was asked, with a sentence of who asked: "stopped on SIGTERM".
// Collective.
int facet_stop_agree(struct facet_comm *comm, struct facet_error *error);

// batch_end.c: seconds from now until the batch job ends; 0 when there is no such end, or none that can be learnt.
// Sources: FACET_END_TIME (unix seconds), Slurm's SLURM_JOB_END_TIME, squeue. Errors: USAGE (FACET_END_TIME is no time).
int facet_batch_seconds_left(double *left, struct facet_error *error);

#endif
