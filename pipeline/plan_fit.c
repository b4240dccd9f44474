// The few fits a prediction is made of.
#include "pipeline/plan_internal.h"

#include <math.h>
#include <stdlib.h>

// Gaussian elimination of a small symmetric positive definite system; the solution replaces the right side.
static void solve(int n, double matrix[][PLAN_MOST_COLUMNS], double *right) {
    for (int k = 0; k < n; k++)
        for (int i = k + 1; i < n; i++) {
            double factor = matrix[i][k] / matrix[k][k];
            for (int j = k; j < n; j++) matrix[i][j] -= factor * matrix[k][j];
            right[i] -= factor * right[k];
        }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++) right[i] -= matrix[i][j] * right[j];
        right[i] /= matrix[i][i];
    }
}

struct fit {
    int n, columns;
    double a[FACET_MOST_PILOTS][PLAN_MOST_COLUMNS]; // share of an observation's seconds at cost 1
    double preference[PLAN_MOST_COLUMNS];
};

// Least squares of a cost = 1 over the columns of `set`; false when a cost is below 0. *misfit is what remains.
static bool fit_columns(const struct fit *f, int set, double *cost, double *misfit) {
    double matrix[PLAN_MOST_COLUMNS][PLAN_MOST_COLUMNS] = {0}, right[PLAN_MOST_COLUMNS] = {0};
    int which[PLAN_MOST_COLUMNS], n = 0;
    for (int c = 0; c < f->columns; c++)
        if (set >> c & 1) which[n++] = c;
    for (int i = 0; i < n; i++) {
        matrix[i][i] = f->preference[which[i]];
        for (int o = 0; o < f->n; o++) right[i] += f->a[o][which[i]];
        for (int j = 0; j < n; j++)
            for (int o = 0; o < f->n; o++) matrix[i][j] += f->a[o][which[i]] * f->a[o][which[j]];
    }
    solve(n, matrix, right);
    *misfit = 0;
    for (int c = 0; c < f->columns; c++) cost[c] = 0;
    for (int i = 0; i < n; i++) {
        if (right[i] < 0) return false;
        cost[which[i]] = right[i];
        *misfit += f->preference[which[i]] * right[i] * right[i];
    }
    for (int o = 0; o < f->n; o++) {
        double left = 1;
        for (int c = 0; c < f->columns; c++) left -= f->a[o][c] * cost[c];
        *misfit += left * left;
    }
    return true;
}

// How far beyond the observations each amount is carried says how much it is preferred not to be the one that costs.
static void prefer(const double *scale, const double *at, struct fit *f) {
    const double most = 1e-6, least = 1e-12;
    double carried[PLAN_MOST_COLUMNS], farthest = 1;
    for (int c = 0; c < f->columns; c++) {
        carried[c] = scale[c] > 0 ? fmax(at[c] / scale[c], 1) : 1;
        farthest = fmax(farthest, carried[c]);
    }
    for (int c = 0; c < f->columns; c++) f->preference[c] = fmax(most * pow(carried[c] / farthest, 2), least);
}

// Non-negative least squares, over all sets of columns. Of costs that explain the observations equally well those are
// taken that foretell least: a cube needs evidence.
double plan_fit(int n, int columns, const double (*amount)[PLAN_MOST_COLUMNS], const double *seconds,
                const double *at) {
    const double least = 1e-6;
    struct fit f = {.n = n, .columns = columns};
    double scale[PLAN_MOST_COLUMNS] = {0}, cost[PLAN_MOST_COLUMNS], longest = least, best = INFINITY, sum = 0;
    for (int o = 0; o < n; o++) longest = fmax(longest, seconds[o]);
    for (int c = 0; c < columns; c++) {
        for (int o = 0; o < n; o++) scale[c] = fmax(scale[c], amount[o][c]);
        for (int o = 0; o < n && scale[c] > 0; o++)
            f.a[o][c] = amount[o][c] / scale[c] * longest / fmax(seconds[o], least);
    }
    prefer(scale, at, &f);
    for (int set = 1; set < 1 << columns; set++) {
        double misfit;
        if (!fit_columns(&f, set, cost, &misfit) || misfit >= best) continue;
        best = misfit, sum = 0;
        for (int c = 0; c < columns; c++) sum += scale[c] > 0 ? cost[c] * at[c] / scale[c] : 0;
    }
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
