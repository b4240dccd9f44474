// Which frames of a sequence a result is made of, and which row carries it.
#ifndef FACET_DYNAMIC_MOMENTS_H
#define FACET_DYNAMIC_MOMENTS_H

#include <facet/item.h>
#include <stdbool.h>
#include <stdint.h>

// Rows [first, end) are one sequence; seen[row - first] is 1 where nothing set the row aside and a view sees something.
struct dynamic_sequence {
    const struct facet_items *items;
    int64_t first, end;
    const uint8_t *seen;
};

struct dynamic_windows {
    int64_t length, stride; // rows; length 0: the whole sequence
    double least;           // share of a window's rows that must be seen
};

struct dynamic_result {
    int64_t row;        // carries it
    int64_t first, end; // of its window
};

int64_t dynamic_sequence_end(const struct facet_items *items, int64_t first);
int64_t dynamic_first_seen(const struct dynamic_sequence *sequence); // -1: none, here and below
// The last one seen up to the onset; the first one seen when there is none or the onset is not known.
int64_t dynamic_onset(const struct dynamic_sequence *sequence);
// Of those seen the nearest to the apex; when that is not known, the one of the highest intensity; else the middle one.
int64_t dynamic_apex(const struct dynamic_sequence *sequence);

// Results in the order of their windows, at most one a row; `results` has room for as many as there are rows. A whole
// sequence's is carried by its apex, a window's by its middle row: where that is not seen by the nearest row of the
// window that is, unless another window has it. Returns how many there are.
int64_t dynamic_plan(const struct dynamic_sequence *sequence, const struct dynamic_windows *windows,
                     struct dynamic_result *results);

#endif
