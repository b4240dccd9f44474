#include "fourdme/table.h"

#include "dataset/units.h"
#include <facet/text.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SUBJECT, CLIP, ONSET, APEX, OFFSET, UNITS, EMOTION, N_COLUMNS, N_NEEDED = UNITS + 1 };
static const char *const names[N_COLUMNS] = {"sub_ID", "fold_name", "Onset", "Apex", "Offset", "AUs", "Emotion"};
enum { CLASSES = 5, FIRST_ROW = 1, SWAPPED = 144 + FIRST_ROW };
static const char *const classes[CLASSES] = {"Negative", "Others", "Positive", "Repression", "Surprise"};

struct table {
    const char *name;
    struct sheet *sheet;
    int where[N_COLUMNS], class[CLASSES]; // -1: there is none
    int unit[FACET_AU_MAX + 1];
};

static void find_column(struct table *table, int column, const char *title) {
    for (int i = 0; i < N_COLUMNS; i++)
        if (strcasecmp(title, names[i]) == 0) table->where[i] = column;
    for (int i = 0; i < CLASSES; i++)
        if (strcasecmp(title, classes[i]) == 0) table->class[i] = column;
    int64_t unit = strncmp(title, "AU", 2) == 0 ? dataset_whole_number(title + 2) : -1;
    if (unit >= 1 && unit <= FACET_AU_MAX) table->unit[unit] = column;
}

static int find_columns(struct table *table, struct facet_error *error) {
    memset(table->where, -1, sizeof table->where);
    memset(table->class, -1, sizeof table->class);
    memset(table->unit, -1, sizeof table->unit);
    if (table->sheet->n_rows == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: the table is empty", table->name);
    for (int c = 0; c < SHEET_COLUMNS; c++) find_column(table, c, sheet_cell(table->sheet, 0, c));
    for (int i = 0; i < N_NEEDED; i++)
        if (table->where[i] < 0)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:1: no column %s", table->name, names[i]);
    return FACET_OK;
}

static int bad_cell(const struct table *table, int64_t row, int column, const char *expected,
                    struct facet_error *error) {
    const char *text = sheet_cell(table->sheet, row, table->where[column]);
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s is \"%s\", %s expected", table->name,
                           (long long)table->sheet->rows[row].number, names[column],
                           facet_quote((struct facet_word){text, strlen(text)}).text, expected);
}

// Spreadsheets may write 12 as 12.0.
static int read_frame(const struct table *table, int64_t row, int column, int32_t *frame, struct facet_error *error) {
    const char *text = sheet_cell(table->sheet, row, table->where[column]);
    float value = -1;
    bool number = facet_float((struct facet_word){text, strlen(text)}, &value);
    if (*text && (!number || value < 0 || value >= 1 << 24 || value != floorf(value)))
        return bad_cell(table, row, column, "a frame", error);
    *frame = (int32_t)value;
    return FACET_OK;
}

// The text names units that are present; columns say of each whether it is. Where the text doubts, "(k)", nothing is known.
static int read_units(const struct table *table, int64_t row, char au[FACET_AU_MAX + 2], struct facet_error *error) {
    char states[FACET_AU_MAX + 1], named[FACET_AU_MAX + 2];
    const char *text = sheet_cell(table->sheet, row, table->where[UNITS]);
    int length = 0;
    memset(states, '?', sizeof states);
    if (!dataset_units(text, named)) return bad_cell(table, row, UNITS, "action units such as 4+7(k)", error);
    memcpy(states, named, strlen(named));
    for (int unit = 1; unit <= FACET_AU_MAX; unit++) {
        const char *cell = sheet_cell(table->sheet, row, table->unit[unit]);
        bool absent = strcmp(cell, "0") == 0 || strcmp(cell, "0.0") == 0;
        if (absent && states[unit] == '?') states[unit] = '0';
        if (states[unit] != '?') length = unit + 1;
    }
    memcpy(au, states, (size_t)length);
    au[length] = '\0';
    return FACET_OK;
}

static void add_class(char *code, int which) {
    if (*code) strcat(code, "+");
    strcat(code, classes[which]);
}

// The classes named in the column Emotion, in any way of listing them, or marked in a column of their own.
static void read_classes(const struct table *table, int64_t row, char code[DATASET_TEXT]) {
    const char *text = sheet_cell(table->sheet, row, table->where[EMOTION]);
    *code = '\0';
    for (int i = 0; i < CLASSES; i++) {
        const char *mark = sheet_cell(table->sheet, row, table->class[i]);
        if (strcasestr(text, classes[i]) || strcmp(mark, "1") == 0 || strcmp(mark, "1.0") == 0) add_class(code, i);
    }
}

static void swap_cells(struct sheet_row *a, struct sheet_row *b, int column) {
    if (column < 0) return;
    uint32_t cell = a->cell[column];
    a->cell[column] = b->cell[column];
    b->cell[column] = cell;
}

static void swap_units(struct table *table) {
    struct sheet_row *rows = table->sheet->rows;
    if (table->sheet->n_rows <= SWAPPED + 1) return;
    swap_cells(&rows[SWAPPED], &rows[SWAPPED + 1], table->where[UNITS]);
    for (int unit = 1; unit <= FACET_AU_MAX; unit++) swap_cells(&rows[SWAPPED], &rows[SWAPPED + 1], table->unit[unit]);
}

void fourdme_subject(const char *text, size_t length, char subject[DATASET_TEXT]) {
    bool digits = length > 0 && strspn(text, "0123456789") >= length;
    while (digits && length > 1 && *text == '0') text++, length--;
    dataset_copy(subject, DATASET_TEXT, text, length);
}

static int read_row(const struct table *table, int64_t row, struct dataset_annotations *to, struct facet_error *error) {
    struct dataset_annotation annotation = dataset_annotation_unknown();
    char au[FACET_AU_MAX + 2], code[DATASET_TEXT], subject[DATASET_TEXT];
    const char *person = sheet_cell(table->sheet, row, table->where[SUBJECT]);
    annotation.key = sheet_cell(table->sheet, row, table->where[CLIP]);
    if (!*person && !*annotation.key) return FACET_OK; // below the table
    fourdme_subject(person, strlen(person), subject);
    if (!*subject) return bad_cell(table, row, SUBJECT, "a person", error);
    if (!*annotation.key) return bad_cell(table, row, CLIP, "the name of a clip", error);
    int failed = read_frame(table, row, ONSET, &annotation.onset, error);
    if (!failed) failed = read_frame(table, row, APEX, &annotation.apex, error);
    if (!failed) failed = read_frame(table, row, OFFSET, &annotation.offset, error);
    if (!failed) failed = read_units(table, row, au, error);
    if (failed) return failed;
    read_classes(table, row, code);
    annotation.subject = subject;
    annotation.au = au;
    annotation.code = code;
    return dataset_annotate(to, &annotation, error);
}

int fourdme_read_table(const char *name, struct sheet *sheet, bool swap, struct dataset_annotations *to,
                       struct facet_error *error) {
    struct table table = {.name = name, .sheet = sheet};
    int code = find_columns(&table, error);
    if (!code && swap) swap_units(&table);
    for (int64_t row = FIRST_ROW; !code && row < sheet->n_rows; row++) code = read_row(&table, row, to, error);
    return code;
}
