// One frame of reference for a sequence, chosen among the poses that were found in its scans.
#ifndef FACET_STEADY_FRAME_H
#define FACET_STEADY_FRAME_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct steady_pose {
    double map[3][4]; // p of the scan becomes A p + b, A in the first three columns: a rotation times the scale
};

// The pose that lies nearest to all of them, with the median of their scales; those that are no poses (zeros: a scan set
// aside) do not count. Of more than 256 poses as many are looked at, evenly spread. *found is false when there is none.
// Errors: MEMORY.
int steady_frame_choose(const struct steady_pose *poses, int64_t n, struct steady_pose *frame, bool *found,
                        struct facet_error *error);

// The frames that follow a head: for each pose what a parabola over those found in the `width` (odd, at most 255) around it says,
// bar those that lie far from most of these; all of the scale of `frame`, which is also what stands where there is none. MEMORY.
int steady_frame_follow(const struct steady_pose *poses, int64_t n, int width, const struct steady_pose *frame,
                        struct steady_pose *followed, struct facet_error *error);

// What moves a face from its own frame to another: p becomes scale * rotation * p + shift.
struct steady_move {
    double rotation[3][3], scale, shift[3];
};
struct steady_move steady_move_between(const struct steady_pose *own, const struct steady_pose *frame);

#endif
