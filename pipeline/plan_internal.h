// Shared by the files that predict a run: plan.c, plan_pick.c, plan_sample.c, plan_fit.c, plan_predict.c, plan_scratch.c.
#ifndef FACET_PIPELINE_PLAN_INTERNAL_H
#define FACET_PIPELINE_PLAN_INTERNAL_H

#include "pipeline/pilot.h"
#include "pipeline/plan.h"
#include "pipeline/units.h"

// One pilot, as it was measured.
struct plan_sample {
    int64_t rows, bad;
    int ranks, threads;
    double seconds;
    struct facet_pilot_stage stages[FACET_MAX_NODES];
    double busy[FACET_MAX_NODES];  // seconds that threads worked on a map node's rows
    double fixed[FACET_MAX_NODES]; // bytes on disk, of a kept node: arrays that grow with the rows
    double other[FACET_MAX_NODES]; // all else: ragged arrays, models, the file's structure
    bool ragged[FACET_MAX_NODES];
    int64_t n_units[FACET_MAX_NODES];      // of a chain
    double *unit_seconds[FACET_MAX_NODES]; // (n_units) of a chain: a thread's seconds for all of its nodes
};

// ---- plan_pick.c: which rows --------------------------------------------------------------------------------------
// About `target` rows (rising), of at least `subjects` subjects of each dataset and in the datasets' proportions, whole
// subjects unless those are very long, with every class. The caller frees *rows.
int plan_pick(const struct facet_items *items, int64_t target, int subjects, uint64_t seed, int64_t **rows,
              int64_t *count, struct facet_error *error);

// ---- plan_sample.c -------------------------------------------------------------------------------------------------
// Reads what the pilot left in the folder into a sample that has its stages already. Rank-local.
int plan_sample_read(const struct facet_graph *graph, const char *folder, struct plan_sample *sample,
                     struct facet_error *error);
void plan_sample_free(struct plan_sample *sample);

// ---- plan_fit.c ----------------------------------------------------------------------------------------------------
enum { PLAN_MOST_COLUMNS = FACET_WORK_KINDS + 1 };
// seconds[i] = sum over columns of cost * amount[i][column], no cost below 0, closest in relative terms; what the costs
// give at `at`. Amounts that no observation tells apart share what they cost.
double plan_fit(int n, int columns, const double (*amount)[PLAN_MOST_COLUMNS], const double *seconds, const double *at);
double plan_fit_line(int n, const double *rows, const double *seconds, double at); // constant and per row
// A power of the rows between 0 and 3, through the first and the last observation.
double plan_fit_power(int n, const double *rows, const double *seconds, double at);
// When `workers` take the units in order, each as soon as it is free. 0 units: 0. Negative: out of memory.
double plan_makespan(int64_t n, const double *unit_seconds, int64_t workers);

// ---- plan_predict.c: from samples to a plan -------------------------------------------------------------------------
struct plan_evidence {
    const struct facet_config *config;
    const struct facet_graph *graph;
    const struct facet_items *items;  // of the run to be predicted
    const struct plan_sample *cold;   // the first of all, on all ranks
    const struct plan_sample *warm;   // (n_warm) growing, on all ranks
    int n_warm;                       // 0: only cold is there
    const struct plan_sample *single; // as large as cold, on one rank, warm; NULL: there is none
};
int plan_predict(const struct plan_evidence *evidence, struct facet_plan *plan, struct facet_error *error);
void plan_note(struct facet_plan *plan, const char *format, ...) FACET_PRINTF(2, 3);

// ---- plan_scratch.c ------------------------------------------------------------------------------------------------
// A new folder on the workspace's file system, beside it. The sweeper learns of it. Rank-local.
int plan_scratch_create(const char *workspace, int sweeper, char *path, size_t size, struct facet_error *error);
// A folder in it for one pilot. Whom the workspace must not load, the pilot does not either. Rank-local.
int plan_scratch_begin(const char *workspace, const char *folder, struct facet_error *error);
void plan_scratch_remove(const char *path); // with all that is in it

#endif
