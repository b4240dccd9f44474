#include "dataset/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void csv_pass_mark(FILE *file) {
    char mark[3];
    if (fread(mark, 1, sizeof mark, file) != sizeof mark || memcmp(mark, "\xef\xbb\xbf", sizeof mark) != 0)
        rewind(file);
}

void csv_open_file(struct csv *csv, const char *name, FILE *file) {
    *csv = (struct csv){.name = name, .file = file, .next_line = 1};
    csv_pass_mark(file);
}

int csv_open(struct csv *csv, const char *name, const void *bytes, size_t size, struct facet_error *error) {
    FILE *file = fmemopen((void *)(size ? bytes : ""), size, "rb"); // it is only read
    *csv = (struct csv){.name = name};
    if (!file) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory to read it: %s", name, strerror(errno));
    csv_open_file(csv, name, file);
    csv->own = file;
    return FACET_OK;
}

void csv_close(struct csv *csv) {
    if (csv->own) fclose(csv->own);
    free(csv->store);
    *csv = (struct csv){0};
}

static int peek(const struct csv *csv) {
    int c = getc_unlocked(csv->file);
    return c == EOF ? EOF : ungetc(c, csv->file);
}

static bool ends_line(int c) {
    return c == EOF || c == '\n' || c == '\r';
}

// Behind the end of a line whose first byte was c.
static void pass_line_end(struct csv *csv, int c) {
    if (c == '\r' && peek(csv) == '\n') getc_unlocked(csv->file);
    csv->next_line += c != EOF;
}

static int broken(const struct csv *csv, struct facet_error *error, const char *why) {
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s", csv->name, (long long)csv->line, why);
}

static int keep(struct csv *csv, int c, struct facet_error *error) {
    if (csv->used == csv->room) {
        size_t room = csv->room ? 2 * csv->room : 256;
        char *store = realloc(csv->store, room);
        if (!store)
            return facet_error_set(error, FACET_ERROR_MEMORY, "%s:%lld: no memory for it", csv->name,
                                   (long long)csv->line);
        csv->store = store, csv->room = room;
    }
    csv->store[csv->used++] = (char)c;
    return FACET_OK;
}

static int keep_byte(struct csv *csv, int c, struct facet_error *error) {
    return c ? keep(csv, c, error) : broken(csv, error, "a zero byte; is it a text file in UTF-8?");
}

// Behind an opening quote; *after is what follows the closing one.
static int read_quoted(struct csv *csv, int *after, struct facet_error *error) {
    for (;;) {
        int c = getc_unlocked(csv->file);
        if (c == EOF) return broken(csv, error, "a quote is opened and never closed");
        if (c == '"' && (*after = getc_unlocked(csv->file)) != '"') break;
        csv->next_line += c == '\n';
        int code = keep_byte(csv, c, error);
        if (code) return code;
    }
    if (ends_line(*after) || *after == ',') return FACET_OK;
    return broken(csv, error, "a comma or the end of the line expected after a closing quote");
}

// One field that begins with c; *after is what ended it.
static int read_field(struct csv *csv, int c, int *after, struct facet_error *error) {
    int code = FACET_OK;
    if (c == '"') {
        code = read_quoted(csv, after, error);
    } else {
        for (; !code && c != ',' && !ends_line(c); c = getc_unlocked(csv->file)) code = keep_byte(csv, c, error);
        *after = c;
    }
    return code ? code : keep(csv, '\0', error);
}

static int read_record(struct csv *csv, int c, struct facet_error *error) {
    size_t start[CSV_MOST_FIELDS];
    csv->n_fields = 0, csv->used = 0;
    csv->line = csv->next_line;
    for (;; c = getc_unlocked(csv->file)) {
        if (csv->n_fields == CSV_MOST_FIELDS)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: more than %d fields", csv->name,
                                   (long long)csv->line, CSV_MOST_FIELDS);
        start[csv->n_fields++] = csv->used;
        int code = read_field(csv, c, &c, error);
        if (code) return code;
        if (c != ',') break;
    }
    pass_line_end(csv, c);
    for (int i = 0; i < csv->n_fields; i++) csv->field[i] = csv->store + start[i];
    return FACET_OK;
}

int csv_next(struct csv *csv, bool *found, struct facet_error *error) {
    int c = getc_unlocked(csv->file);
    for (; c == '\n' || c == '\r'; c = getc_unlocked(csv->file)) pass_line_end(csv, c);
    *found = c != EOF;
    int code = *found ? read_record(csv, c, error) : FACET_OK;
    if (!code && ferror(csv->file))
        code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read to its end", csv->name);
    return code;
}

int csv_header(struct csv *csv, struct facet_error *error) {
    bool found;
    int code = csv_next(csv, &found, error);
    if (code) return code;
    if (!found) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", csv->name);
    const char *other = csv->n_fields == 1 ? strpbrk(csv->field[0], ";\t") : NULL;
    if (!other) return FACET_OK;
    return broken(csv, error,
                  *other == ';' ? "its fields are separated by semicolons; commas expected"
                                : "its fields are separated by tabs; commas expected");
}
