// Shared by chain.c and chain_worker.c alone: a chain being carried out, and what one thread works in.
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
    int64_t *pending, n_pending, done; // units to do; how many this rank has done
    pthread_mutex_t turn;
    int code; // the first failure of a thread of this rank
    struct facet_error error;
};

// What one thread works in, kept from unit to unit.
struct worker {
    struct facet_column *columns[FACET_MAX_NODES][FACET_MAX_FIELDS], *external[MOST_EXTERNAL];
    struct facet_block *in[FACET_MAX_NODES], *out[FACET_MAX_NODES];
    struct facet_rows rows;
    char *packed; // external rows as they lie in the file
};

bool chain_inside(const struct chain_run *c, int node);
bool chain_wants_rows(const struct facet_node *node, int need);
int chain_find_external(const struct chain_run *c, int node, const char *name); // -1: none

// chain_worker.c. Each thread has one worker; NULL when out of memory.
struct worker *chain_worker_create(const struct chain_run *c, struct facet_error *error);
void chain_worker_destroy(const struct chain_run *c, struct worker *w);
// Takes a unit through the chain and writes what is kept of it.
int chain_do_unit(struct chain_run *c, struct worker *w, int64_t unit, struct facet_error *error);

#endif
