// What real scans have around and in the face: holes, shoulders, strands of hair in front of it, spikes. In mm, in the
// frame of an upright face whose nose tip is given.
#ifndef FACET_TESTS_CLUTTER_H
#define FACET_TESTS_CLUTTER_H

#include <facet/random.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { CLUTTER_VERTICES = 4000, CLUTTER_TRIANGLES = 6000 }; // the most that is added

struct clutter {
    float (*vertices)[3];
    int32_t (*triangles)[3];
    int64_t n_vertices, n_triangles;
    uint64_t seed;
    uint32_t scan, draw;
    double nose[3];
};

static double clutter_between(struct clutter *c, double low, double high) {
    return low + (high - low) * facet_random_uniform(c->seed, c->scan, 20, c->draw++);
}

static double clutter_distance(const float a[3], const float b[3]) {
    return sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
}

// Two to four, 5 to 25 mm wide, at random vertices.
static void clutter_holes(struct clutter *c) {
    int holes = (int)clutter_between(c, 2, 5);
    for (int h = 0; h < holes; h++) {
        const float *centre = c->vertices[(int64_t)clutter_between(c, 0, (double)c->n_vertices)];
        double radius = clutter_between(c, 2.5, 12.5);
        int64_t kept = 0;
        for (int64_t t = 0; t < c->n_triangles; t++) {
            const int32_t *v = c->triangles[t];
            int hit = 0;
            for (int k = 0; k < 3; k++) hit |= clutter_distance(c->vertices[v[k]], centre) < radius;
            if (!hit) memmove(c->triangles[kept++], v, sizeof *c->triangles);
        }
        c->n_triangles = kept;
    }
}

static void clutter_vertex(struct clutter *c, double x, double y, double z) {
    float *v = c->vertices[c->n_vertices++];
    v[0] = (float)(c->nose[0] + x), v[1] = (float)(c->nose[1] + y), v[2] = (float)(c->nose[2] + z);
}

// The triangles of a grid of `wide` columns whose `rows` rows are the last vertices.
static void clutter_grid(struct clutter *c, int wide, int rows) {
    int32_t first = (int32_t)c->n_vertices - wide * rows;
    for (int32_t i = 0; i < (wide - 1) * (rows - 1); i++) {
        int32_t a = first + i / (wide - 1) * wide + i % (wide - 1);
        const int32_t two[2][3] = {{a, a + wide, a + 1}, {a + 1, a + wide, a + wide + 1}};
        memcpy(c->triangles[c->n_triangles], two, sizeof two);
        c->n_triangles += 2;
    }
}

// A chest and shoulders below the chin, with a collar that stands out.
static void clutter_shoulders(struct clutter *c) {
    double top = clutter_between(c, -150, -120), back = clutter_between(c, -90, -40);
    double collar = clutter_between(c, 5, 25), middle = clutter_between(c, -25, 25);
    for (int row = 0; row < 20; row++) {
        for (int column = 0; column < 56; column++) {
            double x = 8.0 * (column - 27.5), y = top - 7 * row - 0.001 * x * x, down = top - y;
            double z = back - 0.0015 * x * x + 12 * (1 - exp(-down / 40));
            z += collar * exp(-pow((x - middle) / 30, 2) - pow((down - 25) / 12, 2));
            clutter_vertex(c, x, y, z);
        }
    }
    clutter_grid(c, 56, 20);
}

// From above the forehead or beside the temples, hanging down before the skin.
static void clutter_strand(struct clutter *c) {
    double x, y, z, step = clutter_between(c, 2.5, 4), sway = clutter_between(c, -0.35, 0.35);
    if (clutter_between(c, 0, 1) < 0.5) {
        x = clutter_between(c, -55, 55), y = clutter_between(c, 80, 100), z = -25 - 0.008 * x * x;
    } else {
        x = clutter_between(c, 62, 80) * (clutter_between(c, 0, 1) < 0.5 ? -1 : 1), y = clutter_between(c, 30, 80);
        z = -60;
    }
    z += clutter_between(c, 4, 18);
    int rows = (int)clutter_between(c, 6, 20);
    for (int i = 0; i < rows; i++) {
        for (int side = 0; side < 2; side++) clutter_vertex(c, x + 3.0 * side, y, z + clutter_between(c, -0.5, 0.5));
        x += step * sway, y -= step, z += clutter_between(c, -1, 1);
    }
    clutter_grid(c, 2, rows);
}

// One vertex in a thousand stands 5 to 40 mm off.
static void clutter_spikes(struct clutter *c) {
    int64_t spikes = c->n_vertices / 1000;
    for (int64_t i = 0; i < spikes; i++) {
        float *v = c->vertices[(int64_t)clutter_between(c, 0, (double)c->n_vertices)];
        double length = clutter_between(c, 5, 40), angle = clutter_between(c, 0, 6.283), up = clutter_between(c, -1, 1);
        v[0] += (float)(length * sqrt(1 - up * up) * cos(angle));
        v[1] += (float)(length * up);
        v[2] += (float)(length * sqrt(1 - up * up) * sin(angle));
    }
}

static void clutter_add(struct clutter *c) {
    clutter_holes(c);
    clutter_shoulders(c);
    int strands = (int)clutter_between(c, 10, 50);
    for (int i = 0; i < strands; i++) clutter_strand(c);
    clutter_spikes(c);
}

#endif
