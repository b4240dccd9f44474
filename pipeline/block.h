// The engine's side of blocks (facet/block.h): columns that blocks share, and the state of a unit's rows.
//
// A column holds one field of a unit's rows. The block a stage reads is put together from columns that other stages
// filled, so handing data on costs nothing.
#ifndef FACET_PIPELINE_BLOCK_H
#define FACET_PIPELINE_BLOCK_H

#include <facet/block.h>

enum { FACET_MESSAGE_MAX = 192 }; // bytes of a quarantine message, its end included

// In pages as large as the system has them, where it has; to be freed. NULL when out of memory.
void *facet_large_memory(size_t bytes);

struct facet_column;
struct facet_column *facet_column_create(const struct facet_field *field, int64_t max_rows); // NULL: out of memory
void facet_column_destroy(struct facet_column *column);
const struct facet_field *facet_column_field(const struct facet_column *column);
void facet_column_clear(struct facet_column *column, int64_t rows); // zeros, ragged counts 0
void facet_column_clear_row(struct facet_column *column, int64_t row);
int64_t facet_column_count(const struct facet_column *column, int64_t row);
int facet_column_resize(struct facet_column *column, int64_t row, int64_t count, struct facet_error *error); // zeros
int facet_column_lay(struct facet_column *column, int64_t row, int64_t count, struct facet_error *error);    // anything
void *facet_column_data(const struct facet_column *column, int64_t row);
// Where rows [first, end) lie one right after the other; NULL when they do not.
void *facet_column_span(const struct facet_column *column, int64_t first, int64_t end);

enum { FACET_NODE_FORGET = -1 }; // the node, as facet_rows tells it, that set forgotten people aside

// Why rows were set aside, shared by all blocks of a unit.
struct facet_rows {
    int64_t first, count;
    uint8_t *valid;
    int32_t *stage, *code; // of a row set aside in this unit: who did it and why; code 0 otherwise
    char (*message)[FACET_MESSAGE_MAX];
    int32_t *noted; // 1 + the stage that said what is in note; 0: none
    char (*note)[FACET_MESSAGE_MAX];
};
int facet_rows_create(int64_t max_rows, struct facet_rows *rows, struct facet_error *error);
void facet_rows_destroy(struct facet_rows *rows);

// A block of borrowed columns; stage is written into the state of rows it sets aside.
struct facet_block *facet_block_of(struct facet_column *const *columns, int n_columns, struct facet_rows *rows,
                                   const struct facet_items *items, int stage); // NULL: out of memory

// The same rows with some of the columns, in this order; borrowed. NULL: out of memory.
struct facet_block *facet_block_pick(const struct facet_block *block, const int *columns, int n_columns);

// A block with columns and rows of its own.
int facet_block_create(const struct facet_field *fields, int n_fields, const struct facet_items *items, int64_t first,
                       int64_t rows, struct facet_block **block, struct facet_error *error);
void facet_block_destroy(struct facet_block *block);

#endif
