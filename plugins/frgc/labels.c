#include "frgc/labels.h"

#include "dataset/csv.h"

#include <string.h>

struct columns {
    int scan, label, count;
};

static int read_header(struct csv *csv, struct columns *columns, struct facet_error *error) {
    int code = csv_header(csv, error);
    *columns = (struct columns){-1, -1, csv->n_fields};
    for (int i = 0; !code && i < csv->n_fields; i++) {
        if (strcmp(csv->field[i], "scan") == 0) columns->scan = i;
        if (strcmp(csv->field[i], "label") == 0) columns->label = i;
    }
    if (code || (columns->scan >= 0 && columns->label >= 0)) return code;
    return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: the columns scan and label expected", csv->name,
                           (long long)csv->line);
}

static int add(const struct csv *csv, const struct columns *columns, struct dataset_annotations *to,
               struct facet_error *error) {
    struct dataset_annotation annotation = dataset_annotation_unknown();
    char subject[DATASET_TEXT];
    if (csv->n_fields != columns->count)
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: %d fields, but the header has %d", csv->name,
                               (long long)csv->line, csv->n_fields, columns->count);
    annotation.key = csv->field[columns->scan];
    annotation.code = csv->field[columns->label];
    if (!frgc_is_scan(annotation.key))
        return facet_error_set(error, FACET_ERROR_DATA, "%s:%lld: a scan such as 02463d550 expected, not \"%.40s\"",
                               csv->name, (long long)csv->line, annotation.key);
    dataset_copy(subject, sizeof subject, annotation.key, strcspn(annotation.key, "d"));
    annotation.subject = subject;
    return dataset_annotate(to, &annotation, error);
}

int frgc_read_labels(const char *name, const void *bytes, size_t size, struct dataset_annotations *to,
                     struct facet_error *error) {
    struct columns columns;
    struct csv csv;
    bool found = true;
    int code = csv_open(&csv, name, bytes, size, error);
    if (!code) code = read_header(&csv, &columns, error);
    while (!code && found) {
        code = csv_next(&csv, &found, error);
        if (!code && found) code = add(&csv, &columns, to, error);
    }
    csv_close(&csv);
    return code;
}
