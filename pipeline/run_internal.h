// Shared by the files that carry out a run: run.c, chain.c, collective.c, stage.c, provenance.c.
#ifndef FACET_PIPELINE_RUN_INTERNAL_H
#define FACET_PIPELINE_RUN_INTERNAL_H

#include "io/h5/container.h"
#include "mpi/clock.h"
#include "mpi/ranks.h"
#include "mpi/watchdog.h"
#include "pipeline/cores.h"
#include "pipeline/graph.h"
#include "pipeline/journal.h"
#include "pipeline/lock.h"
#include "pipeline/output.h"
#include "pipeline/run.h"
#include "pipeline/sources.h"
#include "pipeline/stop.h"
#include "pipeline/texts.h"
#include "pipeline/trace.h"

#include <facet/stage.h>

#include <limits.h>

struct facet_node_state {
    struct facet_field fields[FACET_MAX_FIELDS]; // of a map stage (or the sources), once declared
    bool declared;
    char *description; // facet_graph_describe
    char fingerprint[33];
    struct facet_container *input; // its container, open for reading while a stage that needs it runs
    char content_hash[33];         // once known
    double seconds;                // wall, over all runs
    int64_t quarantined;
    bool finished;
    int64_t altered; // when units of it were altered at the latest, ns; 0: none was found so
    struct facet_account account;
};

struct facet_run {
    struct facet_comm *comm;
    const struct facet_config *config;
    const struct facet_run_options *options;
    struct facet_graph graph;
    struct facet_sources sources;
    struct facet_node_state nodes[FACET_MAX_NODES];
    uint8_t *noted;     // (rows) 1 = a stage finished so far kept the row with a note
    uint8_t *valid;     // (rows) 1 = no stage finished so far set the row aside
    uint8_t *forgotten; // (rows) 1 = of a person who is not to be loaded again; NULL: there are none
    int64_t rows, n_forgotten;
    int redo_from;  // nodes from this one on begin anew, as --fresh or --from says; INT_MAX: none
    bool mask_open; // in a dry run: a stage that is yet to be made may set other rows aside than `valid` has
    struct facet_cores *cores;
    int threads, workers;    // threads of this rank; of all ranks
    FILE *log;               // rank 0's user.log
    struct facet_lock *lock; // of the workspace, on rank 0
    struct facet_trace *trace;
    struct facet_journal *journal; // rank 0's
    int debug;                     // this rank's debug.log; -1: none
    struct facet_run_summary *summary;
    char *libraries; // loaded when the run began
    char created[32], isa[64];
    char ranks_text[16], threads_text[16], seed_text[32];
};

struct facet_stage {
    struct facet_run *run;
    int node;
    struct facet_container *out; // of a collective stage
    double before;               // seconds that earlier runs spent on it, as its checkpoint says
    int64_t steps;               // of a collective stage in this run: how often it asked whether to stop
    double began;                // when this run took it up, by the monotonic clock
    double saved;                // when its last checkpoint was written; 0: not in this run
    double step_began;           // when it was last asked whether to stop
    struct facet_quarantine_entry *ledger;
    struct facet_text_keeper ledger_texts;
    int64_t ledger_count;
    struct facet_quarantine_entry *notes; // rows kept with a note
    int64_t notes_count, notes_room;
    bool ledger_read;
    struct facet_error ledger_error; // why it is not whole; its code is FACET_OK when it is
};

// machine.c
void facet_run_note_circumstances(struct facet_run *run); // what the run's containers say of where they were made

// workspace.c
// Makes the folder, forgets what --fresh and --from say, begins the log. Collective.
int facet_run_open_workspace(struct facet_run *run, struct facet_error *error);
int facet_run_stage_named(const struct facet_run *run, const char *option, const char *name, int *node,
                          struct facet_error *error);
// Whether there is a container that this run may go on with: made by the same stage with the same settings from the same
// things. One that was made otherwise is told of and, but for a dry run, removed. Errors: STATE, when another pipeline
// made it. Collective.
int facet_run_check_container(struct facet_run *run, int node, const char *path, bool *exists,
                              struct facet_error *error);
// For a dry run: "" or what may yet change the stage's inputs.
const char *facet_run_doubt(const struct facet_run *run, int node);
// The name of a stage whose units were altered before a file of `node` was last changed, so that it may have been made
// from what was altered; NULL when there is none.
const char *facet_run_poisoned(const struct facet_run *run, int node, int64_t changed);
// Removes what nodes behind `after` made of altered units, whether or not this run comes to them. Collective.
int facet_run_remove_poisoned(struct facet_run *run, int after, struct facet_error *error);

// run_forget.c
// Finishes what an interrupted facet forget left and masks whom the workspace's tombstone means. Collective.
int facet_run_mask_forgotten(struct facet_run *run, struct facet_error *error);

// run.c
void facet_run_path(const struct facet_run *run, int node, const char *suffix, char *path, size_t size);
void facet_run_note(struct facet_run *run, const char *format, ...) FACET_PRINTF(2, 3);
int facet_run_open_inputs(struct facet_run *run, int first, int last, struct facet_error *error); // collective
int facet_run_close_inputs(struct facet_run *run, int code, struct facet_error *error); // collective; code first
// What a node's field looks like: as declared in this run, or as its container holds it.
int facet_run_field(struct facet_run *run, int node, const char *name, struct facet_field *field,
                    struct facet_error *error);
struct facet_run_summary_row *facet_run_summarise(struct facet_run *run, int node);
// The wall time of the stages `first` to `last` in this run, rank 0's for all ranks, goes to their accounts: shared as
// `shares` says, evenly when they are all 0. Collective.
int facet_run_account_for(struct facet_run *run, int first, int last, double seconds, const double *shares,
                          struct facet_error *error);

// debug.c
int facet_debug_open(struct facet_run *run, struct facet_error *error); // collective
void facet_debug_close(struct facet_run *run);
// A line "time rank stage message". Any rank, any thread; nothing where no log is open.
void facet_run_debug(const struct facet_run *run, const char *stage, const char *format, ...) FACET_PRINTF(3, 4);

// libraries.c: "libhdf5_openmpi.so.103.3.0 libdnnl.so.2.6 ..."; the caller frees the text, NULL when out of memory.
char *facet_loaded_libraries(void);

// watch.c: the run's watchdog, from here on. Collective.
int facet_run_watch(const struct facet_run *run, struct facet_watchdog **watchdog, struct facet_error *error);

// provenance.c
#define FACET_SCHEMA "facet/2" // of containers: docs/formats.md
enum { FACET_MOST_ATTRIBUTES = 32 };
struct facet_attributes {
    struct facet_text_attribute all[FACET_MOST_ATTRIBUTES];
    int count;
    char *texts[FACET_MOST_ATTRIBUTES];
};
// The attributes of a node's container; texts are owned by *attributes.
int facet_provenance(const struct facet_run *run, int node, struct facet_attributes *attributes,
                     struct facet_error *error);
void facet_attributes_free(struct facet_attributes *attributes);
// What a stage is made from, a line each: "rows <hash of the row mask>", "<stage> <content hash>" or "<stage> in memory".
// The caller frees the text; NULL when out of memory.
char *facet_run_inputs(const struct facet_run *run, int node);

// chain.c, collective.c; collective
int facet_run_chain(struct facet_run *run, int chain, struct facet_error *error);
int facet_run_collective(struct facet_run *run, int node, struct facet_error *error);

// stage.c
void facet_stage_free_scratch(struct facet_stage *stage);

#endif
