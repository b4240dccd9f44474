// What is left to do of a chain: of every unit, the kept stages whose rows are not there or not as they were recorded.
#include "pipeline/chain_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- one unit -------------------------------------------------------------------------------------------------------

static bool kept_and_done(const struct chain_run *c, int node, int64_t unit) {
    return c->outputs[node] && c->done[node][unit];
}

// Whether everything nodes first..last need of earlier nodes of the chain can be read back.
static bool can_begin_at(const struct chain_run *c, int first, int last, int64_t unit) {
    if (first == c->chain->first) return true;
    if (!kept_and_done(c, first - 1, unit)) return false; // its ledger says which rows are still in order
    for (int node = first; node <= last; node++) {
        const struct facet_node *n = &c->run->graph.nodes[node];
        for (int i = 0; i < n->n_needs; i++)
            if (chain_wants_rows(n, i) && n->maker[i] < first && chain_inside(c, n->maker[i]) &&
                !kept_and_done(c, n->maker[i], unit))
                return false;
    }
    return true;
}

struct unit_plan chain_plan_unit(const struct chain_run *c, int64_t unit) {
    struct unit_plan plan = {.from = -1, .to = -1};
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        if (!c->outputs[node] || (c->done[node][unit] && !(c->retry && c->retry[unit]))) continue;
        if (plan.from < 0) plan.from = node;
        plan.to = node;
    }
    if (c->retry && c->retry[unit]) plan.from = c->chain->first;
    while (plan.from > c->chain->first && !can_begin_at(c, plan.from, plan.to, unit)) plan.from--;
    return plan;
}

// ---- all units ------------------------------------------------------------------------------------------------------

static int make_lists(struct chain_run *c, int64_t **numbers, int kept, struct facet_error *error) {
    size_t n = (size_t)c->units.count + 1;
    *numbers = calloc(n * (size_t)(kept + 1), sizeof **numbers);
    c->pending = calloc(n, sizeof *c->pending);
    c->retry = c->run->options->retry_quarantined ? calloc(n, 1) : NULL;
    bool good = *numbers && c->pending && (c->retry || !c->run->options->retry_quarantined);
    for (int node = c->chain->first; good && node <= c->chain->last; node++)
        if (c->outputs[node]) good = (c->done[node] = calloc(n, 1)) != NULL;
    if (good) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)c->units.count);
}

// Rows set aside for a fault may do better another time.
static bool retryable(int code) {
    return code != FACET_OK && facet_code_exit_status(code) == 1;
}

static int wants_retry(struct chain_run *c, int node, int64_t unit, int64_t *retry, struct facet_error *error) {
    int64_t first = c->units.range[unit][0], count = c->units.range[unit][1] - first;
    int32_t *codes = malloc((size_t)count * sizeof *codes + 1);
    if (!codes)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the codes of %lld rows", (long long)count);
    int code =
        facet_container_read(facet_output_container(c->outputs[node]), "quarantine/code", first, count, codes, error);
    for (int64_t i = 0; code == FACET_OK && i < count; i++) *retry |= retryable(codes[i]);
    free(codes);
    return code;
}

// Each rank looks at its share of the units; numbers[] gets one list a kept node, and the one of units to retry.
static int look_at_units(struct chain_run *c, int64_t *numbers, struct facet_error *error) {
    int64_t n = c->units.count;
    int rank = facet_comm_rank(c->run->comm), size = facet_comm_size(c->run->comm), code = FACET_OK;
    for (int64_t unit = rank; code == FACET_OK && unit < n && !facet_stop_requested(); unit += size) {
        int64_t *list = numbers, retry = 0;
        for (int node = c->chain->first; code == FACET_OK && node <= c->chain->last; node++) {
            bool done = false;
            if (!c->outputs[node]) continue;
            code = facet_output_check(c->outputs[node], unit, &done, error);
            if (code == FACET_OK && done && c->retry) code = wants_retry(c, node, unit, &retry, error);
            list[unit] = done;
            list += n;
        }
        list[unit] = retry;
    }
    code = facet_comm_agree(c->run->comm, code, error);
    struct facet_error who = {0};
    if (code != FACET_OK || facet_stop_agree(c->run->comm, &who) == FACET_OK) return code;
    return facet_error_set(error, FACET_INTERRUPTED, "%s before stage %s; run again to go on", who.text,
                           c->run->graph.nodes[c->chain->first].name);
}

// A unit found altered, and what later stages may have made of it since: a file changed before it was altered is innocent.
static void distrust_altered(struct chain_run *c) {
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        if (!c->outputs[node]) continue;
        int64_t changed = facet_output_changed(c->outputs[node]);
        for (int64_t unit = 0; unit < c->units.count; unit++) {
            if (c->done[node][unit] || !facet_output_recorded(c->outputs[node], unit)) continue;
            c->run->nodes[node].altered = changed;
            for (int later = node + 1; later <= c->chain->last; later++)
                if (c->outputs[later] && changed <= facet_output_changed(c->outputs[later])) c->done[later][unit] = 0;
        }
    }
}

static void take_lists(struct chain_run *c, const int64_t *numbers) {
    int64_t n = c->units.count;
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        if (!c->outputs[node]) continue;
        for (int64_t unit = 0; unit < n; unit++) c->done[node][unit] = numbers[unit] != 0;
        numbers += n;
    }
    distrust_altered(c);
    int64_t later = 0;
    for (int64_t unit = 0; unit < n; unit++) {
        bool all = true;
        for (int node = c->chain->first; all && node <= c->chain->last; node++)
            all = !c->outputs[node] || c->done[node][unit];
        if (c->retry) c->retry[unit] = all && numbers[unit] != 0; // what is not all there is made first
        later += c->retry && !all && numbers[unit] != 0;
        if (chain_plan_unit(c, unit).to >= 0) c->pending[c->n_pending++] = unit;
    }
    if (later)
        facet_run_note(c->run, "rows set aside in %lld units that are not complete are tried again by the next %s",
                       (long long)later, "--retry-quarantined");
}

// An output is opened for writing only if something of it is to be written. The last comes first: as long as an altered
// unit keeps its hash, the next run knows what to distrust behind it.
static int begin_outputs(struct chain_run *c, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = c->chain->last; code == FACET_OK && node >= c->chain->first; node--) {
        bool items_match, all = true;
        if (!c->outputs[node]) continue;
        code = facet_output_check_items(c->outputs[node], &items_match, error);
        for (int64_t unit = 0; all && unit < c->units.count; unit++)
            all = c->done[node][unit] && !(c->retry && c->retry[unit]);
        if (code != FACET_OK || (all && items_match)) continue;
        uint8_t *done = malloc((size_t)c->units.count + 1);
        if (!done)
            code =
                facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %lld units", (long long)c->units.count);
        code = facet_comm_agree(c->run->comm, code, error);
        for (int64_t unit = 0; code == FACET_OK && unit < c->units.count; unit++)
            done[unit] = c->done[node][unit] && !(c->retry && c->retry[unit]);
        if (code == FACET_OK)
            code = facet_output_begin(c->outputs[node], c->run->sources.items, done, items_match, error);
        free(done);
    }
    return code;
}

// What was found of each kept stage, and how long this rank took to look at its share of the units.
static void debug_found(const struct chain_run *c, double seconds) {
    for (int node = c->chain->first; node <= c->chain->last; node++) {
        int64_t done = 0, altered = 0;
        if (!c->outputs[node]) continue;
        for (int64_t unit = 0; unit < c->units.count; unit++) {
            done += c->done[node][unit] != 0;
            altered += !c->done[node][unit] && facet_output_recorded(c->outputs[node], unit);
        }
        facet_run_debug(c->run, c->run->graph.nodes[node].name,
                        "%lld of %lld units are as recorded, %lld are recorded and not so; looked at in %.3f s",
                        (long long)done, (long long)c->units.count, (long long)altered, seconds);
    }
}

int chain_find_pending(struct chain_run *c, struct facet_error *error) {
    int64_t *numbers = NULL;
    int kept = 0;
    double start = facet_clock();
    for (int node = c->chain->first; node <= c->chain->last; node++) kept += c->outputs[node] != NULL;
    int code = facet_comm_agree(c->run->comm, make_lists(c, &numbers, kept, error), error);
    if (code == FACET_OK) code = look_at_units(c, numbers, error);
    if (code == FACET_OK) code = facet_comm_sum_i64(c->run->comm, numbers, (int)(c->units.count * (kept + 1)), error);
    if (code == FACET_OK) take_lists(c, numbers), debug_found(c, facet_clock() - start);
    free(numbers);
    // Before an altered unit is made anew, after which nothing tells any more that others were made of it.
    if (code == FACET_OK) code = facet_run_remove_poisoned(c->run, c->chain->last, error);
    return code == FACET_OK ? begin_outputs(c, error) : code;
}

void chain_free_pending(struct chain_run *c) {
    for (int node = 0; node < FACET_MAX_NODES; node++) free(c->done[node]);
    free(c->retry), free(c->pending);
}

// ---- telling only ---------------------------------------------------------------------------------------------------

static int look_into(struct facet_run *run, int node, const char *path, int64_t *units, int64_t *bad,
                     struct facet_error *error) {
    struct facet_container *container = NULL;
    struct facet_hash hash;
    uint8_t *which = NULL;
    bool items_match; // a run writes the item table anew in any case
    int code = facet_container_open(facet_comm_mpi(run->comm), path, false, &container, error);
    if (code == FACET_OK) code = facet_output_verify(container, &which, units, bad, &items_match, error);
    if (code == FACET_OK && *bad == 0) {
        code = facet_content_hash_recorded(container, &hash, error);
        if (code == FACET_OK) facet_hash_text(hash, run->nodes[node].content_hash);
        run->nodes[node].finished = code == FACET_OK;
    }
    facet_container_close(container, NULL);
    free(which);
    return facet_comm_agree(run->comm, code, error);
}

// As after a run: only stages behind the chain see the rows that it set aside. What is yet to be made may set others aside.
static int take_mask(struct facet_run *run, int chain, struct facet_error *error) {
    int code = FACET_OK;
    for (int node = run->graph.chains[chain].first; code == FACET_OK && node <= run->graph.chains[chain].last; node++) {
        struct facet_container *container = NULL;
        char path[4200];
        if (!run->graph.nodes[node].keep) continue;
        run->mask_open |= !run->nodes[node].finished;
        if (!run->nodes[node].finished) continue;
        facet_run_path(run, node, ".h5", path, sizeof path);
        code = facet_container_open(facet_comm_mpi(run->comm), path, false, &container, error);
        if (code == FACET_OK) code = chain_read_valid(run, container, error);
        facet_container_close(container, NULL);
        code = facet_comm_agree(run->comm, code, error);
    }
    return code;
}

// Rows that --retry-quarantined would take up again, of a container that is complete.
static int count_retryable(struct facet_run *run, const char *path, int64_t *rows, struct facet_error *error) {
    struct facet_container *container = NULL;
    int32_t *codes = malloc((size_t)run->rows * sizeof *codes + 1);
    int code = codes ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the codes of rows");
    code = facet_comm_agree(run->comm, code, error);
    if (code == FACET_OK) code = facet_container_open(facet_comm_mpi(run->comm), path, false, &container, error);
    if (code == FACET_OK) code = facet_container_read(container, "quarantine/code", 0, run->rows, codes, error);
    for (int64_t row = 0; code == FACET_OK && row < run->rows; row++) *rows += retryable(codes[row]);
    facet_container_close(container, NULL);
    free(codes);
    return facet_comm_agree(run->comm, code, error);
}

static int tell_node(struct facet_run *run, int node, bool exists, struct facet_error *error) {
    char path[4200];
    int64_t units = 0, bad = 0, again = 0;
    const char *name = run->graph.nodes[node].name;
    facet_run_path(run, node, ".h5", path, sizeof path);
    int code = exists ? look_into(run, node, path, &units, &bad, error) : FACET_OK;
    if (code == FACET_OK && exists && !bad && run->options->retry_quarantined)
        code = count_retryable(run, path, &again, error);
    if (code != FACET_OK) return code;
    if (again) run->nodes[node].finished = false; // what follows may read something else
    if (!exists)
        facet_run_note(run, "%s: all %lld rows to do", name, (long long)run->rows);
    else if (bad)
        facet_run_note(run, "%s: %lld of %lld units to do", name, (long long)bad, (long long)units);
    else if (again)
        facet_run_note(run, "%s: %lld rows set aside to try again", name, (long long)again);
    else
        facet_run_note(run, "%s: done%s", name, facet_run_doubt(run, node));
    return FACET_OK;
}

// All are checked before the rows that any of them sets aside leave the mask: a run opens them so.
int chain_tell_pending(struct facet_run *run, int chain, struct facet_error *error) {
    int first = run->graph.chains[chain].first, last = run->graph.chains[chain].last, code = FACET_OK;
    bool exists[FACET_MAX_NODES];
    for (int node = first; code == FACET_OK && node <= last; node++) {
        char path[4200];
        facet_run_path(run, node, ".h5", path, sizeof path);
        if (run->graph.nodes[node].keep) code = facet_run_check_container(run, node, path, &exists[node], error);
    }
    for (int node = first; code == FACET_OK && node <= last; node++)
        if (run->graph.nodes[node].keep) code = tell_node(run, node, exists[node], error);
    return code == FACET_OK ? take_mask(run, chain, error) : code;
}
