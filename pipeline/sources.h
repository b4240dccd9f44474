// The open sources of a run: one item table over all of them, and rows loaded from whichever source has them.
#ifndef FACET_PIPELINE_SOURCES_H
#define FACET_PIPELINE_SOURCES_H

#include "io/h5/container.h"
#include "pipeline/config.h"

struct facet_sources {
    const struct facet_config *config;
    struct facet_items *items;
    void *self[FACET_MAX_STAGES];
    int64_t first[FACET_MAX_STAGES + 1];         // first row of each source; the last entry is the number of rows
    struct facet_field fields[FACET_MAX_FIELDS]; // of all sources together
    int n_fields;
    int place[FACET_MAX_STAGES][FACET_MAX_FIELDS]; // of a source's own fields among them
    int own_fields[FACET_MAX_STAGES];
    struct facet_hash hash; // of the item table
    int64_t *picked;        // (rows) what row of the sources a row is; NULL: all of them are there
};

// Opens every source; all ranks must come to the same item table. Errors: a source's own, fields of one name that differ
// between sources, a fixed field that not all of them have, ranks that see different files. Collective.
int facet_sources_open(const struct facet_config *config, struct facet_comm *comm, struct facet_sources *sources,
                       struct facet_error *error);
void facet_sources_close(struct facet_sources *sources);
// Nothing can be loaded any more; the item table and the fields stay. Makes room for what comes then.
void facet_sources_end_loading(struct facet_sources *sources);
// Leaves only `rows` (rising, each dataset represented) of open sources, numbered from 0. Rank-local.
int facet_sources_pick(struct facet_sources *sources, const int64_t *rows, int64_t count, struct facet_error *error);
// Loads a workspace row into a row of a block. Thread-safe. Broken scans are set aside in the block.
int facet_sources_load(const struct facet_sources *sources, int64_t row, struct facet_block *block, int64_t block_row,
                       struct facet_error *error);

#endif
