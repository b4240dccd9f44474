// A small table of texts: what a CSV file or the first sheet of an .xlsx file holds.
#ifndef FACET_FOURDME_SHEET_H
#define FACET_FOURDME_SHEET_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

enum { SHEET_COLUMNS = 128, SHEET_ROWS = 16384 };

struct sheet_row {
    uint32_t cell[SHEET_COLUMNS]; // places in text
    int64_t number;               // of the file's row, from 1
};

struct sheet {
    char *text; // begins with an empty one
    size_t used, room;
    struct sheet_row *rows;
    int64_t n_rows, rows_room;
};

void sheet_free(struct sheet *sheet);
// A new last row. Errors: DATA (more than SHEET_ROWS), MEMORY.
int sheet_add_row(struct sheet *sheet, const char *name, int64_t number, struct facet_error *error);
// Keeps a text; *place is where. Errors: MEMORY.
int sheet_keep(struct sheet *sheet, const char *name, const char *text, size_t length, uint32_t *place,
               struct facet_error *error);
// "" beyond the last column.
const char *sheet_cell(const struct sheet *sheet, int64_t row, int column);

// Errors: DATA, MEMORY.
int sheet_read_csv(const char *name, const void *bytes, size_t size, struct sheet *sheet, struct facet_error *error);

#endif
