#include "folder/manifest.h"

#include "dataset/csv.h"
#include "folder/jsonl.h"
#include "folder/rows.h"
#include <facet/text.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct reader {
    const char *name;
    struct csv csv;
    int where[FOLDER_COLUMNS]; // field of a column, -1 when it is absent
    int n_fields;
    bool is_jsonl;
    struct jsonl jsonl;
    struct folder_manifest *manifest;
};

// Tells once of a name that nothing reads but that looks like a column's.
static int note_slip(struct reader *reader, const char *name, int64_t line, struct facet_error *error) {
    struct folder_manifest *m = reader->manifest;
    struct facet_quote quote = facet_quote((struct facet_word){name, strlen(name)});
    if (m->slip) return FACET_OK;
    if (asprintf(&m->slip, "%s:%lld: \"%s\" is read by nobody; is %s meant?", reader->name, (long long)line, quote.text,
                 folder_column_name((enum folder_column)folder_column_like(name))) >= 0)
        return FACET_OK;
    m->slip = NULL;
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory to read it", reader->name);
}

static const char *field_like(const struct reader *reader, int column) {
    for (int f = 0; f < reader->n_fields; f++)
        if (folder_column_code(reader->csv.field[f]) < 0 && folder_column_like(reader->csv.field[f]) == column)
            return reader->csv.field[f];
    return NULL;
}

static int require_columns(const struct reader *reader, struct facet_error *error) {
    static const enum folder_column needed[] = {FOLDER_PATH, FOLDER_SUBJECT, FOLDER_LABEL};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool other = needed[i] == FOLDER_LABEL && reader->where[FOLDER_LABELS] >= 0;
        const char *like = field_like(reader, (int)needed[i]);
        if (reader->where[needed[i]] >= 0 || other) continue;
        return facet_error_set(error, FACET_ERROR_DATA,
                               "%s:%lld: no column %s; path, subject and label are needed%s%s%s", reader->name,
                               (long long)reader->csv.line, folder_column_name(needed[i]), like ? ", and \"" : "",
                               like ? like : "", like ? "\" is none of them" : "");
    }
    return FACET_OK;
}

// The text without blanks before and behind it.
static char *trim(char *text) {
    text += strspn(text, " \t");
    for (char *end = text + strlen(text); end > text && (end[-1] == ' ' || end[-1] == '\t');) *--end = '\0';
    return text;
}

static void tidy_name(char *name) {
    for (char *c = name; folder_column_code(name) < 0 && *c; c++) *c = (char)tolower((unsigned char)*c);
}

static int read_header(struct reader *reader, struct facet_error *error) {
    int code = csv_header(&reader->csv, error);
    if (code) return code;
    reader->n_fields = reader->csv.n_fields;
    for (int c = 0; c < FOLDER_COLUMNS; c++) reader->where[c] = -1;
    for (int f = 0; f < reader->n_fields; f++) {
        char *name = reader->csv.field[f] = trim(reader->csv.field[f]);
        tidy_name(name);
        int column = folder_column_code(name);
        if (column < 0 && folder_column_like(name) >= 0) code = note_slip(reader, name, reader->csv.line, error);
        if (code) return code;
        if (column < 0) continue;
        if (reader->where[column] >= 0)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: column %s stands twice", reader->name,
                                   (long long)reader->csv.line, name);
        reader->where[column] = f;
    }
    return require_columns(reader, error);
}

static int next_csv(struct reader *reader, struct folder_record *record, bool *found, struct facet_error *error) {
    int code = csv_next(&reader->csv, found, error);
    if (code || !*found) return code;
    if (reader->csv.n_fields != reader->n_fields)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields, but the header has %d", reader->name,
                               (long long)reader->csv.line, reader->csv.n_fields, reader->n_fields);
    record->line = reader->csv.line;
    for (int c = 0; c < FOLDER_COLUMNS; c++)
        record->text[c] = reader->where[c] < 0 ? "" : trim(reader->csv.field[reader->where[c]]);
    return FACET_OK;
}

static int next_jsonl(struct reader *reader, struct folder_record *record, bool *found, struct facet_error *error) {
    int code = jsonl_next(&reader->jsonl, record, found, error);
    if (code || !*found || reader->manifest->slip) return code;
    const char *like = jsonl_key_like(&reader->jsonl, -1);
    return like ? note_slip(reader, like, record->line, error) : FACET_OK;
}

static int bad_value(const struct reader *reader, const struct folder_record *record,
                     const struct folder_complaint *complaint, struct facet_error *error) {
    const char *value = record->text[complaint->column], *column = folder_column_name(complaint->column);
    const char *like = reader->is_jsonl && !*value ? jsonl_key_like(&reader->jsonl, (int)complaint->column) : NULL;
    struct facet_quote quote = facet_quote((struct facet_word){value, strlen(value)});
    int code = facet_error_set(error, FACET_ERROR_DATA, "%s is \"%s\", %s expected%s%s%s", column, quote.text,
                               complaint->expected, like ? "; there is \"" : "", like ? like : "", like ? "\"" : "");
    if (reader->is_jsonl)
        facet_error_prefix(error, "%s:%lld:%lld", reader->name, (long long)record->line,
                           (long long)jsonl_place(&reader->jsonl, column));
    else
        facet_error_prefix(error, "%s:%lld", reader->name, (long long)record->line);
    return code;
}

static int add_row(struct reader *reader, const struct folder_record *record, struct facet_error *error) {
    struct folder_values values;
    struct folder_complaint complaint;
    if (folder_values_read(record, &values, &complaint)) return bad_value(reader, record, &complaint, error);
    return folder_rows_add(reader->manifest, reader->name, record, &values, error);
}

static int read_rows(struct reader *reader, struct facet_error *error) {
    struct folder_record record;
    bool found = true;
    int code = reader->is_jsonl ? FACET_OK : read_header(reader, error);
    while (!code && found) {
        code = reader->is_jsonl ? next_jsonl(reader, &record, &found, error) : next_csv(reader, &record, &found, error);
        if (!code && found) code = add_row(reader, &record, error);
    }
    if (!code && reader->manifest->n_rows == 0)
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: %s", reader->name,
                               reader->is_jsonl ? "the file is empty" : "a header, but no rows");
    return code ? code : folder_rows_arrange(reader->manifest, reader->name, error);
}

static bool is_json_lines(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".jsonl") == 0 || strcasecmp(dot, ".ndjson") == 0);
}

static int read_file(const char *name, FILE *file, struct folder_manifest **manifest, struct facet_error *error) {
    struct folder_manifest *m = calloc(1, sizeof *m);
    if (!m) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory to read it", name);
    struct reader reader = {.name = name,
                            .is_jsonl = is_json_lines(name),
                            .jsonl = {.name = name, .file = file, .next_line = 1},
                            .manifest = m};
    csv_open_file(&reader.csv, name, file);
    int code = read_rows(&reader, error);
    csv_close(&reader.csv);
    jsonl_close(&reader.jsonl);
    if (!code)
        *manifest = m;
    else
        folder_manifest_destroy(m);
    return code;
}

int folder_manifest_parse(const char *name, const char *bytes, size_t size, struct folder_manifest **manifest,
                          struct facet_error *error) {
    FILE *file = fmemopen((void *)(size ? bytes : ""), size, "rb"); // it is only read
    *manifest = NULL;
    if (!file) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", name, size);
    int code = read_file(name, file, manifest, error);
    fclose(file);
    return code;
}

int folder_manifest_read(const char *path, struct folder_manifest **manifest, struct facet_error *error) {
    struct stat status;
    *manifest = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    int code = FACET_OK;
    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode))
        code = facet_error_set(error, FACET_ERROR_IO, "%s: is not a file", path);
    if (!code) code = read_file(path, file, manifest, error);
    fclose(file);
    return code;
}

const char *folder_manifest_slip(const struct folder_manifest *manifest) {
    return manifest->slip;
}

void folder_manifest_destroy(struct folder_manifest *manifest) {
    if (!manifest) return;
    free(manifest->slip);
    free(manifest->store);
    dataset_texts_free(&manifest->texts);
    free(manifest->shared);
    free(manifest->rows);
    free(manifest);
}

int64_t folder_manifest_rows(const struct folder_manifest *manifest) {
    return manifest->n_rows;
}

struct folder_row folder_manifest_row(const struct folder_manifest *manifest, int64_t row) {
    const struct folder_entry *r = &manifest->rows[row];
    const struct folder_shared *shared = &manifest->shared[r->shared];
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
        .onset = shared->onset,
        .apex = shared->apex,
        .offset = shared->offset,
        .intensity = r->intensity,
        .valence = shared->valence,
        .arousal = shared->arousal,
    };
}
