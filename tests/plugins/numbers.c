// A source of plain numbers for tests of the engine: row i holds i and a ragged list of i % 5 numbers. Rows can be made
// broken, slow, or fatal on one rank. With NUMBERS_LOG each row loaded adds a byte to that file; with NUMBERS_MENDED broken
// rows are in order, as scans are that somebody repaired.
#include <facet/plugin.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct facet_param_spec params[] = {
    {.name = "rows", .type = FACET_PARAM_INT, .fallback = "40", .min = 1, .max = 100000, .doc = "Rows."},
    {.name = "frames", .type = FACET_PARAM_INT, .fallback = "1", .min = 1, .max = 1000, .doc = "Frames of a sequence."},
    {.name = "bad_every", .type = FACET_PARAM_INT, .fallback = "0", .min = 0, .max = 1000, .doc = "Every n-th is bad."},
    {.name = "fatal_row", .type = FACET_PARAM_INT, .fallback = "-1", .min = -1, .max = 1e6, .doc = "Ends the run."},
    {.name = "sleep_ms", .type = FACET_PARAM_INT, .fallback = "0", .min = 0, .max = 10000, .doc = "Time a row takes."},
    {0},
};

struct numbers {
    int64_t bad_every, fatal_row, sleep_ms;
};

static int add_rows(const struct facet_params *p, struct facet_items *items, struct facet_error *error) {
    static const char *const labels[] = {"even", "odd"};
    int64_t frames = facet_param_int(p, "frames");
    for (int64_t i = 0; i < facet_param_int(p, "rows"); i++) {
        char subject[32];
        snprintf(subject, sizeof subject, "s%lld", (long long)(i / 4));
        struct facet_item item = facet_item_unknown();
        item.subject = subject, item.label = labels[i % 2], item.licence = "none";
        item.sequence = (int32_t)(i / frames), item.frame = (int32_t)(i % frames), item.intensity = 1.0f;
        int code = facet_items_add(items, &item, error);
        if (code != FACET_OK) return code;
    }
    return FACET_OK;
}

static int open_source(const struct facet_params *p, uint64_t seed, struct facet_items *items,
                       struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    (void)seed;
    int code = add_rows(p, items, error);
    struct numbers *n = code == FACET_OK ? calloc(1, sizeof *n) : NULL;
    if (code != FACET_OK) return code;
    if (!n) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    n->bad_every = facet_param_int(p, "bad_every"), n->fatal_row = facet_param_int(p, "fatal_row");
    n->sleep_ms = facet_param_int(p, "sleep_ms");
    fields[0] = (struct facet_field){.name = "number", .type = FACET_F64};
    fields[1] = (struct facet_field){.name = "list", .type = FACET_I32, .rank = 1, .dims = {4}, .ragged = true};
    *n_fields = 2;
    *self = n;
    return FACET_OK;
}

static int log_a_load(struct facet_error *error) {
    const char *path = getenv("NUMBERS_LOG");
    if (!path) return FACET_OK;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    bool written = file >= 0 && write(file, ".", 1) == 1;
    if (file >= 0) close(file);
    return written ? FACET_OK : facet_error_set(error, FACET_ERROR_INTERNAL, "cannot write to %s", path);
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct numbers *n = self;
    int code = log_a_load(error);
    if (code != FACET_OK) return code;
    if (n->sleep_ms) usleep((useconds_t)n->sleep_ms * 1000);
    if (index == n->fatal_row)
        return facet_error_set(error, FACET_ERROR_INTERNAL, "row %lld is fatal", (long long)index);
    if (n->bad_every && index % n->bad_every == 0 && !getenv("NUMBERS_MENDED"))
        return facet_error_set(error, FACET_ERROR_DATA, "row %lld is broken on purpose", (long long)index);
    *(double *)facet_block_data(block, 0, row) = (double)index;
    code = facet_block_resize(block, 1, row, index % 5, error);
    for (int i = 0; code == FACET_OK && i < index % 5; i++) ((int32_t *)facet_block_data(block, 1, row))[i] = i;
    return code;
}

static const struct facet_source_ops ops = {.open = open_source, .load = load, .close = free};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "numbers",
    .version = "1",
    .summary = "Plain numbers.",
    .params = params,
    .source = &ops,
};
