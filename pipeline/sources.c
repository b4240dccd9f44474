#include "pipeline/sources.h"

#include "pipeline/block.h"
#include "pipeline/index_check.h"
#include "pipeline/items.h"

#include <stdlib.h>
#include <string.h>

// Of one name in two sources. Ragged rows may be longer in one of them.
static bool same_value(const struct facet_field *a, const struct facet_field *b) {
    bool same = a->type == b->type && a->rank == b->rank && a->ragged == b->ragged;
    for (int i = a->ragged ? 1 : 0; same && i < a->rank; i++) same = a->dims[i] == b->dims[i];
    return same;
}

static int find_field(const struct facet_sources *sources, const char *name) {
    for (int i = 0; i < sources->n_fields; i++)
        if (strcmp(sources->fields[i].name, name) == 0) return i;
    return -1;
}

// A field that only some sources have must be ragged: the others' rows hold none of it.
static int add_field(struct facet_sources *sources, int source, const struct facet_field *field, int *place,
                     struct facet_error *error) {
    const char *name = sources->config->sources[source].name, *first = sources->config->sources[0].name;
    if (source > 0 && !field->ragged)
        return facet_error_set(error, FACET_ERROR_CONFIG, "source %s gives other fields than source %s: it has %s",
                               name, first, field->name);
    if (sources->n_fields == FACET_MAX_FIELDS)
        return facet_error_set(error, FACET_ERROR_CONFIG, "source %s: with %s there are more than %d fields", name,
                               field->name, FACET_MAX_FIELDS);
    *place = sources->n_fields;
    sources->fields[sources->n_fields++] = *field;
    return FACET_OK;
}

static int place_field(struct facet_sources *sources, int source, const struct facet_field *field, int *place,
                       struct facet_error *error) {
    *place = find_field(sources, field->name);
    if (*place < 0) return add_field(sources, source, field, place, error);
    struct facet_field *known = &sources->fields[*place];
    if (!same_value(field, known))
        return facet_error_set(error, FACET_ERROR_CONFIG, "source %s gives other values as %s than source %s",
                               sources->config->sources[source].name, field->name, sources->config->sources[0].name);
    if (field->ragged && field->dims[0] > known->dims[0]) known->dims[0] = field->dims[0];
    return FACET_OK;
}

static int merge_fields(struct facet_sources *sources, int source, const struct facet_field *fields, int count,
                        struct facet_error *error) {
    uint8_t has[FACET_MAX_FIELDS] = {0};
    sources->own_fields[source] = count;
    for (int i = 0; i < count; i++) {
        int code = place_field(sources, source, &fields[i], &sources->place[source][i], error);
        if (code != FACET_OK) return code;
        has[sources->place[source][i]] = 1;
    }
    for (int i = 0; i < sources->n_fields; i++)
        if (!has[i] && !sources->fields[i].ragged)
            return facet_error_set(
                error, FACET_ERROR_CONFIG, "source %s gives other fields than source %s: it has no %s",
                sources->config->sources[source].name, sources->config->sources[0].name, sources->fields[i].name);
    return FACET_OK;
}

static int open_one(struct facet_sources *sources, int index, struct facet_error *error) {
    const struct facet_stage_config *source = &sources->config->sources[index];
    struct facet_field fields[FACET_MAX_FIELDS] = {0};
    int count = 0, code = facet_items_begin_dataset(sources->items, source->name, error);
    if (code == FACET_OK) code = facet_index_check(source->plugin, source->params, error);
    if (code == FACET_OK)
        code = source->plugin->source->open(source->params, (uint64_t)sources->config->seed, sources->items, fields,
                                            &count, &sources->self[index], error);
    if (code != FACET_OK) return facet_error_prefix(error, "source %s", source->name), code;
    sources->first[index + 1] = facet_items_count(sources->items);
    if (sources->first[index + 1] == sources->first[index])
        return facet_error_set(error, FACET_ERROR_DATA, "source %s has no rows", source->name);
    return merge_fields(sources, index, fields, count, error);
}

// A batch of rows, hashed in one go.
struct batch {
    char bytes[1 << 16];
    size_t used;
    struct facet_hash hash;
};

static void end_batch(struct batch *batch) {
    batch->hash = facet_hash_bytes(batch->hash, batch->bytes, batch->used);
    batch->used = 0;
}

static void add_bytes(struct batch *batch, const void *bytes, size_t size) {
    if (size > sizeof batch->bytes - batch->used) end_batch(batch);
    if (size > sizeof batch->bytes) {
        batch->hash = facet_hash_bytes(batch->hash, bytes, size);
        return;
    }
    memcpy(batch->bytes + batch->used, bytes, size);
    batch->used += size;
}

static int hash_items(const struct facet_items *items, struct facet_hash *hash, struct facet_error *error) {
    struct batch *batch = malloc(sizeof *batch);
    if (!batch) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
    batch->used = 0, batch->hash = (struct facet_hash){0};
    for (int64_t row = 0; row < facet_items_count(items); row++) {
        struct facet_item item = facet_items_get(items, row);
        const char *texts[] = {item.dataset, item.subject, item.label,   item.labels, item.au,
                               item.path,    item.licence, item.consent, item.split};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add_bytes(batch, texts[i], strlen(texts[i]) + 1);
        int32_t whole[] = {item.sequence, item.frame, item.onset, item.apex, item.offset};
        float parts[] = {item.intensity, item.valence, item.arousal};
        add_bytes(batch, whole, sizeof whole);
        add_bytes(batch, parts, sizeof parts);
        add_bytes(batch, &item.stamp, sizeof item.stamp);
    }
    end_batch(batch);
    *hash = batch->hash;
    free(batch);
    return FACET_OK;
}

static int agree_on_items(struct facet_sources *sources, struct facet_comm *comm, struct facet_error *error) {
    struct facet_hash first = sources->hash;
    int code = facet_comm_bcast(comm, &first, sizeof first, 0, error);
    if (code == FACET_OK && memcmp(&first, &sources->hash, sizeof first) != 0)
        code = facet_error_set(error, FACET_ERROR_DATA,
                               "this rank's sources list other rows than rank 0's; do all nodes see the same files?");
    return facet_comm_agree(comm, code, error);
}

int facet_sources_open(const struct facet_config *config, struct facet_comm *comm, struct facet_sources *sources,
                       struct facet_error *error) {
    *sources = (struct facet_sources){.config = config, .items = facet_items_create()};
    int code =
        sources->items ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the item table");
    for (int i = 0; code == FACET_OK && i < config->n_sources; i++) code = open_one(sources, i, error);
    if (code == FACET_OK) code = hash_items(sources->items, &sources->hash, error);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = agree_on_items(sources, comm, error);
    if (code != FACET_OK) facet_sources_close(sources);
    return code;
}

void facet_sources_end_loading(struct facet_sources *sources) {
    for (int i = 0; sources->config && i < sources->config->n_sources; i++) {
        sources->config->sources[i].plugin->source->close(sources->self[i]);
        sources->self[i] = NULL;
    }
}

void facet_sources_close(struct facet_sources *sources) {
    facet_sources_end_loading(sources);
    facet_items_destroy(sources->items);
    free(sources->picked);
    *sources = (struct facet_sources){0};
}

// The lowest number among the rows of the first one's dataset.
static int32_t lowest_sequence(const struct facet_items *items, const int64_t *rows, int64_t count) {
    int32_t lowest = INT32_MAX;
    int dataset = facet_items_dataset_of(items, rows[0]);
    for (int64_t i = 0; i < count && facet_items_dataset_of(items, rows[i]) == dataset; i++) {
        int32_t sequence = facet_items_get(items, rows[i]).sequence;
        lowest = sequence < lowest ? sequence : lowest;
    }
    return lowest;
}

// Sequences keep their order; a dataset's are given as its source numbered them, from 0.
static int copy_items(const struct facet_items *all, const int64_t *rows, int64_t count, struct facet_items *items,
                      struct facet_error *error) {
    int32_t lowest = 0;
    int dataset = -1, code = FACET_OK;
    for (int64_t i = 0; code == FACET_OK && i < count; i++) {
        struct facet_item item = facet_items_get(all, rows[i]);
        if (facet_items_dataset_of(all, rows[i]) != dataset) {
            dataset = facet_items_dataset_of(all, rows[i]);
            code = facet_items_begin_dataset(items, item.dataset, error);
            lowest = lowest_sequence(all, rows + i, count - i);
        }
        item.sequence -= lowest;
        if (code == FACET_OK) code = facet_items_add(items, &item, error);
    }
    return code;
}

int facet_sources_pick(struct facet_sources *sources, const int64_t *rows, int64_t count, struct facet_error *error) {
    struct facet_items *items = facet_items_create();
    int64_t *picked = malloc((size_t)count * sizeof *picked + 1);
    int code = FACET_OK;
    if (!items || !picked)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory to pick %lld rows", (long long)count);
    if (code == FACET_OK) code = copy_items(sources->items, rows, count, items, error);
    if (code == FACET_OK) code = hash_items(items, &sources->hash, error);
    if (code != FACET_OK) {
        facet_items_destroy(items);
        free(picked);
        return code;
    }
    memcpy(picked, rows, (size_t)count * sizeof *picked);
    facet_items_destroy(sources->items);
    sources->items = items, sources->picked = picked;
    return FACET_OK;
}

// The block as the source sees it: its own fields in its own order. Most sources have all there are, and then it is the
// block itself.
static struct facet_block *own_block(const struct facet_sources *sources, int source, struct facet_block *block) {
    const int *place = sources->place[source], count = sources->own_fields[source];
    bool all = count == sources->n_fields;
    for (int i = 0; all && i < count; i++) all = place[i] == i;
    return all ? block : facet_block_pick(block, place, count);
}

int facet_sources_load(const struct facet_sources *sources, int64_t row, struct facet_block *block, int64_t block_row,
                       struct facet_error *error) {
    int index = 0;
    if (sources->picked) row = sources->picked[row];
    while (row >= sources->first[index + 1]) index++;
    struct facet_block *own = own_block(sources, index, block);
    if (!own) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory to load a row");
    const struct facet_plugin *plugin = sources->config->sources[index].plugin;
    int code = plugin->source->load(sources->self[index], row - sources->first[index], own, block_row, error);
    if (own != block) facet_block_destroy(own);
    if (code == FACET_ERROR_DATA || code == FACET_ERROR_IO) {
        facet_block_quarantine(block, block_row, code, "%s", error->text);
        return FACET_OK;
    }
    return code;
}
