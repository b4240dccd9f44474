#include "synth/course.h"

#include <facet/random.h>

#include <math.h>

static const double turn = 2 * 3.14159265358979323846;
enum { DRAW_APEX = (1 << 20) + 1, DRAW_MOTION = 1 << 21, WAVE = 4 }; // counters; draws a wave takes

static double uniform(const struct course_clip *clip, uint32_t draw) {
    return facet_random_uniform(clip->key, clip->subject, clip->clip, draw);
}

static double smooth(double u) {
    return u * u * (3 - 2 * u);
}

static double time_of(const struct course *course, int64_t frame) {
    return (double)frame / (double)(course->frames - 1);
}

double course_progress(const struct course *course, const struct course_clip *clip, int64_t frame) {
    if (course->frames == 1) return 1;
    double t = (time_of(course, frame) - course->rest) / (1 - 2 * course->rest);
    double apex = 0.4 + 0.2 * uniform(clip, DRAW_APEX);
    t = fmin(fmax(t, 0), 1);
    return smooth(t < apex ? t / apex : (1 - t) / (1 - apex));
}

void course_phases(const struct course *course, const struct course_clip *clip, int32_t *onset, int32_t *apex,
                   int32_t *offset) {
    double most = 0;
    *onset = *apex = 0;
    *offset = (int32_t)course->frames - 1;
    for (int64_t f = 0; f < course->frames; f++) {
        double shown = course_progress(course, clip, f);
        if (shown > most) most = shown, *apex = (int32_t)f;
    }
    for (int32_t f = *apex; f > 0 && *onset == 0; f--)
        if (course_progress(course, clip, f) <= 0) *onset = f;
    for (int32_t f = *offset; f > *apex && course_progress(course, clip, f) <= 0; f--) *offset = f;
}

// A wave of half to one and a half periods a sequence that begins at 0.
static double wave(const struct course_clip *clip, uint32_t number, double t) {
    uint32_t at = DRAW_MOTION + WAVE * number;
    double periods = 0.5 + uniform(clip, at), phase = turn * uniform(clip, at + 1),
           size = 0.5 + 0.5 * uniform(clip, at + 2);
    return 0.5 * size * (sin(phase + turn * periods * t) - sin(phase));
}

struct wear_motion course_motion(const struct course *course, const struct course_clip *clip, int64_t frame) {
    struct wear_motion motion = {.angle = {0}};
    if (course->frames == 1) return motion;
    double t = time_of(course, frame);
    for (uint32_t k = 0; k < 3; k++) {
        motion.angle[k] = course->motion_deg * wave(clip, k, t);
        motion.shift[k] = course->motion_mm * wave(clip, 3 + k, t);
    }
    return motion;
}
