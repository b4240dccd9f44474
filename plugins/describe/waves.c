#include "describe/waves.h"

#include <math.h>
#include <stdlib.h>

enum { PLANE = 3 };

struct waves {
    int count, cells; // patterns but for the plane; cells of the disc
    uint8_t (*cell)[2];
    double *pattern; // (PLANE + count, cells), orthonormal
};

int waves_count(int degree) {
    return (degree + 1) * (degree + 2) / 2 - PLANE;
}

void waves_destroy(struct waves *waves) {
    if (!waves) return;
    free(waves->cell);
    free(waves->pattern);
    free(waves);
}

static int find_cells(uint8_t (*cell)[2]) {
    int n = 0;
    for (int y = 0; y < RELIEF_SIDE; y++) {
        for (int x = 0; x < RELIEF_SIDE; x++) {
            double u = relief_middle(x), v = relief_middle(y);
            if (u * u + v * v > 1) continue;
            cell[n][0] = (uint8_t)y, cell[n++][1] = (uint8_t)x;
        }
    }
    return n;
}

static double chebyshev(int n, double x) {
    return cos(n * acos(x));
}

static double dot(const double *a, const double *b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

// Gram and Schmidt, twice, which is enough.
static void set_upright(double *pattern, int before, int n) {
    double *mine = pattern + (ptrdiff_t)before * n;
    for (int round = 0; round < 2; round++) {
        for (int b = 0; b < before; b++) {
            const double *other = pattern + (ptrdiff_t)b * n;
            double share = dot(mine, other, n);
            for (int i = 0; i < n; i++) mine[i] -= share * other[i];
        }
        double length = sqrt(dot(mine, mine, n));
        for (int i = 0; i < n; i++) mine[i] /= length;
    }
}

// By rising degree, so that the first three span the plane.
static void fill_patterns(struct waves *waves, int degree) {
    int made = 0;
    for (int sum = 0; sum <= degree; sum++) {
        for (int a = 0; a <= sum; a++) {
            double *mine = waves->pattern + (ptrdiff_t)made * waves->cells;
            for (int i = 0; i < waves->cells; i++)
                mine[i] = chebyshev(a, relief_middle(waves->cell[i][1])) *
                          chebyshev(sum - a, relief_middle(waves->cell[i][0]));
            set_upright(waves->pattern, made++, waves->cells);
        }
    }
}

int waves_create(int degree, struct waves **waves, struct facet_error *error) {
    struct waves *w = calloc(1, sizeof *w);
    if (w) w->count = waves_count(degree);
    if (w) w->cell = malloc(RELIEF_SIDE * RELIEF_SIDE * sizeof *w->cell);
    if (w && w->cell) {
        w->cells = find_cells(w->cell);
        w->pattern = malloc((size_t)(PLANE + w->count) * (size_t)w->cells * sizeof *w->pattern);
    }
    if (!w || !w->pattern) {
        waves_destroy(w);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the patterns of descriptors");
    }
    fill_patterns(w, degree);
    *waves = w;
    return FACET_OK;
}

void waves_measure(const struct waves *waves, const struct relief *relief, float *values) {
    double height[RELIEF_SIDE * RELIEF_SIDE], scale = 1 / sqrt(waves->cells);
    for (int i = 0; i < waves->cells; i++) height[i] = relief->height[waves->cell[i][0]][waves->cell[i][1]];
    for (int w = 0; w < waves->count; w++)
        values[w] = (float)(scale * dot(waves->pattern + (ptrdiff_t)(PLANE + w) * waves->cells, height, waves->cells));
}

double waves_covered(const struct waves *waves, const struct relief *relief) {
    int covered = 0;
    for (int i = 0; i < waves->cells; i++) covered += relief->has[waves->cell[i][0]][waves->cell[i][1]];
    return (double)covered / waves->cells;
}
