// The rows of one unit on their way between memory and a container: ledger, packed ragged rows, hashes.
//
// A row's hash covers its number, its values, and why it was set aside; a unit's hash covers those of its rows. A unit
// counts as done if and only if its recorded hash matches its data.
#ifndef FACET_PIPELINE_UNIT_DATA_H
#define FACET_PIPELINE_UNIT_DATA_H

#include "pipeline/batch.h"
#include "pipeline/block.h"
#include "pipeline/layout.h"

// Of rows as a container tells it.
struct facet_ledger {
    uint8_t *valid;
    int32_t *code, *tries; // enum facet_code; how often the row was tried, 0: once, and nothing to tell
    char (*stage)[FACET_NAME_MAX], (*message)[FACET_MESSAGE_MAX];
};

struct facet_unit_data;

// Room for units of up to max_rows rows. The layout must outlive it. NULL when out of memory.
struct facet_unit_data *facet_unit_data_create(const struct facet_layout *layout, int64_t max_rows);
void facet_unit_data_destroy(struct facet_unit_data *data); // NULL is fine
struct facet_ledger *facet_unit_data_ledger(struct facet_unit_data *data);

// Takes up the rows [first, first + count) that columns (one a field, borrowed) and the ledger hold: packs ragged rows,
// hashes. Touches no file. Errors: memory.
int facet_unit_data_pack(struct facet_unit_data *data, int64_t first, int64_t count,
                         struct facet_column *const *columns, struct facet_error *error);
struct facet_hash facet_unit_data_hash(const struct facet_unit_data *data); // of the unit
const struct facet_hash *facet_unit_data_row_hashes(const struct facet_unit_data *data);

// Writes what was packed, into a batch of the container; with `fresh` the file holds zeros where nothing was written yet.
int facet_unit_data_write(const struct facet_unit_data *data, struct facet_batch *batch, bool fresh,
                          struct facet_error *error);
// Reads rows into columns and the ledger. Errors: DATA where counts or starts cannot be, IO, memory. One thread of a rank
// at a time.
int facet_unit_data_read(struct facet_unit_data *data, struct facet_container *container, int64_t first, int64_t count,
                         struct facet_column *const *columns, struct facet_error *error);
// The ledger alone.
int facet_ledger_read(struct facet_unit_data *data, struct facet_container *container, int64_t first, int64_t count,
                      struct facet_error *error);
// One field alone, into the column's rows 0 to count - 1.
int facet_field_read(struct facet_container *container, const struct facet_field *field, int64_t first, int64_t count,
                     struct facet_column *column, struct facet_error *error);

#endif
