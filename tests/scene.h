// Meshes that the tests of the renderer share.
#ifndef FACET_TESTS_SCENE_H
#define FACET_TESTS_SCENE_H

#include <facet/random.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SCENE_MAX_VERTICES = 40000, SCENE_MAX_TRIANGLES = 80000 };

struct scene {
    float vertices[SCENE_MAX_VERTICES][3], normals[SCENE_MAX_VERTICES][3];
    int32_t triangles[SCENE_MAX_TRIANGLES][3];
    int64_t n_vertices, n_triangles;
};

static inline int32_t scene_vertex(struct scene *scene, double x, double y, double z) {
    float *v = scene->vertices[scene->n_vertices], *n = scene->normals[scene->n_vertices];
    v[0] = (float)x, v[1] = (float)y, v[2] = (float)z;
    n[0] = 0, n[1] = 0, n[2] = 1;
    return (int32_t)scene->n_vertices++;
}

static inline void scene_triangle(struct scene *scene, int32_t a, int32_t b, int32_t c) {
    int32_t *t = scene->triangles[scene->n_triangles++];
    t[0] = a, t[1] = b, t[2] = c;
}

// Closed, radius in mm, normals outward; rings x sectors quads cut in two, triangles at the poles.
static inline void scene_sphere(struct scene *scene, double radius, int rings, int sectors) {
    scene->n_vertices = scene->n_triangles = 0;
    int32_t north = scene_vertex(scene, 0, radius, 0), south = scene_vertex(scene, 0, -radius, 0), first = 2;
    for (int i = 1; i < rings; i++)
        for (int k = 0; k < sectors; k++) {
            double polar = M_PI * i / rings, around = 2 * M_PI * k / sectors;
            scene_vertex(scene, radius * sin(polar) * sin(around), radius * cos(polar),
                         radius * sin(polar) * cos(around));
        }
    for (int k = 0; k < sectors; k++) {
        int next = (k + 1) % sectors, last = first + (rings - 2) * sectors;
        scene_triangle(scene, north, first + k, first + next);
        scene_triangle(scene, south, last + next, last + k);
        for (int i = 0; i + 2 < rings; i++) {
            int32_t up = first + i * sectors, down = up + sectors;
            scene_triangle(scene, up + k, down + k, down + next);
            scene_triangle(scene, up + k, down + next, up + next);
        }
    }
    for (int64_t v = 0; v < scene->n_vertices; v++)
        for (int k = 0; k < 3; k++) scene->normals[v][k] = (float)(scene->vertices[v][k] / radius);
}

#endif
