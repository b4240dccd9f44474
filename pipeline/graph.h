// The graph: which stage makes what another needs, which stages run as one chain, and what must be written.
#ifndef FACET_PIPELINE_GRAPH_H
#define FACET_PIPELINE_GRAPH_H

#include "pipeline/config.h"

enum { FACET_MAX_NODES = FACET_MAX_STAGES + 1, FACET_MAX_NEEDS = FACET_MAX_FIELDS };

// Node 0 is all sources together; node i is stage i - 1.
struct facet_node {
    const char *name;
    const struct facet_stage_config *stage; // NULL for node 0
    int n_needs, n_makes;
    int maker[FACET_MAX_NEEDS]; // node that makes the need; -1: an optional need nobody meets
    int place[FACET_MAX_NEEDS]; // its place among what that node makes; -1 while a source's fields are unknown
    int chain;                  // -1 for a collective stage
    bool keep;
};

struct facet_chain {
    int first, last; // nodes; node 0 heads the first chain that reads from it
    bool whole_sequences;
};

struct facet_graph {
    const struct facet_config *config;
    struct facet_node nodes[FACET_MAX_NODES];
    int n_nodes;
    struct facet_chain chains[FACET_MAX_NODES];
    int n_chains;
};

// Binds every need to the nearest earlier maker (a need of what is kept: to the nearest that is kept). Sources are taken to make what source_fields says. Problems: a need that
// nobody meets, each with the stages and arrays concerned.
int facet_graph_build(const struct facet_config *config, const struct facet_field *source_fields, int n_source_fields,
                      struct facet_graph *graph, struct facet_problems *problems);
bool facet_node_is_map(const struct facet_node *node);

// One "name.key = value" line a setting for a node and everything it depends on: what its fingerprint is made of. The
// caller frees the text; NULL when out of memory.
char *facet_graph_describe(const struct facet_graph *graph, int node);

#endif
