// What a run has done so far, as a report asks for it: the quarantine ledger and the provenance of the run.
#include "pipeline/run_internal.h"

#include <stdlib.h>
#include <string.h>

static int node_is_kept_map(const struct facet_run *run, int node) {
    return run->graph.nodes[node].keep && run->graph.nodes[node].chain >= 0 && run->nodes[node].finished;
}

enum { AT_ONCE = 4096 };                // rows
enum { SEEN_ASIDE = 1, SEEN_NOTE = 2 }; // of a row, by an earlier container

struct reading {
    int32_t code[AT_ONCE];
    char stage[AT_ONCE][FACET_NAME_MAX], message[AT_ONCE][FACET_MESSAGE_MAX];
};

// Texts are read only of the rows from the first to the last that have any.
static int read_batch(struct facet_container *container, int64_t first, int64_t count, struct reading *reading,
                      struct facet_error *error) {
    int64_t low = count, high = 0;
    int code = facet_container_read(container, "quarantine/code", first, count, reading->code, error);
    for (int64_t i = 0; code == FACET_OK && i < count; i++) {
        if (reading->code[i] == FACET_OK) continue;
        if (i < low) low = i;
        high = i + 1;
    }
    if (code != FACET_OK || low >= high) return code;
    code = facet_container_read(container, "quarantine/stage", first + low, high - low, reading->stage[low], error);
    if (code == FACET_OK)
        code = facet_container_read(container, "quarantine/message", first + low, high - low, reading->message[low],
                                    error);
    return code;
}

static bool keep_note(struct facet_stage *stage, const struct facet_quarantine_entry *entry) {
    if (stage->notes_count == stage->notes_room) {
        int64_t room = stage->notes_room ? 2 * stage->notes_room : 64;
        struct facet_quarantine_entry *more = realloc(stage->notes, (size_t)room * sizeof *more);
        if (!more) return false;
        stage->notes = more, stage->notes_room = room;
    }
    stage->notes[stage->notes_count++] = *entry;
    return true;
}

// Adds the entries that earlier containers do not have: rows set aside, and rows kept with a note.
static int take_batch(struct facet_stage *stage, int64_t first, int64_t count, struct reading *reading, uint8_t *seen,
                      struct facet_error *error) {
    for (int64_t i = 0; i < count; i++) {
        uint8_t what = reading->code[i] == FACET_NOTED ? SEEN_NOTE : SEEN_ASIDE;
        if (reading->code[i] == FACET_OK || seen[first + i] & what) continue;
        if (what == SEEN_NOTE && !stage->run->valid[first + i]) continue; // why it was set aside says more
        seen[first + i] |= what;
        reading->stage[i][FACET_NAME_MAX - 1] = reading->message[i][FACET_MESSAGE_MAX - 1] = '\0';
        const char *name = facet_text_keep(&stage->ledger_texts, reading->stage[i]);
        const char *message = facet_text_keep(&stage->ledger_texts, reading->message[i]);
        if (!name || !message)
            return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
        struct facet_quarantine_entry entry = {
            .row = first + i, .stage = name, .code = facet_code_name(reading->code[i]), .message = message};
        if (what == SEEN_ASIDE)
            stage->ledger[stage->ledger_count++] = entry;
        else if (!keep_note(stage, &entry))
            return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
    }
    return FACET_OK;
}

static int merge(struct facet_stage *stage, int node, uint8_t *seen, struct facet_error *error) {
    struct facet_run *run = stage->run;
    struct facet_container *container = NULL;
    char path[4200];
    facet_run_path(run, node, ".h5", path, sizeof path);
    struct reading *reading = malloc(sizeof *reading);
    int code =
        reading ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
    if (code == FACET_OK) code = facet_container_open(MPI_COMM_SELF, path, false, &container, error);
    for (int64_t first = 0; code == FACET_OK && first < run->rows; first += AT_ONCE) {
        int64_t count = run->rows - first < AT_ONCE ? run->rows - first : AT_ONCE;
        code = read_batch(container, first, count, reading, error);
        if (code == FACET_OK) code = take_batch(stage, first, count, reading, seen, error);
    }
    facet_container_close(container, NULL);
    free(reading);
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
    uint8_t *seen = calloc((size_t)run->rows + 1, 1);
    int code = stage->ledger && seen
                   ? FACET_OK
                   : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the quarantine ledger");
    for (int64_t row = 0; code == FACET_OK && row < run->rows; row++) seen[row] = run->valid[row] ? SEEN_ASIDE : 0;
    for (int node = 0; code == FACET_OK && node < stage->node; node++)
        if (node_is_kept_map(run, node)) code = merge(stage, node, seen, error);
    free(seen);
    return code;
}

// The plugin cannot be told that the ledger is not whole; the engine lets the stage fail after it.
int64_t facet_stage_quarantined(struct facet_stage *stage) {
    if (stage->ledger_read) return stage->ledger_count;
    stage->ledger_read = true;
    if (read_all(stage, &stage->ledger_error) != FACET_OK) stage->ledger_count = stage->notes_count = 0;
    if (stage->ledger_count) qsort(stage->ledger, (size_t)stage->ledger_count, sizeof *stage->ledger, by_row);
    if (stage->notes_count) qsort(stage->notes, (size_t)stage->notes_count, sizeof *stage->notes, by_row);
    return stage->ledger_count;
}

struct facet_quarantine_entry facet_stage_quarantine(struct facet_stage *stage, int64_t index) {
    FACET_REQUIRE(index >= 0 && index < facet_stage_quarantined(stage));
    return stage->ledger[index];
}

int64_t facet_stage_noted(struct facet_stage *stage) {
    facet_stage_quarantined(stage);
    return stage->notes_count;
}

struct facet_quarantine_entry facet_stage_note(struct facet_stage *stage, int64_t index) {
    FACET_REQUIRE(index >= 0 && index < facet_stage_noted(stage));
    return stage->notes[index];
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
    free(stage->ledger), free(stage->notes);
    facet_text_keeper_free(&stage->ledger_texts);
}
