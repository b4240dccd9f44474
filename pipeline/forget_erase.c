// Erasing rows of a container. Their values become zeros, their ledger tells why, and hashes are made anew, but only where
// they matched before: what was damaged stays known as damaged, so that the next run makes it again.
#include "pipeline/forget_internal.h"

#include "pipeline/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_AT_ONCE = 4 << 20 };

// ---- one value of a dataset for all found rows -----------------------------------------------------------------------

static bool any_found(const uint8_t *found, int64_t first, int64_t last) {
    return memchr(found + first, 1, (size_t)(last - first)) != NULL;
}

static int fill_rows(struct facet_container *container, const struct facet_dataset *is, int64_t first, int64_t last,
                     const void *value, struct facet_error *error) {
    size_t bytes = facet_dataset_row_bytes(is);
    int64_t most = (int64_t)(BYTES_AT_ONCE / (bytes ? bytes : 1)) + 1, part;
    if (most > last - first) most = last - first;
    char *rows = malloc((size_t)most * bytes + 1);
    if (!rows) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for rows of %s", is->name);
    for (int64_t i = 0; i < most; i++) memcpy(rows + (size_t)i * bytes, value, bytes);
    int code = FACET_OK;
    for (int64_t at = first; code == FACET_OK && at < last; at += part) {
        part = last - at < most ? last - at : most;
        code = facet_container_write(container, is->name, at, part, rows, error);
    }
    free(rows);
    return code;
}

static int fill_found(struct facet_container *container, const struct facet_dataset *is, const uint8_t *found,
                      const void *value, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t row = 0, end; code == FACET_OK && row < is->dims[0]; row = end) {
        for (end = row + 1; end < is->dims[0] && found[end] == found[row];) end++;
        if (found[row]) code = fill_rows(container, is, row, end, value, error);
    }
    return code;
}

static int zero_rows(struct facet_container *container, const struct facet_dataset *is, int64_t first, int64_t last,
                     struct facet_error *error) {
    char *zeros = calloc(facet_dataset_row_bytes(is) + 1, 1);
    if (!zeros) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a row of %s", is->name);
    int code = fill_rows(container, is, first, last, zeros, error);
    free(zeros);
    return code;
}

// ---- the item table ---------------------------------------------------------------------------------------------------

static int erase_number(struct facet_container *container, const char *name, const void *unknown, const uint8_t *found,
                        struct facet_error *error) {
    struct facet_dataset is;
    int code = facet_container_describe(container, name, &is, error);
    return code ? code : fill_found(container, &is, found, unknown, error);
}

static int erase_text(struct facet_container *container, const char *name, const uint8_t *found,
                      struct facet_error *error) {
    struct facet_dataset is;
    int code = facet_container_describe(container, name, &is, error);
    if (code != FACET_OK) return code;
    char *zeros = calloc(is.width + 1, 1);
    if (!zeros) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a text");
    code = fill_found(container, &is, found, zeros, error);
    free(zeros);
    return code;
}

// Dataset, sequence and frame stay: they say which row it is, not whose.
static int erase_items(struct facet_container *container, const uint8_t *found, struct facet_error *error) {
    static const char *const reals[] = {"items/intensity", "items/valence", "items/arousal"};
    static const char *const frames[] = {"items/onset", "items/apex", "items/offset"};
    static const char *const texts[] = {"items/path",    "items/label",   "items/labels", "items/au",
                                        "items/licence", "items/consent", "items/split",  "items/subject"};
    const float no_real = NAN;
    const int32_t no_frame = -1;
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < 3; i++) code = erase_number(container, reals[i], &no_real, found, error);
    for (int i = 0; code == FACET_OK && i < 3; i++) code = erase_number(container, frames[i], &no_frame, found, error);
    // The subject last: by it rows are found again.
    for (size_t i = 0; code == FACET_OK && i < sizeof texts / sizeof *texts; i++)
        code = erase_text(container, texts[i], found, error);
    return code;
}

// ---- a unit of a map stage --------------------------------------------------------------------------------------------

struct erasing {
    struct facet_container *container;
    const uint8_t *found;
    struct facet_layout layout;
    struct facet_unit_data *data;
    struct facet_column *columns[FACET_MAX_FIELDS];
    int64_t (*range)[2], units;
};

static int make_room(struct erasing *e, struct facet_error *error) {
    int64_t largest = 1;
    for (int64_t unit = 0; unit < e->units; unit++) {
        const int64_t *range = e->range[unit];
        if (range[0] < 0 || range[1] <= range[0] || range[1] > e->layout.rows)
            return facet_error_set(error, FACET_ERROR_DATA, "%s: unit %lld has rows that cannot be",
                                   facet_container_path(e->container), (long long)unit);
        if (range[1] - range[0] > largest) largest = range[1] - range[0];
    }
    bool good = (e->data = facet_unit_data_create(&e->layout, largest)) != NULL;
    for (int i = 0; good && i < e->layout.n_fields; i++)
        good = (e->columns[i] = facet_column_create(&e->layout.fields[i], largest)) != NULL;
    return good ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for one unit");
}

static int prepare(struct erasing *e, struct facet_error *error) {
    struct facet_dataset is;
    int code = facet_layout_of(e->container, &e->layout, error);
    if (code == FACET_OK) code = facet_container_describe(e->container, "units/range", &is, error);
    if (code != FACET_OK) return code;
    e->units = is.dims[0];
    e->range = malloc((size_t)e->units * sizeof *e->range + 1);
    if (!e->range) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the list of units");
    code = facet_container_read(e->container, is.name, 0, e->units, e->range, error);
    return code == FACET_OK ? make_room(e, error) : code;
}

static void release(struct erasing *e) {
    facet_unit_data_destroy(e->data);
    for (int i = 0; i < FACET_MAX_FIELDS; i++) facet_column_destroy(e->columns[i]);
    free(e->range);
}

// The unit's rows hold nothing; ragged rows leave nothing in the unit's share of slots, wherever they lay.
static int zero_unit(struct erasing *e, const int64_t range[2], struct facet_error *error) {
    struct facet_dataset all[FACET_LAYOUT_DATASETS];
    int n = facet_layout_datasets(&e->layout, all), code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < n; i++) {
        int64_t share = facet_dataset_rows(&all[i]) / e->layout.rows; // 1, or the slots of a row
        code = zero_rows(e->container, &all[i], range[0] * share, range[1] * share, error);
    }
    return code;
}

// Only slots that were in use are written: the rest of the share is a hole in the file.
static int zero_slots(struct erasing *e, const int64_t range[2], struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < e->layout.n_fields; i++) {
        const struct facet_field *field = &e->layout.fields[i];
        char name[FACET_DATASET_NAME];
        struct facet_dataset is;
        int64_t used = 0, first = range[0] * field->dims[0];
        if (!field->ragged) continue;
        for (int64_t row = 0; row < range[1] - range[0]; row++) used += facet_column_count(e->columns[i], row);
        facet_data_name(field, "", name);
        code = facet_container_describe(e->container, name, &is, error);
        if (code == FACET_OK) code = zero_rows(e->container, &is, first, first + used, error);
    }
    return code;
}

static void clear_rows(struct erasing *e, const int64_t range[2]) {
    struct facet_ledger *ledger = facet_unit_data_ledger(e->data);
    for (int64_t i = 0; i < range[1] - range[0]; i++) {
        if (!e->found[range[0] + i]) continue;
        for (int f = 0; f < e->layout.n_fields; f++) facet_column_clear_row(e->columns[f], i);
        ledger->valid[i] = 0, ledger->code[i] = FACET_FORGOTTEN, ledger->tries[i] = 0;
        memset(ledger->stage[i], 0, FACET_NAME_MAX), memset(ledger->message[i], 0, FACET_MESSAGE_MAX);
        snprintf(ledger->stage[i], FACET_NAME_MAX, "%s", FACET_FORGOTTEN_STAGE);
        snprintf(ledger->message[i], FACET_MESSAGE_MAX, "%s", FACET_FORGOTTEN_MESSAGE);
    }
}

static int write_unit(const struct erasing *e, struct facet_error *error) {
    struct facet_batch *batch = facet_batch_create(e->container, NULL);
    int code = batch ? facet_unit_data_write(e->data, batch, false, error)
                     : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for writing a unit");
    if (code == FACET_OK) code = facet_batch_flush(batch, error);
    facet_batch_destroy(batch);
    return code;
}

static int rewrite_unit(struct erasing *e, int64_t unit, struct facet_error *error) {
    const int64_t *range = e->range[unit];
    int code = zero_slots(e, range, error);
    clear_rows(e, range);
    if (code == FACET_OK) code = facet_unit_data_pack(e->data, range[0], range[1] - range[0], e->columns, error);
    if (code == FACET_OK) code = write_unit(e, error);
    if (code != FACET_OK) return code;
    struct facet_hash hash = facet_unit_data_hash(e->data);
    return facet_container_write(e->container, "units/hash", unit, 1, &hash, error);
}

// A unit killed in the middle of this, or damaged before, is erased whole and made again by the next run.
static int drop_unit(struct erasing *e, int64_t unit, struct facet_error *error) {
    const struct facet_hash none = {0};
    const uint8_t not_done = 0;
    int code = facet_container_write(e->container, "units/hash", unit, 1, &none, error);
    if (code == FACET_OK) code = facet_container_write(e->container, "units/state", unit, 1, &not_done, error);
    return code == FACET_OK ? zero_unit(e, e->range[unit], error) : code;
}

static int erase_unit(struct erasing *e, int64_t unit, struct facet_error *error) {
    struct facet_hash recorded;
    bool matches = false;
    int code = facet_container_read(e->container, "units/hash", unit, 1, &recorded, error);
    if (code == FACET_OK)
        code = facet_unit_matches(e->container, e->data, e->columns, e->range[unit], &recorded, &matches, error);
    if (code != FACET_OK) return code;
    return matches ? rewrite_unit(e, unit, error) : drop_unit(e, unit, error);
}

int facet_forget_erase_map(struct facet_container *container, const uint8_t *found, struct facet_error *error) {
    struct erasing e = {.container = container, .found = found};
    struct facet_hash hash;
    bool match = false;
    int code = prepare(&e, error);
    if (code == FACET_OK) code = facet_items_match(container, e.units, &match, error);
    for (int64_t unit = 0; code == FACET_OK && unit < e.units; unit++)
        if (any_found(found, e.range[unit][0], e.range[unit][1])) code = erase_unit(&e, unit, error);
    // On the device before the names go, by which a second try would find the rows.
    if (code == FACET_OK) code = facet_container_flush(container, error);
    if (code == FACET_OK) code = erase_items(container, found, error);
    if (code == FACET_OK && match) {
        code = facet_items_hash(container, &hash, error);
        if (code == FACET_OK) code = facet_container_write(container, "units/items_hash", 0, 2, &hash, error);
    }
    if (code == FACET_OK) code = facet_container_flush(container, error);
    release(&e);
    return code;
}

// ---- a collective stage -----------------------------------------------------------------------------------------------

// The row's entry of every step along the first dimension.
static int zero_inside(struct facet_container *container, const struct facet_dataset *is, const uint8_t *found,
                       struct facet_error *error) {
    size_t bytes = facet_dataset_row_bytes(is), entry = bytes / (size_t)is->dims[1];
    char *step = malloc(bytes + 1);
    int code = step ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", is->name);
    for (int64_t i = 0; code == FACET_OK && i < is->dims[0]; i++) {
        code = facet_container_read(container, is->name, i, 1, step, error);
        for (int64_t row = 0; row < is->dims[1]; row++)
            if (found[row]) memset(step + (size_t)row * entry, 0, entry);
        if (code == FACET_OK) code = facet_container_write(container, is->name, i, 1, step, error);
    }
    free(step);
    return code;
}

// Arrays with a row an entry of their first or second dimension; weights have other dimensions, whatever their lengths.
static int zero_array(struct facet_container *container, const struct facet_dataset *is, const uint8_t *found,
                      int64_t rows, struct facet_error *error) {
    static const int32_t nowhere = -1;
    if (strncmp(is->name, "data/", 5) != 0 || strncmp(is->name, "data/model/", 11) == 0 || !is->type) return FACET_OK;
    if (strcmp(is->name, "data/test_fold") == 0 && is->type == FACET_I32 && is->rank == 1 && is->dims[0] == rows)
        return fill_found(container, is, found, &nowhere, error);
    if (is->rank > 0 && is->dims[0] == rows) {
        char *zeros = calloc(facet_dataset_row_bytes(is) + 1, 1);
        if (!zeros) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", is->name);
        int code = fill_found(container, is, found, zeros, error);
        free(zeros);
        return code;
    }
    return is->rank > 1 && is->dims[1] == rows ? zero_inside(container, is, found, error) : FACET_OK;
}

static int seal_again(struct facet_container *container, struct facet_error *error) {
    struct facet_hash hash;
    int code = facet_content_hash(container, &hash, error);
    return code == FACET_OK ? facet_container_write(container, "units/hash", 0, 1, &hash, error) : code;
}

int facet_forget_erase_collective(struct facet_container *container, const uint8_t *found, struct facet_error *error) {
    struct facet_dataset *datasets = NULL, valid;
    struct facet_hash recorded, actual;
    static const uint8_t not_valid;
    int count = 0, code = facet_container_describe(container, "items/valid", &valid, error);
    if (code == FACET_OK) code = facet_container_read(container, "units/hash", 0, 1, &recorded, error);
    if (code == FACET_OK) code = facet_content_hash(container, &actual, error);
    if (code == FACET_OK) code = facet_container_list(container, &datasets, &count, error);
    for (int i = 0; code == FACET_OK && i < count; i++)
        code = zero_array(container, &datasets[i], found, valid.dims[0], error);
    if (code == FACET_OK) code = fill_found(container, &valid, found, &not_valid, error);
    if (code == FACET_OK) code = facet_container_flush(container, error);
    if (code == FACET_OK) code = erase_items(container, found, error);
    if (code == FACET_OK && recorded.low == actual.low && recorded.high == actual.high)
        code = seal_again(container, error);
    if (code == FACET_OK) code = facet_container_flush(container, error);
    free(datasets);
    return code;
}
