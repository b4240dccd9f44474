#include "folder/manifest.h"

#include "folder/csv.h"
#include <facet/text.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum column { PATH, SUBJECT, LABEL, SEQUENCE, FRAME, INTENSITY, LICENCE, CONSENT, N_COLUMNS };
static const char *const column_names[N_COLUMNS] = {"path",  "subject",   "label",   "sequence",
                                                    "frame", "intensity", "licence", "consent"};
enum { N_REQUIRED = LABEL + 1 };

struct folder_manifest {
    char *store;
    struct folder_row *rows;
    int64_t n_rows, room;
};

struct reader {
    struct csv csv;
    int where[N_COLUMNS]; // field of a column, -1 when it is absent
    int n_fields;
    struct folder_manifest *manifest;
};

static int read_header(struct reader *reader, struct facet_error *error) {
    bool found;
    int code = csv_next(&reader->csv, &found, error);
    if (code) return code;
    if (!found) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", reader->csv.name);
    reader->n_fields = reader->csv.n_fields;
    for (int c = 0; c < N_COLUMNS; c++) {
        reader->where[c] = -1;
        for (int f = 0; f < reader->n_fields; f++) {
            if (strcmp(reader->csv.field[f], column_names[c]) != 0) continue;
            if (reader->where[c] >= 0)
                return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: column %s stands twice", reader->csv.name,
                                       (long long)reader->csv.line, column_names[c]);
            reader->where[c] = f;
        }
        if (c < N_REQUIRED && reader->where[c] < 0)
            return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: no column %s; path, subject and label are needed",
                                   reader->csv.name, (long long)reader->csv.line, column_names[c]);
    }
    return FACET_OK;
}

static const char *field_of(const struct reader *reader, enum column column) {
    return reader->where[column] < 0 ? "" : reader->csv.field[reader->where[column]];
}

static int bad_value(const struct reader *reader, enum column column, const char *expected, struct facet_error *error) {
    const char *value = field_of(reader, column);
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s is \"%s\", %s expected", reader->csv.name,
                           (long long)reader->csv.line, column_names[column],
                           facet_quote((struct facet_word){value, strlen(value)}).text, expected);
}

static int read_frame(const struct reader *reader, int32_t *frame, struct facet_error *error) {
    const char *text = field_of(reader, FRAME);
    int64_t value = 0;
    if (*text && (!facet_integer((struct facet_word){text, strlen(text)}, &value) || value < 0 || value > INT32_MAX))
        return bad_value(reader, FRAME, "a whole number from 0", error);
    *frame = *text ? (int32_t)value : -1;
    return FACET_OK;
}

static int read_intensity(const struct reader *reader, float *intensity, struct facet_error *error) {
    const char *text = field_of(reader, INTENSITY);
    *intensity = NAN;
    if (!*text) return FACET_OK;
    if (!facet_float((struct facet_word){text, strlen(text)}, intensity) || !(*intensity >= 0 && *intensity <= 1))
        return bad_value(reader, INTENSITY, "a number from 0 to 1", error);
    return FACET_OK;
}

static int fill_row(const struct reader *reader, struct folder_row *row, struct facet_error *error) {
    if (reader->csv.n_fields != reader->n_fields)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields, but the header has %d", reader->csv.name,
                               (long long)reader->csv.line, reader->csv.n_fields, reader->n_fields);
    *row = (struct folder_row){
        .path = field_of(reader, PATH),
        .subject = field_of(reader, SUBJECT),
        .label = field_of(reader, LABEL),
        .sequence = field_of(reader, SEQUENCE),
        .licence = field_of(reader, LICENCE),
        .consent = field_of(reader, CONSENT),
        .line = reader->csv.line,
    };
    if (!*row->path) return bad_value(reader, PATH, "the name of a file", error);
    if (!*row->subject) return bad_value(reader, SUBJECT, "the name of a person", error);
    int code = read_frame(reader, &row->frame, error);
    return code ? code : read_intensity(reader, &row->intensity, error);
}

static int add_row(struct reader *reader, struct facet_error *error) {
    struct folder_manifest *m = reader->manifest;
    if (m->n_rows == INT32_MAX)
        return facet_error_set(error, FACET_ERROR_DATA, "%s: more than %d rows", reader->csv.name, INT32_MAX);
    if (m->n_rows == m->room) {
        int64_t room = m->room ? 2 * m->room : 64;
        struct folder_row *rows = realloc(m->rows, (size_t)room * sizeof *rows);
        if (!rows) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", reader->csv.name);
        m->rows = rows;
        m->room = room;
    }
    int code = fill_row(reader, &m->rows[m->n_rows], error);
    if (!code) m->n_rows++;
    return code;
}

static int by_path(const void *a, const void *b) {
    const struct folder_row *x = *(const struct folder_row *const *)a, *y = *(const struct folder_row *const *)b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

// Sequence after sequence, the lines of each in order. A row without a sequence stands alone.
static int by_sequence(const void *a, const void *b) {
    const struct folder_row *x = *(const struct folder_row *const *)a, *y = *(const struct folder_row *const *)b;
    int order = strcmp(x->subject, y->subject);
    if (!order) order = strcmp(x->sequence, y->sequence);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int by_group_and_frame(const void *a, const void *b) {
    const struct folder_row *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int refuse_repeated_paths(const struct reader *reader, struct folder_row **sorted, struct facet_error *error) {
    int64_t n = reader->manifest->n_rows;
    qsort(sorted, (size_t)n, sizeof *sorted, by_path);
    for (int64_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1]->path, sorted[i]->path) != 0) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %s stands in line %lld already", reader->csv.name,
                               (long long)sorted[i]->line, sorted[i]->path, (long long)sorted[i - 1]->line);
    }
    return FACET_OK;
}

static bool same_sequence(const struct folder_row *a, const struct folder_row *b) {
    return *a->sequence && strcmp(a->subject, b->subject) == 0 && strcmp(a->sequence, b->sequence) == 0;
}

// A group's number is the place of its first row; a frame not given is its place in the sequence.
static void number_groups(struct folder_manifest *manifest, struct folder_row **sorted) {
    int64_t first = 0;
    qsort(sorted, (size_t)manifest->n_rows, sizeof *sorted, by_sequence);
    for (int64_t i = 0; i < manifest->n_rows; i++) {
        if (i == 0 || !same_sequence(sorted[i - 1], sorted[i])) first = i;
        sorted[i]->group = (int32_t)(sorted[first] - manifest->rows);
        if (sorted[i]->frame < 0) sorted[i]->frame = (int32_t)(i - first);
    }
}

static int settle_frames(const struct reader *reader, struct facet_error *error) {
    struct folder_row *rows = reader->manifest->rows;
    int32_t group = 0;
    qsort(rows, (size_t)reader->manifest->n_rows, sizeof *rows, by_group_and_frame);
    for (int64_t i = 1; i < reader->manifest->n_rows; i++) {
        if (rows[i].group != rows[i - 1].group || rows[i].frame != rows[i - 1].frame) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: frame %d of sequence %s stands in line %lld already",
                               reader->csv.name, (long long)rows[i].line, (int)rows[i].frame, rows[i].sequence,
                               (long long)rows[i - 1].line);
    }
    for (int64_t i = 0, before = -1; i < reader->manifest->n_rows; i++) {
        group += before >= 0 && rows[i].group != before;
        before = rows[i].group;
        rows[i].group = group;
    }
    return FACET_OK;
}

static int arrange(const struct reader *reader, struct facet_error *error) {
    struct folder_manifest *m = reader->manifest;
    if (m->n_rows == 0) return facet_error_set(error, FACET_ERROR_DATA, "%s: a header, but no rows", reader->csv.name);
    struct folder_row **sorted = malloc((size_t)m->n_rows * sizeof *sorted);
    if (!sorted) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its rows", reader->csv.name);
    for (int64_t i = 0; i < m->n_rows; i++) sorted[i] = &m->rows[i];
    int code = refuse_repeated_paths(reader, sorted, error);
    if (!code) {
        number_groups(m, sorted);
        code = settle_frames(reader, error);
    }
    free(sorted);
    return code;
}

static int read_rows(struct reader *reader, struct facet_error *error) {
    int code = read_header(reader, error);
    bool found = true;
    while (!code && found) {
        code = csv_next(&reader->csv, &found, error);
        if (!code && found) code = add_row(reader, error);
    }
    return code ? code : arrange(reader, error);
}

int folder_manifest_parse(const char *name, const char *bytes, size_t size, struct folder_manifest **manifest,
                          struct facet_error *error) {
    size_t mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *manifest = NULL;
    struct folder_manifest *m = calloc(1, sizeof *m);
    if (m) m->store = malloc(size + 1);
    if (!m || !m->store) {
        folder_manifest_destroy(m);
        return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", name, size);
    }
    struct reader reader = {
        .csv = {.name = name, .at = bytes + mark, .end = bytes + size, .next_line = 1, .store = m->store},
        .manifest = m,
    };
    int code = read_rows(&reader, error);
    if (code) {
        folder_manifest_destroy(m);
        return code;
    }
    *manifest = m;
    return FACET_OK;
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

const struct folder_row *folder_manifest_row(const struct folder_manifest *manifest, int64_t row) {
    return &manifest->rows[row];
}
