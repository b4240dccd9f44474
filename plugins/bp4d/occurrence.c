#include "bp4d/occurrence.h"

#include "dataset/csv.h"

#include <string.h>

struct table {
    struct csv csv;
    int64_t units[CSV_MOST_FIELDS]; // of the columns; -1: it is none
    int n_columns;
};

static int broken(const struct table *table, struct facet_error *error, const char *what, const char *found) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s expected, not \"%.40s\"", table->csv.name,
                           (long long)table->csv.line, what, found);
}

// A field without the blanks around it.
static const char *field_of(struct table *table, int column) {
    char *field = table->csv.field[column], *end = field + strlen(field);
    while (end > field && (end[-1] == ' ' || end[-1] == '\t')) *--end = '\0';
    return field + strspn(field, " \t");
}

static int read_header(struct table *table, struct facet_error *error) {
    bool any = false;
    int code = csv_header(&table->csv, error);
    if (code) return code;
    table->n_columns = table->csv.n_fields;
    for (int c = 1; c < table->n_columns; c++) {
        int64_t unit = dataset_whole_number(field_of(table, c));
        table->units[c] = unit >= 1 && unit <= FACET_AU_MAX ? unit : -1;
        any = any || table->units[c] > 0;
    }
    return any ? FACET_OK : broken(table, error, "a header with numbers of action units", table->csv.field[0]);
}

static int read_units(struct table *table, char au[DATASET_AU_ROOM], struct facet_error *error) {
    *au = '\0';
    for (int c = 1; c < table->n_columns; c++) {
        const char *field = field_of(table, c);
        if (table->units[c] < 0) continue;
        if (strlen(field) > 1 || !strchr("019", *field)) return broken(table, error, "0, 1 or 9", field);
        if (*field == '0' || *field == '1') dataset_au_set(au, (int)table->units[c], *field);
    }
    return FACET_OK;
}

static int read_frame(struct table *table, struct dataset_annotation *said, char au[DATASET_AU_ROOM], int64_t shift,
                      struct dataset_annotations *to, struct facet_error *error) {
    said->frame = dataset_whole_number(field_of(table, 0));
    if (said->frame < 0) return broken(table, error, "the number of a frame", table->csv.field[0]);
    if (table->csv.n_fields != table->n_columns)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields expected as in the header, not %d",
                               table->csv.name, (long long)table->csv.line, table->n_columns, table->csv.n_fields);
    said->frame += shift;
    int code = read_units(table, au, error);
    return !code && *au && said->frame >= 0 ? dataset_annotate(to, said, error) : code;
}

int occurrence_read(const char *name, const char *bytes, size_t size, const char *subject, const char *key,
                    int64_t shift, struct dataset_annotations *to, struct facet_error *error) {
    char au[DATASET_AU_ROOM];
    struct table table;
    struct dataset_annotation said = dataset_annotation_unknown();
    said.subject = subject, said.key = key, said.au = au;
    bool found = true;
    int code = csv_open(&table.csv, name, bytes, size, error);
    if (!code) code = read_header(&table, error);
    while (!code && found) {
        code = csv_next(&table.csv, &found, error);
        if (!code && found) code = read_frame(&table, &said, au, shift, to, error);
    }
    csv_close(&table.csv);
    return code;
}
