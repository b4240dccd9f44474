// Checking a container by itself: hashes are compared without knowing the pipeline that made it.
#include "pipeline/output.h"

#include "mpi/pulse.h"

#include <stdlib.h>
#include <string.h>

int facet_items_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count, code = facet_container_list(container, &datasets, &count, error);
    *hash = (struct facet_hash){0};
    for (int i = 0; code == FACET_OK && i < count; i++) {
        struct facet_hash part;
        if (strncmp(datasets[i].name, "items/", 6) != 0 || strcmp(datasets[i].name, "items/valid") == 0) continue;
        code = facet_container_hash(container, &datasets[i], &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    free(datasets);
    return code;
}

int facet_items_match(struct facet_container *container, int64_t n_units, bool *match, struct facet_error *error) {
    struct facet_hash recorded, actual;
    struct facet_dataset valid;
    int code = facet_container_read(container, "units/items_hash", 0, 2, &recorded, error);
    if (code == FACET_OK) code = facet_items_hash(container, &actual, error);
    if (code == FACET_OK) code = facet_container_describe(container, "items/valid", &valid, error);
    if (code != FACET_OK) return code;
    int64_t next = 0, (*range)[2] = malloc((size_t)n_units * sizeof *range + 1);
    if (!range) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)n_units);
    code = facet_container_read(container, "units/range", 0, n_units, range, error);
    for (int64_t unit = 0; unit < n_units; unit++)
        next = range[unit][0] == next && range[unit][1] > next ? range[unit][1] : -1;
    free(range);
    *match = recorded.low == actual.low && recorded.high == actual.high && next == valid.dims[0];
    return code;
}

// Room for some rows of a container, whatever they hold.
struct reading {
    struct facet_container *container;
    struct facet_layout layout;
    struct facet_unit_data *data;
    struct facet_column *columns[FACET_MAX_FIELDS];
    int64_t room;
};

static void free_room(struct reading *r) {
    facet_unit_data_destroy(r->data);
    for (int i = 0; i < FACET_MAX_FIELDS; i++) facet_column_destroy(r->columns[i]), r->columns[i] = NULL;
    r->data = NULL, r->room = 0;
}

static int make_room(struct reading *r, int64_t rows, struct facet_error *error) {
    if (rows <= r->room) return FACET_OK;
    free_room(r);
    bool good = (r->data = facet_unit_data_create(&r->layout, rows)) != NULL;
    for (int i = 0; good && i < r->layout.n_fields; i++)
        good = (r->columns[i] = facet_column_create(&r->layout.fields[i], rows)) != NULL;
    if (!good) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)rows);
    r->room = rows;
    return FACET_OK;
}

static bool same_hash(const struct facet_hash *a, const struct facet_hash *b) {
    return a->low == b->low && a->high == b->high;
}

// The hashes of the rows, which the content hash is made of, must be those recorded as well.
static int recorded_rows_match(struct facet_container *container, const struct facet_unit_data *data, int64_t first,
                               int64_t count, bool *match, struct facet_error *error) {
    struct facet_hash *recorded = malloc((size_t)count * sizeof *recorded + 1);
    if (!recorded) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld rows", (long long)count);
    int code = facet_container_read(container, "rows/hash", first, count, recorded, error);
    *match =
        code == FACET_OK && memcmp(recorded, facet_unit_data_row_hashes(data), (size_t)count * sizeof *recorded) == 0;
    free(recorded);
    return code;
}

int facet_unit_matches(struct facet_container *container, struct facet_unit_data *data,
                       struct facet_column *const *columns, const int64_t range[2], const struct facet_hash *recorded,
                       bool *match, struct facet_error *error) {
    int64_t first = range[0], count = range[1] - range[0];
    facet_pulse_beat();
    *match = false;
    int code = facet_unit_data_read(data, container, first, count, columns, error);
    if (code == FACET_ERROR_DATA) return FACET_OK; // counts that cannot be: the unit is not as it was written
    if (code == FACET_OK) code = facet_unit_data_pack(data, first, count, columns, error);
    if (code != FACET_OK) return code;
    struct facet_hash actual = facet_unit_data_hash(data);
    return same_hash(&actual, recorded) ? recorded_rows_match(container, data, first, count, match, error) : FACET_OK;
}

static int verify_unit(struct reading *r, int64_t unit, bool *matches, struct facet_error *error) {
    int64_t range[2];
    struct facet_hash recorded;
    *matches = false;
    int code = facet_container_read(r->container, "units/range", unit, 1, range, error);
    if (code == FACET_OK) code = facet_container_read(r->container, "units/hash", unit, 1, &recorded, error);
    if (code != FACET_OK || (!recorded.low && !recorded.high)) return code;
    if (range[0] < 0 || range[1] <= range[0] || range[1] > r->layout.rows) return FACET_OK;
    code = make_room(r, range[1] - range[0], error);
    if (code != FACET_OK) return code;
    return facet_unit_matches(r->container, r->data, r->columns, range, &recorded, matches, error);
}

static int verify_units(struct facet_container *container, int64_t n_units, uint8_t *bad, struct facet_error *error) {
    struct reading r = {.container = container};
    int code = facet_layout_of(container, &r.layout, error);
    for (int64_t unit = 0; code == FACET_OK && unit < n_units; unit++) {
        bool matches;
        code = verify_unit(&r, unit, &matches, error);
        bad[unit] = !matches;
    }
    free_room(&r);
    return code;
}

static int verify_whole(struct facet_container *container, uint8_t *bad, struct facet_error *error) {
    struct facet_hash recorded, actual;
    int code = facet_container_read(container, "units/hash", 0, 1, &recorded, error);
    if (code == FACET_OK) code = facet_content_hash(container, &actual, error);
    bad[0] = code != FACET_OK || !same_hash(&recorded, &actual);
    return code;
}

static int is_map(struct facet_container *container, bool *map, struct facet_error *error) {
    char *kind = NULL;
    int code = facet_container_attribute(container, "kind", &kind, error);
    *map = code == FACET_OK && strcmp(kind, "map") == 0;
    free(kind);
    return code;
}

int facet_output_verify(struct facet_container *container, uint8_t **bad, int64_t *units, int64_t *n_bad,
                        bool *items_match, struct facet_error *error) {
    struct facet_dataset hashes;
    bool map;
    *bad = NULL, *units = *n_bad = 0, *items_match = true;
    int code = facet_container_describe(container, "units/hash", &hashes, error);
    if (code == FACET_OK) code = is_map(container, &map, error);
    if (code != FACET_OK) return code;
    *units = hashes.dims[0];
    *bad = calloc((size_t)*units + 1, 1);
    if (!*bad)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for verifying %lld units", (long long)*units);
    if (map) {
        code = facet_items_match(container, *units, items_match, error);
        if (code == FACET_OK) code = verify_units(container, *units, *bad, error);
    } else {
        code = verify_whole(container, *bad, error);
    }
    for (int64_t i = 0; i < *units; i++) *n_bad += (*bad)[i];
    if (code != FACET_OK) free(*bad), *bad = NULL;
    return code;
}

// ---- content --------------------------------------------------------------------------------------------------------

enum { ROWS_A_LINK = 4096 }; // rows whose hashes make one link of the chain

static int hash_again(struct reading *r, int64_t first, int64_t count, struct facet_hash *hashes,
                      struct facet_error *error) {
    enum { BYTES_AT_ONCE = 4 << 20 };
    size_t row = 1;
    for (int i = 0; i < r->layout.n_fields; i++) row += facet_field_bytes(&r->layout.fields[i]);
    int64_t most = row < BYTES_AT_ONCE ? BYTES_AT_ONCE / (int64_t)row : 1, part;
    int code = make_room(r, most < ROWS_A_LINK ? most : ROWS_A_LINK, error);
    for (int64_t done = 0; code == FACET_OK && done < count; done += part) {
        part = count - done < r->room ? count - done : r->room;
        facet_pulse_beat();
        code = facet_unit_data_read(r->data, r->container, first + done, part, r->columns, error);
        if (code == FACET_OK) code = facet_unit_data_pack(r->data, first + done, part, r->columns, error);
        if (code == FACET_OK) memcpy(hashes + done, facet_unit_data_row_hashes(r->data), (size_t)part * sizeof *hashes);
    }
    return code;
}

static int hash_map(struct facet_container *container, bool recorded, struct facet_hash *hash,
                    struct facet_error *error) {
    struct reading r = {.container = container};
    struct facet_hash *rows = malloc(ROWS_A_LINK * sizeof *rows), part;
    int code = rows ? facet_layout_of(container, &r.layout, error)
                    : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a content hash");
    if (code == FACET_OK) code = facet_items_hash(container, hash, error);
    if (code == FACET_OK) {
        part = facet_layout_hash(&r.layout);
        *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    for (int64_t first = 0; code == FACET_OK && first < r.layout.rows; first += ROWS_A_LINK) {
        int64_t count = r.layout.rows - first < ROWS_A_LINK ? r.layout.rows - first : ROWS_A_LINK;
        code = recorded ? facet_container_read(container, "rows/hash", first, count, rows, error)
                        : hash_again(&r, first, count, rows, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, rows, (size_t)count * sizeof *rows);
    }
    free_room(&r);
    free(rows);
    return code;
}

static int hash_datasets(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count, code = facet_container_list(container, &datasets, &count, error);
    *hash = (struct facet_hash){0};
    for (int i = 0; code == FACET_OK && i < count; i++) {
        struct facet_hash part;
        if (strncmp(datasets[i].name, "data/", 5) != 0 && strncmp(datasets[i].name, "items/", 6) != 0) continue;
        facet_pulse_beat();
        code = facet_container_hash(container, &datasets[i], &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    free(datasets);
    return code;
}

int facet_content_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    bool map;
    int code = is_map(container, &map, error);
    if (code != FACET_OK) return code;
    return map ? hash_map(container, false, hash, error) : hash_datasets(container, hash, error);
}

int facet_content_hash_recorded(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    return hash_map(container, true, hash, error);
}
