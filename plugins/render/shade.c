// Depth and normals of the seen triangles, and their 8-bit codes.
#include "render/shade.h"

#include <facet/image.h>

#include <math.h>
#include <stddef.h>

struct pixel {
    int hits;
    double depth, normal[3]; // sums over the hits
};

static uint8_t to_byte(double value, double least) {
    return (uint8_t)lround(fmin(255, fmax(least, value)));
}

uint8_t render_depth_code(double mm, double depth_mm) {
    return to_byte(128 + 127 * mm / depth_mm, 1);
}

uint8_t render_normal_code(double component) {
    return to_byte(127.5 + 127.5 * component, 0);
}

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// Scales to length 1; what has no length or no number looks at the camera.
static void normalise(double n[3]) {
    double length = sqrt(dot(n, n));
    bool usable = isfinite(length) && length > 1e-12;
    for (int k = 0; k < 3; k++) n[k] = usable ? n[k] / length : k == 2;
}

// In the picture's frame. A triangle seen from behind shows the other side of the surface, whose normal is the opposite.
static void normal_at(const struct flat_mesh *mesh, const struct flat_camera *camera, int32_t triangle,
                      const struct render_place *place, double seen[3]) {
    double n[3] = {0};
    for (int k = 0; k < 3; k++) {
        double share = place->from_behind ? -place->share[k] : place->share[k];
        const float *corner = mesh->normals[mesh->triangles[triangle][k]];
        for (int i = 0; i < 3; i++) n[i] += share * corner[i];
    }
    seen[0] = dot(camera->right, n);
    seen[1] = dot(camera->up, n);
    seen[2] = dot(camera->toward, n);
    normalise(seen);
}

static void add_sample(const struct flat_mesh *mesh, const struct render_points *points,
                       const struct flat_camera *camera, const struct render_hits *hits, int column, int row,
                       struct pixel *pixel) {
    size_t sample = (size_t)row * (size_t)hits->side + (size_t)column;
    struct render_place place;
    double normal[3];
    if (hits->triangle[sample] < 0) return;
    FACET_REQUIRE(render_locate(mesh, points, hits->triangle[sample], column, row, &place));
    normal_at(mesh, camera, hits->triangle[sample], &place, normal);
    pixel->hits++;
    pixel->depth += hits->depth[sample];
    for (int k = 0; k < 3; k++) pixel->normal[k] += normal[k];
}

// At least half of its samples must be hit: of four, two are enough.
static bool finish(struct pixel *pixel, int samples) {
    if (2 * pixel->hits < samples || pixel->hits == 0) return false;
    pixel->depth /= pixel->hits;
    normalise(pixel->normal);
    return true;
}

static uint8_t code_of(const struct pixel *pixel, int plane, double depth_mm) {
    if (plane == FACET_PLANE_DEPTH) return render_depth_code(pixel->depth, depth_mm);
    if (plane == FACET_PLANE_MASK) return 255;
    return render_normal_code(pixel->normal[plane - FACET_PLANE_NORMAL_X]);
}

bool render_shade(const struct flat_mesh *mesh, const struct render_points *points, const struct flat_camera *camera,
                  const struct render_hits *hits, const struct render_look *look, uint8_t *out) {
    int ss = look->supersample, size = look->size;
    bool any = false;
    for (int i = 0; i < size * size; i++) {
        struct pixel pixel = {0};
        for (int s = 0; s < ss * ss; s++)
            add_sample(mesh, points, camera, hits, i % size * ss + s % ss, i / size * ss + s / ss, &pixel);
        bool covered = finish(&pixel, ss * ss);
        any |= covered;
        for (int p = 0; p < look->n_planes; p++)
            out[(size_t)p * (size_t)size * (size_t)size + (size_t)i] =
                covered ? code_of(&pixel, look->planes[p], look->depth_mm) : 0;
    }
    return any;
}
