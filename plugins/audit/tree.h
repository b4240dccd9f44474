// Finds, for a row, the nearest row of somebody else: a k-d tree over the descriptors. The answer is exact, so it does not depend
// on how the tree was built; of two rows equally near the one that comes first counts.
#ifndef FACET_AUDIT_TREE_H
#define FACET_AUDIT_TREE_H

#include "audit/rows.h"

struct audit_tree;

enum audit_whose {
    AUDIT_OTHERS, // of another subject
    AUDIT_OWN,    // of the same subject, in another sequence
};

struct audit_found {
    int64_t row; // -1: none
    float distance;
};

// Of the rows that have a descriptor; takes the descriptors out of *rows, which must outlive it. Errors: MEMORY, DATA (more
// values than it compares).
int audit_tree_create(struct audit_rows *rows, struct audit_tree **tree, struct facet_error *error);
void audit_tree_destroy(struct audit_tree *tree); // NULL is fine
int64_t audit_tree_count(const struct audit_tree *tree);
int64_t audit_tree_row(const struct audit_tree *tree, int64_t at); // of the at-th place; neighbours lie near each other
// The nearest row within reach of the one at a place. Any thread.
struct audit_found audit_tree_nearest(const struct audit_tree *tree, int64_t at, double reach, enum audit_whose whose);

#endif
