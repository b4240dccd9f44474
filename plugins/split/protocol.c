#include "split/protocol.h"

#include "split/prove.h"
#include "split/roster.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A share of n subjects as a whole number; at least one when any is asked for and there is one.
static int share(double part, int n) {
    int count = (int)floor(part * n + 0.5);
    return part > 0 && count < 1 && n > 0 ? 1 : count;
}

static void set_roles(struct roster *roster, int from, int to, enum fold_role role) {
    for (int i = from; i < to; i++) roster->role[roster->subjects[i]] = (uint8_t)role;
}

// ---- leave one dataset out -----------------------------------------------------------------------------------------
static int check_datasets(const struct protocol *p, const struct roster *roster, struct facet_error *error) {
    if (roster->n_datasets < 2)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "protocol leave-one-dataset-out needs two sources or more, there is one; "
                               "subject-k-fold works with one");
    for (int d = 0; d < roster->n_datasets; d++) {
        int n = roster_size(roster, d), held = share(p->within, n), validation = share(p->validation, n - held);
        if (n - held - validation < 1)
            return facet_error_set(error, FACET_ERROR_CONFIG,
                                   "dataset %s has %d subjects with a label, too few to train on after %d are held out "
                                   "(within = %g) and %d serve validation (validation = %g)",
                                   facet_items_dataset_name(roster->items, d), n, held, p->within, validation,
                                   p->validation);
    }
    return FACET_OK;
}

// "lab + studio", or "all but wild" where that would be too long.
static void name_by_datasets(const struct roster *roster, int left_out, char *name) {
    size_t used = 0;
    for (int d = 0; d < roster->n_datasets && used < FOLD_NAME_MAX; d++)
        if (d != left_out)
            used += (size_t)snprintf(name + used, FOLD_NAME_MAX - used, "%s%s", used ? " + " : "",
                                     facet_items_dataset_name(roster->items, d));
    if (used >= FOLD_NAME_MAX)
        snprintf(name, FOLD_NAME_MAX, "all but %s", facet_items_dataset_name(roster->items, left_out));
    for (char *c = name; *c; c++) *c = iscntrl((unsigned char)*c) ? ' ' : *c;
}

// The first subjects of a dataset's order are held out of every fold, so that each fold is asked about the same people.
static void leave_dataset_out(const struct protocol *p, struct roster *roster, int left_out, struct folds *folds) {
    for (int d = 0; d < roster->n_datasets; d++) {
        int from = roster->first[d], to = roster->first[d + 1], n = to - from;
        int held = d == left_out ? n : share(p->within, n), validation = share(p->validation, n - held);
        set_roles(roster, from, from + held, ROLE_TEST);
        set_roles(roster, from + held, from + held + validation, ROLE_VALIDATION);
        set_roles(roster, from + held + validation, to, ROLE_TRAIN);
    }
    name_by_datasets(roster, left_out, folds->name[left_out]);
    roster_deal(roster, folds, left_out);
}

static int split_datasets(const struct protocol *p, struct roster *roster, struct folds *folds,
                          struct facet_error *error) {
    int code = check_datasets(p, roster, error);
    if (!code) code = folds_create(roster->n_datasets, facet_items_count(roster->items), folds, error);
    for (int f = 0; f < roster->n_datasets && !code; f++) leave_dataset_out(p, roster, f, folds);
    return code;
}

// ---- k folds of subjects -------------------------------------------------------------------------------------------
static int check_subjects(const struct protocol *p, const struct roster *roster, struct facet_error *error) {
    int n = roster->first[roster->n_datasets];
    if (n < p->folds)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "%d folds need as many subjects with a label, there are %d; lower folds", p->folds, n);
    int trained = n - (n + p->folds - 1) / p->folds;
    if (trained - share(p->validation, trained) < roster->n_datasets)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "%d subjects with a label are too few for %d folds and validation = %g", n, p->folds,
                               p->validation);
    return FACET_OK;
}

// Subjects are dealt to folds like cards, dataset after dataset: folds differ by at most one subject, and a dataset's
// subjects spread evenly. What remains is trained on, but for a share of each dataset.
static void hold_fold_out(const struct protocol *p, struct roster *roster, int fold, struct folds *folds) {
    for (int d = 0; d < roster->n_datasets; d++) {
        int trained = 0, seen = 0;
        for (int i = roster->first[d]; i < roster->first[d + 1]; i++) trained += i % p->folds != fold;
        int validation = trained > 1 ? share(p->validation, trained) : 0;
        for (int i = roster->first[d]; i < roster->first[d + 1]; i++)
            set_roles(roster, i, i + 1,
                      i % p->folds == fold  ? ROLE_TEST
                      : seen++ < validation ? ROLE_VALIDATION
                                            : ROLE_TRAIN);
    }
    snprintf(folds->name[fold], FOLD_NAME_MAX, "fold %d", fold + 1);
    roster_deal(roster, folds, fold);
}

static int split_subjects(const struct protocol *p, struct roster *roster, struct folds *folds,
                          struct facet_error *error) {
    int code = check_subjects(p, roster, error);
    if (!code) code = folds_create(p->folds, facet_items_count(roster->items), folds, error);
    for (int f = 0; f < p->folds && !code; f++) hold_fold_out(p, roster, f, folds);
    return code;
}

int protocol_split(const struct protocol *protocol, const struct facet_items *items, const uint8_t *valid,
                   uint64_t seed, struct folds *folds, struct facet_error *error) {
    struct roster roster;
    *folds = (struct folds){0};
    int code = roster_create(items, valid, seed, &roster, error);
    if (code) return code;
    code = protocol->leave_one_dataset_out ? split_datasets(protocol, &roster, folds, error)
                                           : split_subjects(protocol, &roster, folds, error);
    char *names = code ? NULL : folds_names(folds);
    if (!code && !names) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the folds' names");
    if (!code) code = folds_prove(folds->role, folds->n_folds, names, items, error);
    if (code) folds_free(folds);
    free(names);
    roster_free(&roster);
    return code;
}
