// Shared by the files of a chain alone: a chain being carried out, and what one thread works in.
#ifndef FACET_PIPELINE_CHAIN_INTERNAL_H
#define FACET_PIPELINE_CHAIN_INTERNAL_H

#include "mpi/counter.h"
#include "pipeline/run_internal.h"

#include <pthread.h>

enum { MOST_EXTERNAL = 32 };

// A field read from the container of a stage outside the chain.
struct external {
    int node;
    struct facet_field field;
};

struct chain_run {
    struct facet_run *run;
    const struct facet_chain *chain;
    struct facet_stage stages[FACET_MAX_NODES];
    void *self[FACET_MAX_NODES];
    struct facet_output *outputs[FACET_MAX_NODES];
    struct external external[MOST_EXTERNAL];
    int n_external;
    struct facet_units units;
    const char *node_names[FACET_MAX_NODES];
    struct facet_counter *counter;
    uint8_t *done[FACET_MAX_NODES]; // of a kept node, a unit each: it is as it should be
    uint8_t *retry;                 // a unit each: rows set aside are to be tried again; NULL: none
    int64_t *pending, n_pending;    // units to do
    int64_t units_done;             // by this rank, then by all
    pthread_mutex_t turn;
    int code; // the first failure of a thread of this rank
    struct facet_error error;
    double busy[FACET_MAX_NODES]; // seconds this rank's threads spent on each node
    double busiest;               // the busiest thread's, on all
    int64_t rows_done;
    double shares[FACET_MAX_NODES]; // of each node in the chain's time, from the first on, over all ranks
};

// What one thread works in, kept from unit to unit.
struct worker {
    struct facet_column *columns[FACET_MAX_NODES][FACET_MAX_FIELDS], *external[MOST_EXTERNAL];
    struct facet_block *in[FACET_MAX_NODES], *out[FACET_MAX_NODES];
    struct facet_unit_data *data[FACET_MAX_NODES]; // of kept nodes
    struct facet_batch *batch[FACET_MAX_NODES];    // likewise: what is on its way to the file
    struct facet_rows rows;
    uint8_t *told;                             // a row each: it was set aside before, and is tried again
    int32_t *tries;                            // a row each, while rows are tried again
    double busy[FACET_MAX_NODES];              // seconds inside units, waiting for other threads not counted
    int64_t rows_done, tallies[FACET_TALLIES]; // tallies: not told yet
};

// What a unit still needs: nodes from..to are computed, what they need of nodes before is read back.
struct unit_plan {
    int from, to;
};

bool chain_inside(const struct chain_run *c, int node);
bool chain_wants_rows(const struct facet_node *node, int need);
int chain_find_external(const struct chain_run *c, int node, const char *name); // -1: none

// chain_pending.c. Which units are to be done, and what of them. Collective.
int chain_find_pending(struct chain_run *c, struct facet_error *error);
void chain_free_pending(struct chain_run *c);
struct unit_plan chain_plan_unit(const struct chain_run *c, int64_t unit);
// What a run would do, without making anything. Collective.
int chain_tell_pending(struct facet_run *run, int chain, struct facet_error *error);

// chain_finish.c. What the containers of a finished chain say. Collective.
int chain_read_outputs(struct chain_run *c, struct facet_error *error);
// Takes the rows a container sets aside out of the mask of the run. Not collective.
int chain_read_valid(struct facet_run *run, struct facet_container *container, struct facet_error *error);
// A rank's threads take turns at MPI and HDF5; the watchdog sees them wait for it.
void chain_take_turn(struct chain_run *c);
void chain_end_turn(struct chain_run *c);

// chain_worker.c. Each thread has one worker; NULL when out of memory.
struct worker *chain_worker_create(struct chain_run *c, struct facet_error *error);
void chain_worker_destroy(const struct chain_run *c, struct worker *w);
// Takes a unit through the chain; what is kept of it is in the file after chain_settle at the latest.
int chain_do_unit(struct chain_run *c, struct worker *w, int64_t unit, struct facet_error *error);
// The units pending[first] .. pending[first + count - 1] are done: all of them goes to the files.
int chain_settle(struct chain_run *c, struct worker *w, int64_t first, int64_t count, struct facet_error *error);

// chain_account.c: how the work was spread.
void chain_account_worker(struct chain_run *c, const struct worker *w);   // a thread has come to its end; takes a turn
int chain_account_gather(struct chain_run *c, struct facet_error *error); // to the nodes' accounts; collective
void chain_take_up(struct chain_run *c);                                  // tells the journal what is to be done
// What all ranks have done so far; facet_journal_ask, the context being the chain.
bool chain_ask(void *context, int64_t *units, int64_t *set_aside);

#endif
