// Histograms of values that are not kept: first each value is counted by its size, which tells where the axis should lie,
// then along that axis. Counts are added over ranks in any order with the same result.
#ifndef FACET_REPORT_HISTOGRAM_H
#define FACET_REPORT_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HISTOGRAM_KEYS = 1 << 12, // steps of an eighth of a power of two
    HISTOGRAM_BARS = 40,      // at most
    HISTOGRAM_FINE = 25,      // cells a bar, for the median
    HISTOGRAM_CELLS = HISTOGRAM_BARS * HISTOGRAM_FINE,
};

// Rises with the value; `value` is finite.
int histogram_key(float value);
float histogram_key_low(int key); // the least value of the key

struct histogram_axis {
    double low, step; // bar k holds low + k * step <= value < low + (k + 1) * step
    int bars;         // 0: there are no values
    bool whole;       // only whole numbers are shown; `low` is half a number below one
};

// What is known of the values of a metric. keys are counts; all are whole numbers.
struct histogram_values {
    const double *keys;    // (HISTOGRAM_KEYS)
    double smallest, most; // of all finite values; any when there are none
    bool whole;            // all are whole numbers
};

// Round steps, from the least to the largest value; up to one value in 200 on either side is left out where the others
// would otherwise be pressed into less than half of it.
struct histogram_axis histogram_axis(const struct histogram_values *values);
// The axis with `value` on it, when that makes it no more than twice as long; else as it was.
struct histogram_axis histogram_reach(struct histogram_axis axis, double value);

// The cell of a finite value: 0 .. bars * HISTOGRAM_FINE - 1; -1 below the axis, -2 above it.
enum { HISTOGRAM_BELOW = -1, HISTOGRAM_ABOVE = -2 };
int histogram_cell(const struct histogram_axis *axis, double value);
// The middle value, to the width of a cell; NaN when it is not on the axis or there is none. cells (HISTOGRAM_CELLS).
double histogram_median(const struct histogram_axis *axis, double below, const double *cells, double above);

#endif
