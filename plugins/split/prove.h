// The proof that no fold is asked about a person it was trained on. It knows nothing of how the folds were made.
#ifndef FACET_SPLIT_PROVE_H
#define FACET_SPLIT_PROVE_H

#include "split/folds.h"

// role (n_folds, rows of items). Refuses, naming fold, subject and two rows, a subject with two roles in one fold; also
// a fold that trains on nothing or tests nothing, and a role that is none. names: one fold name a line.
// Errors: FACET_ERROR_DATA, FACET_ERROR_MEMORY.
int folds_prove(const uint8_t *role, int n_folds, const char *names, const struct facet_items *items,
                struct facet_error *error);
// Does the table of tests (rows, slots) say what the roles say? Errors: FACET_ERROR_DATA naming row and fold.
int folds_prove_tests(const uint8_t *role, int n_folds, const int32_t *test_fold, int64_t slots, int64_t rows,
                      struct facet_error *error);
// Copies line `index` of a text of one name a line; "" past the end.
void folds_name_at(const char *names, int index, char name[FOLD_NAME_MAX]);

#endif
