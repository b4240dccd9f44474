// Folds: who is trained on and who is tested, one line of roles a fold.
#ifndef FACET_SPLIT_FOLDS_H
#define FACET_SPLIT_FOLDS_H

#include <facet/error.h>
#include <facet/item.h>
#include <stdbool.h>
#include <stdint.h>

enum fold_role { ROLE_UNUSED, ROLE_TRAIN, ROLE_VALIDATION, ROLE_TEST };
enum { FOLD_NAME_MAX = 96 };

struct folds {
    int n_folds;
    int64_t rows;
    uint8_t *role;               // (n_folds, rows) enum fold_role
    char (*name)[FOLD_NAME_MAX]; // what the fold was trained on
};

int folds_create(int n_folds, int64_t rows, struct folds *folds, struct facet_error *error);
void folds_free(struct folds *folds); // leaves it empty; an empty one is fine

// The folds that test each row, in rising order and padded with -1: *test_fold (rows, *slots), owned by the caller.
// slots is the most folds any row is tested by, and at least 1.
int folds_test_table(const struct folds *folds, int32_t **test_fold, int64_t *slots, struct facet_error *error);
// The names, one a line; owned by the caller, NULL when out of memory.
char *folds_names(const struct folds *folds);

#endif
