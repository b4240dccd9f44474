// Intervals and paired differences by drawing subjects; docs/protocols.md.
#ifndef FACET_EVALUATE_BOOTSTRAP_H
#define FACET_EVALUATE_BOOTSTRAP_H

#include "evaluate/metrics.h"

#include <facet/error.h>

enum { BOOTSTRAP_FEWEST = 6 }; // subjects below which no interval is given

struct interval {
    double value, low, high; // low and high NaN where nothing can be drawn
};

struct difference {
    double value, low, high, p;
};

struct bootstrap {
    int classes, methods; // 1 or 2 methods
    int64_t subjects;
    const int32_t *confusion; // (methods, subjects, classes, classes)
    int strata;               // datasets: each is drawn from by itself
    const int64_t *first;     // (strata + 1) where a stratum's subjects begin
    int64_t resamples;
    uint64_t seed;
    uint32_t key; // of the group: groups draw apart
    int threads;
};

// scores (methods, N_METRICS); differences (N_METRICS), first method minus second, touched only when there are two.
// The same bits for any number of threads.
int bootstrap_run(const struct bootstrap *bootstrap, struct interval *scores, struct difference *differences,
                  struct facet_error *error);

#endif
