// How good a scan is, in numbers, and the limits beyond which it is set aside.
#ifndef FACET_PREPROCESS_QUALITY_H
#define FACET_PREPROCESS_QUALITY_H

#include "preprocess/pose.h"
#include "preprocess/repair.h"
#include "preprocess/surface.h"

#include <facet/params.h>
#include <facet/quality.h>

struct preprocess_limits {
    double at[FACET_METRICS]; // 0: none
};

// The parameters that set limits, to stand in a plugin's table; facet_metric_about() says which metric each is for.
#define PREPROCESS_LIMIT(param, unit_name, most, text)                                                                 \
    { .name = param, .type = FACET_PARAM_FLOAT, .fallback = "0.0", .unit = unit_name, .max = most, .doc = text }
#define PREPROCESS_LIMIT_PARAMS                                                                                        \
    PREPROCESS_LIMIT("max_hole_mm2", "mm^2", 1e6, "Scans with more area of holes are set aside; 0: no limit."),        \
        PREPROCESS_LIMIT("max_noise_mm", "mm", 100, "Scans with more noise are set aside; 0: no limit."),              \
        PREPROCESS_LIMIT("max_yaw_deg", "degree", 180, "Faces turned farther aside are set aside; 0: no limit."),      \
        PREPROCESS_LIMIT("max_pitch_deg", "degree", 180, "Faces looking farther up or down likewise; 0: no limit."),   \
        PREPROCESS_LIMIT("min_agreement", NULL, 1, "Scans less like a face are set aside; 0: no limit."),              \
        PREPROCESS_LIMIT("landmark_tolerance_mm", "mm", 1000,                                                          \
                         "Scans whose own nose tip lies farther from the one found are set aside; 0: no limit."),      \
        PREPROCESS_LIMIT("min_coverage", NULL, 1, "Faces that cover less of the disc are set aside; 0: no limit."),    \
        PREPROCESS_LIMIT("max_roll_deg", "degree", 180, "Faces tilted farther are set aside; 0: no limit."),           \
        PREPROCESS_LIMIT("max_pieces", NULL, 1e9, "Scans in more pieces are set aside; 0: no limit."),                 \
        PREPROCESS_LIMIT("max_holes_left", NULL, 1e9,                                                                  \
                         "Faces with more holes that stay open are set aside; 0: no limit."),                          \
        PREPROCESS_LIMIT("max_edge_mm", "mm", 100, "Faces of longer edges (the median) are set aside; 0: no limit.")
void preprocess_limits_read(const struct facet_params *given, struct preprocess_limits *limits);

// DATA with the metric, its value and its limit for the first one that is beyond its limit.
int preprocess_limits_check(const struct preprocess_limits *limits, const float quality[FACET_METRICS],
                            struct facet_error *error);

void preprocess_quality_of_pose(const struct preprocess_pose *pose, float quality[FACET_METRICS]);
// Of the face cut out, with normals, before it is mended, smoothed or thinned. Errors: MEMORY.
int preprocess_quality_of_face(const struct preprocess_surface *surface, float quality[FACET_METRICS],
                               struct facet_error *error);

#endif
