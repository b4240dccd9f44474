// The course of a sequence: when the expression comes and goes, and how the head moves meanwhile.
#ifndef FACET_SYNTH_COURSE_H
#define FACET_SYNTH_COURSE_H

#include "synth/wear.h"

#include <stdint.h>

struct course {
    int64_t frames;
    double rest;                  // share of the sequence, at each end, in which nothing is shown
    double motion_deg, motion_mm; // how far the head turns and moves at most
};

struct course_clip { // what is drawn for one clip comes from these
    uint64_t key;
    uint32_t subject, clip;
};

// 0 to 1: how much of the expression is shown in a frame. 1 where there is one frame.
double course_progress(const struct course *course, const struct course_clip *clip, int64_t frame);
// The last frame at rest before it begins, the one that shows most, the first at rest after it.
void course_phases(const struct course *course, const struct course_clip *clip, int32_t *onset, int32_t *apex,
                   int32_t *offset);
// Where the head has moved to, about and beside where it began: slow waves, none where there is one frame.
struct wear_motion course_motion(const struct course *course, const struct course_clip *clip, int64_t frame);

#endif
