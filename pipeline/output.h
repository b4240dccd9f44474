// Outputs: the container of a kept map stage, written unit by unit. A unit is done if and only if its recorded hash matches
// its data.
#ifndef FACET_PIPELINE_OUTPUT_H
#define FACET_PIPELINE_OUTPUT_H

#include "io/h5/container.h"
#include "pipeline/batch.h"
#include "pipeline/block.h"
#include "pipeline/layout.h"
#include "pipeline/marks.h"
#include "pipeline/unit_data.h"
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
    int n_nodes;
    int chain_length;    // nodes whose seconds are recorded
    int threads;         // of this rank, for compressing
    double mark_seconds; // how often what is written is made durable and marked
    const struct facet_text_attribute
        *attributes; // of a container that is made; "fingerprint", "created" tie marks to it
    int n_attributes;
};

// Opens the container for reading, or makes it when there is none. Collective, all arguments agree.
int facet_output_open(struct facet_comm *comm, const struct facet_output_plan *plan, struct facet_output **output,
                      struct facet_error *error);
// Closes it; after writing also flushes, and marks what is done. Collective; NULL is fine.
int facet_output_close(struct facet_output *output, struct facet_error *error);
// Compresses a container that is complete and closes it; for one that is compressed there is nothing to do, and *done is
// false. Nothing else of the output may be used afterwards. Collective. Errors: IO, MEMORY, INTERRUPTED; the container is then as it was.
int facet_output_compress(struct facet_output *output, bool *done, struct facet_error *error);
struct facet_container *facet_output_container(struct facet_output *output);

// Whether the unit is as it was recorded; units that marks vouch for are not read. One thread of a rank at a time.
int facet_output_check(struct facet_output *output, int64_t unit, bool *done, struct facet_error *error);
// Whether the unit was once recorded as done, so that it was altered since if it is not.
bool facet_output_recorded(const struct facet_output *output, int64_t unit);
// When the file was last changed before this run opened it, in nanoseconds; 0 for one this run made.
int64_t facet_output_changed(const struct facet_output *output);
// Whether the item table is as this run would write it. Collective.
int facet_output_check_items(struct facet_output *output, bool *match, struct facet_error *error);
// Gets ready for writing every unit that is not done: opens the file for it, writes the item table anew if it is not as
// it should be. Collective; done[] agrees.
int facet_output_begin(struct facet_output *output, const struct facet_items *items, const uint8_t *done,
                       bool items_match, struct facet_error *error);

// One thread's room for a unit of this output; NULL when out of memory.
struct facet_unit_data *facet_output_unit_data(const struct facet_output *output);
// Takes up a unit's columns (those of the node's fields) and the state of its rows. Any thread, touches no file.
// tries[i]: how often row i was tried, 0 when there is nothing to tell; may be NULL.
int facet_output_pack(const struct facet_output *output, struct facet_unit_data *data,
                      struct facet_column *const *columns, const struct facet_rows *rows, const int32_t *tries,
                      struct facet_error *error);
// Writes what was packed into a batch of the output's container; seconds one a node of the chain.
int facet_output_write(const struct facet_output *output, struct facet_batch *batch, int64_t unit,
                       const struct facet_unit_data *data, const double *seconds, struct facet_error *error);
// The unit's batch was flushed. One thread of a rank at a time.
int facet_output_note(struct facet_output *output, int64_t unit, struct facet_error *error);
// What the ledger of the container says of a unit's rows becomes their state. One thread of a rank at a time.
int facet_output_read_rows(struct facet_output *output, struct facet_unit_data *data, struct facet_rows *rows,
                           struct facet_error *error);

// Rows i with changed[i] == 0 of the columns become what the container has. One thread of a rank at a time.
int facet_output_restore(struct facet_output *output, int64_t first, int64_t count, const uint8_t *changed,
                         struct facet_column *const *columns, struct facet_error *error);

// Every kept container has the item table: text columns are as wide as their longest entry.
enum { FACET_ITEM_COLUMNS = 18 };
void facet_item_columns(const struct facet_items *items, struct facet_dataset columns[FACET_ITEM_COLUMNS]);
// Writes all columns but `valid` and gives their hash, as facet_items_hash would read it back. One rank calls it.
int facet_items_write(const struct facet_items *items, struct facet_container *container, struct facet_hash *hash,
                      struct facet_error *error);

// ---- output_verify.c: any container by itself, without knowing the pipeline ------------------------------------------

// Compares hashes. bad[unit] is set where they do not match; the caller frees *bad. *items_match: the item table is as it
// was written, and the units cover every row once.
int facet_output_verify(struct facet_container *container, uint8_t **bad, int64_t *units, int64_t *n_bad,
                        bool *items_match, struct facet_error *error);
// The columns no unit owns: all of /items but `valid`.
int facet_items_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error);
int facet_items_match(struct facet_container *container, int64_t n_units, bool *match, struct facet_error *error);
// Reads a unit into columns and data's ledger and compares it with its recorded hash.
int facet_unit_matches(struct facet_container *container, struct facet_unit_data *data,
                       struct facet_column *const *columns, const int64_t range[2], const struct facet_hash *recorded,
                       bool *match, struct facet_error *error);
// Content of a container, whatever its units, ranks and clock: items, data and quarantine. Every byte is read.
int facet_content_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error);
// The same for a map container whose units are known to match their hashes: its data are not read.
int facet_content_hash_recorded(struct facet_container *container, struct facet_hash *hash, struct facet_error *error);

#endif
