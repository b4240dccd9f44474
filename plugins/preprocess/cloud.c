#include "preprocess/cloud.h"

#include "preprocess/keymap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 4500 };
static const double finest = 5.0;    // mm between points
static const double far_away = 4.0;  // times the root mean square distance: a stray
static const double head_least = 40; // mm, root mean square distance from the centre of anything from a bare face up

// Mean and root mean square distance of the vertices within `limit` of `centre`.
static double spread(const struct preprocess_surface *surface, double limit, double centre[3]) {
    double sum[3] = {0}, square = 0, n = 0, near[3] = {centre[0], centre[1], centre[2]};
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        double d[3];
        for (int k = 0; k < 3; k++) d[k] = surface->vertices[i][k] - near[k];
        double d2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        if (d2 > limit * limit) continue;
        for (int k = 0; k < 3; k++) sum[k] += d[k];
        square += d2;
        n += 1;
    }
    if (!(n > 0)) return 0;
    double shift = 0;
    for (int k = 0; k < 3; k++) {
        centre[k] = near[k] + sum[k] / n;
        shift += (sum[k] / n) * (sum[k] / n);
    }
    return sqrt(fmax(square / n - shift, 0));
}

static double choose_unit(double size) {
    double unit = 1;
    while (size * unit < head_least) unit *= 10;
    while (size * unit >= 10 * head_least) unit /= 10;
    return unit;
}

// floor() of what an int32 holds, without a call.
static int32_t round_down(double x) {
    int32_t whole = (int32_t)x;
    return whole - (x < whole);
}

// Fills the cloud with the means of the cubes; returns how many, or more than MOST_POINTS when there are too many.
static int fill(const struct preprocess_surface *surface, struct preprocess_cloud *cloud, double limit, double *count,
                struct preprocess_keymap *map) {
    double per_cell = 1 / cloud->cell;
    int used = 0;
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        double p[3];
        int32_t key[3];
        for (int k = 0; k < 3; k++) p[k] = cloud->unit * (surface->vertices[i][k] - cloud->centre[k]);
        if (p[0] * p[0] + p[1] * p[1] + p[2] * p[2] > limit * limit) continue;
        for (int k = 0; k < 3; k++) key[k] = round_down(p[k] * per_cell);
        int32_t slot = preprocess_keymap_put(map, key, used);
        if (slot == used && ++used > MOST_POINTS) return used;
        if (slot == used - 1 && count[slot] == 0) memset(cloud->points[slot], 0, sizeof *cloud->points);
        for (int k = 0; k < 3; k++) cloud->points[slot][k] += p[k];
        count[slot] += 1;
    }
    for (int i = 0; i < used; i++)
        for (int k = 0; k < 3; k++) cloud->points[i][k] /= count[i];
    return used;
}

static int thin(const struct preprocess_surface *surface, struct preprocess_cloud *cloud, double limit,
                struct facet_error *error) {
    double *count = malloc((MOST_POINTS + 1) * sizeof *count);
    if (!count) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a scan");
    int code = FACET_OK;
    cloud->n = MOST_POINTS + 1;
    for (cloud->cell = fmax(finest, limit / 400); !code && cloud->n > MOST_POINTS; cloud->cell *= 1.2) {
        struct preprocess_keymap *map = NULL;
        code = preprocess_keymap_create(MOST_POINTS + 1, &map, error);
        memset(count, 0, (MOST_POINTS + 1) * sizeof *count);
        if (!code) cloud->n = fill(surface, cloud, limit, count, map);
        preprocess_keymap_destroy(map);
    }
    cloud->cell /= 1.2;
    free(count);
    return code;
}

static int fill_cloud(const struct preprocess_surface *surface, double radius, struct preprocess_cloud *cloud,
                      struct facet_error *error) {
    cloud->radius = radius;
    cloud->points = malloc((MOST_POINTS + 1) * sizeof *cloud->points);
    if (!cloud->points) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a scan");
    int code = thin(surface, cloud, radius, error);
    if (code) preprocess_cloud_free(cloud);
    return code;
}

int preprocess_cloud_create(const struct preprocess_surface *surface, int guess_unit, struct preprocess_cloud *cloud,
                            struct facet_error *error) {
    *cloud = (struct preprocess_cloud){.unit = 1};
    double size = spread(surface, INFINITY, cloud->centre);
    size = spread(surface, far_away * size, cloud->centre);
    if (!(size > 0) || !isfinite(size))
        return facet_error_set(error, FACET_ERROR_DATA, "the mesh has no extent: all vertices are in one place");
    if (guess_unit) cloud->unit = choose_unit(size);
    return fill_cloud(surface, far_away * size * cloud->unit, cloud, error);
}

int preprocess_cloud_create_near(const struct preprocess_surface *surface, double unit, const double centre[3],
                                 double radius, struct preprocess_cloud *cloud, struct facet_error *error) {
    *cloud = (struct preprocess_cloud){.unit = unit, .centre = {centre[0], centre[1], centre[2]}};
    return fill_cloud(surface, radius, cloud, error);
}

void preprocess_cloud_free(struct preprocess_cloud *cloud) {
    free(cloud->points);
    *cloud = (struct preprocess_cloud){0};
}

int preprocess_view_create(const struct preprocess_cloud *cloud, struct preprocess_view *view,
                           struct facet_error *error) {
    *view = (struct preprocess_view){.cell = fmax(1.2 * cloud->cell, cloud->radius / 100), .radius = cloud->radius};
    view->per_cell = 1 / view->cell;
    view->side = 2 * (int)ceil(cloud->radius / view->cell) + 2;
    view->points = malloc((size_t)cloud->n * sizeof *view->points);
    view->cells = malloc((size_t)cloud->n * sizeof *view->cells);
    view->top = malloc((size_t)view->side * (size_t)view->side * sizeof *view->top);
    if (view->points && view->cells && view->top) return FACET_OK;
    preprocess_view_free(view);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to look at a scan from the front");
}

void preprocess_view_free(struct preprocess_view *view) {
    free(view->points);
    free(view->cells);
    free(view->top);
    *view = (struct preprocess_view){0};
}

static int cell_of(const struct preprocess_view *view, double x) {
    return (int)((x + view->radius) * view->per_cell);
}

void preprocess_view_turn(struct preprocess_view *view, const struct preprocess_cloud *cloud, double rotation[3][3]) {
    for (int i = 0; i < view->side * view->side; i++) view->top[i] = -INFINITY;
    for (int i = 0; i < cloud->n; i++) {
        double *q = view->points[i];
        const double *p = cloud->points[i];
        for (int k = 0; k < 3; k++) q[k] = rotation[k][0] * p[0] + rotation[k][1] * p[1] + rotation[k][2] * p[2];
        view->cells[i] = cell_of(view, q[1]) * view->side + cell_of(view, q[0]);
        float *top = &view->top[view->cells[i]];
        if (q[2] > *top) *top = (float)q[2];
    }
    view->visible = 0;
    for (int i = 0; i < cloud->n; i++) {
        if (view->points[i][2] < view->top[view->cells[i]] - 2 * view->cell) continue;
        memmove(view->points[view->visible++], view->points[i], sizeof *view->points);
    }
}

int preprocess_view_is_peak(const struct preprocess_view *view, int i) {
    const double *p = view->points[i];
    float own = (float)p[2];
    int reach = (int)ceil(15.0 / view->cell), column = cell_of(view, p[0]), row = cell_of(view, p[1]);
    if (own < view->top[row * view->side + column]) return 0;
    for (int y = row - reach; y <= row + reach; y++) {
        for (int x = column - reach; x <= column + reach; x++) {
            if (x < 0 || y < 0 || x >= view->side || y >= view->side) continue;
            if (view->top[y * view->side + x] > own) return 0;
        }
    }
    return 1;
}
