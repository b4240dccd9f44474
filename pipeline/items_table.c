// The item table as columns of a container.
#include "pipeline/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_COLUMNS = 6, BATCH = 4096 }; // rows written at once
static const char *const text_names[TEXT_COLUMNS] = {"dataset", "subject", "label", "path", "licence", "consent"};

static const char *text_of(const struct facet_item *item, int column) {
    const char *const texts[TEXT_COLUMNS] = {item->dataset, item->subject, item->label,
                                             item->path,    item->licence, item->consent};
    return texts[column];
}

static struct facet_dataset column(const char *name, enum facet_type type, size_t width, int64_t rows) {
    struct facet_dataset dataset = {.type = type, .width = width, .rank = 1, .dims = {rows}};
    snprintf(dataset.name, sizeof dataset.name, "items/%s", name);
    return dataset;
}

void facet_item_columns(const struct facet_items *items, struct facet_dataset columns[FACET_ITEM_COLUMNS]) {
    int64_t rows = facet_items_count(items);
    size_t widest[TEXT_COLUMNS] = {1, 1, 1, 1, 1, 1};
    for (int64_t row = 0; row < rows; row++) {
        struct facet_item item = facet_items_get(items, row);
        for (int i = 0; i < TEXT_COLUMNS; i++)
            if (strlen(text_of(&item, i)) > widest[i]) widest[i] = strlen(text_of(&item, i));
    }
    for (int i = 0; i < TEXT_COLUMNS; i++) columns[i] = column(text_names[i], 0, widest[i], rows);
    columns[TEXT_COLUMNS] = column("sequence", FACET_I32, 0, rows);
    columns[TEXT_COLUMNS + 1] = column("frame", FACET_I32, 0, rows);
    columns[TEXT_COLUMNS + 2] = column("intensity", FACET_F32, 0, rows);
    columns[TEXT_COLUMNS + 3] = column("valid", FACET_U8, 0, rows);
}

static void fill(const struct facet_items *items, int c, const struct facet_dataset *to, int64_t first, int64_t count,
                 char *batch) {
    size_t bytes = facet_dataset_row_bytes(to);
    memset(batch, 0, (size_t)count * bytes);
    for (int64_t i = 0; i < count; i++) {
        struct facet_item item = facet_items_get(items, first + i);
        char *at = batch + (size_t)i * bytes;
        if (c < TEXT_COLUMNS)
            memcpy(at, text_of(&item, c), strlen(text_of(&item, c)));
        else if (c == TEXT_COLUMNS)
            memcpy(at, &item.sequence, sizeof item.sequence);
        else if (c == TEXT_COLUMNS + 1)
            memcpy(at, &item.frame, sizeof item.frame);
        else
            memcpy(at, &item.intensity, sizeof item.intensity);
    }
}

int facet_items_write(const struct facet_items *items, struct facet_container *container, struct facet_error *error) {
    struct facet_dataset columns[FACET_ITEM_COLUMNS];
    facet_item_columns(items, columns);
    int code = FACET_OK;
    for (int c = 0; code == FACET_OK && c < FACET_ITEM_COLUMNS - 1; c++) { // all but valid
        char *batch = malloc(BATCH * facet_dataset_row_bytes(&columns[c]));
        if (!batch) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
        int64_t rows = columns[c].dims[0];
        for (int64_t first = 0; code == FACET_OK && first < rows; first += BATCH) {
            int64_t count = rows - first < BATCH ? rows - first : BATCH;
            fill(items, c, &columns[c], first, count, batch);
            code = facet_container_write(container, columns[c].name, first, count, batch, error);
        }
        free(batch);
    }
    return code;
}
