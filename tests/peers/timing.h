// Time and medians of the benchmarks in this folder.
#ifndef FACET_PEERS_TIMING_H
#define FACET_PEERS_TIMING_H

#include <stdlib.h>
#include <time.h>

// Seconds of CLOCK_MONOTONIC or CLOCK_PROCESS_CPUTIME_ID.
static inline double seconds_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double now(void) {
    return seconds_of(CLOCK_MONOTONIC);
}

static inline int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Sorts the values.
static inline double median(double *values, int n) {
    qsort(values, (size_t)n, sizeof *values, by_size);
    return values[n / 2];
}

#endif
