// What a scanner and the moment do to a face: pose, noise, holes, and scans that went wrong.
#ifndef FACET_SYNTH_WEAR_H
#define FACET_SYNTH_WEAR_H

#include <stdint.h>

struct wear {
    double angle[3][2]; // lowest and highest yaw, pitch, roll, degrees
    double scale[2];
    double translate_mm, noise_mm, holes, bad;
};

struct wear_mesh {
    float *vertices;    // (n_vertices, 3) mm
    int32_t *triangles; // (n_triangles, 3)
    int64_t n_vertices, n_triangles;
};

// All draws come from (key, a, b). `to` is room for n_vertices numbers. Shrinks the mesh in place.
void wear_apply(const struct wear *wear, uint64_t key, uint32_t a, uint32_t b, struct wear_mesh *mesh, int32_t *to);

#endif
