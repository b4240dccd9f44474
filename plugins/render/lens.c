// Cameras: where they stand, and their numbers as the kernels take them.
#include "render/kernel.h"

#include <math.h>

struct render_camera render_camera_at(double yaw, double pitch, double roll) {
    const double degree = 3.14159265358979323846 / 180;
    double cy = cos(yaw * degree), sy = sin(yaw * degree), cp = cos(pitch * degree), sp = sin(pitch * degree);
    double cr = cos(roll * degree), sr = sin(roll * degree);
    double right[3] = {cy, 0, -sy}, up[3] = {-sy * sp, cp, -cy * sp};
    struct render_camera camera = {.toward = {sy * cp, sp, cy * cp}};
    for (int k = 0; k < 3; k++) {
        camera.right[k] = cr * right[k] + sr * up[k];
        camera.up[k] = cr * up[k] - sr * right[k];
    }
    return camera;
}

void render_camera_fill(struct render_camera *camera, double extent, int side) {
    for (int k = 0; k < 2; k++) {
        camera->centre[k] = 0.5 * side;
        camera->scale[k] = 0.5 * side / extent;
    }
}

static void set_row(float row[4], const double axis[3], const double position[3]) {
    double at = 0;
    for (int k = 0; k < 3; k++) {
        row[k] = (float)axis[k];
        at += axis[k] * position[k];
    }
    row[3] = (float)-at;
}

struct render_lens render_lens_of(const struct render_camera *camera) {
    struct render_lens lens = {.near_mm = (float)camera->near_mm,
                               .perspective = camera->projection == RENDER_PERSPECTIVE};
    set_row(lens.to_camera[0], camera->right, camera->position);
    set_row(lens.to_camera[1], camera->up, camera->position);
    set_row(lens.to_camera[2], camera->toward, camera->position);
    for (int k = 0; k < 2; k++) {
        double sign = k == 1 ? -1 : 1;
        lens.scale[k] = (float)(sign * RENDER_SUBPIXEL * camera->scale[k]);
        lens.centre[k] = (float)(RENDER_SUBPIXEL * camera->centre[k]);
        lens.slope[k] = (float)(sign / camera->scale[k]);
        lens.principal[k] = (float)camera->centre[k];
    }
    return lens;
}
