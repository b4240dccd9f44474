// filed: each file below a root is a row that holds its bytes. A file that begins with '!' is broken.
#include <facet/files.h>
#include <facet/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct filed {
    struct facet_files *files;
    long sleep_ms;
    const char *hold, *trace;
};

static const struct facet_param_spec params[] = {
    {.name = "root", .type = FACET_PARAM_PATH, .doc = "Where the files are."},
    {.name = "index", .type = FACET_PARAM_STRING, .fallback = "\"\"", .doc = "A list that facet index made."},
    {.name = "sleep_ms", .type = FACET_PARAM_INT, .fallback = "0", .max = 60000, .doc = "How long a row takes."},
    {.name = "hold",
     .type = FACET_PARAM_STRING,
     .fallback = "\"\"",
     .doc = "While this file is there, rows from the one it names on wait."},
    {.name = "trace", .type = FACET_PARAM_STRING, .fallback = "\"\"", .doc = "Gets a line for each row that is read."},
    {.name = NULL},
};

static void close_filed(void *self) {
    struct filed *filed = self;
    if (filed) facet_files_close(filed->files);
    free(filed);
}

static int add_rows(const struct filed *filed, struct facet_items *items, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 0; !code && i < facet_files_count(filed->files); i++) {
        struct facet_file file = facet_files_get(filed->files, i);
        struct facet_item item = facet_item_unknown();
        char subject[32];
        snprintf(subject, sizeof subject, "P%lld", (long long)i / 1000);
        item.subject = subject, item.label = i % 2 ? "odd" : "even", item.path = file.path, item.stamp = file.stamp;
        item.sequence = (int32_t)i;
        code = facet_items_add(items, &item, error);
    }
    return code;
}

static int open_filed(const struct facet_params *given, uint64_t seed, struct facet_items *items,
                      struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    struct facet_files_options options = {.index = facet_param_string(given, "index")};
    struct filed *filed = calloc(1, sizeof *filed);
    (void)seed;
    if (!filed) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory");
    filed->sleep_ms = (long)facet_param_int(given, "sleep_ms");
    filed->hold = facet_param_string(given, "hold");
    filed->trace = facet_param_string(given, "trace");
    int code = facet_files_open(facet_param_string(given, "root"), &options, &filed->files, error);
    if (!code) code = add_rows(filed, items, error);
    if (code) return close_filed(filed), code;
    int64_t room = facet_files_room(filed->files, "bytes");
    fields[0] = (struct facet_field){
        .name = "bytes", .type = FACET_U8, .rank = 1, .dims = {room ? room : 1 << 16}, .ragged = true};
    *n_fields = 1;
    *self = filed;
    return FACET_OK;
}

static bool must_wait(const struct filed *filed, int64_t index) {
    FILE *hold = *filed->hold ? fopen(filed->hold, "r") : NULL;
    long from = 0;
    if (!hold) return false;
    bool told = fscanf(hold, "%ld", &from) == 1;
    fclose(hold);
    return told && index >= from;
}

static void wait_and_tell(const struct filed *filed, int64_t index) {
    const struct timespec nap = {.tv_nsec = 5000000};
    nanosleep(&(struct timespec){filed->sleep_ms / 1000, filed->sleep_ms % 1000 * 1000000}, NULL);
    while (must_wait(filed, index)) nanosleep(&nap, NULL);
    FILE *trace = *filed->trace ? fopen(filed->trace, "a") : NULL;
    if (!trace) return;
    fprintf(trace, "%lld\n", (long long)index);
    fclose(trace);
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct filed *filed = self;
    struct facet_bytes bytes = {0};
    wait_and_tell(filed, index);
    int code = facet_files_read(filed->files, index, &bytes, error);
    if (!code && bytes.size > 0 && bytes.data[0] == '!')
        code =
            facet_error_set(error, FACET_ERROR_DATA, "byte 0 of %s is '!'", facet_files_get(filed->files, index).path);
    if (!code) code = facet_block_resize(block, 0, row, (int64_t)bytes.size, error);
    if (!code && bytes.size > 0) memcpy(facet_block_data(block, 0, row), bytes.data, bytes.size);
    facet_bytes_free(&bytes);
    return code;
}

static const struct facet_source_ops ops = {.open = open_filed, .load = load, .close = close_filed};
static const char *const makes[] = {"bytes", NULL};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "filed",
    .version = "1",
    .summary = "files as rows",
    .params = params,
    .makes = makes,
    .source = &ops,
};
