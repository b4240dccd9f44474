// A generic adult face as a height field over the frontal plane: what the pose search fits scans to.
#ifndef FACET_PREPROCESS_TEMPLATE_H
#define FACET_PREPROCESS_TEMPLATE_H

#include <stdbool.h>

enum { PREPROCESS_TEMPLATE_WIDTH = 73, PREPROCESS_TEMPLATE_HEIGHT = 93 };

// Heights in mm at (x, y) = (2 (column - 36), 2 row - 84), seen from the front; the nose tip is the origin.
struct preprocess_template {
    float height[PREPROCESS_TEMPLATE_HEIGHT][PREPROCESS_TEMPLATE_WIDTH];
    float weight[PREPROCESS_TEMPLATE_HEIGHT][PREPROCESS_TEMPLATE_WIDTH]; // 0 outside the face; less where it moves
    float firm[PREPROCESS_TEMPLATE_HEIGHT][PREPROCESS_TEMPLATE_WIDTH];   // how much a place tells of the rotation
};

void preprocess_template_fill(struct preprocess_template *face);

// Where a landmark (facet/landmark.h) of the generic face lies; returns how far its place can be trusted, 0 to 1.
double preprocess_template_landmark(const struct preprocess_template *face, int landmark, double at[3]);

struct preprocess_template_at {
    float height, slope_x, slope_y, weight, firm;
};
// False outside the face.
bool preprocess_template_look(const struct preprocess_template *face, double x, double y,
                              struct preprocess_template_at *at);

#endif
