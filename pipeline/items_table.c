// The item table as columns of a container.
#include "pipeline/items.h"
#include "pipeline/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DATASET,
    SUBJECT,
    LABEL,
    PATH,
    LICENCE,
    CONSENT,
    SEQUENCE,
    FRAME,
    INTENSITY,
    COLUMNS
}; // VALID, the last, is not ours

static struct facet_dataset column(const char *name, enum facet_type type, size_t width, int64_t rows) {
    struct facet_dataset dataset = {.type = type, .width = width, .rank = 1, .dims = {rows}};
    if (!type && !width) dataset.width = 1;
    snprintf(dataset.name, sizeof dataset.name, "items/%s", name);
    return dataset;
}

void facet_item_columns(const struct facet_items *items, struct facet_dataset columns[FACET_ITEM_COLUMNS]) {
    int64_t rows = facet_items_count(items);
    struct facet_item_widths widths = facet_items_widths(items);
    columns[DATASET] = column("dataset", 0, widths.dataset, rows);
    columns[SUBJECT] = column("subject", 0, widths.subject, rows);
    columns[LABEL] = column("label", 0, widths.label, rows);
    columns[PATH] = column("path", 0, widths.path, rows);
    columns[LICENCE] = column("licence", 0, widths.licence, rows);
    columns[CONSENT] = column("consent", 0, widths.consent, rows);
    columns[SEQUENCE] = column("sequence", FACET_I32, 0, rows);
    columns[FRAME] = column("frame", FACET_I32, 0, rows);
    columns[INTENSITY] = column("intensity", FACET_F32, 0, rows);
    columns[COLUMNS] = column("valid", FACET_U8, 0, rows);
}

static void put(const struct facet_item *item, int c, char *to) {
    const char *const texts[] = {item->dataset, item->subject, item->label, item->path, item->licence, item->consent};
    if (c <= CONSENT)
        memcpy(to, texts[c], strlen(texts[c]));
    else if (c == SEQUENCE)
        memcpy(to, &item->sequence, sizeof item->sequence);
    else if (c == FRAME)
        memcpy(to, &item->frame, sizeof item->frame);
    else
        memcpy(to, &item->intensity, sizeof item->intensity);
}

static int write_column(const struct facet_items *items, int c, const struct facet_dataset *to,
                        struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    size_t bytes = facet_dataset_row_bytes(to);
    int64_t rows = to->dims[0], step = facet_dataset_hash_rows(to);
    char *batch = malloc((size_t)step * bytes + 1);
    if (!batch) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
    int code = FACET_OK;
    *hash = facet_dataset_hash_begin(to);
    for (int64_t first = 0; code == FACET_OK && first < rows; first += step) {
        int64_t count = rows - first < step ? rows - first : step;
        memset(batch, 0, (size_t)count * bytes);
        for (int64_t i = 0; i < count; i++) {
            struct facet_item item = facet_items_get(items, first + i);
            put(&item, c, batch + (size_t)i * bytes);
        }
        *hash = facet_hash_bytes(*hash, batch, (size_t)count * bytes);
        code = facet_container_write(container, to->name, first, count, batch, error);
    }
    free(batch);
    return code;
}

int facet_items_write(const struct facet_items *items, struct facet_container *container, struct facet_hash *hash,
                      struct facet_error *error) {
    static const int by_name[COLUMNS] = {CONSENT, DATASET, FRAME, INTENSITY, LABEL, LICENCE, PATH, SEQUENCE, SUBJECT};
    struct facet_dataset columns[FACET_ITEM_COLUMNS];
    int code = FACET_OK;
    facet_item_columns(items, columns);
    *hash = (struct facet_hash){0};
    for (int i = 0; code == FACET_OK && i < COLUMNS; i++) {
        struct facet_hash part;
        code = write_column(items, by_name[i], &columns[by_name[i]], container, &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    return code;
}
