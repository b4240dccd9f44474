#include "audit/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int check_fields(struct facet_stage *stage, int *values, struct facet_error *error) {
    struct facet_field descriptor, content;
    int code = facet_stage_field(stage, "descriptor", &descriptor, error);
    if (!code) code = facet_stage_field(stage, "content", &content, error);
    if (code) return code;
    if (descriptor.type != FACET_F32 || descriptor.rank != 1 || descriptor.ragged || descriptor.dims[0] < 1 ||
        content.type != FACET_I64 || content.rank != 1 || content.ragged || content.dims[0] != 2)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "audit takes descriptor as f32 (n) and content as i64 (2) a row");
    *values = (int)descriptor.dims[0];
    return FACET_OK;
}

// Sequences are numbered inside a source, and the rows of one are consecutive.
static void number(struct audit_rows *rows) {
    int32_t sequence = -1;
    for (int64_t row = 0; row < rows->count; row++) {
        bool same = row > 0 &&
                    facet_items_dataset_of(rows->items, row) == facet_items_dataset_of(rows->items, row - 1) &&
                    facet_items_get(rows->items, row).sequence == facet_items_get(rows->items, row - 1).sequence;
        sequence += !same;
        rows->sequence[row] = sequence;
        rows->subject[row] = facet_items_subject_of(rows->items, row);
    }
}

int audit_rows_read(struct facet_stage *stage, struct audit_rows *rows, struct facet_error *error) {
    *rows = (struct audit_rows){.items = facet_stage_items(stage), .valid = facet_stage_valid(stage)};
    int64_t n = rows->count = facet_items_count(rows->items);
    int code = check_fields(stage, &rows->values, error);
    if (code) return code;
    rows->descriptor = malloc((size_t)(n * rows->values) * sizeof *rows->descriptor + 1);
    rows->content = malloc((size_t)n * 2 * sizeof *rows->content + 1);
    rows->subject = malloc((size_t)n * sizeof *rows->subject + 1);
    rows->sequence = malloc((size_t)n * sizeof *rows->sequence + 1);
    if (!rows->descriptor || !rows->content || !rows->subject || !rows->sequence)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the descriptors of %lld rows", (long long)n);
    number(rows);
    if (n == 0) return FACET_OK;
    code = facet_stage_read_rows(stage, "descriptor", 0, n, rows->descriptor, error);
    return code ? code : facet_stage_read_rows(stage, "content", 0, n, rows->content, error);
}

void audit_rows_free(struct audit_rows *rows) {
    free(rows->descriptor);
    free(rows->content);
    free(rows->subject);
    free(rows->sequence);
    *rows = (struct audit_rows){.items = NULL};
}

double audit_distance(const float *a, const float *b, int values, double most) {
    double sum = 0;
    for (int i = 0; i < values && sum <= most; i += 8) {
        double part[4] = {0};
        for (int k = i; k < i + 8 && k < values; k++) {
            double apart = (double)a[k] - b[k];
            part[k & 3] += apart * apart;
        }
        sum += (part[0] + part[1]) + (part[2] + part[3]);
    }
    return sum;
}
