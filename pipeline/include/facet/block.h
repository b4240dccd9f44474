// Blocks: the rows of one unit in memory. The engine owns the buffers; a plugin fills or reads them.
#ifndef FACET_BLOCK_H
#define FACET_BLOCK_H

#include <facet/error.h>
#include <facet/field.h>
#include <facet/item.h>

struct facet_block;

int64_t facet_block_rows(const struct facet_block *block);
int64_t facet_block_first(const struct facet_block *block); // the workspace row of row 0
const struct facet_field *facet_block_field(const struct facet_block *block, int field);
int facet_block_fields(const struct facet_block *block);
struct facet_item facet_block_item(const struct facet_block *block, int64_t row);

// One row's value; zeroed before a plugin first sees it. Of a ragged field it may move at the next resize.
void *facet_block_data(struct facet_block *block, int field, int64_t row);
const void *facet_block_read(const struct facet_block *block, int field, int64_t row);
// Steps along dims[0] that the row holds: of a ragged field what resize set, else dims[0].
int64_t facet_block_count(const struct facet_block *block, int field, int64_t row);
// Sets a ragged row's count before it is filled. Errors: over the declared capacity (DATA), memory.
int facet_block_resize(struct facet_block *block, int field, int64_t row, int64_t count, struct facet_error *error);

// A row set aside keeps its place, holds zeros and a reason, and every later stage passes over it.
bool facet_block_valid(const struct facet_block *block, int64_t row);
void facet_block_quarantine(struct facet_block *block, int64_t row, int code, const char *format, ...)
    FACET_PRINTF(4, 5);

// A row that is kept though something beside its data is broken or missing: the sentence stands in the ledger with the code
// FACET_NOTED. Of several stages the first is heard; its sentences are joined by "; ".
void facet_block_note(struct facet_block *block, int64_t row, const char *format, ...) FACET_PRINTF(3, 4);

#endif
