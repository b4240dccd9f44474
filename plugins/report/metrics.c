#include "report/metrics.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int missing(const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_DATA, "metrics/json: %s", what);
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int64_t integer_of(const json_t *object, const char *key) {
    return (int64_t)json_integer_value(json_object_get(object, key));
}

static struct report_interval interval_of(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return (struct report_interval){number_of(value, "value"), number_of(value, "low"), number_of(value, "high")};
}

static int read_confusion(const json_t *rows, int64_t classes, double **confusion, struct facet_error *error) {
    if ((int64_t)json_array_size(rows) != classes) return missing("a confusion matrix has not one line a class", error);
    if (!(*confusion = calloc((size_t)(classes * classes) + 1, sizeof **confusion)))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the metrics");
    for (int64_t i = 0; i < classes * classes; i++) {
        const json_t *line = json_array_get(rows, (size_t)(i / classes));
        const json_t *value = json_array_get(line, (size_t)(i % classes));
        if (!json_is_number(value)) return missing("a confusion matrix has not one number a class and class", error);
        (*confusion)[i] = json_number_value(value);
    }
    return FACET_OK;
}

static int read_score(const json_t *object, int64_t classes, struct report_score *score, struct facet_error *error) {
    score->accuracy = interval_of(object, "accuracy");
    score->uar = interval_of(object, "uar");
    score->macro_f1 = interval_of(object, "macro_f1");
    score->ece = number_of(object, "ece");
    if (!json_is_object(json_object_get(object, "uar"))) return missing("a cell has no \"uar\"", error);
    score->present = true;
    return read_confusion(json_object_get(object, "confusion"), classes, &score->confusion, error);
}

// Cells of one fold and dataset come once a method; they meet in one struct.
static struct report_cell *cell_of(struct report_cell *cells, int64_t *count, const json_t *object) {
    const json_t *fold = json_object_get(object, "fold");
    struct report_cell key = {.fold = json_is_integer(fold) ? (int64_t)json_integer_value(fold) : -1,
                              .dataset = text_of(object, "dataset"),
                              .within = json_is_true(json_object_get(object, "within")),
                              .n = integer_of(object, "n"),
                              .subjects = integer_of(object, "subjects")};
    for (int64_t i = 0; i < *count; i++)
        if (cells[i].fold == key.fold && strcmp(cells[i].dataset, key.dataset) == 0 && cells[i].within == key.within)
            return &cells[i];
    cells[*count] = key;
    return &cells[(*count)++];
}

static int read_cells(const json_t *list, int64_t classes, struct report_cell **cells, int64_t *count,
                      struct facet_error *error) {
    size_t size = json_array_size(list);
    if (!(*cells = calloc(size + 1, sizeof **cells)))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the metrics");
    int code = FACET_OK;
    for (size_t i = 0; i < size && !code; i++) {
        const json_t *object = json_array_get(list, i);
        const char *method = text_of(object, "method");
        bool model = strcmp(method, "model") == 0;
        if (!model && strcmp(method, "baseline") != 0) return missing("a cell has no method that is known", error);
        struct report_score *score = &cell_of(*cells, count, object)->scores[model ? REPORT_MODEL : REPORT_BASELINE];
        if (score->present) return missing("two cells say the same fold, dataset and method", error);
        code = read_score(object, classes, score, error);
    }
    return code;
}

static void read_differences(const json_t *list, struct report_cell *cells, int64_t count) {
    size_t size = json_array_size(list);
    for (size_t i = 0; i < size; i++) {
        const json_t *object = json_array_get(list, i);
        if (!json_is_object(json_object_get(object, "uar"))) continue;
        int64_t known = count;
        struct report_cell *cell = cell_of(cells, &known, object);
        if (known != count) continue; // no cell to compare in
        cell->compared = true;
        cell->difference = interval_of(object, "uar");
        cell->p = number_of(json_object_get(object, "uar"), "p");
    }
}

static int read_classes(const json_t *list, struct report_metrics *metrics, struct facet_error *error) {
    metrics->n_classes = (int64_t)json_array_size(list);
    if (metrics->n_classes == 0) return missing("no list \"classes\"", error);
    if (!(metrics->classes = calloc((size_t)metrics->n_classes, sizeof *metrics->classes)))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the metrics");
    for (int64_t i = 0; i < metrics->n_classes; i++)
        if (!(metrics->classes[i] = json_string_value(json_array_get(list, (size_t)i))))
            return missing("a class is no name", error);
    return FACET_OK;
}

static char *joined(const json_t *list) {
    size_t size = json_array_size(list), length = 1;
    for (size_t i = 0; i < size; i++) length += json_string_length(json_array_get(list, i)) + 2;
    char *text = calloc(length, 1);
    for (size_t i = 0; i < size && text; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (*text) strcat(text, ", ");
        strcat(text, name ? name : "");
    }
    return text;
}

static bool read_fold(const json_t *object, struct report_fold *fold) {
    static const char *const roles[REPORT_ROLES] = {"train", "validation", "test"};
    fold->name = text_of(object, "name");
    for (int r = 0; r < REPORT_ROLES; r++) {
        fold->rows[r] = integer_of(json_object_get(object, roles[r]), "rows");
        fold->subjects[r] = integer_of(json_object_get(object, roles[r]), "subjects");
    }
    return (fold->trained_on = joined(json_object_get(object, "trained_on"))) != NULL;
}

static int read_folds(const json_t *list, struct report_metrics *metrics, struct facet_error *error) {
    size_t size = json_array_size(list);
    metrics->folds = calloc(size + 1, sizeof *metrics->folds);
    for (size_t i = 0; i < size && metrics->folds; i++) {
        if (!read_fold(json_array_get(list, i), &metrics->folds[i])) break;
        metrics->n_folds++;
    }
    if (metrics->folds && metrics->n_folds == (int64_t)size) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the metrics");
}

// Takes over the JSON.
static int read_all(json_t *root, struct report_metrics *metrics, struct facet_error *error) {
    *metrics = (struct report_metrics){.json = root};
    int code = read_classes(json_object_get(root, "classes"), metrics, error);
    if (!code) code = read_folds(json_object_get(root, "folds"), metrics, error);
    if (!code)
        code =
            read_cells(json_object_get(root, "cells"), metrics->n_classes, &metrics->cells, &metrics->n_cells, error);
    if (!code)
        code = read_cells(json_object_get(root, "pooled"), metrics->n_classes, &metrics->pooled, &metrics->n_pooled,
                          error);
    metrics->proved = json_is_true(json_object_get(json_object_get(root, "split_proof"), "subject_disjoint"));
    metrics->resamples = integer_of(json_object_get(root, "bootstrap"), "resamples");
    metrics->set_aside = integer_of(root, "set_aside");
    if (!code) {
        read_differences(json_object_get(root, "differences"), metrics->cells, metrics->n_cells);
        read_differences(json_object_get(root, "differences"), metrics->pooled, metrics->n_pooled);
    }
    return code;
}

int report_metrics_read(const char *text, struct report_metrics *metrics, struct facet_error *error) {
    json_error_t reason;
    json_t *root = json_loads(text, 0, &reason);
    if (root) return read_all(root, metrics, error);
    *metrics = (struct report_metrics){0};
    return facet_error_set(error, FACET_ERROR_DATA, "metrics/json is no JSON: line %d: %s", reason.line, reason.text);
}

bool report_folds_differ_in_training(const struct report_metrics *metrics) {
    for (int64_t f = 0; f < metrics->n_folds; f++)
        for (int64_t g = 0; g < f; g++)
            if (strcmp(metrics->folds[f].trained_on, metrics->folds[g].trained_on) == 0) return false;
    return true;
}

static void free_cells(struct report_cell *cells, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        for (int m = 0; m < REPORT_METHODS; m++) free(cells[i].scores[m].confusion);
    free(cells);
}

void report_metrics_free(struct report_metrics *metrics) {
    for (int64_t i = 0; i < metrics->n_folds; i++) free(metrics->folds[i].trained_on);
    free(metrics->folds);
    free(metrics->classes);
    free_cells(metrics->cells, metrics->n_cells);
    free_cells(metrics->pooled, metrics->n_pooled);
    json_decref(metrics->json);
    *metrics = (struct report_metrics){0};
}
