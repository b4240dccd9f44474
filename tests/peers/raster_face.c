// A face to draw: a height field over an ellipse with a nose, eyes and a mouth.
#include "raster_bench.h"

#include <math.h>
#include <stdlib.h>

static float bump(float x, float y, float at_x, float at_y, float wide, float high) {
    float dx = (x - at_x) / wide, dy = (y - at_y) / high;
    return expf(-0.5f * (dx * dx + dy * dy));
}

static float height(float x, float y) {
    float skull = 75 * sqrtf(fmaxf(0, 1 - x * x / (96 * 96) - y * y / (125 * 125))) - 40;
    float nose = 26 * bump(x, y, 0, -8, 9, 13) + 12 * bump(x, y, 0, 14, 6, 18);
    float eyes = -11 * (bump(x, y, 32, 30, 13, 8) + bump(x, y, -32, 30, 13, 8));
    float mouth = 6 * bump(x, y, 0, -42, 20, 4) - 4 * bump(x, y, 0, -46, 22, 1.5f) + 6 * bump(x, y, 0, -50, 18, 4);
    return skull + nose + eyes + mouth + 0.15f * sinf(1.7f * x) * sinf(1.3f * y);
}

static void place(struct face *face, int at, float x, float y) {
    const float h = 0.25f;
    float dx = (height(x + h, y) - height(x - h, y)) / (2 * h), dy = (height(x, y + h) - height(x, y - h)) / (2 * h);
    float length = sqrtf(1 + dx * dx + dy * dy), *p = face->vertices[at], *n = face->normals[at];
    p[0] = x, p[1] = y, p[2] = height(x, y);
    n[0] = -dx / length, n[1] = -dy / length, n[2] = 1 / length;
    face->curvature[at] =
        (height(x + h, y) + height(x - h, y) + height(x, y + h) + height(x, y - h) - 4 * p[2]) / (h * h);
}

static bool allocate(struct face *face, int across, int32_t **number) {
    size_t most = (size_t)across * (size_t)across;
    *number = malloc(most * sizeof **number);
    face->vertices = malloc(most * sizeof *face->vertices);
    face->normals = malloc(most * sizeof *face->normals);
    face->curvature = malloc(most * sizeof *face->curvature);
    face->triangles = malloc(2 * most * sizeof *face->triangles);
    return *number && face->vertices && face->normals && face->curvature && face->triangles;
}

static void add(struct face *face, int32_t a, int32_t b, int32_t c) {
    if (a < 0 || b < 0 || c < 0) return;
    int32_t *corner = face->triangles[face->n_triangles++];
    corner[0] = a, corner[1] = b, corner[2] = c;
}

struct face *face_create(int across) {
    int32_t *number = NULL;
    struct face *face = calloc(1, sizeof *face);
    if (!face || !allocate(face, across, &number)) goto error;
    for (int i = 0; i < across * across; i++) {
        float u = 2 * (float)(i % across) / (float)(across - 1) - 1,
              v = 1 - 2 * (float)(i / across) / (float)(across - 1);
        number[i] = u * u + v * v > 1 ? -1 : face->n_vertices++;
        if (number[i] >= 0) place(face, number[i], 80 * u, 100 * v);
    }
    for (int i = 0; i < across * (across - 1); i++) {
        if (i % across == across - 1) continue;
        const int32_t *top = number + i, *low = top + across;
        add(face, top[0], low[0], top[1]);
        add(face, top[1], low[0], low[1]);
    }
    free(number);
    return face;
error:
    free(number);
    face_destroy(face);
    return NULL;
}

static int64_t random_below(uint64_t *state, int64_t limit) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((*state >> 33) % (uint64_t)limit);
}

static void swap_corners(int32_t a[3], int32_t b[3]) {
    for (int k = 0; k < 3; k++) {
        int32_t kept = a[k];
        a[k] = b[k], b[k] = kept;
    }
}

void face_shuffle(struct face *face) {
    uint64_t state = 1;
    for (int i = face->n_triangles - 1; i > 0; i--)
        swap_corners(face->triangles[i], face->triangles[random_below(&state, i + 1)]);
}

void face_destroy(struct face *face) {
    if (!face) return;
    free(face->vertices);
    free(face->normals);
    free(face->curvature);
    free(face->triangles);
    free(face);
}
