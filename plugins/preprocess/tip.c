#include "preprocess/tip.h"

#include <math.h>

static const double off = 10, below = 7; // mm off the generic nose and below its tip: what does not count
static const double tilt = 0.15;         // mm that a mm upwards is worth
static const double bridge = 21;         // mm above the tip
static const double stride = 5;          // mm; longer ones step over onto lips, shorter ones not over small holes
static const double lips = 10;           // mm below the fitted tip: further down no nose ends
static const double arrived = 0.1;       // mm
enum { MOST_STEPS = 30 };

void preprocess_pose_to_face(const struct preprocess_pose *pose, const float v[3], double p[3]) {
    double d[3] = {v[0] - pose->tip[0], v[1] - pose->tip[1], v[2] - pose->tip[2]};
    for (int k = 0; k < 3; k++) {
        const double *r = pose->rotation[k];
        p[k] = pose->scale * (r[0] * d[0] + r[1] * d[1] + r[2] * d[2]);
    }
}

static void shift_tip(const double by[3], struct preprocess_pose *pose) {
    for (int k = 0; k < 3; k++) {
        double shift = 0;
        for (int i = 0; i < 3; i++) shift += pose->rotation[i][k] * by[i];
        pose->tip[k] += shift / pose->scale;
    }
}

// To the mean of the points near the fitted tip, each weighted by how far it stands out; what stands off the generic
// nose, lips pushed out or a spike, does not count.
static void climb(const struct preprocess_template *face, const struct preprocess_surface *surface, double field,
                  struct preprocess_pose *pose) {
    struct preprocess_template_at at;
    double sum[3] = {0}, weight = 0, p[3];
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        preprocess_pose_to_face(pose, surface->vertices[i], p);
        double aside = p[0] * p[0] + p[1] * p[1];
        if (aside > field * field || !preprocess_template_look(face, p[0], p[1], &at)) continue;
        if (p[2] - at.height > off || p[1] < -below) continue;
        double w = exp(p[2] + tilt * p[1] - aside / (field * field));
        for (int k = 0; k < 3; k++) sum[k] += w * p[k];
        weight += w;
    }
    if (!(weight > 0)) return;
    for (int k = 0; k < 3; k++) sum[k] /= weight;
    shift_tip(sum, pose);
}

void preprocess_tip_settle(const struct preprocess_template *face, const struct preprocess_surface *surface,
                           struct preprocess_pose *pose) {
    climb(face, surface, 12, pose);
    climb(face, surface, 8, pose);
}

// To where the points within a stride of pose->tip stand out most; on the first step, from the front. Returns how far that
// was, mm; 0 without points.
static double step_up(const struct preprocess_surface *surface, bool from_front, struct preprocess_pose *pose) {
    double sum[3] = {0}, weight = 0, p[3];
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        preprocess_pose_to_face(pose, surface->vertices[i], p);
        double d2 = p[0] * p[0] + p[1] * p[1] + (from_front ? 0 : p[2] * p[2]);
        if (d2 > stride * stride) continue;
        double w = exp(p[2] + tilt * p[1] - d2 / (stride * stride));
        for (int k = 0; k < 3; k++) sum[k] += w * p[k];
        weight += w;
    }
    if (!(weight > 0)) return 0;
    for (int k = 0; k < 3; k++) sum[k] /= weight;
    shift_tip(sum, pose);
    return sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
}

void preprocess_tip_walk(const struct preprocess_surface *surface, struct preprocess_pose *pose) {
    struct preprocess_pose walk = *pose;
    for (int k = 0; k < 3; k++) walk.tip[k] = pose->fit_tip[k];
    shift_tip((double[3]){0, bridge, 0}, &walk);
    if (!(step_up(surface, true, &walk) > 0)) return;
    for (int step = 1; step < MOST_STEPS && step_up(surface, false, &walk) > arrived; step++) continue;
    double lower = 0; // than the fitted tip
    for (int k = 0; k < 3; k++) lower += pose->scale * pose->rotation[1][k] * (pose->fit_tip[k] - walk.tip[k]);
    if (lower > lips) return;
    for (int k = 0; k < 3; k++) pose->tip[k] = walk.tip[k];
}
