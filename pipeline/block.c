#include "pipeline/block.h"

#include "mpi/pulse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct ragged_row {
    char *data, *own; // own: a place outside the common one, when that was used up
    int64_t count, room;
};

// Ragged rows lie one after the other in the order in which they were given a size, so that those of a unit can mostly
// be moved at once. Their place would hold all of them at their largest; the system backs what is touched.
struct facet_column {
    struct facet_field field;
    size_t row_bytes, step;
    char *all; // the rows of a fixed field, packed; the common place of a ragged one
    size_t used;
    struct ragged_row *ragged; // NULL: fixed
    int64_t max_rows;
};

struct facet_block {
    struct facet_column **columns;
    int n_columns, stage;
    struct facet_rows *rows;
    const struct facet_items *items;
    bool owns; // columns and rows are the block's own
    struct facet_rows own_rows;
};

void *facet_large_memory(size_t bytes) {
    enum { HUGE_PAGE = 2 << 20 };
    if (bytes < HUGE_PAGE / 2) return malloc(bytes);
    size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *memory = aligned_alloc(HUGE_PAGE, whole);
    if (memory) madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}

struct facet_column *facet_column_create(const struct facet_field *field, int64_t max_rows) {
    struct facet_column *column = calloc(1, sizeof *column);
    if (!column) return NULL;
    column->field = *field, column->max_rows = max_rows;
    column->row_bytes = facet_field_bytes(field), column->step = facet_field_step(field);
    size_t bytes = (size_t)max_rows * column->row_bytes + 1;
    column->all = facet_large_memory(bytes);
    if (column->all && !field->ragged) memset(column->all, 0, bytes);
    if (field->ragged) column->ragged = calloc((size_t)max_rows + 1, sizeof *column->ragged);
    if (column->all && (column->ragged || !field->ragged)) return column;
    facet_column_destroy(column);
    return NULL;
}

void facet_column_destroy(struct facet_column *column) {
    if (!column) return;
    for (int64_t i = 0; column->ragged && i < column->max_rows; i++) free(column->ragged[i].own);
    free(column->ragged);
    free(column->all);
    free(column);
}

const struct facet_field *facet_column_field(const struct facet_column *column) {
    return &column->field;
}

void facet_column_clear(struct facet_column *column, int64_t rows) {
    if (!column->ragged) memset(column->all, 0, (size_t)rows * column->row_bytes);
    column->used = 0;
    for (int64_t i = 0; column->ragged && i < column->max_rows; i++) {
        free(column->ragged[i].own);
        column->ragged[i] = (struct ragged_row){0};
    }
}

void facet_column_clear_row(struct facet_column *column, int64_t row) {
    if (!column->ragged)
        memset(column->all + (size_t)row * column->row_bytes, 0, column->row_bytes);
    else
        column->ragged[row].count = 0;
}

int64_t facet_column_count(const struct facet_column *column, int64_t row) {
    if (column->ragged) return column->ragged[row].count;
    return column->field.rank ? column->field.dims[0] : 1;
}

// Room for so many steps; what is in it is anything.
static bool place_row(struct facet_column *column, struct ragged_row *row, int64_t count) {
    size_t bytes = (size_t)count * column->step, all = (size_t)column->max_rows * column->row_bytes;
    if (count <= row->room) return true;
    if (bytes <= all - column->used) {
        row->data = column->all + column->used;
        column->used += bytes;
    } else {
        char *own = realloc(row->own, bytes);
        if (!own) return false;
        row->data = row->own = own;
    }
    row->room = count;
    return true;
}

int facet_column_lay(struct facet_column *column, int64_t row, int64_t count, struct facet_error *error) {
    FACET_REQUIRE(column->ragged);
    if (count < 0 || count > column->field.dims[0])
        return facet_error_set(error, FACET_ERROR_DATA, "%s has %lld entries, more than the %lld declared",
                               column->field.name, (long long)count, (long long)column->field.dims[0]);
    if (!place_row(column, &column->ragged[row], count))
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s of one row", column->field.name);
    column->ragged[row].count = count;
    return FACET_OK;
}

int facet_column_resize(struct facet_column *column, int64_t row, int64_t count, struct facet_error *error) {
    int code = facet_column_lay(column, row, count, error);
    if (code == FACET_OK && count) memset(column->ragged[row].data, 0, (size_t)count * column->step);
    return code;
}

void *facet_column_data(const struct facet_column *column, int64_t row) {
    return column->ragged ? column->ragged[row].data : column->all + (size_t)row * column->row_bytes;
}

void *facet_column_span(const struct facet_column *column, int64_t first, int64_t end) {
    char *begin = NULL, *next = NULL;
    if (!column->ragged) return facet_column_data(column, first);
    for (int64_t row = first; row < end; row++) {
        const struct ragged_row *r = &column->ragged[row];
        if (!r->count) continue;
        if (begin && r->data != next) return NULL;
        if (!begin) begin = r->data;
        next = r->data + (size_t)r->count * column->step;
    }
    return begin ? begin : column->all;
}

int facet_rows_create(int64_t max_rows, struct facet_rows *rows, struct facet_error *error) {
    size_t n = (size_t)max_rows + 1;
    *rows = (struct facet_rows){.valid = calloc(n, sizeof *rows->valid),
                                .stage = calloc(n, sizeof *rows->stage),
                                .code = calloc(n, sizeof *rows->code),
                                .message = calloc(n, sizeof *rows->message),
                                .noted = calloc(n, sizeof *rows->noted),
                                .note = calloc(n, sizeof *rows->note)};
    if (rows->valid && rows->stage && rows->code && rows->message && rows->noted && rows->note) return FACET_OK;
    facet_rows_destroy(rows);
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the state of %lld rows", (long long)max_rows);
}

void facet_rows_destroy(struct facet_rows *rows) {
    free(rows->valid), free(rows->stage), free(rows->code), free(rows->message);
    free(rows->noted), free(rows->note);
    *rows = (struct facet_rows){0};
}

struct facet_block *facet_block_of(struct facet_column *const *columns, int n_columns, struct facet_rows *rows,
                                   const struct facet_items *items, int stage) {
    struct facet_block *block = calloc(1, sizeof *block);
    if (!block) return NULL;
    *block = (struct facet_block){.n_columns = n_columns, .rows = rows, .items = items, .stage = stage};
    block->columns = calloc((size_t)n_columns + 1, sizeof *block->columns);
    if (!block->columns) {
        free(block);
        return NULL;
    }
    for (int i = 0; i < n_columns; i++) block->columns[i] = columns[i];
    return block;
}

struct facet_block *facet_block_pick(const struct facet_block *block, const int *columns, int n_columns) {
    struct facet_column *picked[FACET_MAX_FIELDS];
    FACET_REQUIRE(n_columns <= FACET_MAX_FIELDS);
    for (int i = 0; i < n_columns; i++) picked[i] = block->columns[columns[i]];
    return facet_block_of(picked, n_columns, block->rows, block->items, block->stage);
}

int facet_block_create(const struct facet_field *fields, int n_fields, const struct facet_items *items, int64_t first,
                       int64_t rows, struct facet_block **block, struct facet_error *error) {
    struct facet_column *columns[FACET_MAX_FIELDS] = {0};
    *block = NULL;
    FACET_REQUIRE(n_fields <= FACET_MAX_FIELDS);
    bool made = true;
    for (int i = 0; i < n_fields; i++) made &= (columns[i] = facet_column_create(&fields[i], rows)) != NULL;
    struct facet_block *b = made ? facet_block_of(columns, n_fields, NULL, items, 0) : NULL;
    if (!b) {
        for (int i = 0; i < n_fields; i++) facet_column_destroy(columns[i]);
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a block of %lld rows", (long long)rows);
    }
    b->owns = true;
    int code = facet_rows_create(rows, &b->own_rows, error);
    if (code != FACET_OK) {
        facet_block_destroy(b);
        return code;
    }
    b->rows = &b->own_rows;
    b->rows->first = first, b->rows->count = rows;
    memset(b->rows->valid, 1, (size_t)rows);
    *block = b;
    return FACET_OK;
}

void facet_block_destroy(struct facet_block *block) {
    if (!block) return;
    if (block->owns) {
        for (int i = 0; i < block->n_columns; i++) facet_column_destroy(block->columns[i]);
        facet_rows_destroy(&block->own_rows);
    }
    free(block->columns);
    free(block);
}

int64_t facet_block_rows(const struct facet_block *block) {
    return block->rows->count;
}

int64_t facet_block_first(const struct facet_block *block) {
    return block->rows->first;
}

// A plugin that reaches for a value is alive.
static struct facet_column *column_at(const struct facet_block *block, int field, int64_t row) {
    facet_pulse_beat();
    FACET_REQUIRE(field >= 0 && field < block->n_columns && block->columns[field]);
    FACET_REQUIRE(row >= 0 && row < block->rows->count);
    return block->columns[field];
}

const struct facet_field *facet_block_field(const struct facet_block *block, int field) {
    FACET_REQUIRE(field >= 0 && field < block->n_columns);
    return block->columns[field] ? &block->columns[field]->field : NULL;
}

int facet_block_fields(const struct facet_block *block) {
    return block->n_columns;
}

struct facet_item facet_block_item(const struct facet_block *block, int64_t row) {
    return facet_items_get(block->items, block->rows->first + row);
}

void *facet_block_data(struct facet_block *block, int field, int64_t row) {
    return facet_column_data(column_at(block, field, row), row);
}

const void *facet_block_read(const struct facet_block *block, int field, int64_t row) {
    return facet_column_data(column_at(block, field, row), row);
}

int64_t facet_block_count(const struct facet_block *block, int field, int64_t row) {
    return facet_column_count(column_at(block, field, row), row);
}

int facet_block_resize(struct facet_block *block, int field, int64_t row, int64_t count, struct facet_error *error) {
    return facet_column_resize(column_at(block, field, row), row, count, error);
}

bool facet_block_valid(const struct facet_block *block, int64_t row) {
    FACET_REQUIRE(row >= 0 && row < block->rows->count);
    return block->rows->valid[row];
}

void facet_block_note(struct facet_block *block, int64_t row, const char *format, ...) {
    FACET_REQUIRE(row >= 0 && row < block->rows->count);
    struct facet_rows *rows = block->rows;
    if (!rows->valid[row] || (rows->noted[row] && rows->noted[row] != block->stage + 1)) return;
    size_t used = rows->noted[row] ? strlen(rows->note[row]) : 0;
    if (used > 0) used += (size_t)snprintf(rows->note[row] + used, FACET_MESSAGE_MAX - used, "; ");
    rows->noted[row] = block->stage + 1;
    if (used >= FACET_MESSAGE_MAX) return;
    va_list args;
    va_start(args, format);
    vsnprintf(rows->note[row] + used, FACET_MESSAGE_MAX - used, format, args);
    va_end(args);
}

void facet_block_quarantine(struct facet_block *block, int64_t row, int code, const char *format, ...) {
    FACET_REQUIRE(row >= 0 && row < block->rows->count && code != FACET_OK);
    if (!block->rows->valid[row]) return; // the first reason stands
    block->rows->valid[row] = 0;
    block->rows->stage[row] = block->stage;
    block->rows->code[row] = code;
    va_list args;
    va_start(args, format);
    vsnprintf(block->rows->message[row], FACET_MESSAGE_MAX, format, args);
    va_end(args);
}
