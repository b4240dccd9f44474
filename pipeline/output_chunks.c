// How the fields of a finished container are cut into chunks for compression.
#include "pipeline/output_chunks.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 1 << 20, SMALLEST = 1 << 16 }; // bytes: of a chunk, about; of a dataset that is worth it

// Whole units if several fit, else an even part of one.
static int64_t chunk_rows(const struct facet_dataset *is, int64_t unit) {
    int64_t row = (int64_t)facet_dataset_row_bytes(is), rows = unit;
    while (rows > 1 && rows * row > CHUNK) rows = (rows + 1) / 2;
    return rows == unit && unit * row > 0 ? CHUNK / (unit * row) * unit : rows;
}

static int used_of_unit(struct facet_container *container, const char *starts, const char *counts,
                        const int64_t range[2], int64_t *room, int64_t used[2], struct facet_error *error) {
    int64_t n = range[1] - range[0], *start = room, *count = room + n;
    int code = facet_container_read(container, starts, range[0], n, start, error);
    if (code == FACET_OK) code = facet_container_read(container, counts, range[0], n, count, error);
    used[0] = INT64_MAX, used[1] = 0;
    for (int64_t i = 0; code == FACET_OK && i < n; i++) {
        if (count[i] <= 0) continue;
        if (start[i] < used[0]) used[0] = start[i];
        if (start[i] + count[i] > used[1]) used[1] = start[i] + count[i];
    }
    return code;
}

// Slots that hold rows, a range a unit; units without any are left out.
static int find_used(struct facet_container *container, const struct facet_field *field,
                     const struct facet_units *units, struct facet_chunking *chunks, struct facet_error *error) {
    char starts[FACET_DATASET_NAME], counts[FACET_DATASET_NAME];
    int64_t(*used)[2] = calloc((size_t)units->count + 1, sizeof *used);
    int64_t *room = calloc((size_t)units->largest + 1, 2 * sizeof *room);
    facet_data_name(field, "_start", starts);
    facet_data_name(field, "_count", counts);
    int code = used && room
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the chunks of %s", field->name);
    int64_t n = 0;
    for (int64_t unit = 0; code == FACET_OK && unit < units->count; unit++) {
        code = used_of_unit(container, starts, counts, units->range[unit], room, used[n], error);
        n += used[n][1] > 0;
    }
    free(room);
    chunks->used = used, chunks->n_used = n;
    return code;
}

static int plan_field(struct facet_container *container, const struct facet_field *field,
                      const struct facet_units *units, struct facet_chunks *chunks, struct facet_error *error) {
    static const char *const suffixes[] = {"", "_start", "_count"};
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < (field->ragged ? 3 : 1); i++) {
        struct facet_dataset is;
        struct facet_chunking *chunk = &chunks->all[chunks->count];
        facet_data_name(field, suffixes[i], chunk->name);
        code = facet_container_describe(container, chunk->name, &is, error);
        if (code != FACET_OK || is.dims[0] * (int64_t)facet_dataset_row_bytes(&is) < SMALLEST) continue;
        chunk->chunk_rows = chunk_rows(&is, field->ragged && i == 0 ? units->largest * field->dims[0] : units->largest);
        chunks->count++;
        if (field->ragged && i == 0) code = find_used(container, field, units, chunk, error);
    }
    return code;
}

int facet_chunks_plan(struct facet_container *container, const struct facet_layout *layout,
                      const struct facet_units *units, struct facet_chunks *chunks, struct facet_error *error) {
    *chunks = (struct facet_chunks){0};
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < layout->n_fields; i++)
        code = plan_field(container, &layout->fields[i], units, chunks, error);
    return code;
}

void facet_chunks_free(struct facet_chunks *chunks) {
    for (int i = 0; i < chunks->count; i++) free((void *)chunks->all[i].used);
    *chunks = (struct facet_chunks){0};
}
