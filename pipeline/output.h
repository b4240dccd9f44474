// Outputs: the container of a kept map stage, written unit by unit. A unit is done if and only if its recorded hash matches
// its data.
#ifndef FACET_PIPELINE_OUTPUT_H
#define FACET_PIPELINE_OUTPUT_H

#include "io/h5/container.h"
#include "pipeline/block.h"
#include "pipeline/units.h"

struct facet_output;

struct facet_output_plan {
    const char *path;
    const struct facet_field *fields;
    int n_fields;
    const struct facet_items *items;
    const struct facet_units *units;
    int node;                      // rows set aside by nodes up to this one are in its ledger
    const char *const *node_names; // of all nodes, for the ledger; borrowed while the output is open
    int chain_length;              // nodes whose seconds are recorded
    const struct facet_text_attribute *attributes;
    int n_attributes;
};

// Opens the container for writing, or makes it when there is none. Collective, all arguments agree.
int facet_output_open(struct facet_comm *comm, const struct facet_output_plan *plan, struct facet_output **output,
                      struct facet_error *error);
int facet_output_close(struct facet_output *output, struct facet_error *error); // collective; flushes; NULL is fine
// One thread of a rank at a time. columns are those of the node's fields; seconds one a node of the chain.
int facet_output_write(struct facet_output *output, int64_t unit, struct facet_column *const *columns,
                       const struct facet_rows *rows, const double *seconds, struct facet_error *error);
// Reads a unit back and compares its hash. One thread of a rank at a time.
int facet_output_check(struct facet_output *output, int64_t unit, bool *done, struct facet_error *error);
struct facet_container *facet_output_container(struct facet_output *output);

// Every kept container has the item table: text columns are as wide as their longest entry.
enum { FACET_ITEM_COLUMNS = 10 };
void facet_item_columns(const struct facet_items *items, struct facet_dataset columns[FACET_ITEM_COLUMNS]);
// Writes all columns but `valid` and gives their hash, as facet_items_hash would read it back. One rank calls it.
int facet_items_write(const struct facet_items *items, struct facet_container *container, struct facet_hash *hash,
                      struct facet_error *error);
// Checks the units of any container by itself, as `facet verify` does: hashes are compared without knowing the pipeline.
// bad[unit] is set where it does not match; the caller frees *bad. *items_match: the item table is as it was written, and
// the units cover every row once.
int facet_output_verify(struct facet_container *container, uint8_t **bad, int64_t *units, int64_t *n_bad,
                        bool *items_match, struct facet_error *error);
// Content of a container, whatever its units, ranks and clock: every dataset under data, items and quarantine.
int facet_content_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error);

#endif
