#include "evaluate/bootstrap.h"

#include <facet/random.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

// series (n_series, resamples): the methods' metrics, then the differences.
struct work {
    const struct bootstrap *b;
    int n_series, cells;
    double *series, *actual; // actual (n_series): the values of the group as it is
    int64_t *sums;           // (threads, methods, cells)
};

static void measure(const struct work *w, const int64_t *sums, double *out, int64_t stride) {
    double values[2 * N_METRICS + N_METRICS];
    for (int m = 0; m < w->b->methods; m++) metrics_of(sums + m * w->cells, w->b->classes, values + m * N_METRICS);
    for (int k = 2 * N_METRICS; k < w->n_series; k++) values[k] = values[k - 2 * N_METRICS] - values[k - N_METRICS];
    for (int k = 0; k < w->n_series; k++) out[k * stride] = values[k];
}

static void add_subject(const struct work *w, int64_t subject, int64_t *sums) {
    for (int m = 0; m < w->b->methods; m++) {
        const int32_t *cells = w->b->confusion + (m * w->b->subjects + subject) * w->cells;
        for (int i = 0; i < w->cells; i++) sums[m * w->cells + i] += cells[i];
    }
}

static void resample(const struct work *w, int64_t r, int64_t *sums) {
    memset(sums, 0, (size_t)(w->b->methods * w->cells) * sizeof *sums);
    for (int s = 0; s < w->b->strata; s++) {
        int64_t from = w->b->first[s], n = w->b->first[s + 1] - from;
        for (int64_t i = 0; i < n; i++) {
            double u = facet_random_uniform(w->b->seed, (uint32_t)r, (uint32_t)(from + i), w->b->key);
            add_subject(w, from + (int64_t)(u * (double)n), sums);
        }
    }
    measure(w, sums, w->series + r, w->b->resamples);
}

static int ascending(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// Between the order statistics, at (n - 1) q from the lowest (type 7 of Hyndman & Fan, 1996).
static double quantile(const double *sorted, int64_t n, double q) {
    double at = (double)(n - 1) * q;
    int64_t below = (int64_t)at;
    if (below >= n - 1) return sorted[n - 1];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static double p_value(const double *draws, int64_t n) {
    int64_t low = 0, high = 0;
    for (int64_t i = 0; i < n; i++) low += draws[i] <= 0, high += draws[i] >= 0;
    double p = 2 * (double)((low < high ? low : high) + 1) / (double)(n + 1);
    return p < 1 ? p : 1;
}

// A dataset with one subject always draws that one. With few that vary, draws say next to nothing: of five people, not
// even a test that swaps the methods person by person can reach p = 0.05 (its least is 2 / 2^5), of six it can.
static bool can_draw(const struct bootstrap *b) {
    int64_t varying = 0;
    for (int s = 0; s < b->strata; s++) {
        int64_t n = b->first[s + 1] - b->first[s];
        varying += n > 1 ? n : 0;
    }
    return varying >= BOOTSTRAP_FEWEST;
}

static struct difference summarise(const struct work *w, int k, bool drawn) {
    struct difference d = {.value = w->actual[k], .low = NAN, .high = NAN, .p = NAN};
    double *draws = w->series + k * w->b->resamples;
    if (!drawn) return d;
    qsort(draws, (size_t)w->b->resamples, sizeof *draws, ascending);
    d.low = quantile(draws, w->b->resamples, 0.025);
    d.high = quantile(draws, w->b->resamples, 0.975);
    d.p = p_value(draws, w->b->resamples);
    return d;
}

static void draw_all(const struct work *w, bool drawn) {
    memset(w->sums, 0, (size_t)(w->b->methods * w->cells) * sizeof *w->sums);
    for (int64_t s = 0; s < w->b->subjects; s++) add_subject(w, s, w->sums);
    measure(w, w->sums, w->actual, 1);
    if (!drawn) return;
#pragma omp parallel for schedule(static) num_threads(w->b->threads)
    for (int64_t r = 0; r < w->b->resamples; r++)
        resample(w, r, w->sums + (int64_t)omp_get_thread_num() * w->b->methods * w->cells);
}

int bootstrap_run(const struct bootstrap *b, struct interval *scores, struct difference *differences,
                  struct facet_error *error) {
    double actual[3 * N_METRICS];
    struct work w = {
        .b = b, .n_series = (b->methods == 2 ? 3 : 1) * N_METRICS, .cells = b->classes * b->classes, .actual = actual};
    w.series = calloc((size_t)(w.n_series * b->resamples), sizeof *w.series);
    w.sums = calloc((size_t)(b->threads * b->methods * w.cells), sizeof *w.sums);
    int code = w.series && w.sums ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for resampling");
    if (!code) {
        bool drawn = can_draw(b);
        draw_all(&w, drawn);
        for (int k = 0; k < w.n_series; k++) {
            struct difference d = summarise(&w, k, drawn);
            if (k < b->methods * N_METRICS) {
                scores[k] = (struct interval){d.value, d.low, d.high};
            } else {
                differences[k - 2 * N_METRICS] = d;
            }
        }
    }
    free(w.series);
    free(w.sums);
    return code;
}
