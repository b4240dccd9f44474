// Cameras, and corners seen by them.
#include "render/flat.h"

#include <math.h>
#include <stdlib.h>

struct flat_camera flat_camera_at(double yaw, double pitch, double roll) {
    const double degree = 3.14159265358979323846 / 180;
    double cy = cos(yaw * degree), sy = sin(yaw * degree), cp = cos(pitch * degree), sp = sin(pitch * degree);
    double cr = cos(roll * degree), sr = sin(roll * degree);
    double right[3] = {cy, 0, -sy}, up[3] = {-sy * sp, cp, -cy * sp};
    struct flat_camera camera = {.toward = {sy * cp, sp, cy * cp}};
    for (int k = 0; k < 3; k++) {
        camera.right[k] = cr * right[k] + sr * up[k];
        camera.up[k] = cr * up[k] - sr * right[k];
    }
    return camera;
}

int render_points_reserve(struct render_points *points, int64_t count, struct facet_error *error) {
    if (count <= points->capacity) return FACET_OK;
    render_points_free(points);
    points->x = malloc((size_t)count * sizeof *points->x);
    points->y = malloc((size_t)count * sizeof *points->y);
    points->z = malloc((size_t)count * sizeof *points->z);
    if (!points->x || !points->y || !points->z) {
        render_points_free(points);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw %lld vertices", (long long)count);
    }
    points->capacity = count;
    return FACET_OK;
}

void render_points_free(struct render_points *points) {
    if (!points) return;
    free(points->x);
    free(points->y);
    free(points->z);
    *points = (struct render_points){0};
}

static double dot(const double axis[3], const float p[3]) {
    return axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2];
}

void render_project(const struct flat_mesh *mesh, const struct flat_camera *camera, double extent, int side,
                    struct render_points *points) {
    double middle = 0.5 * FLAT_SUBPIXEL * side, scale = middle / extent;
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        const float *p = mesh->vertices[i];
        double x = middle + scale * dot(camera->right, p), y = middle - scale * dot(camera->up, p);
        double z = dot(camera->toward, p);
        bool near = fabs(x) < FLAT_REACH && fabs(y) < FLAT_REACH && isfinite(z);
        points->x[i] = near ? (int32_t)lrint(x) : FLAT_NOWHERE;
        points->y[i] = near ? (int32_t)lrint(y) : FLAT_NOWHERE;
        points->z[i] = z;
    }
}
