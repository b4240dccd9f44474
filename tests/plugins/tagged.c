// A source for tests of the engine: the fields of `numbers` in another order and one that `numbers` has not; everything that an
// item may say is said of every other row.
#include <facet/plugin.h>

#include <stdlib.h>

enum { ROWS = 8, TAGS = 0, LIST, NUMBER };

static int add_rows(struct facet_items *items, struct facet_error *error) {
    int code = FACET_OK;
    for (int i = 0; code == FACET_OK && i < ROWS; i++) {
        struct facet_item item = facet_item_unknown();
        item.subject = i < ROWS / 2 ? "ann" : "ben", item.sequence = i;
        if (i % 2) {
            item.label = "positive", item.labels = "positive+surprise", item.au = "?1?0", item.split = "train";
            item.valence = 0.5f, item.arousal = -0.25f, item.onset = 1, item.apex = 2, item.offset = 3;
        }
        code = facet_items_add(items, &item, error);
    }
    return code;
}

static int open_source(const struct facet_params *p, uint64_t seed, struct facet_items *items,
                       struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    (void)p, (void)seed;
    fields[TAGS] = (struct facet_field){.name = "tags", .type = FACET_I32, .rank = 1, .dims = {3}, .ragged = true};
    fields[LIST] = (struct facet_field){.name = "list", .type = FACET_I32, .rank = 1, .dims = {9}, .ragged = true};
    fields[NUMBER] = (struct facet_field){.name = "number", .type = FACET_F64};
    *n_fields = 3;
    *self = NULL;
    return add_rows(items, error);
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    (void)self;
    *(double *)facet_block_data(block, NUMBER, row) = 100.0 + (double)index;
    int code = facet_block_resize(block, TAGS, row, 2, error);
    return code ? code : facet_block_resize(block, LIST, row, 9, error);
}

static const struct facet_source_ops ops = {.open = open_source, .load = load, .close = free};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "tagged",
    .version = "1",
    .summary = "Numbers with tags.",
    .source = &ops,
};
