#include "split/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const role_did[] = {"left out", "trained on", "used for validation", "tested"};

void folds_name_at(const char *names, int index, char name[FOLD_NAME_MAX]) {
    for (; index > 0 && names; index--) names = (names = strchr(names, '\n')) ? names + 1 : NULL;
    snprintf(name, FOLD_NAME_MAX, "%.*s", names ? (int)strcspn(names, "\n") : 0, names ? names : "");
}

struct fold_proof {
    const struct facet_items *items;
    int64_t *first[ROLE_TEST + 1]; // (subjects) first row a subject has in a role, -1: none
    int64_t count[ROLE_TEST + 1];
    char name[FOLD_NAME_MAX + 24];
};

static int refuse_subject(const struct fold_proof *proof, int subject, int one, int other, struct facet_error *error) {
    int64_t row = proof->first[one][subject];
    struct facet_item item = facet_items_get(proof->items, row);
    return facet_error_set(error, FACET_ERROR_DATA,
                           "%s leaks: subject %s of %s is %s (row %lld) and %s (row %lld); nothing it would measure "
                           "could be trusted",
                           proof->name, item.subject, item.dataset, role_did[one], (long long)row, role_did[other],
                           (long long)proof->first[other][subject]);
}

static int prove_fold(struct fold_proof *proof, const uint8_t *role, struct facet_error *error) {
    int subjects = facet_items_subjects(proof->items);
    memset(proof->count, 0, sizeof proof->count);
    for (int r = ROLE_TRAIN; r <= ROLE_TEST; r++)
        for (int s = 0; s < subjects; s++) proof->first[r][s] = -1;
    for (int64_t row = 0; row < facet_items_count(proof->items); row++) {
        if (role[row] == ROLE_UNUSED) continue;
        if (role[row] > ROLE_TEST)
            return facet_error_set(error, FACET_ERROR_DATA, "%s: row %lld has the unknown role %d", proof->name,
                                   (long long)row, role[row]);
        int64_t *first = &proof->first[role[row]][facet_items_subject_of(proof->items, row)];
        if (*first < 0) *first = row;
        proof->count[role[row]]++;
    }
    for (int s = 0; s < subjects; s++)
        for (int one = ROLE_TRAIN; one < ROLE_TEST; one++)
            for (int other = one + 1; other <= ROLE_TEST; other++)
                if (proof->first[one][s] >= 0 && proof->first[other][s] >= 0)
                    return refuse_subject(proof, s, one, other, error);
    if (!proof->count[ROLE_TRAIN] || !proof->count[ROLE_TEST])
        return facet_error_set(error, FACET_ERROR_DATA, "%s trains on %lld rows and tests %lld", proof->name,
                               (long long)proof->count[ROLE_TRAIN], (long long)proof->count[ROLE_TEST]);
    return FACET_OK;
}

int folds_prove(const uint8_t *role, int n_folds, const char *names, const struct facet_items *items,
                struct facet_error *error) {
    int subjects = facet_items_subjects(items);
    struct fold_proof proof = {.items = items};
    int64_t *room = malloc((size_t)subjects * ROLE_TEST * sizeof *room + 1);
    if (!room) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to prove %d subjects disjoint", subjects);
    for (int r = ROLE_TRAIN; r <= ROLE_TEST; r++) proof.first[r] = room + (r - 1) * subjects;
    int code = FACET_OK;
    for (int f = 0; f < n_folds && !code; f++) {
        char name[FOLD_NAME_MAX];
        folds_name_at(names, f, name);
        snprintf(proof.name, sizeof proof.name, "fold %d (%s)", f, name);
        code = prove_fold(&proof, role + f * facet_items_count(items), error);
    }
    free(room);
    return code;
}

static int prove_row(const uint8_t *role, int n_folds, const int32_t *tests, int64_t slots, int64_t rows, int64_t row,
                     struct facet_error *error) {
    int64_t listed = 0, wanted = 0;
    for (int64_t s = 0; s < slots; s++) {
        if (tests[s] == -1) continue;
        if (tests[s] < 0 || tests[s] >= n_folds || role[tests[s] * rows + row] != ROLE_TEST)
            return facet_error_set(error, FACET_ERROR_DATA, "row %lld is listed as tested by fold %d, which does not",
                                   (long long)row, tests[s]);
        for (int64_t t = 0; t < s; t++)
            if (tests[t] == tests[s])
                return facet_error_set(error, FACET_ERROR_DATA, "row %lld is listed twice as tested by fold %d",
                                       (long long)row, tests[s]);
        listed++;
    }
    for (int f = 0; f < n_folds; f++) wanted += role[f * rows + row] == ROLE_TEST;
    if (listed == wanted) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "row %lld is tested by %lld folds, %lld are listed", (long long)row,
                           (long long)wanted, (long long)listed);
}

int folds_prove_tests(const uint8_t *role, int n_folds, const int32_t *test_fold, int64_t slots, int64_t rows,
                      struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t row = 0; row < rows && !code; row++)
        code = prove_row(role, n_folds, test_fold + row * slots, slots, rows, row, error);
    return code;
}
