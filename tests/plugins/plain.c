// A source for measuring the engine: as many rows as wanted, each with the texts that a real one has and one number.
#include <facet/plugin.h>

#include <stdio.h>
#include <stdlib.h>

static const struct facet_param_spec params[] = {
    {.name = "rows", .type = FACET_PARAM_INT, .fallback = "1000000", .min = 1, .max = 1e9, .doc = "Rows."},
    {.name = "frames", .type = FACET_PARAM_INT, .fallback = "4", .min = 1, .max = 1e6, .doc = "Frames of a sequence."},
    {0},
};

static int open_source(const struct facet_params *p, uint64_t seed, struct facet_items *items,
                       struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    static const char *const labels[] = {"anger", "disgust", "fear", "happiness", "sadness", "surprise"};
    (void)seed;
    int64_t frames = facet_param_int(p, "frames"), rows = facet_param_int(p, "rows");
    for (int64_t i = 0; i < rows; i++) {
        char subject[32], path[64];
        int64_t sequence = i / frames;
        snprintf(subject, sizeof subject, "F%06lld", (long long)(sequence / 24));
        snprintf(path, sizeof path, "%s/%02lld/frame_%04lld.ply", subject, (long long)(sequence % 24),
                 (long long)(i % frames));
        struct facet_item item = {.subject = subject, .label = labels[sequence % 6], .path = path, .licence = "none"};
        item.sequence = (int32_t)sequence, item.frame = (int32_t)(i % frames), item.intensity = 1.0f;
        item.stamp = (uint64_t)i;
        int code = facet_items_add(items, &item, error);
        if (code != FACET_OK) return code;
    }
    fields[0] = (struct facet_field){.name = "x", .type = FACET_F32};
    *n_fields = 1;
    *self = NULL;
    return FACET_OK;
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    (void)self, (void)error;
    *(float *)facet_block_data(block, 0, row) = (float)index;
    return FACET_OK;
}

static const struct facet_source_ops ops = {.open = open_source, .load = load, .close = free};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "plain",
    .version = "1",
    .summary = "Rows of one number.",
    .params = params,
    .source = &ops,
};
