// The plain loop: what one writes first. Every triangle's bounding box, every pixel's barycentric coordinates, a depth buffer.
#include "raster_bench.h"

#include <math.h>
#include <stdlib.h>

static const struct face *mesh;
static float (*corners)[3]; // pixels right and down, mm toward the camera
static int capacity;

static bool open_plain(void) {
    return true;
}

static void take(const struct face *face) {
    mesh = face;
    if (face->n_vertices <= capacity) return;
    free(corners);
    corners = malloc((size_t)face->n_vertices * sizeof *corners);
    if (!corners) abort();
    capacity = face->n_vertices;
}

static float dot(const float a[3], const float b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void transform(const struct look *look) {
    const float scale = SIDE / (2 * EXTENT), middle = SIDE / 2;
    for (int i = 0; i < mesh->n_vertices; i++) {
        const float *p = mesh->vertices[i];
        corners[i][0] = middle + scale * dot(look->right, p);
        corners[i][1] = middle - scale * dot(look->up, p);
        corners[i][2] = dot(look->toward, p);
    }
}

static void shade(const struct look *look, const int32_t *triangle, const float share[3], bool behind,
                  const struct picture *picture, int pixel) {
    float n[3], side = behind ? -1.0f : 1.0f;
    for (int k = 0; k < 3; k++)
        n[k] = share[0] * mesh->normals[triangle[0]][k] + share[1] * mesh->normals[triangle[1]][k] +
               share[2] * mesh->normals[triangle[2]][k];
    float to_unit = side / sqrtf(dot(n, n));
    picture->normal[0][pixel] = to_unit * dot(look->right, n);
    picture->normal[1][pixel] = to_unit * dot(look->up, n);
    picture->normal[2][pixel] = to_unit * dot(look->toward, n);
}

static float least(float a, float b, float c) {
    float ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static float most(float a, float b, float c) {
    float ab = a > b ? a : b;
    return ab > c ? ab : c;
}

// The first pixel whose centre is not before a place, and the last whose centre is not behind it; without ceilf and floorf, which are
// calls on a processor of 2003, for which this is compiled as the rest of the program is.
static int first_centre(float place) {
    float from = place > 0.5f ? place - 0.5f : 0;
    int pixel = (int)from;
    return pixel + ((float)pixel < from);
}

static int last_centre(float place) {
    if (place < 0.5f) return -1;
    int pixel = (int)(place - 0.5f);
    return pixel < SIDE - 1 ? pixel : SIDE - 1;
}

static void draw_triangle(const struct look *look, const int32_t *triangle, const struct picture *picture) {
    const float *a = corners[triangle[0]], *b = corners[triangle[1]], *c = corners[triangle[2]];
    int left = first_centre(least(a[0], b[0], c[0])), right = last_centre(most(a[0], b[0], c[0]));
    int top = first_centre(least(a[1], b[1], c[1])), bottom = last_centre(most(a[1], b[1], c[1]));
    if (left > right || top > bottom) return;
    float area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]), one = 1 / area;
    if (area == 0) return;
    for (int row = top; row <= bottom; row++)
        for (int column = left; column <= right; column++) {
            float x = (float)column + 0.5f, y = (float)row + 0.5f, share[3];
            share[0] = ((b[0] - x) * (c[1] - y) - (c[0] - x) * (b[1] - y)) * one;
            share[1] = ((c[0] - x) * (a[1] - y) - (a[0] - x) * (c[1] - y)) * one;
            share[2] = 1 - share[0] - share[1];
            if (share[0] < 0 || share[1] < 0 || share[2] < 0) continue;
            float depth = share[0] * a[2] + share[1] * b[2] + share[2] * c[2];
            int pixel = row * SIDE + column;
            if (!(depth > picture->depth[pixel])) continue;
            picture->depth[pixel] = depth;
            shade(look, triangle, share, area > 0, picture, pixel);
        }
}

static void draw(const struct look *look, const struct picture *picture) {
    transform(look);
    for (int i = 0; i < PIXELS; i++) picture->depth[i] = -INFINITY;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < PIXELS; i++) picture->normal[k][i] = 0;
    for (int i = 0; i < mesh->n_triangles; i++) draw_triangle(look, mesh->triangles[i], picture);
}

const struct renderer plain_loop = {
    .name = "plain loop", .makes = "depth, normal", .open = open_plain, .take = take, .draw = draw, .tolerance = 0.05f};
