#include "preprocess/tip.h"

#include <math.h>

// What does not count: mm off the generic nose and below its tip.
static const struct reach { double off, below; } usual = {10, 7}, among_lips = {6, 5};
static const double tilt = 0.15; // mm that a mm upwards is worth

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
                  const struct reach *reach, struct preprocess_pose *pose) {
    struct preprocess_template_at at;
    double sum[3] = {0}, weight = 0, p[3];
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        preprocess_pose_to_face(pose, surface->vertices[i], p);
        double aside = p[0] * p[0] + p[1] * p[1];
        if (aside > field * field || !preprocess_template_look(face, p[0], p[1], &at)) continue;
        if (p[2] - at.height > reach->off || p[1] < -reach->below) continue;
        double w = exp(p[2] + tilt * p[1] - aside / (field * field));
        for (int k = 0; k < 3; k++) sum[k] += w * p[k];
        weight += w;
    }
    if (!(weight > 0)) return;
    for (int k = 0; k < 3; k++) sum[k] /= weight;
    shift_tip(sum, pose);
}

void preprocess_tip_settle(const struct preprocess_template *face, const struct preprocess_surface *surface, bool lips,
                           struct preprocess_pose *pose) {
    const struct reach *reach = lips ? &among_lips : &usual;
    climb(face, surface, 12, reach, pose);
    climb(face, surface, 8, reach, pose);
}
