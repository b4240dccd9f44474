// Pilots of growing size, each a run of its own in the scratch folder.
#include "pipeline/plan_internal.h"

#include "mpi/ranks.h"
#include "pipeline/params.h"
#include "pipeline/run_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FEWEST_SUBJECTS = 6, UNITS_A_WORKER = 2, GROWTH = 2, TIMES_REPEATED = 3, LARGEST_SHARE = 3 };
enum { MOST_TRIES = 4, GROWTH_OF_TRIES = 4 };

struct planner {
    struct facet_comm *comm;
    struct facet_config config; // the pilot's
    const char *workspace;      // that of the run to be predicted
    const struct facet_plan_options *options;
    struct facet_sources sources; // all rows
    struct facet_graph graph;
    int64_t rows, repeats[FACET_MAX_STAGES];
    int64_t first; // rows that the first pilot was to have
    int subjects;  // of each dataset, at least
    char scratch[4200];
    int pilots;
    double began;
    struct facet_plan *plan;
    struct plan_sample cold, warm[FACET_MOST_PILOTS], single;
    int n_warm;
};

// ---- one pilot ------------------------------------------------------------------------------------------------------

static void note_pilot(struct planner *p, const struct plan_sample *sample) {
    struct facet_plan *plan = p->plan;
    plan->pilots[plan->n_pilots].rows = sample->rows, plan->pilots[plan->n_pilots].bad = sample->bad;
    plan->pilots[plan->n_pilots].ranks = sample->ranks, plan->pilots[plan->n_pilots].seconds = sample->seconds;
    plan->n_pilots++;
}

// The ranks of comm run `rows` in a folder of their own, which is gone afterwards. The sample is rank 0's.
static int run_rows(struct planner *p, struct facet_comm *comm, const int64_t *rows, int64_t n,
                    struct plan_sample *sample, struct facet_error *error) {
    char folder[4300];
    snprintf(folder, sizeof folder, "%s/%d", p->scratch, p->pilots++);
    p->config.workspace = folder;
    struct facet_pilot pilot = {.rows = rows, .n_rows = n, .scale = (double)p->rows / (double)n, .repeats = p->repeats};
    struct facet_run_options options = {.events = {.progress = facet_pilot_tick, .context = &pilot}, .pilot = &pilot};
    struct facet_run_summary summary = {0};
    double began = facet_clock();
    int code = facet_comm_rank(comm) == 0 ? plan_scratch_begin(p->workspace, folder, error) : FACET_OK;
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = facet_run_pipeline(comm, &p->config, &options, &summary, error);
    *sample = (struct plan_sample){
        .rows = n, .ranks = facet_comm_size(comm), .threads = pilot.threads, .seconds = facet_clock() - began};
    memcpy(sample->stages, pilot.stages, sizeof sample->stages);
    for (int i = 0; i < summary.count; i++) sample->bad += summary.rows[i].quarantined;
    if (facet_comm_rank(comm) == 0) {
        if (code == FACET_OK) code = plan_sample_read(&p->graph, folder, sample, error);
        if (code == FACET_OK) note_pilot(p, sample);
        plan_scratch_remove(folder);
    }
    return facet_comm_agree(comm, code, error);
}

static int pick_and_run(struct planner *p, struct facet_comm *comm, int64_t target, struct plan_sample *sample,
                        struct facet_error *error) {
    int64_t *rows, n;
    int code = plan_pick(p->sources.items, target, p->subjects, (uint64_t)p->config.seed, &rows, &n, error);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = run_rows(p, comm, rows, n, sample, error);
    free(rows);
    return code;
}

// ---- how large ------------------------------------------------------------------------------------------------------

// Too few people for a stage to work with are no reason to give up at once: what is said in the end is what a run says.
static int run_first(struct planner *p, struct facet_error *error) {
    int64_t target = (int64_t)UNITS_A_WORKER * p->config.unit_rows * p->plan->pilot_ranks * p->plan->pilot_threads;
    for (int try = 1;; try++) {
        int code = pick_and_run(p, p->comm, p->first = target, &p->cold, error);
        bool too_few = (code == FACET_ERROR_CONFIG || code == FACET_ERROR_DATA) && p->cold.rows < p->rows;
        if (!too_few || try == MOST_TRIES) return code;
        plan_sample_free(&p->cold);
        p->subjects *= GROWTH_OF_TRIES, target *= GROWTH_OF_TRIES;
    }
}

// Rows of the next pilot, so that all pilots together take about as long as they may; 0: it is enough. Rank 0 says it.
static int64_t next_target(const struct planner *p) {
    const double carefully = 0.8, worth_it = 1.4;
    const struct plan_sample *last = p->n_warm ? &p->warm[p->n_warm - 1] : &p->cold;
    int64_t most = p->rows / LARGEST_SHARE;
    if (p->n_warm == 0) return p->first; // once more, now that nothing is done for the first time
    if (last->rows >= p->rows) return 0;
    double left = p->options->seconds - (facet_clock() - p->began);
    double target = (double)last->rows * carefully * left / fmax(last->seconds, 1e-3);
    if (target > (double)most) target = (double)most;
    if (p->n_warm == 1 && target < GROWTH * (double)last->rows) return GROWTH * last->rows; // two sizes are a must
    return target >= worth_it * (double)last->rows ? (int64_t)target : 0;
}

static int run_growing(struct planner *p, struct facet_error *error) {
    int code = run_first(p, error);
    while (code == FACET_OK && p->n_warm < FACET_MOST_PILOTS - 2) {
        int64_t target = next_target(p);
        code = facet_comm_bcast(p->comm, &target, sizeof target, 0, error);
        if (code != FACET_OK || target == 0) break;
        code = pick_and_run(p, p->comm, target, &p->warm[p->n_warm], error);
        if (code == FACET_OK) p->n_warm++;
    }
    return code;
}

// The first pilot again, on rank 0 alone, when other ranks are asked about.
static int run_alone(struct planner *p, struct facet_error *error) {
    struct facet_comm *alone = NULL;
    int code = FACET_OK;
    if (p->plan->ranks == p->plan->pilot_ranks || p->plan->pilot_ranks == 1) return FACET_OK;
    if (facet_comm_rank(p->comm) == 0) {
        code = facet_comm_create(MPI_COMM_SELF, &alone, error);
        if (code == FACET_OK) code = pick_and_run(p, alone, p->first, &p->single, error);
        facet_comm_destroy(alone);
    }
    return facet_comm_agree(p->comm, code, error);
}

// ---- the whole ------------------------------------------------------------------------------------------------------

static void take_warnings(struct facet_plan *plan, const struct facet_items *items) {
    for (int i = 0; i < facet_items_notes(items) && i < FACET_MOST_PLAN_NOTES; i++)
        snprintf(plan->warnings[plan->n_warnings++], sizeof plan->warnings[0], "%s", facet_items_note_text(items, i));
}

static int open_all(struct planner *p, struct facet_error *error) {
    struct facet_plan *plan = p->plan;
    double began = facet_clock();
    int code = facet_sources_open(&p->config, p->comm, &p->sources, error);
    if (code != FACET_OK) return code;
    const struct facet_items *items = p->sources.items;
    plan->opening = facet_clock() - began;
    take_warnings(plan, items);
    plan->rows = p->rows = facet_items_count(items);
    plan->subjects = facet_items_subjects(items);
    plan->datasets = facet_items_datasets(items), plan->classes = facet_items_classes(items);
    struct facet_problems problems = {.file = p->config.file};
    code = facet_graph_build(&p->config, p->sources.fields, p->sources.n_fields, &p->graph, &problems);
    if (code != FACET_OK) facet_error_set(error, code, "%s", problems.text ? problems.text : "out of memory");
    facet_problems_free(&problems);
    if (code == FACET_OK && facet_comm_rank(p->comm) == 0)
        code = plan_scratch_create(p->config.workspace, p->options->sweeper, p->scratch, sizeof p->scratch, error);
    code = facet_comm_agree(p->comm, code, error);
    return code == FACET_OK ? facet_comm_bcast(p->comm, p->scratch, sizeof p->scratch, 0, error) : code;
}

static bool repeats_less(const struct facet_stage_config *stage) {
    return stage->plugin->collective && stage->plugin->collective->work;
}

static void set_repeats(struct planner *p, bool pilot) {
    for (int i = 0; i < p->config.n_stages; i++) {
        struct facet_params *params = p->config.stages[i].params;
        if (!repeats_less(&p->config.stages[i])) continue;
        if (pilot) p->repeats[i] = facet_params_repeat(params, 0);
        facet_params_repeat(params, pilot && p->repeats[i] > TIMES_REPEATED ? TIMES_REPEATED : p->repeats[i]);
    }
}

static int predict(const struct planner *p, const struct facet_config *config, struct facet_error *error) {
    struct facet_plan *plan = p->plan;
    if (facet_comm_rank(p->comm) != 0) return FACET_OK;
    const struct plan_evidence evidence = {.config = config,
                                           .graph = &p->graph,
                                           .items = p->sources.items,
                                           .cold = &p->cold,
                                           .warm = p->warm,
                                           .n_warm = p->n_warm,
                                           .single = p->single.rows ? &p->single : NULL};
    const struct plan_sample *last = p->n_warm ? &p->warm[p->n_warm - 1] : &p->cold;
    if ((double)last->bad > config->max_bad * (double)last->rows)
        plan_note(plan, "%lld of the pilot's %lld rows were set aside, more than max_bad = %g allows a run",
                  (long long)last->bad, (long long)last->rows, config->max_bad);
    return plan_predict(&evidence, plan, error);
}

// The ranks and threads of the pilot, and those it is to predict.
static int choose_workers(struct planner *p, const struct facet_config *config, struct facet_error *error) {
    struct facet_plan *plan = p->plan;
    struct facet_cores *cores;
    int code = facet_cores_create(p->comm, config->threads, false, &cores, error);
    if (code != FACET_OK) return code;
    plan->pilot_ranks = facet_comm_size(p->comm);
    plan->pilot_threads = p->config.threads = facet_cores_threads(cores); // also of the pilot on one rank
    plan->ranks = p->options->ranks ? p->options->ranks : plan->pilot_ranks;
    plan->threads = p->options->threads ? p->options->threads : plan->pilot_threads;
    facet_cores_destroy(cores);
    return FACET_OK;
}

static int carry_out(struct planner *p, const struct facet_config *config, struct facet_error *error) {
    int code = choose_workers(p, config, error);
    if (code == FACET_OK) code = open_all(p, error);
    p->began = facet_clock();
    set_repeats(p, true);
    if (code == FACET_OK) code = run_growing(p, error);
    if (code == FACET_OK) code = run_alone(p, error);
    set_repeats(p, false);
    if (code == FACET_OK) code = predict(p, config, error);
    return facet_comm_agree(p->comm, code, error);
}

int facet_plan_pipeline(struct facet_comm *comm, struct facet_config *config, const struct facet_plan_options *options,
                        struct facet_plan *plan, struct facet_error *error) {
    *plan = (struct facet_plan){0};
    struct planner *p = calloc(1, sizeof *p);
    int code = facet_comm_agree(
        comm, p ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a plan"), error);
    if (code == FACET_OK) {
        *p = (struct planner){
            .comm = comm, .config = *config, .options = options, .plan = plan, .subjects = FEWEST_SUBJECTS};
        p->workspace = config->workspace;
        p->config.max_bad = 1; // of so few rows many may be bad by chance
        p->config.stop.max_time = 0;
        code = carry_out(p, config, error);
        if (facet_comm_rank(comm) == 0) plan_scratch_remove(p->scratch);
        plan_sample_free(&p->cold), plan_sample_free(&p->single);
        for (int i = 0; i < FACET_MOST_PILOTS; i++) plan_sample_free(&p->warm[i]);
        facet_sources_close(&p->sources);
    }
    free(p);
    if (code == FACET_INTERRUPTED) facet_error_set(error, code, "stopped on request; there is no prediction yet");
    return code;
}
