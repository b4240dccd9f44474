// What a report is written from: everything the run left that is worth showing. A part the pipeline does not have stays
// empty, and its section is left out.
#ifndef FACET_REPORT_DATA_H
#define FACET_REPORT_DATA_H

#include "report/metrics.h"
#include "report/quality.h"

#include <facet/field.h>
#include <facet/item.h>
#include <facet/stage.h>

#include <jansson.h>

// A picture holds `count` tiles side by side.
struct report_strip {
    char *file; // beside the page
    char *heading;
    char **captions; // (count), "" for none
    int count;
};

struct report_sheet {
    const char *note;
    struct report_strip *strips;
    int n_strips;
};

struct report_attention {
    int64_t classes, views;
    double *weight;      // (classes, views) mean over the tested rows of the class
    int64_t *rows;       // (classes) how many those are
    const char *picture; // one tile a view, beside the page; NULL when there is none
};

struct report_curves {
    struct facet_array values; // f32 (folds, epochs, columns)
    char **columns;
    int64_t n_columns;
};

enum report_fact {
    REPORT_NAME,
    REPORT_COMMAND,
    REPORT_CONFIG,
    REPORT_CONFIG_FILE,
    REPORT_VERSION,
    REPORT_LIBRARIES,
    REPORT_RANKS,
    REPORT_THREADS,
    REPORT_ISA,
    REPORT_CREATED,
    REPORT_SEED,
    REPORT_FACTS
};

struct report_data {
    const struct facet_items *items;
    const uint8_t *valid;          // (rows)
    char *facts[REPORT_FACTS];     // what the run says of itself, "" when it does not
    struct report_metrics metrics; // of no cells when there are none
    json_t *model;                 // the model's description, or NULL
    char **folds;                  // (n_folds) names
    int64_t n_folds;
    struct report_curves curves;
    struct report_attention attention;
    struct report_sheet expressions, views, mistakes;
    struct facet_stage_record *records;
    int n_records;
    struct report_quality quality;
};

void report_data_free(struct report_data *data); // NULL is fine

#endif
