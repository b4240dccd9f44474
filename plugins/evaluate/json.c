// metrics.json; its layout is in docs/protocols.md.
#include "evaluate/evaluation.h"
#include "split/prove.h"

#include <facet/json.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

// A failed set leaves a hole that the caller must know of.
struct builder {
    const struct evaluation *e;
    const struct groups *groups;
    bool failed;
};

static void put(struct builder *b, json_t *object, const char *key, json_t *value) {
    b->failed |= json_object_set_new(object, key, value) != 0;
}

static void push(struct builder *b, json_t *array, json_t *value) {
    b->failed |= json_array_append_new(array, value) != 0;
}

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *names(struct builder *b, int count, const char *(*name)(const struct facet_items *, int)) {
    json_t *array = json_array();
    for (int i = 0; i < count; i++) push(b, array, facet_json_text(name(b->e->items, i)));
    return array;
}

static json_t *confusion_rows(struct builder *b, const int64_t *confusion) {
    json_t *rows = json_array();
    for (int t = 0; t < b->e->classes; t++) {
        json_t *row = json_array();
        for (int p = 0; p < b->e->classes; p++) push(b, row, json_integer(confusion[t * b->e->classes + p]));
        push(b, rows, row);
    }
    return rows;
}

static void put_place(struct builder *b, json_t *object, const struct group *group) {
    put(b, object, "fold", group->fold < 0 ? json_null() : json_integer(group->fold));
    put(b, object, "dataset",
        group->dataset < 0 ? json_null() : facet_json_text(facet_items_dataset_name(b->e->items, group->dataset)));
}

static void put_size(struct builder *b, json_t *object, const struct group *group) {
    put(b, object, "within", json_boolean(group->within));
    put(b, object, "n", json_integer(group->n));
    put(b, object, "subjects", json_integer(group->subjects));
}

static json_t *scores(struct builder *b, const struct group *group, int method) {
    json_t *object = json_object();
    if (group->fold >= 0) put_place(b, object, group);
    put_size(b, object, group);
    put(b, object, "method", json_string(method_names[method]));
    for (int k = 0; k < N_METRICS; k++) {
        const struct interval *score = &group->scores[method][k];
        json_t *metric = json_object();
        put(b, metric, "value", number(score->value));
        put(b, metric, "low", number(score->low));
        put(b, metric, "high", number(score->high));
        put(b, object, metric_names[k], metric);
    }
    put(b, object, "ece", number(group->ece[method]));
    put(b, object, "confusion", confusion_rows(b, group->confusion + method * b->e->classes * b->e->classes));
    return object;
}

static json_t *scored_groups(struct builder *b, bool pooled) {
    json_t *array = json_array();
    for (int g = 0; g < b->groups->count; g++)
        for (int m = 0; m < b->e->methods; m++)
            if ((b->groups->all[g].fold < 0) == pooled) push(b, array, scores(b, &b->groups->all[g], m));
    return array;
}

static json_t *differences(struct builder *b) {
    json_t *array = json_array();
    for (int g = 0; g < b->groups->count && b->e->methods == 2; g++) {
        const struct group *group = &b->groups->all[g];
        json_t *object = json_object();
        put_place(b, object, group);
        put_size(b, object, group);
        for (int k = 0; k < N_METRICS; k++) {
            json_t *metric = json_object();
            put(b, metric, "value", number(group->differences[k].value));
            put(b, metric, "low", number(group->differences[k].low));
            put(b, metric, "high", number(group->differences[k].high));
            put(b, metric, "p", number(group->differences[k].p));
            put(b, object, metric_names[k], metric);
        }
        push(b, array, object);
    }
    return array;
}

// Rows and subjects of a fold in a role.
static json_t *role_size(struct builder *b, int fold, int role) {
    const struct evaluation *e = b->e;
    json_t *object = json_object();
    bool *seen = calloc((size_t)facet_items_subjects(e->items) + 1, sizeof *seen);
    int64_t rows = 0, subjects = 0;
    for (int64_t row = 0; seen && row < e->rows; row++) {
        bool *subject = &seen[facet_items_subject_of(e->items, row)];
        if (e->role[fold * e->rows + row] != role) continue;
        rows++, subjects += !*subject;
        *subject = true;
    }
    b->failed |= !seen;
    free(seen);
    put(b, object, "rows", json_integer(rows));
    put(b, object, "subjects", json_integer(subjects));
    return object;
}

static json_t *fold(struct builder *b, int f) {
    char name[FOLD_NAME_MAX];
    json_t *object = json_object(), *trained_on = json_array();
    folds_name_at(b->e->names, f, name);
    for (int d = 0; d < facet_items_datasets(b->e->items); d++)
        if (evaluation_trains(b->e, f, d))
            push(b, trained_on, facet_json_text(facet_items_dataset_name(b->e->items, d)));
    put(b, object, "name", facet_json_text(name));
    put(b, object, "trained_on", trained_on);
    put(b, object, "train", role_size(b, f, ROLE_TRAIN));
    put(b, object, "validation", role_size(b, f, ROLE_VALIDATION));
    put(b, object, "test", role_size(b, f, ROLE_TEST));
    return object;
}

static json_t *folds(struct builder *b) {
    json_t *array = json_array();
    for (int f = 0; f < b->e->folds; f++) push(b, array, fold(b, f));
    return array;
}

// Subjects that have a role in some fold.
static int64_t count_subjects(struct builder *b) {
    const struct evaluation *e = b->e;
    bool *seen = calloc((size_t)facet_items_subjects(e->items) + 1, sizeof *seen);
    int64_t subjects = 0;
    for (int64_t i = 0; seen && i < e->folds * e->rows; i++) {
        bool *subject = &seen[facet_items_subject_of(e->items, i % e->rows)];
        if (e->role[i] == ROLE_UNUSED) continue;
        subjects += !*subject;
        *subject = true;
    }
    b->failed |= !seen;
    free(seen);
    return subjects;
}

static void put_about(struct builder *b, json_t *root) {
    json_t *methods = json_array(), *bootstrap = json_object(), *proof = json_object();
    for (int m = 0; m < b->e->methods; m++) push(b, methods, json_string(method_names[m]));
    put(b, root, "format", json_integer(1));
    put(b, root, "classes", names(b, b->e->classes, facet_items_class_name));
    put(b, root, "datasets", names(b, facet_items_datasets(b->e->items), facet_items_dataset_name));
    put(b, root, "methods", methods);
    put(b, bootstrap, "resamples", json_integer(b->e->resamples));
    put(b, bootstrap, "level", json_real(0.95));
    put(b, bootstrap, "unit", json_string("subject"));
    put(b, root, "bootstrap", bootstrap);
    put(b, proof, "subject_disjoint", json_true());
    put(b, proof, "folds", json_integer(b->e->folds));
    put(b, proof, "subjects", json_integer(count_subjects(b)));
    put(b, root, "split_proof", proof);
    put(b, root, "set_aside", json_integer(b->groups->set_aside));
}

char *evaluation_json(const struct evaluation *e, const struct groups *groups) {
    struct builder b = {.e = e, .groups = groups};
    json_t *root = json_object();
    put_about(&b, root);
    put(&b, root, "folds", folds(&b));
    put(&b, root, "cells", scored_groups(&b, false));
    put(&b, root, "pooled", scored_groups(&b, true));
    put(&b, root, "differences", differences(&b));
    char *made = b.failed ? NULL : json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(root);
    return made;
}
