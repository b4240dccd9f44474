#include "dataset/csv.h"

static bool at_line_end(const struct csv *csv) {
    return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

static void pass_line_end(struct csv *csv) {
    if (csv->at == csv->end) return;
    if (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n') csv->at++;
    csv->at++;
    csv->next_line++;
}

static int broken(const struct csv *csv, struct facet_error *error, const char *why) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s", csv->name, (long long)csv->line, why);
}

static int read_quoted(struct csv *csv, struct facet_error *error) {
    for (csv->at++;; csv->at++) {
        if (csv->at == csv->end) return broken(csv, error, "a quote is opened and never closed");
        if (*csv->at == '"') {
            csv->at++;
            if (csv->at == csv->end || *csv->at != '"') break;
        }
        if (*csv->at == '\n') csv->next_line++;
        *csv->store++ = *csv->at;
    }
    if (at_line_end(csv) || *csv->at == ',') return FACET_OK;
    return broken(csv, error, "a comma or the end of the line expected after a closing quote");
}

static int read_field(struct csv *csv, struct facet_error *error) {
    if (csv->n_fields == CSV_MOST_FIELDS)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: more than %d fields", csv->name, (long long)csv->line,
                               CSV_MOST_FIELDS);
    const char *start = csv->store;
    int code = FACET_OK;
    csv->field[csv->n_fields++] = csv->store;
    if (csv->at < csv->end && *csv->at == '"') {
        code = read_quoted(csv, error);
    } else {
        while (!at_line_end(csv) && *csv->at != ',') *csv->store++ = *csv->at++;
    }
    for (const char *c = start; c < csv->store; c++)
        if (*c == '\0') return broken(csv, error, "a zero byte; is it a text file in UTF-8?");
    *csv->store++ = '\0';
    return code;
}

int csv_next(struct csv *csv, bool *found, struct facet_error *error) {
    while (csv->at < csv->end && at_line_end(csv)) pass_line_end(csv);
    *found = csv->at < csv->end;
    csv->n_fields = 0;
    csv->line = csv->next_line;
    for (bool more = *found; more;) {
        int code = read_field(csv, error);
        if (code) return code;
        more = csv->at < csv->end && *csv->at == ',';
        csv->at += more;
    }
    pass_line_end(csv);
    return FACET_OK;
}
