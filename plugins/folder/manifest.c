#include "folder/manifest.h"

#include "dataset/csv.h"
#include "folder/jsonl.h"
#include "folder/rows.h"
#include <facet/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct reader {
    struct csv csv;
    int where[FOLDER_COLUMNS]; // field of a column, -1 when it is absent
    int n_fields;
    struct jsonl jsonl;
    struct folder_manifest *manifest;
};

static int require_columns(const struct reader *reader, struct facet_error *error) {
    static const enum folder_column needed[] = {FOLDER_PATH, FOLDER_SUBJECT, FOLDER_LABEL};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool other = needed[i] == FOLDER_LABEL && reader->where[FOLDER_LABELS] >= 0;
        if (reader->where[needed[i]] >= 0 || other) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: no column %s; path, subject and label are needed",
                               reader->csv.name, (long long)reader->csv.line, folder_column_name(needed[i]));
    }
    return FACET_OK;
}

static int read_header(struct reader *reader, struct facet_error *error) {
    bool found;
    int code = csv_next(&reader->csv, &found, error);
    if (code) return code;
    if (!found) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", reader->csv.name);
    reader->n_fields = reader->csv.n_fields;
    for (int c = 0; c < FOLDER_COLUMNS; c++) reader->where[c] = -1;
    for (int f = 0; f < reader->n_fields; f++) {
        int column = folder_column_code(reader->csv.field[f]);
        if (column < 0) continue;
        if (reader->where[column] >= 0)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: column %s stands twice", reader->csv.name,
                                   (long long)reader->csv.line, reader->csv.field[f]);
        reader->where[column] = f;
    }
    return require_columns(reader, error);
}

static int next_csv(struct reader *reader, struct folder_record *record, bool *found, struct facet_error *error) {
    char *store = reader->csv.store;
    int code = csv_next(&reader->csv, found, error);
    reader->csv.store = store; // a record is kept before the next one comes
    if (code || !*found) return code;
    if (reader->csv.n_fields != reader->n_fields)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields, but the header has %d", reader->csv.name,
                               (long long)reader->csv.line, reader->csv.n_fields, reader->n_fields);
    record->line = reader->csv.line;
    for (int c = 0; c < FOLDER_COLUMNS; c++)
        record->text[c] = reader->where[c] < 0 ? "" : reader->csv.field[reader->where[c]];
    return FACET_OK;
}

static int bad_value(const struct reader *reader, const struct folder_record *record,
                     const struct folder_complaint *complaint, struct facet_error *error) {
    const char *value = record->text[complaint->column], *column = folder_column_name(complaint->column);
    struct facet_quote quote = facet_quote((struct facet_word){value, strlen(value)});
    int code =
        facet_error_set(error, FACET_ERROR_DATA, "%s is \"%s\", %s expected", column, quote.text, complaint->expected);
    if (reader->jsonl.line)
        facet_error_prefix(error, "%s:%lld:%lld", reader->jsonl.name, (long long)record->line,
                           (long long)jsonl_place(&reader->jsonl, column));
    else
        facet_error_prefix(error, "%s:%lld", reader->csv.name, (long long)record->line);
    return code;
}

static int add_row(struct reader *reader, const struct folder_record *record, struct facet_error *error) {
    struct folder_values values;
    struct folder_complaint complaint;
    if (folder_values_read(record, &values, &complaint)) return bad_value(reader, record, &complaint, error);
    return folder_rows_add(reader->manifest, reader->csv.name, record, &values, error);
}

static int read_csv(struct reader *reader, struct facet_error *error) {
    size_t size = (size_t)(reader->csv.end - reader->csv.at);
    struct folder_record record;
    bool found = true;
    char *store = reader->csv.store = malloc(size + 1);
    if (!store) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory to read it", reader->csv.name);
    int code = read_header(reader, error);
    while (!code && found) {
        code = next_csv(reader, &record, &found, error);
        if (!code && found) code = add_row(reader, &record, error);
    }
    free(store);
    if (!code && reader->manifest->n_rows == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: a header, but no rows", reader->csv.name);
    return code;
}

static int read_jsonl(struct reader *reader, struct facet_error *error) {
    struct folder_record record;
    bool found = true;
    int code = FACET_OK;
    while (!code && found) {
        code = jsonl_next(&reader->jsonl, &record, &found, error);
        if (!code && found) code = add_row(reader, &record, error);
    }
    jsonl_end(&reader->jsonl);
    if (!code && reader->manifest->n_rows == 0)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", reader->jsonl.name);
    return code;
}

static bool is_json_lines(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".jsonl") == 0 || strcasecmp(dot, ".ndjson") == 0);
}

int folder_manifest_parse(const char *name, const char *bytes, size_t size, struct folder_manifest **manifest,
                          struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct folder_manifest *m = *manifest = calloc(1, sizeof *m);
    if (!m) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", name, size);
    struct reader reader = {
        .csv = {.name = name, .at = bytes + mark, .end = bytes + size, .next_line = 1},
        .jsonl = {.name = name, .at = bytes + mark, .end = bytes + size, .next_line = 1},
        .manifest = m,
    };
    int code = is_json_lines(name) ? read_jsonl(&reader, error) : read_csv(&reader, error);
    if (!code) code = folder_rows_arrange(m, name, error);
    if (!code) return FACET_OK;
    folder_manifest_destroy(m);
    *manifest = NULL;
    return code;
}

static int read_bytes(const char *path, FILE *file, char **bytes, size_t *size, struct facet_error *error) {
    struct stat status;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode))
        return facet_error_set(error, FACET_ERROR_IO, "%s: is not a file", path);
    *size = (size_t)status.st_size;
    *bytes = malloc(*size + 1);
    if (!*bytes) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", path, *size);
    if (fread(*bytes, 1, *size, file) == *size) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be read to its end", path);
}

int folder_manifest_read(const char *path, struct folder_manifest **manifest, struct facet_error *error) {
    char *bytes = NULL;
    size_t size = 0;
    *manifest = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    int code = read_bytes(path, file, &bytes, &size, error);
    fclose(file);
    if (!code) code = folder_manifest_parse(path, bytes, size, manifest, error);
    free(bytes);
    return code;
}

void folder_manifest_destroy(struct folder_manifest *manifest) {
    if (!manifest) return;
    free(manifest->store);
    free(manifest->rows);
    free(manifest);
}

int64_t folder_manifest_rows(const struct folder_manifest *manifest) {
    return manifest->n_rows;
}

struct folder_row folder_manifest_row(const struct folder_manifest *manifest, int64_t row) {
    const struct folder_entry *r = &manifest->rows[row];
    return (struct folder_row){
        .path = folder_text_of(manifest, r, TEXT_PATH),
        .subject = folder_text_of(manifest, r, TEXT_SUBJECT),
        .label = folder_text_of(manifest, r, TEXT_LABEL),
        .labels = folder_text_of(manifest, r, TEXT_LABELS),
        .sequence = folder_text_of(manifest, r, TEXT_SEQUENCE),
        .landmarks = folder_text_of(manifest, r, TEXT_LANDMARKS),
        .texture = folder_text_of(manifest, r, TEXT_TEXTURE),
        .au = folder_text_of(manifest, r, TEXT_AU),
        .licence = folder_text_of(manifest, r, TEXT_LICENCE),
        .consent = folder_text_of(manifest, r, TEXT_CONSENT),
        .split = folder_text_of(manifest, r, TEXT_SPLIT),
        .line = r->line,
        .frame = r->frame,
        .group = r->group,
        .onset = r->onset,
        .apex = r->apex,
        .offset = r->offset,
        .intensity = r->intensity,
        .valence = r->valence,
        .arousal = r->arousal,
    };
}
