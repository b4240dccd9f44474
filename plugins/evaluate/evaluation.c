#include "evaluate/evaluation.h"
#include "evaluate/groups.h"
#include "split/prove.h"

#include <math.h>
#include <stdlib.h>

const char *const method_names[MOST_METHODS] = {"model", "baseline"};
const char *const metric_names[N_METRICS] = {"accuracy", "uar", "macro_f1"};

void evaluation_free(struct evaluation *e) {
    for (int m = 0; m < MOST_METHODS; m++) free(e->probabilities[m]);
    free(e->role);
    free(e->test_fold);
    free(e->names);
    *e = (struct evaluation){0};
}

static int check_entry(const struct evaluation *e, int method, int64_t entry, struct facet_error *error) {
    const float *p = e->probabilities[method] + entry * e->classes;
    double sum = 0;
    bool sound = true;
    for (int k = 0; k < e->classes; k++) sum += p[k], sound = sound && p[k] >= 0 && p[k] <= 1.001f;
    if (sound && fabs(sum - 1) < 1e-3) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA,
                           "row %lld is tested by fold %d, but the %s's probabilities are not from 0 to 1 with sum 1 "
                           "(sum %g)",
                           (long long)(entry / e->slots), e->test_fold[entry], method_names[method], sum);
}

static int check_inputs(const struct evaluation *e, struct facet_error *error) {
    int code = folds_prove(e->role, e->folds, e->names, e->items, error);
    if (!code) code = folds_prove_tests(e->role, e->folds, e->test_fold, e->slots, e->rows, error);
    for (int64_t i = 0; i < e->rows * e->slots && !code; i++) {
        int64_t row = i / e->slots;
        if (e->test_fold[i] < 0 || !e->valid[row]) continue;
        if (facet_items_class_of(e->items, row) < 0)
            code = facet_error_set(error, FACET_ERROR_DATA, "row %lld is tested but has no label", (long long)row);
        for (int m = 0; m < e->methods && !code; m++) code = check_entry(e, m, i, error);
    }
    return code;
}

// The subjects of a group, those of one dataset together, and each one's confusion.
struct clusters {
    int32_t *place;     // (subjects of items) place in the group, -1: none
    int64_t *first;     // (datasets + 1)
    int32_t *confusion; // (methods, subjects, classes, classes)
    int64_t subjects;
};

static void clusters_free(struct clusters *c) {
    free(c->place);
    free(c->first);
    free(c->confusion);
}

static void place_subjects(const struct evaluation *e, const struct group *group, struct clusters *c) {
    for (int s = 0; s < facet_items_subjects(e->items); s++) c->place[s] = -1;
    for (int d = 0; d < facet_items_datasets(e->items); d++) {
        c->first[d] = c->subjects;
        for (int64_t i = 0; i < group->n; i++) {
            int64_t row = group->entries[i] / e->slots;
            int32_t *place = &c->place[facet_items_subject_of(e->items, row)];
            if (facet_items_dataset_of(e->items, row) == d && *place < 0) *place = (int32_t)c->subjects++;
        }
        c->first[d + 1] = c->subjects;
    }
}

static int clusters_create(const struct evaluation *e, const struct group *group, struct clusters *c,
                           struct facet_error *error) {
    *c = (struct clusters){.place = calloc((size_t)facet_items_subjects(e->items) + 1, sizeof *c->place),
                           .first = calloc((size_t)facet_items_datasets(e->items) + 1, sizeof *c->first)};
    if (c->place && c->first) place_subjects(e, group, c);
    c->confusion =
        calloc((size_t)(e->methods * e->classes * e->classes) * (size_t)(c->subjects + 1), sizeof *c->confusion);
    if (c->place && c->first && c->confusion) return FACET_OK;
    clusters_free(c);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the subjects of a group");
}

// The first of the most probable classes.
static int predict(const float *p, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (p[k] > p[best]) best = k;
    return best;
}

static void tally(const struct evaluation *e, int method, struct group *group, struct clusters *c) {
    struct calibration calibration = {0};
    int cells = e->classes * e->classes;
    for (int64_t i = 0; i < group->n; i++) {
        int64_t entry = group->entries[i], row = entry / e->slots;
        const float *p = e->probabilities[method] + entry * e->classes;
        int truth = facet_items_class_of(e->items, row), predicted = predict(p, e->classes);
        int64_t subject = c->place[facet_items_subject_of(e->items, row)];
        c->confusion[(method * c->subjects + subject) * cells + truth * e->classes + predicted]++;
        group->confusion[method * cells + truth * e->classes + predicted]++;
        calibration_add(&calibration, p[predicted], truth == predicted);
    }
    group->ece[method] = calibration_error(&calibration);
}

static int score(const struct evaluation *e, uint32_t key, struct group *group, struct facet_error *error) {
    struct clusters c;
    int code = clusters_create(e, group, &c, error);
    if (code) return code;
    for (int m = 0; m < e->methods; m++) tally(e, m, group, &c);
    group->subjects = c.subjects;
    struct bootstrap bootstrap = {.classes = e->classes,
                                  .methods = e->methods,
                                  .subjects = c.subjects,
                                  .confusion = c.confusion,
                                  .strata = facet_items_datasets(e->items),
                                  .first = c.first,
                                  .resamples = e->resamples,
                                  .seed = e->seed,
                                  .key = key,
                                  .threads = e->threads};
    code = bootstrap_run(&bootstrap, group->scores[0], group->differences, error);
    clusters_free(&c);
    return code;
}

int evaluation_run(const struct evaluation *e, struct groups *groups, struct facet_error *error) {
    *groups = (struct groups){0};
    int code = check_inputs(e, error);
    if (!code) code = groups_create(e, groups, error);
    for (int g = 0; g < groups->count && !code; g++) code = score(e, (uint32_t)g, &groups->all[g], error);
    if (code) groups_free(groups);
    return code;
}
