// What a run has done so far, as a report asks for it: the quarantine ledger and the provenance of the run.
#include "pipeline/run_internal.h"

#include <stdlib.h>
#include <string.h>

static int node_is_kept_map(const struct facet_run *run, int node) {
    return run->graph.nodes[node].keep && run->graph.nodes[node].chain >= 0 && run->nodes[node].finished;
}

enum { LEDGER_TEXT = FACET_NAME_MAX + FACET_MESSAGE_MAX }; // bytes of an entry: its stage, its message

struct reading {
    int32_t *code;
    char *stage, *message;
};

static int read_ledger(struct facet_container *container, int64_t rows, struct reading *reading,
                       struct facet_error *error) {
    int code = facet_container_read(container, "quarantine/stage", 0, rows, reading->stage, error);
    if (code == FACET_OK) code = facet_container_read(container, "quarantine/code", 0, rows, reading->code, error);
    if (code == FACET_OK)
        code = facet_container_read(container, "quarantine/message", 0, rows, reading->message, error);
    return code;
}

// Adds the entries of one container that earlier ones do not have.
static int merge(struct facet_stage *stage, int node, uint8_t *seen, struct facet_error *error) {
    struct facet_run *run = stage->run;
    size_t n = (size_t)run->rows + 1;
    struct reading reading = {calloc(n, sizeof(int32_t)), calloc(n, FACET_NAME_MAX), calloc(n, FACET_MESSAGE_MAX)};
    int code = reading.stage && reading.code && reading.message
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
    struct facet_container *container = NULL;
    char path[4200];
    facet_run_path(run, node, ".h5", path, sizeof path);
    if (code == FACET_OK) code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    if (code == FACET_OK) code = read_ledger(container, run->rows, &reading, error);
    for (int64_t row = 0; code == FACET_OK && row < run->rows; row++) {
        if (reading.code[row] == FACET_OK || seen[row]) continue;
        seen[row] = 1;
        char *text = stage->ledger_text + (size_t)stage->ledger_count * LEDGER_TEXT;
        memcpy(text, reading.stage + (size_t)row * FACET_NAME_MAX, FACET_NAME_MAX - 1);
        memcpy(text + FACET_NAME_MAX, reading.message + (size_t)row * FACET_MESSAGE_MAX, FACET_MESSAGE_MAX - 1);
        stage->ledger[stage->ledger_count++] = (struct facet_quarantine_entry){
            .row = row, .stage = text, .code = facet_code_name(reading.code[row]), .message = text + FACET_NAME_MAX};
    }
    facet_container_close(container, NULL);
    free(reading.stage), free(reading.code), free(reading.message);
    return code;
}

static int by_row(const void *a, const void *b) {
    int64_t x = ((const struct facet_quarantine_entry *)a)->row, y = ((const struct facet_quarantine_entry *)b)->row;
    return (x > y) - (x < y);
}

static int read_all(struct facet_stage *stage, struct facet_error *error) {
    struct facet_run *run = stage->run;
    int64_t bad = 0;
    for (int64_t row = 0; row < run->rows; row++) bad += !run->valid[row];
    stage->ledger = calloc((size_t)bad + 1, sizeof *stage->ledger);
    stage->ledger_text = calloc((size_t)bad + 1, LEDGER_TEXT);
    uint8_t *seen = calloc((size_t)run->rows + 1, 1);
    int code = stage->ledger && stage->ledger_text && seen
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
    for (int64_t row = 0; code == FACET_OK && row < run->rows; row++) seen[row] = run->valid[row];
    for (int node = 0; code == FACET_OK && node < stage->node; node++)
        if (node_is_kept_map(run, node)) code = merge(stage, node, seen, error);
    free(seen);
    return code;
}

// The plugin cannot be told that the ledger is not whole; the engine lets the stage fail after it.
int64_t facet_stage_quarantined(struct facet_stage *stage) {
    if (stage->ledger_read) return stage->ledger_count;
    stage->ledger_read = true;
    if (read_all(stage, &stage->ledger_error) != FACET_OK) stage->ledger_count = 0;
    if (stage->ledger_count) qsort(stage->ledger, (size_t)stage->ledger_count, sizeof *stage->ledger, by_row);
    return stage->ledger_count;
}

struct facet_quarantine_entry facet_stage_quarantine(struct facet_stage *stage, int64_t index) {
    FACET_REQUIRE(index >= 0 && index < facet_stage_quarantined(stage));
    return stage->ledger[index];
}

const char *facet_stage_provenance(const struct facet_stage *stage, const char *key) {
    struct facet_run *run = stage->run;
    const struct {
        const char *key, *text;
    } texts[] = {
        {"command", run->options->command ? run->options->command : ""},
        {"config", run->config->text},
        {"config_file", run->config->file},
        {"facet_version", FACET_VERSION},
        {"isa", run->isa},
        {"created", run->created},
        {"workspace", run->config->workspace},
        {"name", run->config->name},
        {"libraries", run->libraries},
        {"ranks", run->ranks_text},
        {"threads", run->threads_text},
        {"seed", run->seed_text},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].key, key) == 0) return texts[i].text;
    return "";
}

void facet_stage_free_scratch(struct facet_stage *stage) {
    free(stage->ledger);
    free(stage->ledger_text);
}
