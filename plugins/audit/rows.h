// What is compared: every row's descriptor and content, and who is on it.
#ifndef FACET_AUDIT_ROWS_H
#define FACET_AUDIT_ROWS_H

#include <facet/stage.h>

struct audit_rows {
    const struct facet_items *items;
    int64_t count;
    int values;        // of a descriptor
    float *descriptor; // (count, values); NaN where there is none
    int64_t *content;  // (count, 2)
    const uint8_t *valid;
    int32_t *subject;  // over all datasets
    int32_t *sequence; // numbered over all datasets
};

// Errors: DATA (descriptor is not f32 (n), content not i64 (2)), IO, MEMORY. Rank-local.
int audit_rows_read(struct facet_stage *stage, struct audit_rows *rows, struct facet_error *error);
void audit_rows_free(struct audit_rows *rows);

// Whether the row can be compared by its shape.
static inline bool audit_rows_has(const struct audit_rows *rows, int64_t row) {
    const float first = rows->descriptor[row * rows->values];
    return rows->valid[row] && first == first;
}

static inline bool audit_rows_same(const struct audit_rows *rows, int64_t a, int64_t b) {
    return rows->content[2 * a] == rows->content[2 * b] && rows->content[2 * a + 1] == rows->content[2 * b + 1];
}

// The squared distance, or something above `most` once it is known to be. The same bits with a and b swapped.
double audit_distance(const float *a, const float *b, int values, double most);

#endif
