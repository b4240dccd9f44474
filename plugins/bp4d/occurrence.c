#include "bp4d/occurrence.h"

#include <string.h>

enum { MOST_COLUMNS = 100, FIELD = 24 };

struct table {
    const char *name, *at, *end;
    int64_t line;
    char fields[MOST_COLUMNS][FIELD];
    int n_fields;
    int64_t units[MOST_COLUMNS]; // of the columns; -1: it is none
    int n_columns;
};

static int broken(const struct table *table, struct facet_error *error, const char *what, const char *found) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s expected, not \"%s\"", table->name,
                           (long long)table->line, what, found);
}

// Blanks and quotes around a field do not count.
static void take_field(const char *start, const char *end, char field[FIELD]) {
    while (start < end && strchr(" \t\"\r", *start)) start++;
    while (end > start && strchr(" \t\"\r", end[-1])) end--;
    dataset_copy(field, FIELD, start, (size_t)(end - start));
}

// The next line that is not empty; false at the end.
static bool next_line(struct table *table) {
    do {
        const char *end = memchr(table->at, '\n', (size_t)(table->end - table->at));
        if (table->at == table->end) return false;
        if (!end) end = table->end;
        table->n_fields = 0;
        for (const char *c = table->at, *comma; c <= end && table->n_fields < MOST_COLUMNS; c = comma + 1) {
            comma = memchr(c, ',', (size_t)(end - c));
            if (!comma) comma = end;
            take_field(c, comma, table->fields[table->n_fields++]);
        }
        table->at = end < table->end ? end + 1 : end;
        table->line++;
    } while (table->n_fields == 1 && !*table->fields[0]);
    return true;
}

static int read_header(struct table *table, struct facet_error *error) {
    if (!next_line(table)) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", table->name);
    bool any = false;
    table->n_columns = table->n_fields;
    for (int c = 1; c < table->n_columns; c++) {
        int64_t unit = dataset_whole_number(table->fields[c]);
        table->units[c] = unit >= 1 && unit <= FACET_AU_MAX ? unit : -1;
        any = any || table->units[c] > 0;
    }
    return any ? FACET_OK : broken(table, error, "a header with numbers of action units", table->fields[0]);
}

static int read_units(const struct table *table, char au[DATASET_AU_ROOM], struct facet_error *error) {
    *au = '\0';
    for (int c = 1; c < table->n_columns; c++) {
        const char *field = table->fields[c];
        if (table->units[c] < 0) continue;
        if (strlen(field) > 1 || !strchr("019", *field)) return broken(table, error, "0, 1 or 9", field);
        if (*field == '0' || *field == '1') dataset_au_set(au, (int)table->units[c], *field);
    }
    return FACET_OK;
}

int occurrence_read(const char *name, const char *bytes, size_t size, const char *subject, const char *key,
                    int64_t shift, struct dataset_annotations *to, struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct table table = {.name = name, .at = bytes + mark, .end = bytes + size};
    char au[DATASET_AU_ROOM];
    int code = read_header(&table, error);
    while (!code && next_line(&table)) {
        struct dataset_annotation said = dataset_annotation_unknown();
        said.subject = subject, said.key = key, said.au = au;
        said.frame = dataset_whole_number(table.fields[0]);
        if (said.frame < 0) return broken(&table, error, "the number of a frame", table.fields[0]);
        if (table.n_fields != table.n_columns)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields expected as in the header, not %d",
                                   name, (long long)table.line, table.n_columns, table.n_fields);
        said.frame += shift;
        code = read_units(&table, au, error);
        if (!code && *au && said.frame >= 0) code = dataset_annotate(to, &said, error);
    }
    return code;
}
