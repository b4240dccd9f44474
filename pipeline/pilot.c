#include "pipeline/pilot.h"

#include "pipeline/params.h"
#include "pipeline/run_internal.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// ---- memory of this process -----------------------------------------------------------------------------------------

// Where the system has no such file, the peak is that of all stages so far.
static void forget_peak(void) {
    malloc_trim(0);
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file) return;
    fputs("5\n", file);
    fclose(file);
}

static double peak(void) {
    char line[256];
    long long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lld kB", &kib) == 1) break;
    fclose(file);
    return 1024.0 * (double)kib;
}

// ---- steps a stage told of ------------------------------------------------------------------------------------------

void facet_pilot_tick(void *pilot, const struct facet_run_progress *progress) {
    struct facet_pilot *p = pilot;
    if (progress->event != FACET_PROGRESS_STEP || p->n_ticks == FACET_MOST_TICKS) return;
    p->tick_at[p->n_ticks] = facet_clock();
    p->tick_done[p->n_ticks++] = progress->done;
}

static int rising(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The median is not moved by what happens between some steps only, such as beginning another fold.
static void measure_ticks(const struct facet_pilot *p, struct facet_pilot_stage *stage) {
    enum { FEWEST = 3 };
    double each[FACET_MOST_TICKS];
    int n = 0;
    for (int i = 1; i < p->n_ticks; i++) {
        int64_t steps = p->tick_done[i] - p->tick_done[i - 1];
        if (steps > 0) each[n++] = (p->tick_at[i] - p->tick_at[i - 1]) / (double)steps;
    }
    if (n < FEWEST) return;
    qsort(each, (size_t)n, sizeof *each, rising);
    stage->tick = each[n / 2];
    stage->ticks = (double)p->tick_done[p->n_ticks - 1];
}

// ---- called by the run ----------------------------------------------------------------------------------------------

int facet_pilot_begin(struct facet_run *run, struct facet_error *error) {
    struct facet_pilot *p = run->options->pilot;
    int code = facet_sources_pick(&run->sources, p->rows, p->n_rows, error);
    p->threads = run->threads;
    return facet_comm_agree(run->comm, code, error);
}

void facet_pilot_begin_stage(struct facet_run *run) {
    struct facet_pilot *p = run->options->pilot;
    forget_peak();
    p->n_ticks = 0;
    p->began = facet_clock();
}

void facet_pilot_end_stage(struct facet_run *run, int node) {
    struct facet_pilot *p = run->options->pilot;
    struct facet_pilot_stage *stage = &p->stages[node];
    stage->seconds = facet_clock() - p->began;
    stage->memory = peak();
    if (run->graph.nodes[node].chain < 0) measure_ticks(p, stage);
}

int facet_pilot_ask_work(struct facet_stage *stage, struct facet_error *error) {
    struct facet_pilot *p = stage->run->options->pilot;
    const struct facet_stage_config *config = stage->run->graph.nodes[stage->node].stage;
    struct facet_pilot_stage *found = &p->stages[stage->node];
    if (!config->plugin->collective->work) return FACET_OK;
    int code = config->plugin->collective->work(config->params, stage, 1, &found->here, error);
    int64_t here = facet_params_repeat(config->params, p->repeats[stage->node - 1]);
    if (code == FACET_OK)
        code = config->plugin->collective->work(config->params, stage, p->scale, &found->whole, error);
    facet_params_repeat(config->params, here);
    found->has_work = true;
    return facet_comm_agree(stage->run->comm, code, error);
}

// The rank that needs most is what a node must have room for.
int facet_pilot_end(struct facet_run *run, struct facet_error *error) {
    struct facet_pilot *p = run->options->pilot;
    size_t ranks = (size_t)facet_comm_size(run->comm);
    double mine[FACET_MAX_NODES], *all = malloc(ranks * sizeof mine);
    int code = all ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %zu ranks", ranks);
    code = facet_comm_agree(run->comm, code, error);
    for (int node = 0; node < FACET_MAX_NODES; node++) mine[node] = p->stages[node].memory;
    if (code == FACET_OK) code = facet_comm_allgather(run->comm, mine, sizeof mine, all, error);
    for (size_t i = 0; code == FACET_OK && i < ranks * FACET_MAX_NODES; i++)
        if (all[i] > p->stages[i % FACET_MAX_NODES].memory) p->stages[i % FACET_MAX_NODES].memory = all[i];
    free(all);
    return code;
}
