// The end of a chain: what its containers say of seconds, rows set aside, and content.
#include "pipeline/chain_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_ONCE = 16384 };

// A stage's wall time is the sum of the units' shares, told by the first container at or after it. That container may
// come from a pipeline whose chain was longer or shorter behind this stage.
static int read_seconds(struct chain_run *c, int after, int node, struct facet_error *error) {
    struct facet_container *container = facet_output_container(c->outputs[node]);
    struct facet_dataset is;
    int code = facet_container_describe(container, "units/seconds", &is, error);
    if (code != FACET_OK) return code;
    int64_t units = is.dims[0], width = is.dims[1];
    double *seconds = calloc((size_t)(units * width) + 1, sizeof *seconds);
    if (!seconds) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)units);
    code = facet_container_read(container, is.name, 0, units, seconds, error);
    for (int n = after + 1; code == FACET_OK && n <= node && n - c->chain->first < width; n++) {
        double sum = 0;
        for (int64_t unit = 0; unit < units; unit++) sum += seconds[unit * width + n - c->chain->first];
        c->run->nodes[n].seconds = sum;
    }
    free(seconds);
    return code;
}

static int node_named(const struct facet_run *run, const char *name) {
    for (int node = 0; node < run->graph.n_nodes; node++)
        if (strncmp(run->graph.nodes[node].name, name, FACET_NAME_MAX - 1) == 0) return node;
    return -1;
}

// A row set aside is counted at the stage that told first.
static int count_teller(struct facet_run *run, struct facet_container *container, int64_t row,
                        struct facet_error *error) {
    char stage[FACET_NAME_MAX] = "";
    int code = facet_container_read(container, "quarantine/stage", row, 1, stage, error);
    int teller = code == FACET_OK ? node_named(run, stage) : -1;
    if (teller >= 0) run->nodes[teller].quarantined++;
    return code;
}

int chain_read_valid(struct facet_run *run, struct facet_container *container, struct facet_error *error) {
    uint8_t *valid = malloc(ROWS_AT_ONCE);
    int32_t *codes = malloc(ROWS_AT_ONCE * sizeof *codes);
    int code = valid && codes ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the row mask");
    for (int64_t first = 0; code == FACET_OK && first < run->rows; first += ROWS_AT_ONCE) {
        int64_t count = run->rows - first < ROWS_AT_ONCE ? run->rows - first : ROWS_AT_ONCE;
        code = facet_container_read(container, "items/valid", first, count, valid, error);
        if (code == FACET_OK) code = facet_container_read(container, "quarantine/code", first, count, codes, error);
        for (int64_t i = 0; code == FACET_OK && i < count; i++) {
            if (run->valid[first + i] && !valid[i] && codes[i] != FACET_OK)
                code = count_teller(run, container, first + i, error);
            run->valid[first + i] &= valid[i];
            run->noted[first + i] |= codes[i] == FACET_NOTED;
        }
    }
    free(valid), free(codes);
    return code;
}

static int read_content(struct chain_run *c, int node, struct facet_error *error) {
    struct facet_run *run = c->run;
    struct facet_hash hash = {0};
    int code = FACET_OK;
    if (facet_comm_rank(run->comm) == 0)
        code = facet_content_hash_recorded(facet_output_container(c->outputs[node]), &hash, error);
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(run->comm, &hash, sizeof hash, 0, error);
    if (code == FACET_OK) facet_hash_text(hash, run->nodes[node].content_hash);
    return code;
}

// Of the rows that are in order.
static int64_t count_noted(const struct facet_run *run) {
    int64_t noted = 0;
    for (int64_t row = 0; row < run->rows; row++) noted += run->noted[row] && run->valid[row];
    return noted;
}

int chain_read_outputs(struct chain_run *c, struct facet_error *error) {
    struct facet_run *run = c->run;
    int code = FACET_OK, before = c->chain->first - 1;
    int64_t noted = count_noted(run);
    for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
        if (!c->outputs[node]) continue;
        struct facet_container *container = facet_output_container(c->outputs[node]);
        facet_comm_wait(run->comm, "flushing a container");
        code = facet_comm_agree(run->comm, facet_container_flush(container, error), error);
        if (code == FACET_OK) code = read_seconds(c, before, node, error);
        if (code == FACET_OK) code = chain_read_valid(run, container, error);
        code = facet_comm_agree(run->comm, code, error);
        if (code == FACET_OK) code = read_content(c, node, error);
        run->nodes[node].finished = code == FACET_OK;
        before = node;
    }
    noted = count_noted(run) - noted;
    if (code == FACET_OK && noted > 0)
        facet_run_note(run,
                       "warning: %lld rows are kept without something of theirs that is broken or missing; facet "
                       "info names them",
                       (long long)noted);
    return code;
}
