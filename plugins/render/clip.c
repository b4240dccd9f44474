// Triangles that reach behind the camera or far outside the picture, cut to what can be drawn.
//
// I. E. Sutherland and G. W. Hodgman, Reentrant polygon clipping, CACM 17 (1974). A cut is always reckoned from the end
// that stays, so two triangles that share an edge share its cut.
#include "render/kernel.h"

#include <math.h>

// Each plane adds one corner to a convex polygon; one with corners that must not be cut may have a dent.
enum { MAX_CORNERS = 16, PLANES = 5 };

struct clip_corner {
    double q[3];                       // camera frame
    const struct render_corner *known; // as projected for its neighbours; NULL: made by a cut
};

struct polygon {
    struct clip_corner corner[MAX_CORNERS];
    int count;
};

static bool load(const struct render_mesh *mesh, const struct render_camera *camera,
                 const struct render_corner *corners, const int32_t triangle[3], struct polygon *polygon) {
    const double *const axis[3] = {camera->right, camera->up, camera->toward};
    polygon->count = 3;
    for (int k = 0; k < 3; k++) {
        struct clip_corner *corner = &polygon->corner[k];
        const float *p = mesh->vertices[triangle[k]];
        for (int i = 0; i < 3; i++) {
            corner->q[i] = 0;
            for (int j = 0; j < 3; j++) corner->q[i] += axis[i][j] * ((double)p[j] - camera->position[j]);
            if (!(fabs(corner->q[i]) < RENDER_REACH)) return false;
        }
        corner->known = corners[triangle[k]].x == RENDER_NOWHERE ? NULL : &corners[triangle[k]];
    }
    return true;
}

// How far inside a plane: 0 is nearer than near_mm; the others are the sides of what corners may reach. The reach is half
// of RENDER_GUARD, that a cut's rounding cannot leave it.
static double beyond(const struct render_camera *camera, const struct clip_corner *corner, int plane) {
    double ahead = camera->projection == RENDER_PERSPECTIVE ? -corner->q[2] : 1;
    if (plane == 0) return camera->projection == RENDER_PERSPECTIVE ? ahead - camera->near_mm : 1;
    int axis = (plane - 1) / 2;
    double reach = 0.5 * RENDER_GUARD / RENDER_SUBPIXEL, sign = axis == 1 ? -1 : 1;
    double at = camera->centre[axis] * ahead + sign * camera->scale[axis] * corner->q[axis];
    return plane % 2 ? at + reach * ahead : reach * ahead - at;
}

// What neighbours draw as it is must not be cut here: the edge would run otherwise than theirs.
static double inside_by(const struct render_camera *camera, const struct clip_corner *corner, int plane) {
    double by = beyond(camera, corner, plane);
    return corner->known ? fmax(by, 0) : by;
}

static struct clip_corner cut(const struct clip_corner *stays, const struct clip_corner *goes, double in, double out) {
    struct clip_corner made = {.known = NULL};
    double part = in / (in - out);
    for (int i = 0; i < 3; i++) made.q[i] = stays->q[i] + part * (goes->q[i] - stays->q[i]);
    return made;
}

static void append(struct polygon *polygon, struct clip_corner corner) {
    if (polygon->count < MAX_CORNERS) polygon->corner[polygon->count++] = corner;
}

static void clip(const struct render_camera *camera, int plane, struct polygon *polygon) {
    struct polygon kept = {.count = 0};
    for (int i = 0; i < polygon->count; i++) {
        const struct clip_corner *a = &polygon->corner[i], *b = &polygon->corner[(i + 1) % polygon->count];
        double at_a = inside_by(camera, a, plane), at_b = inside_by(camera, b, plane);
        if (at_a >= 0) append(&kept, *a);
        if ((at_a >= 0) == (at_b >= 0)) continue;
        append(&kept, at_a >= 0 ? cut(a, b, at_a, at_b) : cut(b, a, at_b, at_a));
    }
    *polygon = kept;
}

static struct render_corner project(const struct render_camera *camera, const struct clip_corner *corner) {
    if (corner->known) return *corner->known;
    double near = corner->q[2], over = 1;
    if (camera->projection == RENDER_PERSPECTIVE) near = over = 1 / -corner->q[2];
    double x = camera->centre[0] + camera->scale[0] * corner->q[0] * over;
    double y = camera->centre[1] - camera->scale[1] * corner->q[1] * over;
    return (struct render_corner){
        .x = (int32_t)lrint(x * RENDER_SUBPIXEL), .y = (int32_t)lrint(y * RENDER_SUBPIXEL), .near = (float)near};
}

static void draw_polygon(const struct render_camera *camera, const struct polygon *polygon, int32_t triangle,
                         struct render_canvas *canvas) {
    struct render_corner made[MAX_CORNERS];
    for (int i = 0; i < polygon->count; i++) made[i] = project(camera, &polygon->corner[i]);
    for (int i = 2; i < polygon->count; i++) {
        const struct render_corner *const corner[3] = {&made[0], &made[i - 1], &made[i]};
        render_draw_one(corner, triangle, canvas);
    }
}

void render_draw_clipped(const struct render_mesh *mesh, const struct render_camera *camera,
                         const struct render_corner *corners, struct render_canvas *canvas) {
    for (int64_t t = 0; t < mesh->n_triangles; t++) {
        const int32_t *v = mesh->triangles[t];
        struct polygon polygon;
        bool whole = true;
        for (int k = 0; k < 3; k++) whole &= corners[v[k]].x != RENDER_NOWHERE;
        if (whole || !load(mesh, camera, corners, v, &polygon)) continue;
        for (int plane = 0; plane < PLANES && polygon.count > 0; plane++) clip(camera, plane, &polygon);
        draw_polygon(camera, &polygon, (int32_t)t, canvas);
    }
}
