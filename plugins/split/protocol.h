// Protocols: how a roster of subjects becomes folds. docs/protocols.md
#ifndef FACET_SPLIT_PROTOCOL_H
#define FACET_SPLIT_PROTOCOL_H

#include "split/folds.h"

struct protocol {
    bool leave_one_dataset_out; // else k folds of subjects, all datasets pooled
    int folds;                  // of the second protocol
    double within;              // of the first: share of a dataset's subjects tested by every fold, trained on by none
    double validation;          // share of a fold's training subjects looked at during training
};

// Makes the folds and proves them. Errors: FACET_ERROR_CONFIG (too few datasets or subjects). On success the caller
// frees *folds.
int protocol_split(const struct protocol *protocol, const struct facet_items *items, const uint8_t *valid,
                   uint64_t seed, struct folds *folds, struct facet_error *error);

#endif
