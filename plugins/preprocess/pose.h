// Where the nose tip is and how the face is turned, found by fitting the generic face to a scan.
#ifndef FACET_PREPROCESS_POSE_H
#define FACET_PREPROCESS_POSE_H

#include "preprocess/surface.h"
#include "preprocess/template.h"

struct preprocess_pose {
    double rotation[3][3], scale, tip[3]; // a face point is scale * rotation * (p - tip), nose tip at the origin
    double score;                         // agreement with the generic face and its nose: about 1 is perfect, 0 is none
};

struct preprocess_search {
    bool turn;  // search the rotation; else the scan already looks along +z with +y up
    bool scale; // the unit is unknown, bring it to the size of the generic face; else it is in mm and stays so
};

// The face must look along +z within about 45 degrees of yaw and 25 of pitch. Errors: DATA (no nose found), MEMORY.
int preprocess_pose_find(const struct preprocess_template *face, const struct preprocess_surface *surface,
                         struct preprocess_search search, struct preprocess_pose *pose, struct facet_error *error);

#endif
