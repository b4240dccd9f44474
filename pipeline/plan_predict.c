// From what pilots took to what the whole will take.
//   A chain: its units are dealt to the workers as a run would, at the pilot's time a row; what the pilots took beyond
//   that (writing, hashing, beginning) has a constant part and one in rows.
//   A collective stage: the amounts of work it tells of, each at its own price; else a power of the rows.
//   What the first pilot took longer than the later ones would have is paid once.
#include "pipeline/plan_internal.h"

#include <math.h>
#include <stdlib.h>

void plan_note(struct facet_plan *plan, const char *format, ...) {
    if (plan->n_notes == FACET_MOST_PLAN_NOTES) return;
    va_list args;
    va_start(args, format);
    vsnprintf(plan->notes[plan->n_notes++], sizeof plan->notes[0], format, args);
    va_end(args);
}

// The samples to learn from: the warm ones, and the first only while there is no other.
struct lesson {
    int n;
    const struct plan_sample *of[FACET_MOST_PILOTS];
    double rows[FACET_MOST_PILOTS];
};

static struct lesson lesson_of(const struct plan_evidence *e, bool with_cold) {
    struct lesson l = {0};
    if (with_cold || e->n_warm == 0) l.of[l.n++] = e->cold;
    for (int i = 0; i < e->n_warm; i++) l.of[l.n++] = &e->warm[i];
    for (int i = 0; i < l.n; i++) l.rows[i] = (double)l.of[i]->rows;
    return l;
}

// ---- chains ---------------------------------------------------------------------------------------------------------

// Seconds a thread works for one row of a node.
static double price_of_row(const struct lesson *l, int node) {
    double busy = 0, rows = 0;
    for (int i = 0; i < l->n; i++) busy += l->of[i]->busy[node], rows += l->rows[i];
    return busy / rows;
}

// How much longer the chain took than its units need, once dealt out.
static int beyond_units(const struct plan_sample *s, const struct facet_chain *chain, int which, double *seconds,
                        struct facet_error *error) {
    double units = plan_makespan(s->n_units[which], s->unit_seconds[which], (int64_t)s->ranks * s->threads);
    if (units < 0) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the workers of a run");
    *seconds = fmax(0, s->stages[chain->last].seconds - units);
    return FACET_OK;
}

static int whole_makespan(const struct plan_evidence *e, const struct facet_chain *chain, double price, int64_t workers,
                          int64_t *n_units, double *seconds, struct facet_error *error) {
    struct facet_units units;
    int code = facet_units_plan(e->items, e->config->unit_rows, chain->whole_sequences, &units, error);
    if (code != FACET_OK) return code;
    double *each = malloc((size_t)units.count * sizeof *each + 1);
    for (int64_t u = 0; each && u < units.count; u++) each[u] = price * (double)(units.range[u][1] - units.range[u][0]);
    *seconds = each ? plan_makespan(units.count, each, workers) : -1;
    *n_units = units.count;
    free(each);
    facet_units_free(&units);
    return *seconds < 0 ? facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the units") : FACET_OK;
}

static int predict_chain(const struct plan_evidence *e, int which, struct facet_plan *plan, struct facet_error *error) {
    const struct facet_chain *chain = &e->graph->chains[which];
    struct lesson l = lesson_of(e, false);
    double beyond[FACET_MOST_PILOTS] = {0}, first = 0, price = 0, units, rows = (double)plan->rows;
    int64_t n_units;
    int code = beyond_units(e->cold, chain, which, &first, error);
    for (int i = 0; code == FACET_OK && i < l.n; i++) code = beyond_units(l.of[i], chain, which, &beyond[i], error);
    for (int node = chain->first; node <= chain->last; node++) price += price_of_row(&l, node);
    if (code == FACET_OK)
        code = whole_makespan(e, chain, price, (int64_t)plan->ranks * plan->threads, &n_units, &units, error);
    if (code != FACET_OK) return code;
    double once = fmax(0, first - plan_fit_line(l.n, l.rows, beyond, (double)e->cold->rows));
    double seconds = units + plan_fit_line(l.n, l.rows, beyond, rows) + once;
    for (int node = chain->first; node <= chain->last; node++) {
        double share = price > 0 ? price_of_row(&l, node) / price : 1.0 / (chain->last - chain->first + 1);
        plan->stages[node].seconds = seconds * share;
        plan->stages[node].units = n_units;
    }
    return FACET_OK;
}

// ---- collective stages ----------------------------------------------------------------------------------------------

static bool tells_steps(const struct lesson *l, int node) {
    bool all = true;
    for (int i = 0; i < l->n; i++) all &= l->of[i]->stages[node].has_work && l->of[i]->stages[node].tick > 0;
    return all;
}

// Steps at their median time and the rest apart: neither what comes once nor a moment's disturbance is multiplied.
static double predict_steps(const struct lesson *l, int node, const struct facet_work *at, double rows) {
    double work[FACET_MOST_PILOTS][PLAN_MOST_COLUMNS] = {0}, steps[FACET_MOST_PILOTS], rest[FACET_MOST_PILOTS];
    for (int i = 0; i < l->n; i++) {
        const struct facet_pilot_stage *s = &l->of[i]->stages[node];
        for (int k = 0; k < FACET_WORK_KINDS; k++) work[i][k] = s->here.amount[k];
        steps[i] = s->tick * s->ticks, rest[i] = fmax(0, s->seconds - steps[i]);
    }
    return plan_fit(l->n, FACET_WORK_KINDS, work, steps, at->amount) + plan_fit_line(l->n, l->rows, rest, rows);
}

static double predict_work(const struct lesson *l, int node, const struct facet_work *whole) {
    double work[FACET_MOST_PILOTS][PLAN_MOST_COLUMNS] = {0}, seconds[FACET_MOST_PILOTS], at[PLAN_MOST_COLUMNS] = {1};
    for (int k = 0; k < FACET_WORK_KINDS; k++) at[k + 1] = whole->amount[k];
    for (int i = 0; i < l->n; i++) {
        work[i][0] = 1, seconds[i] = l->of[i]->stages[node].seconds;
        for (int k = 0; k < FACET_WORK_KINDS; k++) work[i][k + 1] = l->of[i]->stages[node].here.amount[k];
    }
    return plan_fit(l->n, PLAN_MOST_COLUMNS, work, seconds, at);
}

static double predict_power(const struct lesson *l, int node, double rows) {
    double seconds[FACET_MOST_PILOTS];
    for (int i = 0; i < l->n; i++) seconds[i] = l->of[i]->stages[node].seconds;
    return plan_fit_power(l->n, l->rows, seconds, rows);
}

static double predict_at(const struct lesson *l, int node, const struct facet_work *at, double rows) {
    if (tells_steps(l, node)) return predict_steps(l, node, at, rows);
    return l->of[0]->stages[node].has_work ? predict_work(l, node, at) : predict_power(l, node, rows);
}

// By Amdahl, from one rank and from the pilot's ranks; 1 when that is not known.
static double other_ranks(const struct plan_evidence *e, int node, const struct facet_plan *plan) {
    double pilot = plan->pilot_ranks, wanted = plan->ranks;
    if (!e->single || pilot == wanted || e->n_warm == 0) return 1;
    struct lesson l = lesson_of(e, false);
    double together = predict_at(&l, node, &e->cold->stages[node].here, (double)e->cold->rows);
    double ratio = together / fmax(e->single->stages[node].seconds, 1e-6);
    double alone = (ratio - 1 / pilot) / (1 - 1 / pilot);
    alone = alone < 0 ? 0 : alone > 1 ? 1 : alone;
    return (alone + (1 - alone) / wanted) / (alone + (1 - alone) / pilot);
}

static void predict_collective(const struct plan_evidence *e, int node, struct facet_plan *plan) {
    struct lesson l = lesson_of(e, false);
    const struct facet_pilot_stage *last = &l.of[l.n - 1]->stages[node], *cold = &e->cold->stages[node];
    double seconds = predict_at(&l, node, &last->whole, (double)plan->rows);
    double once = fmax(0, cold->seconds - predict_at(&l, node, &cold->here, (double)e->cold->rows));
    plan->stages[node].seconds = seconds * other_ranks(e, node, plan) + once;
}

// ---- the whole ------------------------------------------------------------------------------------------------------

static double predict_bytes(const struct lesson *l, int node, double rows) {
    const struct plan_sample *last = l->of[l->n - 1];
    double other[FACET_MOST_PILOTS], fixed = last->fixed[node] * rows / (double)last->rows;
    for (int i = 0; i < l->n; i++) other[i] = l->of[i]->other[node];
    return fixed + (last->ragged[node] ? plan_fit_line(l->n, l->rows, other, rows) : last->other[node]);
}

// Bytes a row of what a stage reads: a first guess of what it holds of each row.
static double read_of_row(const struct plan_evidence *e, const struct plan_sample *s, int node) {
    const struct facet_node *n = &e->graph->nodes[node];
    bool counted[FACET_MAX_NODES] = {false};
    double bytes = 0;
    for (int i = 0; n->chain < 0 && i < n->n_needs; i++) {
        if (n->maker[i] < 0 || counted[n->maker[i]]) continue;
        counted[n->maker[i]] = true;
        bytes += s->fixed[n->maker[i]] / (double)s->rows;
    }
    return bytes;
}

// Where the stage does not say what it holds of all rows: the line through the pilots, as far as it can be told from what
// memory differs by from run to run, and else the guess.
static double line_of_memory(const struct plan_evidence *e, const struct lesson *l, int node, double rows) {
    const double wavers = 0.03, item = 256; // share; bytes of a row's line in the item table
    double mean_rows = 0, mean = 0, square = 0, product = 0, guess = item + read_of_row(e, l->of[l->n - 1], node);
    for (int i = 0; i < l->n; i++) mean_rows += l->rows[i] / l->n, mean += l->of[i]->stages[node].memory / l->n;
    for (int i = 0; i < l->n; i++) {
        double r = (l->rows[i] - mean_rows) / (wavers * mean),
               m = (l->of[i]->stages[node].memory - mean) / (wavers * mean);
        square += r * r, product += r * m;
    }
    double a_row = fmax(0, (product + 1 / guess) / (square + 1 / (guess * guess)));
    return mean + a_row * (rows - mean_rows);
}

static double predict_memory(const struct plan_evidence *e, const struct lesson *l, int node, double rows) {
    const struct facet_pilot_stage *last = &l->of[l->n - 1]->stages[node];
    if (last->memory <= 0) return 0; // a map stage that is not its chain's last
    if (last->here.bytes <= 0) return line_of_memory(e, l, node, rows);
    return fmax(last->memory - last->here.bytes, 0) + last->whole.bytes;
}

static void explain(const struct plan_evidence *e, struct facet_plan *plan) {
    int64_t workers = (int64_t)plan->ranks * plan->threads, pilot = (int64_t)plan->pilot_ranks * plan->pilot_threads;
    const struct plan_sample *last = e->n_warm ? &e->warm[e->n_warm - 1] : e->cold;
    const int64_t few = 20;
    if (last->rows * few < plan->rows)
        plan_note(plan,
                  "the largest pilot took one row in %lld: a stage whose time does not follow its rows may surprise; "
                  "more --pilot-seconds tell more",
                  (long long)(plan->rows / last->rows));
    if (workers != pilot)
        plan_note(plan, "map stages: %lld threads work side by side as well as the pilot's %lld did",
                  (long long)workers, (long long)pilot);
    if (plan->ranks != plan->pilot_ranks && e->single)
        plan_note(plan, "collective stages: what one rank and %d ranks took is carried on to %d by Amdahl's law",
                  plan->pilot_ranks, plan->ranks);
    if (plan->ranks != plan->pilot_ranks && !e->single)
        plan_note(plan,
                  "collective stages are taken to be no faster on %d ranks than on 1; plan under mpirun -n 2 or "
                  "more measures it",
                  plan->ranks);
    if (plan->threads != plan->pilot_threads)
        plan_note(plan, "collective stages and memory: as with %d thread%s a rank", plan->pilot_threads,
                  plan->pilot_threads == 1 ? "" : "s");
    plan_note(plan, "the machine is as busy as it was during the pilot, and rows are like those it took");
}

int plan_predict(const struct plan_evidence *e, struct facet_plan *plan, struct facet_error *error) {
    struct lesson all = lesson_of(e, true), warm = lesson_of(e, false);
    int code = FACET_OK;
    plan->n_stages = e->graph->n_nodes;
    for (int node = 0; node < e->graph->n_nodes; node++) {
        const struct facet_node *n = &e->graph->nodes[node];
        struct facet_plan_stage *stage = &plan->stages[node];
        *stage = (struct facet_plan_stage){.map = n->chain >= 0, .kept = n->keep};
        snprintf(stage->name, sizeof stage->name, "%s", n->name);
        stage->bytes = predict_bytes(&all, node, (double)plan->rows);
        stage->memory = predict_memory(e, &warm, node, (double)plan->rows);
        if (n->chain < 0) predict_collective(e, node, plan);
    }
    for (int chain = 0; code == FACET_OK && chain < e->graph->n_chains; chain++)
        code = predict_chain(e, chain, plan, error);
    plan->seconds = plan->opening;
    for (int node = 0; node < plan->n_stages; node++) {
        plan->seconds += plan->stages[node].seconds;
        plan->bytes += plan->stages[node].bytes;
        plan->memory = fmax(plan->memory, plan->stages[node].memory);
    }
    const double margin = 1.5, least = 300, step = 300; // room for a slower node, in whole steps of minutes
    plan->limit = step * ceil((least + margin * plan->seconds) / step);
    explain(e, plan);
    return code;
}
