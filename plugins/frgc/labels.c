#include "frgc/labels.h"

#include "dataset/csv.h"
#include "dataset/vocabulary.h"

#include <stdlib.h>
#include <string.h>

struct columns {
    int scan, label, count;
};

static int read_header(struct csv *csv, struct columns *columns, struct facet_error *error) {
    bool found;
    int code = csv_next(csv, &found, error);
    *columns = (struct columns){-1, -1, csv->n_fields};
    for (int i = 0; i < csv->n_fields; i++) {
        if (strcmp(csv->field[i], "scan") == 0) columns->scan = i;
        if (strcmp(csv->field[i], "label") == 0) columns->label = i;
    }
    if (code || (columns->scan >= 0 && columns->label >= 0)) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "%s:1: the columns scan and label expected", csv->name);
}

static int add(const struct csv *csv, const struct columns *columns, struct dataset_annotations *to,
               struct facet_error *error) {
    struct dataset_annotation annotation = dataset_annotation_unknown();
    char subject[DATASET_TEXT];
    if (csv->n_fields != columns->count)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields, but the header has %d", csv->name,
                               (long long)csv->line, csv->n_fields, columns->count);
    annotation.key = csv->field[columns->scan];
    const char *label = csv->field[columns->label], *word = dataset_word(label);
    annotation.code = word ? word : label;
    size_t length = strcspn(annotation.key, "d");
    if (!annotation.key[length] || !dataset_copy(subject, sizeof subject, annotation.key, length))
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: a scan such as 02463d550 expected", csv->name,
                               (long long)csv->line);
    annotation.subject = subject;
    return dataset_annotate(to, &annotation, error);
}

int frgc_read_labels(const char *name, const void *bytes, size_t size, struct dataset_annotations *to,
                     struct facet_error *error) {
    struct columns columns;
    struct csv csv = {.name = name, .at = bytes, .end = (const char *)bytes + size, .next_line = 1};
    bool found = true;
    char *store = csv.store = malloc(size + 1);
    if (!store) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory to read it", name);
    int code = read_header(&csv, &columns, error);
    while (!code && found) {
        csv.store = store;
        code = csv_next(&csv, &found, error);
        if (!code && found) code = add(&csv, &columns, to, error);
    }
    free(store);
    return code;
}
