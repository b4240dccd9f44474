// How good the scans are, for the report: how many were found and used, why the others were set aside, how the metrics are
// spread, which scans are the worst, which are there twice. Its size does not grow with the number of rows.
#ifndef FACET_REPORT_QUALITY_H
#define FACET_REPORT_QUALITY_H

#include "report/histogram.h"
#include "report/reasons.h"

#include <facet/item.h>
#include <facet/quality.h>
#include <facet/stage.h>

enum { QUALITY_WORST = 6, QUALITY_FIRST = 20, QUALITY_PAIRS = 12 };

struct quality_dataset {
    int64_t found, used;
};

// Of one metric in one dataset, over the scans used. Counts are whole numbers.
struct quality_spread {
    double measured, missing;      // missing: NaN or infinite
    double smallest, most, median; // NaN when none was measured; median also when it is not on the axis
    double below, above;           // of the axis
    double cells[HISTOGRAM_CELLS];
};

struct quality_scan {
    int64_t row; // -1: none
    float value;
};

struct quality_metric {
    double measured, smallest, most; // over all datasets
    double limit;                    // NaN when none is set
    struct histogram_axis axis;
    struct quality_spread *spread; // (datasets)
    struct quality_scan worst[QUALITY_WORST];
    int n_worst; // 0 where no value speaks against a scan
};

// Two scans that are one.
struct quality_pair {
    int64_t rows[2];
    float distance; // mm; NaN when it is not known
    bool exact;     // the same bits, not only the same shape
};

struct quality_pairs {
    bool searched; // some stage looked for them
    int64_t exact, near, between_people;
    struct quality_pair first[QUALITY_PAIRS]; // those of two people first, then exact ones, then the closest
    int n_first;
};

struct report_quality {
    int n_datasets;
    struct quality_dataset *datasets;
    bool measured; // some stage that is kept made `quality`
    bool pictured; // pictures of the scans named below lie beside the page
    struct quality_metric metrics[FACET_METRICS];
    struct quality_pairs pairs;
    struct report_reasons reasons;
    int64_t n_set_aside;
    struct facet_quarantine_entry first[QUALITY_FIRST]; // borrowed from the stage
    int n_first;
    int64_t n_noted; // scans that are kept without something that is broken
    struct facet_quarantine_entry noted[QUALITY_FIRST];
    int n_first_noted;
};

// Every rank reads its share of the rows; rank 0 alone learns the reasons. Collective; all ranks return the same code.
int quality_gather(struct facet_stage *stage, struct report_quality *quality, struct facet_error *error);
// What an earlier stage found; rank-local. Errors: DATA (not what facet/quality.h says), IO, MEMORY.
int quality_pairs_gather(struct facet_stage *stage, struct quality_pairs *pairs, struct facet_error *error);
void quality_free(struct report_quality *quality); // NULL is fine; leaves none

double quality_bar(const struct quality_spread *spread, int bar); // the scans in a bar of the axis
// Whether `a` speaks more against a scan than `b` does.
bool quality_is_worse(enum facet_worse worse, float a, float b);

#endif
