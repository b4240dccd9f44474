#include "synth/wear.h"

#include <facet/random.h>

#include <math.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180;
static const double hole_least = 3, hole_most = 9; // radius, mm
enum { MOST_HOLES = 64 };

struct draw {
    uint64_t key;
    uint32_t a, b;
};

static double uniform(const struct draw *d, uint32_t c, double low, double high) {
    return low + (high - low) * facet_random_uniform(d->key, d->a, d->b, c);
}

enum { YAW, PITCH, ROLL, SCALE, MOVE_X, MOVE_Y, MOVE_Z, BAD, BAD_KIND, BAD_VERTEX, HOLES, NOISE = 1 << 16 };

// Roll about z, then pitch about x, then yaw about y; positive yaw turns the face to its left (+x).
static void rotation(const double angle[3], double r[3][3]) {
    double cy = cos(angle[YAW]), sy = sin(angle[YAW]), cp = cos(angle[PITCH]), sp = sin(angle[PITCH]);
    double cr = cos(angle[ROLL]), sr = sin(angle[ROLL]);
    double m[3][3] = {{cy * cr + sy * sp * sr, -cy * sr + sy * sp * cr, sy * cp},
                      {cp * sr, cp * cr, -sp},
                      {-sy * cr + cy * sp * sr, sy * sr + cy * sp * cr, cy * cp}};
    memcpy(r, m, sizeof m);
}

static void pose(const struct wear *wear, const struct draw *d, const struct wear_motion *motion,
                 struct wear_mesh *mesh) {
    double angle[3], r[3][3], move[3], scale = uniform(d, SCALE, wear->scale[0], wear->scale[1]);
    for (uint32_t k = 0; k < 3; k++) {
        angle[k] = degree * (uniform(d, YAW + k, wear->angle[k][0], wear->angle[k][1]) + motion->angle[k]);
        move[k] = uniform(d, MOVE_X + k, -wear->translate_mm, wear->translate_mm) + motion->shift[k];
    }
    rotation(angle, r);
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        float *p = mesh->vertices + 3 * i;
        double x = scale * p[0], y = scale * p[1], z = scale * p[2];
        for (int k = 0; k < 3; k++) p[k] = (float)(r[k][0] * x + r[k][1] * y + r[k][2] * z + move[k]);
    }
}

// A scanner in front errs along its line of sight.
static void add_noise(double noise_mm, const struct draw *d, struct wear_mesh *mesh) {
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        double n = facet_random_normal(d->key, d->a, d->b, NOISE + (uint32_t)i);
        mesh->vertices[3 * i + 2] += (float)(noise_mm * n);
    }
}

// Poisson, by counting how many uniform numbers it takes to multiply below exp(-mean) (Knuth, TAOCP 2, 3.4.1).
static int count_holes(double mean, const struct draw *d) {
    double product = 1, limit = exp(-mean);
    int n = 0;
    for (; n < MOST_HOLES; n++) {
        product *= uniform(d, HOLES + 3 * (uint32_t)n + 2, 0, 1);
        if (product < limit) break;
    }
    return n;
}

static void mark_hole(const float *vertices, int64_t n, const float *centre, double radius, int32_t *gone) {
    for (int64_t i = 0; i < n; i++) {
        double square = 0;
        for (int k = 0; k < 3; k++) square += (vertices[3 * i + k] - centre[k]) * (vertices[3 * i + k] - centre[k]);
        if (square < radius * radius) gone[i] = -1;
    }
}

static void drop_marked(struct wear_mesh *mesh, int32_t *to) {
    int64_t vertices = 0, triangles = 0;
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        if (to[i] < 0) continue;
        memmove(mesh->vertices + 3 * vertices, mesh->vertices + 3 * i, 3 * sizeof *mesh->vertices);
        to[i] = (int32_t)vertices++;
    }
    for (int64_t i = 0; i < mesh->n_triangles; i++) {
        const int32_t *t = mesh->triangles + 3 * i;
        int32_t a = to[t[0]], b = to[t[1]], c = to[t[2]];
        if (a < 0 || b < 0 || c < 0) continue;
        int32_t *out = mesh->triangles + 3 * triangles++;
        out[0] = a, out[1] = b, out[2] = c;
    }
    mesh->n_vertices = vertices;
    mesh->n_triangles = triangles;
}

static void punch(double mean, const struct draw *d, struct wear_mesh *mesh, int32_t *to) {
    int holes = count_holes(mean, d);
    if (holes == 0) return;
    memset(to, 0, (size_t)mesh->n_vertices * sizeof *to);
    for (int h = 0; h < holes; h++) {
        uint32_t at = HOLES + 3 * (uint32_t)h;
        int64_t centre = (int64_t)uniform(d, at, 0, (double)mesh->n_vertices);
        double radius = uniform(d, at + 1, hole_least, hole_most);
        mark_hole(mesh->vertices, mesh->n_vertices, mesh->vertices + 3 * centre, radius, to);
    }
    drop_marked(mesh, to);
}

// An empty scan, one with a vertex that is no number, or one squeezed onto a line.
static void ruin(const struct draw *d, struct wear_mesh *mesh) {
    int kind = (int)uniform(d, BAD_KIND, 0, 3);
    if (kind == 0) mesh->n_vertices = mesh->n_triangles = 0;
    if (kind == 1) mesh->vertices[3 * (int64_t)uniform(d, BAD_VERTEX, 0, (double)mesh->n_vertices)] = NAN;
    for (int64_t i = 0; kind == 2 && i < mesh->n_vertices; i++) mesh->vertices[3 * i] = mesh->vertices[3 * i + 2] = 0;
}

void wear_apply(const struct wear *wear, const struct wear_draw *draw, const struct wear_motion *motion,
                struct wear_mesh *mesh, int32_t *to) {
    struct draw sequence = {draw->key, draw->subject, draw->sequence}, d = {draw->key, draw->subject, draw->moment};
    pose(wear, &sequence, motion, mesh);
    if (wear->noise_mm > 0) add_noise(wear->noise_mm, &d, mesh);
    if (wear->holes > 0) punch(wear->holes, &d, mesh, to);
    if (uniform(&d, BAD, 0, 1) < wear->bad) ruin(&d, mesh);
}
