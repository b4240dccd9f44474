#include "pipeline/output.h"

#include "mpi/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Datasets with one entry a row that a unit owns, in the order they are hashed: fields (each ragged one followed by its
// counts), then the ledger.
enum { MOST_PARTS = 2 * FACET_MAX_FIELDS + 4 };

struct part {
    struct facet_dataset dataset;
    int field; // index of the field; -1: ledger
    bool counts;
};

struct facet_output {
    struct facet_comm *comm;
    struct facet_container *container;
    const struct facet_units *units;
    struct part parts[MOST_PARTS];
    int n_parts, node, chain_length;
    const char *const *node_names;
    char *packed[MOST_PARTS]; // one unit's rows of each part
};

enum { VALID, STAGE, CODE, MESSAGE, LEDGER_PARTS };

static void ledger_parts(int64_t rows, struct part *parts) {
    static const struct facet_dataset ledger[LEDGER_PARTS] = {
        [VALID] = {.name = "items/valid", .type = FACET_U8, .rank = 1},
        [STAGE] = {.name = "quarantine/stage", .width = FACET_NAME_MAX, .rank = 1},
        [CODE] = {.name = "quarantine/code", .type = FACET_I32, .rank = 1},
        [MESSAGE] = {.name = "quarantine/message", .width = FACET_MESSAGE_MAX, .rank = 1}};
    for (int i = 0; i < LEDGER_PARTS; i++) {
        parts[i] = (struct part){.dataset = ledger[i], .field = -1};
        parts[i].dataset.dims[0] = rows;
    }
}

static void plan_parts(const struct facet_output_plan *plan, struct facet_output *output) {
    int64_t rows = facet_items_count(plan->items);
    for (int i = 0; i < plan->n_fields; i++) {
        const struct facet_field *field = &plan->fields[i];
        struct part *part = &output->parts[output->n_parts++];
        *part = (struct part){.field = i, .dataset = {.type = field->type, .rank = field->rank + 1, .dims = {rows}}};
        snprintf(part->dataset.name, sizeof part->dataset.name, "data/%s", field->name);
        memcpy(part->dataset.dims + 1, field->dims, (size_t)field->rank * sizeof *field->dims);
        if (!field->ragged) continue;
        part = &output->parts[output->n_parts++];
        *part = (struct part){.field = i, .counts = true, .dataset = {.type = FACET_I64, .rank = 1, .dims = {rows}}};
        snprintf(part->dataset.name, sizeof part->dataset.name, "data/%s_count", field->name);
    }
    ledger_parts(rows, &output->parts[output->n_parts]);
    output->n_parts += LEDGER_PARTS;
}

static int create(struct facet_output *output, const struct facet_output_plan *plan, struct facet_error *error) {
    int64_t units = plan->units->count;
    struct facet_dataset all[MOST_PARTS + FACET_ITEM_COLUMNS + 5];
    int n = 0;
    for (int i = 0; i < output->n_parts; i++) all[n++] = output->parts[i].dataset;
    facet_item_columns(plan->items, &all[n]);
    n += FACET_ITEM_COLUMNS - 1; // valid is among the parts
    all[n++] = (struct facet_dataset){.name = "units/range", .type = FACET_I64, .rank = 2, .dims = {units, 2}};
    all[n++] = (struct facet_dataset){.name = "units/items_hash", .type = FACET_I64, .rank = 1, .dims = {2}};
    all[n++] = (struct facet_dataset){.name = "units/state", .type = FACET_U8, .rank = 1, .dims = {units}};
    all[n++] = (struct facet_dataset){.name = "units/hash", .type = FACET_I64, .rank = 2, .dims = {units, 2}};
    all[n++] = (struct facet_dataset){
        .name = "units/seconds", .type = FACET_F64, .rank = 2, .dims = {units, plan->chain_length}};
    return facet_container_create(facet_comm_mpi(output->comm), plan->path, all, n, plan->attributes,
                                  plan->n_attributes, &output->container, error);
}

// The columns no unit owns: all of /items but `valid`.
static int hash_items(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
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

static int write_fixed_parts(struct facet_output *output, const struct facet_output_plan *plan,
                             struct facet_error *error) {
    int code = FACET_OK;
    if (facet_comm_rank(output->comm) == 0) {
        struct facet_hash hash;
        code = facet_items_write(plan->items, output->container, &hash, error);
        if (code == FACET_OK) code = facet_container_write(output->container, "units/items_hash", 0, 2, &hash, error);
        if (code == FACET_OK)
            code = facet_container_write(output->container, "units/range", 0, plan->units->count, plan->units->range,
                                         error);
    }
    return facet_comm_agree(output->comm, code, error);
}

static bool same_shape(const struct facet_dataset *a, const struct facet_dataset *b) {
    return a->type == b->type && a->width == b->width && a->rank == b->rank &&
           memcmp(a->dims, b->dims, sizeof a->dims) == 0;
}

// A container that is continued must hold just what this run would write.
static int check_layout(struct facet_output *output, const struct facet_output_plan *plan, struct facet_error *error) {
    struct facet_dataset found;
    for (int i = 0; i < output->n_parts; i++) {
        int code = facet_container_describe(output->container, output->parts[i].dataset.name, &found, error);
        if (code != FACET_OK) return code;
        if (!same_shape(&found, &output->parts[i].dataset))
            return facet_error_set(error, FACET_ERROR_STATE,
                                   "%s: dataset %s has another shape than this run would write", plan->path,
                                   found.name);
    }
    int code = facet_container_describe(output->container, "units/range", &found, error);
    if (code == FACET_OK && found.dims[0] != plan->units->count)
        code = facet_error_set(error, FACET_ERROR_STATE,
                               "%s: was written in %lld units, this run has %lld (unit_rows differs)", plan->path,
                               (long long)found.dims[0], (long long)plan->units->count);
    return code;
}

static int allocate(struct facet_output *output, struct facet_error *error) {
    for (int i = 0; i < output->n_parts; i++) {
        size_t bytes = facet_dataset_row_bytes(&output->parts[i].dataset) * (size_t)output->units->largest;
        output->packed[i] = malloc(bytes + 1);
        if (!output->packed[i])
            return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for one unit of %s (%zu bytes)",
                                   output->parts[i].dataset.name, bytes);
    }
    return FACET_OK;
}

int facet_output_open(struct facet_comm *comm, const struct facet_output_plan *plan, struct facet_output **output,
                      struct facet_error *error) {
    *output = NULL;
    struct facet_output *o = calloc(1, sizeof *o);
    int code = o ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %s", plan->path);
    if (o) {
        *o = (struct facet_output){.comm = comm,
                                   .units = plan->units,
                                   .node = plan->node,
                                   .chain_length = plan->chain_length,
                                   .node_names = plan->node_names};
        plan_parts(plan, o);
        code = allocate(o, error);
    }
    code = facet_comm_agree(comm, code, error);
    if (code != FACET_OK) goto error;
    bool exists = facet_comm_any(comm, access(plan->path, F_OK) == 0);
    if (exists) {
        code = facet_container_open(facet_comm_mpi(comm), plan->path, true, &o->container, error);
        if (code == FACET_OK) code = facet_comm_agree(comm, check_layout(o, plan, error), error);
    } else {
        code = create(o, plan, error);
    }
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = write_fixed_parts(o, plan, error);
    if (code != FACET_OK) goto error;
    *output = o;
    return FACET_OK;
error:
    facet_output_close(o, NULL);
    return code;
}

int facet_output_close(struct facet_output *output, struct facet_error *error) {
    if (!output) return FACET_OK;
    int code = FACET_OK;
    if (output->container) {
        code = facet_container_flush(output->container, error);
        int closed = facet_container_close(output->container, code == FACET_OK ? error : NULL);
        if (code == FACET_OK) code = closed;
    }
    for (int i = 0; i < output->n_parts; i++) free(output->packed[i]);
    free(output);
    return code;
}

struct facet_container *facet_output_container(struct facet_output *output) {
    return output->container;
}

static void pack_field(const struct part *part, const struct facet_column *column, int64_t count, char *to) {
    size_t row_bytes = facet_dataset_row_bytes(&part->dataset);
    if (part->counts) {
        for (int64_t i = 0; i < count; i++) ((int64_t *)to)[i] = facet_column_count(column, i);
        return;
    }
    const struct facet_field *field = facet_column_field(column);
    for (int64_t i = 0; i < count; i++, to += row_bytes) {
        size_t used = field->ragged ? (size_t)facet_column_count(column, i) * facet_field_step(field) : row_bytes;
        if (used) memcpy(to, facet_column_data(column, i), used);
        memset(to + used, 0, row_bytes - used);
    }
}

// What the ledger says at this node: rows that later nodes of the chain set aside are still in order here.
static void pack_ledger(const struct facet_output *output, const struct facet_rows *rows, char *const *to) {
    for (int64_t i = 0; i < rows->count; i++) {
        bool later = rows->code[i] != FACET_OK && rows->stage[i] > output->node;
        ((uint8_t *)to[VALID])[i] = rows->valid[i] || later;
        bool told = rows->code[i] != FACET_OK && !later;
        char *stage = to[STAGE] + (size_t)i * FACET_NAME_MAX;
        memset(stage, 0, FACET_NAME_MAX);
        if (told) snprintf(stage, FACET_NAME_MAX, "%s", output->node_names[rows->stage[i]]);
        ((int32_t *)to[CODE])[i] = later ? 0 : rows->code[i];
        char *message = to[MESSAGE] + (size_t)i * FACET_MESSAGE_MAX;
        memset(message, 0, FACET_MESSAGE_MAX);
        if (!later) memcpy(message, rows->message[i], strnlen(rows->message[i], FACET_MESSAGE_MAX - 1));
    }
}

static struct facet_hash hash_unit(const struct part *parts, int n_parts, char *const *packed, int64_t first,
                                   int64_t count) {
    int64_t range[2] = {first, count};
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, range, sizeof range);
    for (int i = 0; i < n_parts; i++)
        hash = facet_hash_bytes(hash, packed[i], facet_dataset_row_bytes(&parts[i].dataset) * (size_t)count);
    return hash;
}

int facet_output_write(struct facet_output *output, int64_t unit, struct facet_column *const *columns,
                       const struct facet_rows *rows, const double *seconds, struct facet_error *error) {
    int n_fields = output->n_parts - LEDGER_PARTS;
    for (int i = 0; i < n_fields; i++)
        pack_field(&output->parts[i], columns[output->parts[i].field], rows->count, output->packed[i]);
    pack_ledger(output, rows, &output->packed[n_fields]);
    struct facet_hash hash = hash_unit(output->parts, output->n_parts, output->packed, rows->first, rows->count);
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < output->n_parts; i++)
        code = facet_container_write(output->container, output->parts[i].dataset.name, rows->first, rows->count,
                                     output->packed[i], error);
    uint8_t state = 1;
    if (code == FACET_OK) code = facet_container_write(output->container, "units/seconds", unit, 1, seconds, error);
    if (code == FACET_OK) code = facet_container_write(output->container, "units/state", unit, 1, &state, error);
    if (code == FACET_OK) code = facet_container_write(output->container, "units/hash", unit, 1, &hash, error);
    return code;
}

static int read_and_compare(struct facet_container *container, const struct part *parts, int n_parts,
                            char *const *packed, int64_t unit, int64_t first, int64_t count, bool *matches,
                            struct facet_error *error) {
    struct facet_hash recorded;
    *matches = false;
    int code = facet_container_read(container, "units/hash", unit, 1, &recorded, error);
    if (code != FACET_OK || (recorded.low == 0 && recorded.high == 0)) return code;
    for (int i = 0; code == FACET_OK && i < n_parts; i++)
        code = facet_container_read(container, parts[i].dataset.name, first, count, packed[i], error);
    if (code != FACET_OK) return code;
    struct facet_hash actual = hash_unit(parts, n_parts, packed, first, count);
    *matches = actual.low == recorded.low && actual.high == recorded.high;
    return FACET_OK;
}

int facet_output_check(struct facet_output *output, int64_t unit, bool *done, struct facet_error *error) {
    const int64_t *range = output->units->range[unit];
    return read_and_compare(output->container, output->parts, output->n_parts, output->packed, unit, range[0],
                            range[1] - range[0], done, error);
}

// The parts of a container nobody planned: fields are hashed in the order the stage declared them, which the attribute
// "fields" keeps.
static int parts_of(struct facet_container *container, struct part *parts, int *n_parts, struct facet_error *error) {
    char *names = NULL;
    *n_parts = 0;
    int code = facet_container_attribute(container, "fields", &names, error);
    for (char *name = code == FACET_OK ? strtok(names, "\n") : NULL; name && code == FACET_OK;
         name = strtok(NULL, "\n")) {
        if (*n_parts + 2 + LEDGER_PARTS > MOST_PARTS) break;
        char path[FACET_NAME_MAX + 16];
        snprintf(path, sizeof path, "data/%s", name);
        code = facet_container_describe(container, path, &parts[(*n_parts)++].dataset, error);
        snprintf(path, sizeof path, "data/%s_count", name);
        if (code == FACET_OK && facet_container_has(container, path))
            code = facet_container_describe(container, path, &parts[(*n_parts)++].dataset, error);
    }
    free(names);
    if (code != FACET_OK) return code;
    struct facet_dataset valid;
    code = facet_container_describe(container, "items/valid", &valid, error);
    if (code == FACET_OK) ledger_parts(valid.dims[0], &parts[*n_parts]), *n_parts += LEDGER_PARTS;
    return code;
}

static int verify_units(struct facet_container *container, const struct part *parts, int n_parts, int64_t n_units,
                        uint8_t *bad, struct facet_error *error) {
    char *packed[MOST_PARTS] = {0};
    int64_t room = 0;
    int code = FACET_OK;
    for (int64_t unit = 0; code == FACET_OK && unit < n_units; unit++) {
        int64_t range[2];
        bool matches = false;
        code = facet_container_read(container, "units/range", unit, 1, range, error);
        int64_t count = range[1] - range[0];
        if (code == FACET_OK && (count < 0 || range[0] < 0))
            code = facet_error_set(error, FACET_ERROR_DATA, "unit %lld has an impossible range", (long long)unit);
        for (int i = 0; code == FACET_OK && count > room && i < n_parts; i++) {
            free(packed[i]);
            packed[i] = malloc(facet_dataset_row_bytes(&parts[i].dataset) * (size_t)count + 1);
            if (!packed[i])
                code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for unit %lld", (long long)unit);
        }
        if (count > room) room = count;
        if (code == FACET_OK)
            code = read_and_compare(container, parts, n_parts, packed, unit, range[0], count, &matches, error);
        bad[unit] = !matches;
    }
    for (int i = 0; i < n_parts; i++) free(packed[i]);
    return code;
}

static int verify_whole(struct facet_container *container, uint8_t *bad, struct facet_error *error) {
    struct facet_hash recorded, actual;
    int code = facet_container_read(container, "units/hash", 0, 1, &recorded, error);
    if (code == FACET_OK) code = facet_content_hash(container, &actual, error);
    bad[0] = code != FACET_OK || recorded.low != actual.low || recorded.high != actual.high;
    return code;
}

static int verify_items(struct facet_container *container, int64_t n_units, bool *match, struct facet_error *error) {
    struct facet_hash recorded, actual;
    struct facet_dataset valid;
    int code = facet_container_read(container, "units/items_hash", 0, 2, &recorded, error);
    if (code == FACET_OK) code = hash_items(container, &actual, error);
    if (code == FACET_OK) code = facet_container_describe(container, "items/valid", &valid, error);
    if (code != FACET_OK) return code;
    int64_t next = 0, range[2];
    for (int64_t unit = 0; code == FACET_OK && unit < n_units; unit++) {
        code = facet_container_read(container, "units/range", unit, 1, range, error);
        next = range[0] == next && range[1] > next ? range[1] : -1;
    }
    *match = recorded.low == actual.low && recorded.high == actual.high && next == valid.dims[0];
    return code;
}

int facet_output_verify(struct facet_container *container, uint8_t **bad, int64_t *units, int64_t *n_bad,
                        bool *items_match, struct facet_error *error) {
    struct facet_dataset hashes;
    struct part parts[MOST_PARTS];
    int n_parts = 0;
    char *kind = NULL;
    *bad = NULL, *units = *n_bad = 0, *items_match = true;
    int code = facet_container_describe(container, "units/hash", &hashes, error);
    if (code == FACET_OK) code = facet_container_attribute(container, "kind", &kind, error);
    if (code != FACET_OK) return code;
    *units = hashes.dims[0];
    *bad = calloc((size_t)*units + 1, 1);
    bool map = strcmp(kind, "map") == 0;
    free(kind);
    if (!*bad)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for verifying %lld units", (long long)*units);
    if (map) {
        code = parts_of(container, parts, &n_parts, error);
        if (code == FACET_OK) code = verify_items(container, *units, items_match, error);
        if (code == FACET_OK) code = verify_units(container, parts, n_parts, *units, *bad, error);
    } else {
        code = verify_whole(container, *bad, error);
    }
    for (int64_t i = 0; i < *units; i++) *n_bad += (*bad)[i];
    if (code != FACET_OK) free(*bad), *bad = NULL;
    return code;
}

int facet_content_hash(struct facet_container *container, struct facet_hash *hash, struct facet_error *error) {
    struct facet_dataset *datasets;
    int count;
    *hash = (struct facet_hash){0};
    int code = facet_container_list(container, &datasets, &count, error);
    for (int i = 0; code == FACET_OK && i < count; i++) {
        bool content = strncmp(datasets[i].name, "data/", 5) == 0 || strncmp(datasets[i].name, "items/", 6) == 0 ||
                       strncmp(datasets[i].name, "quarantine/", 11) == 0;
        struct facet_hash part;
        if (!content) continue;
        code = facet_container_hash(container, &datasets[i], &part, error);
        if (code == FACET_OK) *hash = facet_hash_bytes(*hash, &part, sizeof part);
    }
    free(datasets);
    return code;
}
