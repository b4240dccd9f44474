// Where the nose tip is and how the face is turned, found by fitting the generic face to a scan.
#ifndef FACET_PREPROCESS_POSE_H
#define FACET_PREPROCESS_POSE_H

#include "preprocess/surface.h"
#include "preprocess/template.h"

#include <facet/landmark.h>

struct preprocess_pose {
    double rotation[3][3], scale, tip[3]; // a face point is scale * rotation * (p - tip), nose tip at the origin
    double fit_tip[3];                    // where the nose tip of the generic face came to lie
    double score;                         // the verdict of the search on face and nose: about 1 is perfect, 0 is none
    double agreement; // 0 to 1: the share of the generic face's area that has points of the scan close to it
    double landmarks[FACET_LANDMARKS][3]; // in the frame of the scan; NaN: not found. The nose tip always is.
};

struct preprocess_search {
    bool turn;  // search the rotation; else the scan already looks along +z with +y up
    bool scale; // the unit is unknown, bring it to the size of the generic face; else it is in mm and stays so
};

// The face must look along +z within about 45 degrees of yaw and 25 of pitch. Errors: DATA (no nose found), MEMORY.
int preprocess_pose_find(const struct preprocess_template *face, const struct preprocess_surface *surface,
                         struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error);

// From an answer near enough: fits what lies around it finely, moves the nose tip to where this scan stands out most and
// places the landmarks. `unit` brings the scan to about mm. Errors: DATA (no nose there), MEMORY.
int preprocess_pose_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_search search, double unit, struct preprocess_pose *pose,
                           struct facet_error *error);

// As preprocess_pose_find, but starting from landmarks the scan came with (number, x, y, z; facet/landmark.h); too few
// of them, or all in a line, and the face is searched for. given.c.
int preprocess_pose_given(const struct preprocess_template *face, const struct preprocess_surface *surface,
                          struct preprocess_search search, const float (*landmarks)[4], int64_t n,
                          struct preprocess_pose *pose, struct facet_error *error);
// mm from the nose tip found to the one given; NaN when none was given.
double preprocess_pose_apart(const struct preprocess_pose *pose, const float (*landmarks)[4], int64_t n);

#endif
