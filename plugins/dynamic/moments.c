#include "dynamic/moments.h"

#include <math.h>

static bool seen(const struct dynamic_sequence *s, int64_t row) {
    return s->seen[row - s->first];
}

static int64_t far_from(int64_t a, int64_t b) {
    return a > b ? a - b : b - a;
}

int64_t dynamic_sequence_end(const struct facet_items *items, int64_t first) {
    int64_t end = first + 1, rows = facet_items_count(items);
    int32_t sequence = facet_items_get(items, first).sequence;
    while (end < rows && facet_items_get(items, end).sequence == sequence) end++;
    return end;
}

int64_t dynamic_first_seen(const struct dynamic_sequence *s) {
    for (int64_t row = s->first; row < s->end; row++)
        if (seen(s, row)) return row;
    return -1;
}

int64_t dynamic_onset(const struct dynamic_sequence *s) {
    int32_t onset = facet_items_get(s->items, s->first).onset;
    int64_t last = -1;
    for (int64_t row = s->first; row < s->end && facet_items_get(s->items, row).frame <= onset; row++)
        if (seen(s, row)) last = row;
    return last >= 0 ? last : dynamic_first_seen(s);
}

static int64_t nearest_frame(const struct dynamic_sequence *s, int32_t frame) {
    int64_t best = -1, least = 0;
    for (int64_t row = s->first; row < s->end; row++) {
        int64_t apart = far_from(facet_items_get(s->items, row).frame, frame);
        if (seen(s, row) && (best < 0 || apart < least)) best = row, least = apart;
    }
    return best;
}

static int64_t strongest(const struct dynamic_sequence *s) {
    int64_t best = -1;
    float most = 0;
    for (int64_t row = s->first; row < s->end; row++) {
        float intensity = facet_items_get(s->items, row).intensity;
        if (seen(s, row) && intensity > most) best = row, most = intensity; // not when it is NaN
    }
    return best;
}

// The seen row of [first, end) that is nearest to `to`.
static int64_t nearest_row(const struct dynamic_sequence *s, int64_t first, int64_t end, int64_t to) {
    for (int64_t d = 0; d < end - first; d++) {
        if (to - d >= first && seen(s, to - d)) return to - d;
        if (to + d < end && seen(s, to + d)) return to + d;
    }
    return -1;
}

int64_t dynamic_apex(const struct dynamic_sequence *s) {
    int32_t apex = facet_items_get(s->items, s->first).apex;
    if (apex >= 0) return nearest_frame(s, apex);
    int64_t row = strongest(s);
    return row >= 0 ? row : nearest_row(s, s->first, s->end, s->first + (s->end - s->first - 1) / 2);
}

// ---- windows ----------------------------------------------------------------------------------------------------------

static bool enough(const struct dynamic_sequence *s, double least, int64_t first, int64_t end) {
    int64_t there = 0;
    for (int64_t row = first; row < end; row++) there += seen(s, row);
    return there > 0 && (double)there >= least * (double)(end - first);
}

static bool is_middle(const struct dynamic_sequence *s, const struct dynamic_windows *w, int64_t row) {
    int64_t start = row - (w->length - 1) / 2;
    return start >= s->first && start + w->length <= s->end && (start - s->first) % w->stride == 0;
}

static bool is_taken(const struct dynamic_result *results, int64_t n, int64_t row) {
    for (int64_t i = n - 1; i >= 0 && results[i].end > row; i--)
        if (results[i].row == row) return true;
    return false;
}

static int64_t carrier(const struct dynamic_sequence *s, const struct dynamic_windows *w, int64_t start,
                       const struct dynamic_result *results, int64_t n) {
    int64_t end = start + w->length, middle = start + (w->length - 1) / 2;
    if (seen(s, middle)) return middle;
    for (int64_t d = 1; d < w->length; d++)
        for (int side = -1; side <= 1; side += 2) {
            int64_t row = middle + side * d;
            if (row < start || row >= end || !seen(s, row) || is_middle(s, w, row)) continue;
            if (!is_taken(results, n, row)) return row;
        }
    return -1;
}

static int64_t plan_whole(const struct dynamic_sequence *s, const struct dynamic_windows *w,
                          struct dynamic_result *results) {
    if (!enough(s, w->least, s->first, s->end)) return 0;
    int64_t row =
        w->length == 0 ? dynamic_apex(s) : nearest_row(s, s->first, s->end, s->first + (s->end - s->first - 1) / 2);
    results[0] = (struct dynamic_result){row, s->first, s->end};
    return 1;
}

int64_t dynamic_plan(const struct dynamic_sequence *s, const struct dynamic_windows *w,
                     struct dynamic_result *results) {
    int64_t n = 0;
    if (w->length == 0 || s->end - s->first <= w->length) return plan_whole(s, w, results);
    for (int64_t start = s->first; start + w->length <= s->end; start += w->stride) {
        if (!enough(s, w->least, start, start + w->length)) continue;
        int64_t row = carrier(s, w, start, results, n);
        if (row >= 0) results[n++] = (struct dynamic_result){row, start, start + w->length};
    }
    return n;
}
