#include "split/roster.h"

#include <facet/random.h>
#include <stdlib.h>
#include <string.h>

void roster_free(struct roster *roster) {
    free(roster->usable);
    free(roster->subjects);
    free(roster->first);
    free(roster->role);
    *roster = (struct roster){0};
}

int roster_size(const struct roster *roster, int dataset) {
    return roster->first[dataset + 1] - roster->first[dataset];
}

// Appends the dataset's subjects that have a usable row, in order of first appearance; role marks who is listed.
static void list_subjects(struct roster *roster, int dataset) {
    int n = roster->first[dataset];
    for (int64_t row = 0; row < facet_items_count(roster->items); row++) {
        int subject = facet_items_subject_of(roster->items, row);
        if (!roster->usable[row] || facet_items_dataset_of(roster->items, row) != dataset || roster->role[subject])
            continue;
        roster->role[subject] = 1;
        roster->subjects[n++] = subject;
    }
    roster->first[dataset + 1] = n;
}

static int shuffle(int *subjects, int n, uint64_t seed, int dataset, struct facet_error *error) {
    int64_t *order = malloc((size_t)n * sizeof *order + 1);
    int *copy = malloc((size_t)n * sizeof *copy + 1);
    int code = order && copy ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %d subjects", n);
    if (!code) {
        memcpy(copy, subjects, (size_t)n * sizeof *copy);
        facet_random_permutation(seed, (uint32_t)dataset, n, order);
        for (int i = 0; i < n; i++) subjects[i] = copy[order[i]];
    }
    free(order);
    free(copy);
    return code;
}

int roster_create(const struct facet_items *items, const uint8_t *valid, uint64_t seed, struct roster *roster,
                  struct facet_error *error) {
    int64_t rows = facet_items_count(items);
    size_t subjects = (size_t)facet_items_subjects(items);
    *roster = (struct roster){.items = items, .n_datasets = facet_items_datasets(items)};
    roster->usable = malloc((size_t)rows + 1);
    roster->subjects = malloc(subjects * sizeof *roster->subjects + 1);
    roster->first = calloc((size_t)roster->n_datasets + 1, sizeof *roster->first);
    roster->role = calloc(subjects + 1, 1);
    int code = FACET_OK;
    if (!roster->usable || !roster->subjects || !roster->first || !roster->role)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the roster of %zu subjects", subjects);
    for (int64_t row = 0; row < rows && !code; row++)
        roster->usable[row] = valid[row] && facet_items_class_of(items, row) >= 0;
    for (int d = 0; d < roster->n_datasets && !code; d++) {
        list_subjects(roster, d);
        code = shuffle(roster->subjects + roster->first[d], roster_size(roster, d), seed, d, error);
    }
    if (code) roster_free(roster);
    return code;
}

void roster_deal(const struct roster *roster, struct folds *folds, int fold) {
    for (int64_t row = 0; row < folds->rows; row++)
        folds->role[fold * folds->rows + row] =
            roster->usable[row] ? roster->role[facet_items_subject_of(roster->items, row)] : ROLE_UNUSED;
}
