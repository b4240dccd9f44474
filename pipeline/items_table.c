// The item table as columns of a container.
#include "pipeline/items.h"
#include "pipeline/output.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// By name, which is the order in which they are hashed; `valid`, the last of a container's, is not ours.
static const struct item_column {
    const char *name;
    enum facet_type type; // 0: a text
    size_t place;         // in struct facet_item
    size_t width;         // of a text: where struct facet_item_widths has its longest
} all[] = {
#define TEXT(name)                                                                                                     \
    { #name, 0, offsetof(struct facet_item, name), offsetof(struct facet_item_widths, name) }
#define NUMBER(name, type)                                                                                             \
    { #name, type, offsetof(struct facet_item, name), 0 }
    NUMBER(apex, FACET_I32),
    NUMBER(arousal, FACET_F32),
    TEXT(au),
    TEXT(consent),
    TEXT(dataset),
    NUMBER(frame, FACET_I32),
    NUMBER(intensity, FACET_F32),
    TEXT(label),
    TEXT(labels),
    TEXT(licence),
    NUMBER(offset, FACET_I32),
    NUMBER(onset, FACET_I32),
    TEXT(path),
    NUMBER(sequence, FACET_I32),
    TEXT(split),
    TEXT(subject),
    NUMBER(valence, FACET_F32),
#undef TEXT
#undef NUMBER
};
enum { COLUMNS = sizeof all / sizeof *all };
_Static_assert(COLUMNS + 1 == FACET_ITEM_COLUMNS, "the columns of an item and `valid`");

static struct facet_dataset column(const char *name, enum facet_type type, size_t width, int64_t rows) {
    struct facet_dataset dataset = {.type = type, .width = width, .rank = 1, .dims = {rows}};
    if (!type && !width) dataset.width = 1;
    snprintf(dataset.name, sizeof dataset.name, "items/%s", name);
    return dataset;
}

void facet_item_columns(const struct facet_items *items, struct facet_dataset columns[FACET_ITEM_COLUMNS]) {
    int64_t rows = facet_items_count(items);
    struct facet_item_widths widths = facet_items_widths(items);
    for (int c = 0; c < COLUMNS; c++) {
        size_t width = all[c].type ? 0 : *(const size_t *)((const char *)&widths + all[c].width);
        columns[c] = column(all[c].name, all[c].type, width, rows);
    }
    columns[COLUMNS] = column("valid", FACET_U8, 0, rows);
}

static void put(const struct facet_item *item, int c, char *to) {
    const char *value = (const char *)item + all[c].place;
    if (all[c].type) {
        memcpy(to, value, facet_type_size(all[c].type));
    } else {
        const char *text = *(const char *const *)value;
        memcpy(to, text, strlen(text));
    }
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
    struct facet_dataset columns[FACET_ITEM_COLUMNS];
    int code = FACET_OK;
    facet_item_columns(items, columns);
    *hash = (struct facet_hash){0};
    for (int i = 0; code == FACET_OK && i < COLUMNS; i++) {
        struct facet_hash part;
        code = write_column(items, i, &columns[i], container, &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    return code;
}
