// What a scanner and the moment do to a face: pose, noise, holes, and scans that went wrong.
#ifndef FACET_SYNTH_WEAR_H
#define FACET_SYNTH_WEAR_H

#include <stdint.h>

struct wear {
    double angle[3][2]; // lowest and highest yaw, pitch, roll, degrees
    double scale[2];
    double translate_mm, noise_mm, holes, bad;
};

// What the head has moved since a sequence began.
struct wear_motion {
    double angle[3], shift[3]; // yaw, pitch, roll in degrees; mm
};

struct wear_mesh {
    float *vertices;    // (n_vertices, 3) mm
    int32_t *triangles; // (n_triangles, 3)
    int64_t n_vertices, n_triangles;
};

// Whose scan it is: all draws come from these. A sequence keeps the pose it was scanned in; the rest is drawn anew each moment.
struct wear_draw {
    uint64_t key;
    uint32_t subject, sequence, moment;
};

// `to` is room for n_vertices numbers. Shrinks the mesh in place.
void wear_apply(const struct wear *wear, const struct wear_draw *draw, const struct wear_motion *motion,
                struct wear_mesh *mesh, int32_t *to);

#endif
