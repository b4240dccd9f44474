// Pairs of rows that show the same scan, and counts of what is near by nature.
#ifndef FACET_AUDIT_PAIRS_H
#define FACET_AUDIT_PAIRS_H

#include "audit/tree.h"

// The most alarming first.
enum audit_kind {
    AUDIT_DATASETS, // rows of two datasets
    AUDIT_SUBJECTS, // of two subjects of one dataset
    AUDIT_LABELS,   // of one subject, under two labels
    AUDIT_REPEAT,   // of one subject and label
    AUDIT_KINDS,
};
extern const char *const audit_kind_names[AUDIT_KINDS];

struct audit_pair {
    int64_t rows[2]; // the first comes first
    float distance;  // mm; 0 of exact ones
    bool exact;
    enum audit_kind kind;
    int apart; // folds that train on one of them and test the other
};

struct audit_pairs {
    struct audit_pair *all; // sorted: by kind, exact ones first, by distance, by row
    int64_t count, room;
    int64_t compared, undescribed;    // rows with and without a descriptor
    int64_t in_pairs;                 // rows that are in any pair
    int64_t own_near;                 // rows near one of another sequence of the same subject
    int64_t frames_near, frames_same; // rows near the one before, or the same as an earlier one, of their own sequence
};

void audit_pairs_free(struct audit_pairs *pairs);
// Every row whose content an earlier one has, with the first that has it; inside a sequence only counted. Errors: MEMORY.
int audit_pairs_exact(const struct audit_rows *rows, struct audit_pairs *pairs, struct facet_error *error);
// Takes up that `found` is the nearest of another subject to `row`. Errors: MEMORY.
int audit_pairs_near(const struct audit_rows *rows, int64_t row, struct audit_found found, struct audit_pairs *pairs,
                     struct facet_error *error);
// Frames near the one before.
void audit_pairs_count_frames(const struct audit_rows *rows, double reach, struct audit_pairs *pairs);
// Sorts, drops what is there twice, counts. Errors: MEMORY.
int audit_pairs_finish(const struct audit_rows *rows, struct audit_pairs *pairs, struct facet_error *error);
int64_t audit_pairs_of(const struct audit_pairs *pairs, enum audit_kind kind, bool exact);

#endif
