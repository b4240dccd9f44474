// The nose tip and the other landmarks of this very scan, once the generic face lies on it.
#ifndef FACET_PREPROCESS_TIP_H
#define FACET_PREPROCESS_TIP_H

#include "preprocess/pose.h"

// Moves pose->tip, in the frame of the scan, to where the nose stands out most. Where the nose is missing it stays.
void preprocess_tip_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_pose *pose);

#endif
