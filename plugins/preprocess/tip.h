// The nose tip and the other landmarks of this very scan, once the generic face lies on it.
#ifndef FACET_PREPROCESS_TIP_H
#define FACET_PREPROCESS_TIP_H

#include "preprocess/pose.h"

// Moves pose->tip, in the frame of the scan, to where the nose stands out most. Where the nose is missing it stays.
void preprocess_tip_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_pose *pose);

// Moves pose->tip to the end of the nose, walking down from the bridge above pose->fit_tip as long as the way leads
// outwards: lips that cover the tip from the front are out of its reach. Where there is no bridge, and where the way ends
// far below, the tip stays.
void preprocess_tip_walk(const struct preprocess_surface *surface, struct preprocess_pose *pose);

// Fills pose->landmarks: those that the shape of the skin shows, near their places on the generic face as it was fitted,
// and the nose tip; NaN: not looked for or not found.
void preprocess_landmarks_place(const struct preprocess_template *face, const struct preprocess_surface *surface,
                                const struct preprocess_pose *fit, struct preprocess_pose *pose);

// A vertex of the scan in the frame of the face, mm.
void preprocess_pose_to_face(const struct preprocess_pose *pose, const float v[3], double p[3]);

#endif
