#include "split/folds.h"

#include <stdlib.h>
#include <string.h>

int folds_create(int n_folds, int64_t rows, struct folds *folds, struct facet_error *error) {
    *folds = (struct folds){.n_folds = n_folds, .rows = rows};
    folds->role = calloc((size_t)n_folds * (size_t)rows + 1, 1);
    folds->name = calloc((size_t)n_folds + 1, sizeof *folds->name);
    if (folds->role && folds->name) return FACET_OK;
    folds_free(folds);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %d folds of %lld rows", n_folds, (long long)rows);
}

void folds_free(struct folds *folds) {
    free(folds->role);
    free(folds->name);
    *folds = (struct folds){0};
}

static int64_t times_tested(const struct folds *folds, int64_t row) {
    int64_t n = 0;
    for (int f = 0; f < folds->n_folds; f++) n += folds->role[f * folds->rows + row] == ROLE_TEST;
    return n;
}

int folds_test_table(const struct folds *folds, int32_t **test_fold, int64_t *slots, struct facet_error *error) {
    *slots = 1;
    for (int64_t row = 0; row < folds->rows; row++) {
        int64_t n = times_tested(folds, row);
        if (n > *slots) *slots = n;
    }
    int32_t *table = malloc((size_t)(folds->rows * *slots) * sizeof *table + 1);
    if (!table) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the table of tests");
    for (int64_t i = 0; i < folds->rows * *slots; i++) table[i] = -1;
    for (int64_t row = 0; row < folds->rows; row++) {
        int32_t *next = table + row * *slots;
        for (int f = 0; f < folds->n_folds; f++)
            if (folds->role[f * folds->rows + row] == ROLE_TEST) *next++ = f;
    }
    *test_fold = table;
    return FACET_OK;
}

char *folds_names(const struct folds *folds) {
    char *text = calloc((size_t)folds->n_folds + 1, FOLD_NAME_MAX + 1), *end = text;
    if (!text) return NULL;
    for (int f = 0; f < folds->n_folds; f++) {
        size_t length = strlen(folds->name[f]);
        if (f) *end++ = '\n';
        memcpy(end, folds->name[f], length);
        end += length;
    }
    return text;
}
