// The few fits a prediction is made of.
#include "pipeline/plan_internal.h"

#include <math.h>
#include <stdlib.h>

// Non-negative least squares by coordinate descent from an even split. A small preference for small costs decides between
// amounts that the observations do not tell apart: they share.
double plan_fit(int n, int columns, const double (*amount)[PLAN_MOST_COLUMNS], const double *seconds,
                const double *at) {
    enum { SWEEPS = 4000 };
    const double preference = 1e-4, least = 1e-6;
    double scale[PLAN_MOST_COLUMNS] = {0}, cost[PLAN_MOST_COLUMNS], longest = least, sum = 0;
    for (int i = 0; i < n; i++) longest = fmax(longest, seconds[i]);
    for (int c = 0; c < columns; c++) {
        for (int i = 0; i < n; i++) scale[c] = fmax(scale[c], amount[i][c]);
        cost[c] = scale[c] > 0 ? 1.0 / columns : 0;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int c = 0; c < columns; c++) {
            if (scale[c] <= 0) continue;
            double with = 0, square = preference;
            for (int i = 0; i < n; i++) {
                double weight = longest / fmax(seconds[i], least), left = fmax(seconds[i], least) / longest;
                for (int k = 0; k < columns; k++)
                    if (k != c && scale[k] > 0) left -= cost[k] * amount[i][k] / scale[k];
                double mine = weight * amount[i][c] / scale[c];
                with += mine * weight * left, square += mine * mine;
            }
            cost[c] = fmax(0, with / square);
        }
    for (int c = 0; c < columns; c++)
        if (scale[c] > 0) sum += cost[c] * at[c] / scale[c];
    return sum * longest;
}

double plan_fit_line(int n, const double *rows, const double *seconds, double at) {
    double amount[FACET_MOST_PILOTS][PLAN_MOST_COLUMNS] = {0}, there[PLAN_MOST_COLUMNS] = {1, at};
    for (int i = 0; i < n; i++) amount[i][0] = 1, amount[i][1] = rows[i];
    return plan_fit(n, 2, amount, seconds, there);
}

double plan_fit_power(int n, const double *rows, const double *seconds, double at) {
    const double measurable = 0.2, least = 1e-4;
    double first = fmax(seconds[0], least), last = fmax(seconds[n - 1], least), power = 1;
    if (rows[n - 1] > rows[0]) power = log(last / first) / log(rows[n - 1] / rows[0]);
    double most = last < measurable ? 1 : 3; // no steep rise is told from moments
    power = power < 0 ? 0 : power > most ? most : power;
    return last * pow(at / rows[n - 1], power);
}

// A heap of the times at which workers become free, the soonest on top.
static void sink(double *heap, int64_t n, int64_t at) {
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && heap[child + 1] < heap[child]) child++;
        if (heap[at] <= heap[child]) return;
        double swap = heap[at];
        heap[at] = heap[child], heap[child] = swap;
    }
}

double plan_makespan(int64_t n, const double *unit_seconds, int64_t workers) {
    if (workers > n) workers = n;
    double *heap = calloc((size_t)workers + 1, sizeof *heap), last = 0;
    if (!heap) return -1;
    for (int64_t unit = 0; unit < n; unit++) {
        heap[0] += unit_seconds[unit];
        last = fmax(last, heap[0]);
        sink(heap, workers, 0);
    }
    free(heap);
    return last;
}
