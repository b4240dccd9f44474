#include "preprocess/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void preprocess_limits_read(const struct facet_params *given, struct preprocess_limits *limits) {
    *limits = (struct preprocess_limits){{0}};
    for (int m = 0; m < FACET_METRICS; m++) {
        const char *param = facet_metric_about((enum facet_metric)m)->limit;
        if (param) limits->at[m] = facet_param_float(given, param);
    }
}

static bool is_beyond(enum facet_worse worse, double value, double limit) {
    if (worse == FACET_WORSE_SMALL) return value < limit;
    return (worse == FACET_WORSE_FAR ? fabs(value) : value) > limit;
}

int preprocess_limits_check(const struct preprocess_limits *limits, const float quality[FACET_METRICS],
                            struct facet_error *error) {
    for (int m = 0; m < FACET_METRICS; m++) {
        const struct facet_metric_about *about = facet_metric_about((enum facet_metric)m);
        if (!(limits->at[m] > 0) || isnan(quality[m]) || !is_beyond(about->worse, quality[m], limits->at[m])) continue;
        return facet_error_set(error, FACET_ERROR_DATA, "%s is %.3g, beyond %s = %g", about->name, quality[m],
                               about->limit, limits->at[m]);
    }
    return FACET_OK;
}

// ---- measuring --------------------------------------------------------------------------------------------------------

// The rows of the rotation are the face's left, up and front in the scan.
void preprocess_quality_of_pose(const struct preprocess_pose *pose, float quality[FACET_METRICS]) {
    const double degrees = 180 / 3.14159265358979323846;
    const double *left = pose->rotation[0], *up = pose->rotation[1], *front = pose->rotation[2];
    quality[FACET_METRIC_YAW] = (float)(degrees * atan2(front[0], front[2]));
    quality[FACET_METRIC_PITCH] = (float)(-degrees * asin(fmax(-1, fmin(1, front[1]))));
    quality[FACET_METRIC_ROLL] = (float)(degrees * atan2(left[1], up[1]));
    quality[FACET_METRIC_AGREEMENT] = (float)pose->agreement;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Noise is what is left of a vertex, along its normal, once the middle of its neighbours is taken away twice: the first time
// takes the place, the second the bending. On a regular mesh, where vertices have six neighbours, that is (I - A)^2 of the
// noise, A being the mean over neighbours, and the root of the sum of its squared coefficients is 1.359.
enum { SAMPLE = 2048 };
static const double spread = 1.359;

static void middles(const struct preprocess_surface *surface, const double (*of)[3], int width, double (*sum)[4]) {
    memset(sum, 0, (size_t)surface->n_vertices * sizeof *sum);
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        for (int k = 0; k < 3; k++) {
            double *to = sum[v[k]];
            const double *a = of[v[(k + 1) % 3]], *b = of[v[(k + 2) % 3]];
            for (int i = 0; i < width; i++) to[i] += a[i] + b[i];
            to[3] += 2;
        }
    }
}

static float noise_of(const struct preprocess_surface *surface, double (*value)[3], double (*sum)[4]) {
    int64_t n = surface->n_vertices, used = 0;
    float some[SAMPLE + 1];
    for (int64_t v = 0; v < n; v++)
        for (int k = 0; k < 3; k++) value[v][k] = surface->vertices[v][k];
    middles(surface, (const double(*)[3])value, 3, sum);
    for (int64_t v = 0; v < n; v++) {
        double along = 0;
        for (int k = 0; k < 3 && sum[v][3] > 0; k++)
            along += surface->normals[v][k] * (surface->vertices[v][k] - sum[v][k] / sum[v][3]);
        value[v][0] = along;
    }
    middles(surface, (const double(*)[3])value, 1, sum);
    for (int64_t v = 0, step = n / SAMPLE + 1; v < n; v += step)
        if (sum[v][3] > 0) some[used++] = (float)fabs(value[v][0] - sum[v][0] / sum[v][3]);
    if (used == 0) return NAN;
    qsort(some, (size_t)used, sizeof *some, by_value);
    return (float)(1.4826 * some[used / 2] / spread);
}

// Of one edge each of evenly spread triangles.
static float median_edge(const struct preprocess_surface *surface) {
    float some[SAMPLE + 1];
    int64_t n = surface->n_triangles, used = 0;
    for (int64_t t = 0, step = n / SAMPLE + 1; t < n; t += step) {
        const int32_t *v = surface->triangles[t];
        const float *a = surface->vertices[v[used % 3]], *b = surface->vertices[v[(used + 1) % 3]];
        double x = (double)a[0] - b[0], y = (double)a[1] - b[1], z = (double)a[2] - b[2];
        some[used++] = (float)sqrt(x * x + y * y + z * z);
    }
    if (used == 0) return NAN;
    qsort(some, (size_t)used, sizeof *some, by_value);
    return some[used / 2];
}

static float coverage_of(const struct preprocess_surface *surface) {
    enum { CELLS = 24 }; // of 5 mm
    uint8_t has[CELLS][CELLS] = {{0}};
    int inside = 0, covered = 0;
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        const float *a = surface->vertices[v[0]], *b = surface->vertices[v[1]], *c = surface->vertices[v[2]];
        double x = ((double)a[0] + b[0] + c[0]) / 3, y = ((double)a[1] + b[1] + c[1]) / 3;
        int i = (int)floor((x + 60) / 5), j = (int)floor((y + 60) / 5);
        if (i >= 0 && j >= 0 && i < CELLS && j < CELLS) has[j][i] = 1;
    }
    for (int j = 0; j < CELLS; j++) {
        for (int i = 0; i < CELLS; i++) {
            double x = 5 * i - 57.5, y = 5 * j - 57.5;
            if (x * x + y * y > 60 * 60) continue;
            inside++, covered += has[j][i];
        }
    }
    return (float)covered / (float)inside;
}

int preprocess_quality_of_face(const struct preprocess_surface *surface, float quality[FACET_METRICS],
                               struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 1;
    double(*value)[3] = malloc(n * sizeof *value), (*sum)[4] = malloc(n * sizeof *sum);
    int code = FACET_OK;
    if (value && sum)
        quality[FACET_METRIC_NOISE] = noise_of(surface, value, sum);
    else
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to measure the noise of a mesh");
    free(value), free(sum);
    quality[FACET_METRIC_COVERAGE] = coverage_of(surface);
    quality[FACET_METRIC_EDGE] = median_edge(surface);
    quality[FACET_METRIC_TEXTURED] = surface->colours != NULL;
    return code;
}
