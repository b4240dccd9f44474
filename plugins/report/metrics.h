// The numbers of evaluate's metrics.json (docs/protocols.md), read into plain structs.
#ifndef FACET_REPORT_METRICS_H
#define FACET_REPORT_METRICS_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct report_interval {
    double value, low, high; // 95 %; low and high are not numbers when none was given
};

enum report_method { REPORT_MODEL, REPORT_BASELINE, REPORT_METHODS };

struct report_score {
    bool present;
    struct report_interval accuracy, uar, macro_f1;
    double ece;
    double *confusion; // (classes, classes), true x predicted
};

// What one fold did on one dataset, or all folds on all of them.
struct report_cell {
    int64_t fold;        // -1: pooled over folds
    const char *dataset; // borrowed from the JSON; "": pooled over datasets
    bool within;         // the fold was trained on other subjects of the same dataset
    int64_t n, subjects;
    struct report_score scores[REPORT_METHODS];
    bool compared;
    struct report_interval difference; // model - baseline, of the unweighted average recall
    double p;
};

enum report_role { REPORT_TRAIN, REPORT_VALIDATION, REPORT_TEST, REPORT_ROLES };

struct report_fold {
    const char *name;
    char *trained_on; // names of the datasets, with commas
    int64_t rows[REPORT_ROLES], subjects[REPORT_ROLES];
};

struct report_metrics {
    void *json;        // owner of the names
    bool proved;       // no fold tests a subject it was trained on
    int64_t set_aside; // rows left out of the numbers after the split
    int64_t resamples; // of the bootstrap
    int64_t n_classes, n_folds, n_cells, n_pooled;
    const char **classes;
    struct report_fold *folds;
    struct report_cell *cells, *pooled;
};

// Errors: DATA (a sentence naming what is missing), MEMORY.
int report_metrics_read(const char *json, struct report_metrics *metrics, struct facet_error *error);
// How a fold is told from the others: by the datasets it was trained on, or by its name when two were trained on the
// same ones.
bool report_folds_differ_in_training(const struct report_metrics *metrics);
void report_metrics_free(struct report_metrics *metrics);

#endif
