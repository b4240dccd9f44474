#include "fourdme/sheet.h"

#include "dataset/csv.h"

#include <stdlib.h>
#include <string.h>

void sheet_free(struct sheet *sheet) {
    free(sheet->text);
    free(sheet->rows);
    *sheet = (struct sheet){0};
}

static int no_memory(const char *name, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its table", name);
}

int sheet_add_row(struct sheet *sheet, const char *name, int64_t number, struct facet_error *error) {
    if (sheet->n_rows == SHEET_ROWS)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: more than %d rows", name, SHEET_ROWS);
    if (sheet->n_rows == sheet->rows_room) {
        int64_t room = sheet->rows_room ? 2 * sheet->rows_room : 64;
        struct sheet_row *rows = realloc(sheet->rows, (size_t)room * sizeof *rows);
        if (!rows) return no_memory(name, error);
        sheet->rows = rows;
        sheet->rows_room = room;
    }
    sheet->rows[sheet->n_rows++] = (struct sheet_row){.number = number};
    return FACET_OK;
}

int sheet_keep(struct sheet *sheet, const char *name, const char *text, size_t length, uint32_t *place,
               struct facet_error *error) {
    size_t start = sheet->used > 0 ? sheet->used : 1; // place 0 is the empty text
    *place = 0;
    if (length == 0) return FACET_OK;
    if (start + length + 1 > sheet->room) {
        size_t room = 2 * (start + length + 1) + 4096;
        char *grown = room <= UINT32_MAX ? realloc(sheet->text, room) : NULL;
        if (!grown) return no_memory(name, error);
        sheet->text = grown;
        sheet->room = room;
        sheet->text[0] = '\0';
    }
    memcpy(sheet->text + start, text, length);
    sheet->text[start + length] = '\0';
    *place = (uint32_t)start;
    sheet->used = start + length + 1;
    return FACET_OK;
}

const char *sheet_cell(const struct sheet *sheet, int64_t row, int column) {
    uint32_t place = column >= 0 && column < SHEET_COLUMNS ? sheet->rows[row].cell[column] : 0;
    return place > 0 ? sheet->text + place : "";
}

static int add_record(const struct csv *csv, struct sheet *sheet, struct facet_error *error) {
    int code = sheet_add_row(sheet, csv->name, csv->line, error);
    for (int i = 0; !code && i < csv->n_fields; i++)
        code = sheet_keep(sheet, csv->name, csv->field[i], strlen(csv->field[i]),
                          &sheet->rows[sheet->n_rows - 1].cell[i], error);
    return code;
}

int sheet_read_csv(const char *name, const void *bytes, size_t size, struct sheet *sheet, struct facet_error *error) {
    struct csv csv;
    bool found = true;
    *sheet = (struct sheet){0};
    int code = csv_open(&csv, name, bytes, size, error);
    if (!code) code = csv_header(&csv, error);
    while (!code && found) {
        code = add_record(&csv, sheet, error);
        if (!code) code = csv_next(&csv, &found, error);
    }
    csv_close(&csv);
    if (code) sheet_free(sheet);
    return code;
}
