// A deformable face: a mean, directions in which people differ, and one displacement field an action unit and side.
#ifndef FACET_SYNTH_MODEL_H
#define FACET_SYNTH_MODEL_H

#include <facet/error.h>

#include <stdint.h>

enum { SYNTH_RIGHT = -1, SYNTH_BOTH = 0, SYNTH_LEFT = 1 };

struct synth_unit {
    int au, side;  // number in the Facial Action Coding System; which side of the face it moves
    float *offset; // (n_vertices, 3) mm at full strength
};

struct synth_model {
    int64_t n_vertices, n_triangles;
    float *mean;        // (n_vertices, 3) mm
    int32_t *triangles; // (n_triangles, 3)
    int n_identity, n_units;
    float *identity; // (n_identity, n_vertices, 3) mm at one standard deviation
    struct synth_unit *units;
    double nose[3]; // the tip, mm
};

// The face described in anatomy.h; density multiplies the number of vertices.
int synth_model_builtin(double density, struct synth_model *model, struct facet_error *error);
// A file in the layout of docs/synth.md.
int synth_model_read(const char *path, struct synth_model *model, struct facet_error *error);
void synth_model_free(struct synth_model *model); // leaves an empty model

uint64_t synth_model_hash(const struct synth_model *model); // of everything a face is made from

// Room for a model whose counts are set; the arrays are zero.
int synth_model_allocate(struct synth_model *model, struct facet_error *error);
// Drops every triangle that has a vertex farther than `radius` mm from the nose tip of the mean face.
int synth_model_crop(struct synth_model *model, double radius, struct facet_error *error);
// Merges vertices that share a cell of a cubic grid until about density times as many are left; density < 1.
int synth_model_thin(struct synth_model *model, double density, struct facet_error *error);

#endif
