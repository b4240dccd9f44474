// What is measured, and what came of it.
#ifndef FACET_EVALUATE_EVALUATION_H
#define FACET_EVALUATE_EVALUATION_H

#include "evaluate/bootstrap.h"

#include <facet/item.h>

enum { MOST_METHODS = 2 };

// Everything the numbers depend on.
struct evaluation {
    const struct facet_items *items;
    const uint8_t *valid; // (rows)
    int64_t rows, slots;
    int folds, classes, methods;
    uint8_t *role;                      // (folds, rows) enum fold_role
    int32_t *test_fold;                 // (rows, slots)
    char *names;                        // one fold name a line
    float *probabilities[MOST_METHODS]; // (rows, slots, classes) of the model, then the baseline
    int64_t resamples;
    uint64_t seed;
    int threads;
};

void evaluation_free(struct evaluation *evaluation); // a zeroed one is fine

// A group of tested rows; an entry is row * slots + slot.
struct group {
    int fold, dataset; // -1: pooled
    bool within;
    int64_t n, subjects;
    int64_t *entries;
    struct interval scores[MOST_METHODS][N_METRICS];
    double ece[MOST_METHODS];
    int64_t *confusion; // (methods, classes, classes)
    struct difference differences[N_METRICS];
};

struct groups {
    int count;
    struct group *all;
    int64_t set_aside; // tested rows that a later stage set aside
};

// True when the fold trains on a row of the dataset.
bool evaluation_trains(const struct evaluation *evaluation, int fold, int dataset);
// Proves the folds, checks the probabilities of tested rows, forms the groups and scores them. On success the caller
// frees *groups. Errors: DATA with a sentence (a leak, a row without probabilities, nothing to test), MEMORY.
int evaluation_run(const struct evaluation *evaluation, struct groups *groups, struct facet_error *error);
void groups_free(struct groups *groups); // a zeroed one is fine

// metrics.json, as text owned by the caller (free); NULL when out of memory.
char *evaluation_json(const struct evaluation *evaluation, const struct groups *groups);

// metrics.txt, likewise.
char *evaluation_table(const struct evaluation *evaluation, const struct groups *groups);

extern const char *const method_names[MOST_METHODS];
extern const char *const metric_names[N_METRICS];

#endif
