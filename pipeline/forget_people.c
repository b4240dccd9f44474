// Who is meant, and which rows are theirs?
#include "pipeline/forget_internal.h"

#include "pipeline/problems.h"
#include "pipeline/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- a column of text -----------------------------------------------------------------------------------------------

enum { PIECE = 4096 };
struct facet_text_reader {
    struct facet_container *container;
    struct facet_dataset column;
    char *piece, *text;
    int64_t first, count; // rows in the piece
};

int facet_text_reader_open(struct facet_container *container, const char *column, struct facet_text_reader **reader,
                           struct facet_error *error) {
    struct facet_text_reader *r = *reader = calloc(1, sizeof *r);
    if (!r) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", column);
    r->container = container;
    int code = facet_container_describe(container, column, &r->column, error);
    if (code == FACET_OK && (r->column.type || r->column.rank != 1))
        code = facet_error_set(error, FACET_ERROR_DATA, "%s: %s is not a column of text",
                               facet_container_path(container), column);
    if (code == FACET_OK) {
        r->piece = malloc(PIECE * r->column.width), r->text = malloc(r->column.width + 1);
        if (!r->piece || !r->text) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", column);
    }
    if (code == FACET_OK) return FACET_OK;
    facet_text_reader_close(r);
    *reader = NULL;
    return code;
}

void facet_text_reader_close(struct facet_text_reader *reader) {
    if (!reader) return;
    free(reader->piece), free(reader->text);
    free(reader);
}

int64_t facet_text_reader_rows(const struct facet_text_reader *reader) {
    return reader->column.dims[0];
}

int facet_text_reader_get(struct facet_text_reader *reader, int64_t row, const char **text, struct facet_error *error) {
    size_t width = reader->column.width;
    if (row < reader->first || row >= reader->first + reader->count) {
        int64_t left = reader->column.dims[0] - row;
        reader->first = row, reader->count = left < PIECE ? left : PIECE;
        int code =
            facet_container_read(reader->container, reader->column.name, row, reader->count, reader->piece, error);
        if (code != FACET_OK) {
            reader->count = 0;
            return code;
        }
    }
    memcpy(reader->text, reader->piece + (size_t)(row - reader->first) * width, width);
    reader->text[width] = '\0';
    *text = reader->text;
    return FACET_OK;
}

// ---- every row's person ---------------------------------------------------------------------------------------------

typedef int facet_see_person(void *context, int64_t row, const char *dataset, const char *subject,
                             struct facet_error *error);

static int each_person(struct facet_container *container, facet_see_person *see, void *context,
                       struct facet_error *error) {
    struct facet_text_reader *datasets = NULL, *subjects = NULL;
    const char *dataset, *subject;
    int code = facet_text_reader_open(container, "items/dataset", &datasets, error);
    if (code == FACET_OK) code = facet_text_reader_open(container, "items/subject", &subjects, error);
    int64_t rows = code == FACET_OK ? facet_text_reader_rows(subjects) : 0;
    for (int64_t row = 0; code == FACET_OK && row < rows; row++) {
        code = facet_text_reader_get(datasets, row, &dataset, error);
        if (code == FACET_OK) code = facet_text_reader_get(subjects, row, &subject, error);
        if (code == FACET_OK) code = see(context, row, dataset, subject, error);
    }
    facet_text_reader_close(datasets), facet_text_reader_close(subjects);
    return code;
}

struct finding {
    const struct facet_tombstone *tombstone;
    uint8_t *found;
    int64_t n_found;
    char *dataset, *subject; // of the row before
    bool before;
};

static int compare_person(void *context, int64_t row, const char *dataset, const char *subject,
                          struct facet_error *error) {
    struct finding *f = context;
    if (!f->subject || strcmp(f->subject, subject) != 0 || strcmp(f->dataset, dataset) != 0) {
        free(f->dataset), free(f->subject);
        f->dataset = strdup(dataset), f->subject = strdup(subject);
        if (!f->dataset || !f->subject)
            return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a person's name");
        f->before = *subject && facet_tombstone_find(f->tombstone, dataset, subject) >= 0;
    }
    f->found[row] = f->before;
    f->n_found += f->before;
    return FACET_OK;
}

int facet_forget_find(struct facet_container *container, const struct facet_tombstone *tombstone, uint8_t **found,
                      int64_t *rows, int64_t *n_found, struct facet_error *error) {
    struct facet_dataset is;
    *found = NULL, *rows = *n_found = 0;
    int code = facet_container_describe(container, "items/subject", &is, error);
    if (code != FACET_OK) return code;
    *rows = is.dims[0];
    struct finding f = {.tombstone = tombstone, .found = calloc((size_t)*rows + 1, 1)};
    code = f.found ? each_person(container, compare_person, &f, error)
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)*rows);
    free(f.dataset), free(f.subject);
    if (code != FACET_OK) free(f.found), f.found = NULL;
    *found = f.found, *n_found = f.n_found;
    return code;
}

// ---- names to people ------------------------------------------------------------------------------------------------

struct naming {
    struct facet_forgetting *f;
    const struct facet_forget_options *options;
    struct facet_text_set datasets, subjects; // all there are
    const char **in;                          // the dataset each asked name was found in, NULL: none so far
};

static int see_name(void *context, int64_t row, const char *dataset, const char *subject, struct facet_error *error) {
    (void)row;
    struct naming *n = context;
    int32_t d = facet_text_set_add(&n->datasets, dataset), s = facet_text_set_add(&n->subjects, subject);
    if (d < 0 || s < 0) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for names");
    if (n->options->dataset && strcmp(n->options->dataset, dataset) != 0) return FACET_OK;
    for (int i = 0; i < n->options->n_subjects; i++) {
        if (strcmp(n->options->subjects[i], subject) != 0) continue;
        if (n->in[i] && n->in[i] != n->datasets.all[d])
            return facet_error_set(error, FACET_ERROR_USAGE,
                                   "subject %s is in dataset %s and in dataset %s; say which with --dataset", subject,
                                   n->in[i], dataset);
        n->in[i] = n->datasets.all[d];
    }
    return FACET_OK;
}

static int read_names(struct naming *n, struct facet_error *error) {
    char **files, path[4300];
    int count, code = facet_forget_containers(n->f->workspace, &files, &count, error);
    if (code != FACET_OK) return code;
    for (int i = 0; i < count; i++) {
        struct facet_container *container = NULL;
        snprintf(path, sizeof path, "%s/%s", n->f->workspace, files[i]);
        // One that cannot be opened is removed later; its names cannot be told.
        if (code == FACET_OK && facet_container_open(MPI_COMM_SELF, path, false, &container, NULL) == FACET_OK)
            code = each_person(container, see_name, n, error);
        facet_container_close(container, NULL);
        free(files[i]);
    }
    free(files);
    return code;
}

static bool forgotten_before(const struct naming *n, const char *subject) {
    for (int d = 0; d < n->datasets.count; d++) {
        if (n->options->dataset && strcmp(n->options->dataset, n->datasets.all[d]) != 0) continue;
        if (facet_tombstone_find(n->f->tombstone, n->datasets.all[d], subject) >= 0) return true;
    }
    return false;
}

static int check_dataset(const struct naming *n, struct facet_error *error) {
    const char *dataset = n->options->dataset;
    for (int d = 0; d < n->datasets.count; d++)
        if (!dataset || strcmp(n->datasets.all[d], dataset) == 0) return FACET_OK;
    const char *near = dataset ? facet_nearest(dataset, n->datasets.all, n->datasets.count) : NULL;
    return facet_error_set(error, FACET_ERROR_USAGE, "%s: no container holds a dataset %s%s%s%s", n->f->workspace,
                           dataset ? dataset : "at all", near ? "; did you mean " : "", near ? near : "",
                           near ? "?" : "");
}

static int take_names(struct naming *n, struct facet_error *error) {
    int code = check_dataset(n, error);
    for (int i = 0; code == FACET_OK && i < n->options->n_subjects; i++) {
        const char *subject = n->options->subjects[i];
        if (n->in[i]) continue;
        if (forgotten_before(n, subject)) continue;
        const char *near = facet_nearest(subject, n->subjects.all, n->subjects.count);
        if (near && !*near) near = NULL;
        code =
            facet_error_set(error, FACET_ERROR_USAGE, "%s: there is no subject %s%s%s%s%s%s", n->f->workspace, subject,
                            n->options->dataset ? " in dataset " : "", n->options->dataset ? n->options->dataset : "",
                            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    for (int i = 0; code == FACET_OK && i < n->options->n_subjects; i++)
        if (n->in[i]) code = facet_tombstone_add(n->f->tombstone, n->in[i], n->options->subjects[i], error);
    return code;
}

int facet_forget_resolve(struct facet_forgetting *f, const struct facet_forget_options *options,
                         struct facet_error *error) {
    struct naming n = {.f = f, .options = options};
    n.in = calloc((size_t)options->n_subjects + 1, sizeof *n.in);
    int code = n.in ? read_names(&n, error) : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for names");
    if (code == FACET_OK) code = take_names(&n, error);
    facet_text_set_free(&n.datasets), facet_text_set_free(&n.subjects);
    free(n.in);
    return code;
}
