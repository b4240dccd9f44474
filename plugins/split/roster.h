// Roster: the subjects that can be split, dataset by dataset, in an order drawn from the seed.
#ifndef FACET_SPLIT_ROSTER_H
#define FACET_SPLIT_ROSTER_H

#include "split/folds.h"

struct roster {
    const struct facet_items *items;
    uint8_t *usable; // (rows) labelled and not set aside
    int *subjects;   // subject numbers, those of one dataset after those of another
    int *first;      // (n_datasets + 1) where each dataset's subjects begin
    int n_datasets;
    uint8_t *role; // (subjects of items) enum fold_role, scratch for the fold being dealt
};

int roster_create(const struct facet_items *items, const uint8_t *valid, uint64_t seed, struct roster *roster,
                  struct facet_error *error);
void roster_free(struct roster *roster); // an empty one is fine
int roster_size(const struct roster *roster, int dataset);
// Copies the roles of subjects to the usable rows of one fold. A subject has one role, so a fold cannot leak.
void roster_deal(const struct roster *roster, struct folds *folds, int fold);

#endif
