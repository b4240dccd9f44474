#include "pipeline/unit_data.h"

#include <stdlib.h>
#include <string.h>

struct ragged {
    const char *rows; // packed: in the column, if they lie so there, or in a copy
    char *packed;
    size_t room;
    int64_t *start, *count; // a row each
};

struct facet_unit_data {
    const struct facet_layout *layout;
    int64_t max_rows, first, count;
    struct facet_column *const *columns;
    struct facet_ledger ledger;
    struct ragged ragged[FACET_MAX_FIELDS];
    struct facet_hash *hashes; // a row each
};

static bool make_ledger(struct facet_ledger *ledger, size_t n) {
    ledger->valid = calloc(n, sizeof *ledger->valid);
    ledger->code = calloc(n, sizeof *ledger->code);
    ledger->tries = calloc(n, sizeof *ledger->tries);
    ledger->stage = calloc(n, sizeof *ledger->stage);
    ledger->message = calloc(n, sizeof *ledger->message);
    return ledger->valid && ledger->code && ledger->tries && ledger->stage && ledger->message;
}

struct facet_unit_data *facet_unit_data_create(const struct facet_layout *layout, int64_t max_rows) {
    struct facet_unit_data *data = calloc(1, sizeof *data);
    size_t n = (size_t)max_rows + 1;
    if (!data) return NULL;
    data->layout = layout, data->max_rows = max_rows;
    data->hashes = calloc(n, sizeof *data->hashes);
    bool good = make_ledger(&data->ledger, n) && data->hashes;
    for (int i = 0; good && i < layout->n_fields; i++) {
        if (!layout->fields[i].ragged) continue;
        data->ragged[i].start = calloc(n, sizeof *data->ragged[i].start);
        data->ragged[i].count = calloc(n, sizeof *data->ragged[i].count);
        good = data->ragged[i].start && data->ragged[i].count;
    }
    if (good) return data;
    facet_unit_data_destroy(data);
    return NULL;
}

void facet_unit_data_destroy(struct facet_unit_data *data) {
    if (!data) return;
    struct facet_ledger *ledger = &data->ledger;
    free(ledger->valid), free(ledger->code), free(ledger->tries), free(ledger->stage), free(ledger->message);
    for (int i = 0; i < FACET_MAX_FIELDS; i++)
        free(data->ragged[i].packed), free(data->ragged[i].start), free(data->ragged[i].count);
    free(data->hashes);
    free(data);
}

struct facet_ledger *facet_unit_data_ledger(struct facet_unit_data *data) {
    return &data->ledger;
}

// ---- packing and hashing --------------------------------------------------------------------------------------------

static int make_room(struct ragged *ragged, size_t bytes, const char *name, struct facet_error *error) {
    if (bytes <= ragged->room) return FACET_OK;
    char *more = realloc(ragged->packed, bytes);
    if (!more)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s of one unit (%zu bytes)", name, bytes);
    ragged->packed = more, ragged->room = bytes;
    return FACET_OK;
}

static int pack_ragged(struct facet_unit_data *data, int index, struct facet_error *error) {
    const struct facet_field *field = &data->layout->fields[index];
    const struct facet_column *column = data->columns[index];
    struct ragged *ragged = &data->ragged[index];
    size_t step = facet_field_step(field), done = 0;
    int64_t slot = data->first * field->dims[0];
    for (int64_t i = 0; i < data->count; i++) {
        ragged->start[i] = slot;
        slot += ragged->count[i] = facet_column_count(column, i);
    }
    ragged->rows = facet_column_span(column, 0, data->count);
    if (ragged->rows) return FACET_OK;
    int code = make_room(ragged, (size_t)(slot - data->first * field->dims[0]) * step + 1, field->name, error);
    for (int64_t i = 0; code == FACET_OK && i < data->count; i++) {
        size_t bytes = (size_t)ragged->count[i] * step;
        if (bytes) memcpy(ragged->packed + done, facet_column_data(column, i), bytes);
        done += bytes;
    }
    ragged->rows = ragged->packed;
    return code;
}

static struct facet_hash hash_field(struct facet_hash hash, const struct facet_field *field,
                                    const struct facet_column *column, int64_t i) {
    if (!field->ragged) return facet_hash_bytes(hash, facet_column_data(column, i), facet_field_bytes(field));
    int64_t count = facet_column_count(column, i);
    hash = facet_hash_bytes(hash, &count, sizeof count);
    return count ? facet_hash_bytes(hash, facet_column_data(column, i), (size_t)count * facet_field_step(field)) : hash;
}

static struct facet_hash hash_row(const struct facet_unit_data *data, int64_t i) {
    const struct facet_ledger *ledger = &data->ledger;
    int64_t head[3] = {data->first + i, ledger->valid[i], ledger->code[i]};
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, head, sizeof head);
    for (int f = 0; f < data->layout->n_fields; f++)
        hash = hash_field(hash, &data->layout->fields[f], data->columns[f], i);
    if (ledger->code[i] == FACET_OK) return hash;
    hash = facet_hash_bytes(hash, ledger->stage[i], strnlen(ledger->stage[i], FACET_NAME_MAX));
    return facet_hash_bytes(hash, ledger->message[i], strnlen(ledger->message[i], FACET_MESSAGE_MAX));
}

int facet_unit_data_pack(struct facet_unit_data *data, int64_t first, int64_t count,
                         struct facet_column *const *columns, struct facet_error *error) {
    FACET_REQUIRE(count <= data->max_rows);
    data->first = first, data->count = count, data->columns = columns;
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < data->layout->n_fields; i++)
        if (data->layout->fields[i].ragged) code = pack_ragged(data, i, error);
    for (int64_t i = 0; code == FACET_OK && i < count; i++) data->hashes[i] = hash_row(data, i);
    return code;
}

struct facet_hash facet_unit_data_hash(const struct facet_unit_data *data) {
    int64_t range[2] = {data->first, data->count};
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, range, sizeof range);
    return facet_hash_bytes(hash, data->hashes, (size_t)data->count * sizeof *data->hashes);
}

const struct facet_hash *facet_unit_data_row_hashes(const struct facet_unit_data *data) {
    return data->hashes;
}

// ---- to and from the file -------------------------------------------------------------------------------------------

static int write_field(const struct facet_unit_data *data, int index, struct facet_batch *batch,
                       struct facet_error *error) {
    const struct facet_field *field = &data->layout->fields[index];
    char name[FACET_DATASET_NAME];
    facet_data_name(field, "", name);
    if (!field->ragged)
        return facet_batch_write(batch, name, data->first, data->count, facet_column_data(data->columns[index], 0),
                                 error);
    const struct ragged *ragged = &data->ragged[index];
    int64_t last = data->count - 1, slots = ragged->start[last] + ragged->count[last] - ragged->start[0];
    int code = slots ? facet_batch_write(batch, name, ragged->start[0], slots, ragged->rows, error) : FACET_OK;
    facet_data_name(field, "_start", name);
    if (code == FACET_OK) code = facet_batch_write(batch, name, data->first, data->count, ragged->start, error);
    facet_data_name(field, "_count", name);
    return code == FACET_OK ? facet_batch_write(batch, name, data->first, data->count, ragged->count, error) : code;
}

static bool something_to_tell(const struct facet_unit_data *data) {
    for (int64_t i = 0; i < data->count; i++)
        if (data->ledger.code[i] != FACET_OK || data->ledger.tries[i]) return true;
    return false;
}

// Texts count only where a code says so: of rows in order they need not be cleared.
static int write_ledger(const struct facet_unit_data *data, struct facet_batch *batch, bool fresh,
                        struct facet_error *error) {
    const struct facet_ledger *ledger = &data->ledger;
    bool told = something_to_tell(data);
    const struct {
        const char *name;
        const void *rows;
        bool write;
    } columns[] = {{"items/valid", ledger->valid, true},
                   {"quarantine/code", ledger->code, told || !fresh},
                   {"quarantine/tries", ledger->tries, told || !fresh},
                   {"quarantine/stage", ledger->stage, told},
                   {"quarantine/message", ledger->message, told},
                   {"rows/hash", data->hashes, true}};
    int code = FACET_OK;
    for (size_t i = 0; code == FACET_OK && i < sizeof columns / sizeof *columns; i++)
        if (columns[i].write)
            code = facet_batch_write(batch, columns[i].name, data->first, data->count, columns[i].rows, error);
    return code;
}

int facet_unit_data_write(const struct facet_unit_data *data, struct facet_batch *batch, bool fresh,
                          struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < data->layout->n_fields; i++) code = write_field(data, i, batch, error);
    return code == FACET_OK ? write_ledger(data, batch, fresh, error) : code;
}

struct places {
    int64_t *start, *count;
};

static int read_places(struct facet_container *container, const struct facet_field *field, int64_t first, int64_t count,
                       struct places *at, struct facet_error *error) {
    char name[FACET_DATASET_NAME];
    struct facet_dataset slots;
    facet_data_name(field, "_start", name);
    int code = facet_container_read(container, name, first, count, at->start, error);
    facet_data_name(field, "_count", name);
    if (code == FACET_OK) code = facet_container_read(container, name, first, count, at->count, error);
    facet_data_name(field, "", name);
    if (code == FACET_OK) code = facet_container_describe(container, name, &slots, error);
    for (int64_t i = 0; code == FACET_OK && i < count; i++)
        if (at->count[i] < 0 || at->count[i] > field->dims[0] || at->start[i] < 0 ||
            at->start[i] > slots.dims[0] - at->count[i])
            code = facet_error_set(error, FACET_ERROR_DATA,
                                   "%s: row %lld of %s claims slots %lld to %lld, which cannot be",
                                   facet_container_path(container), (long long)(first + i), name,
                                   (long long)at->start[i], (long long)(at->start[i] + at->count[i] - 1));
    return code;
}

// Reads rows [i, end) that lie one behind the other in the file at once, if they can lie so in the column.
static int read_run(struct facet_container *container, const struct facet_field *field, const struct places *at,
                    int64_t i, int64_t end, struct facet_column *column, struct facet_error *error) {
    char name[FACET_DATASET_NAME];
    facet_data_name(field, "", name);
    int code = FACET_OK;
    for (int64_t row = i; code == FACET_OK && row < end; row++)
        code = facet_column_lay(column, row, at->count[row], error);
    if (code != FACET_OK) return code;
    int64_t slots = at->start[end - 1] + at->count[end - 1] - at->start[i];
    char *span = facet_column_span(column, i, end);
    if (span) return slots ? facet_container_read(container, name, at->start[i], slots, span, error) : FACET_OK;
    for (int64_t row = i; code == FACET_OK && row < end; row++)
        if (at->count[row])
            code = facet_container_read(container, name, at->start[row], at->count[row], facet_column_data(column, row),
                                        error);
    return code;
}

static int read_ragged(struct facet_container *container, const struct facet_field *field, int64_t first, int64_t count,
                       struct facet_column *column, struct facet_error *error) {
    struct places at = {malloc((size_t)count * sizeof *at.start + 1), malloc((size_t)count * sizeof *at.count + 1)};
    int code = at.start && at.count ? read_places(container, field, first, count, &at, error)
                                    : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for some rows");
    for (int64_t i = 0, end; code == FACET_OK && i < count; i = end) {
        for (end = i + 1; end < count && at.start[end] == at.start[end - 1] + at.count[end - 1];) end++;
        code = read_run(container, field, &at, i, end, column, error);
    }
    free(at.start), free(at.count);
    return code;
}

int facet_field_read(struct facet_container *container, const struct facet_field *field, int64_t first, int64_t count,
                     struct facet_column *column, struct facet_error *error) {
    char name[FACET_DATASET_NAME];
    if (field->ragged) return read_ragged(container, field, first, count, column, error);
    facet_data_name(field, "", name);
    return facet_container_read(container, name, first, count, facet_column_data(column, 0), error);
}

// Few rows have something to tell, so texts are read row by row.
static int read_texts(const struct facet_ledger *ledger, struct facet_container *container, int64_t first,
                      int64_t count, struct facet_error *error) {
    int code = FACET_OK;
    memset(ledger->stage, 0, (size_t)count * sizeof *ledger->stage);
    memset(ledger->message, 0, (size_t)count * sizeof *ledger->message);
    for (int64_t i = 0; code == FACET_OK && i < count; i++) {
        if (ledger->code[i] == FACET_OK) continue;
        code = facet_container_read(container, "quarantine/stage", first + i, 1, ledger->stage[i], error);
        if (code == FACET_OK)
            code = facet_container_read(container, "quarantine/message", first + i, 1, ledger->message[i], error);
        ledger->stage[i][FACET_NAME_MAX - 1] = ledger->message[i][FACET_MESSAGE_MAX - 1] = '\0';
    }
    return code;
}

int facet_ledger_read(struct facet_unit_data *data, struct facet_container *container, int64_t first, int64_t count,
                      struct facet_error *error) {
    FACET_REQUIRE(count <= data->max_rows);
    const struct facet_ledger *ledger = &data->ledger;
    int code = facet_container_read(container, "items/valid", first, count, ledger->valid, error);
    if (code == FACET_OK) code = facet_container_read(container, "quarantine/code", first, count, ledger->code, error);
    if (code == FACET_OK)
        code = facet_container_read(container, "quarantine/tries", first, count, ledger->tries, error);
    return code == FACET_OK ? read_texts(ledger, container, first, count, error) : code;
}

int facet_unit_data_read(struct facet_unit_data *data, struct facet_container *container, int64_t first, int64_t count,
                         struct facet_column *const *columns, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < data->layout->n_fields; i++)
        code = facet_field_read(container, &data->layout->fields[i], first, count, columns[i], error);
    return code == FACET_OK ? facet_ledger_read(data, container, first, count, error) : code;
}
