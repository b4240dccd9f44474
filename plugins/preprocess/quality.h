// How good a scan is, in numbers, and the limits beyond which it is set aside.
#ifndef FACET_PREPROCESS_QUALITY_H
#define FACET_PREPROCESS_QUALITY_H

#include "preprocess/pose.h"
#include "preprocess/repair.h"
#include "preprocess/surface.h"

#include <facet/params.h>

// The columns of the field `quality`; NaN where nothing can be said.
enum preprocess_metric {
    PREPROCESS_VERTICES,     // of the scan, those in one place counted once
    PREPROCESS_PIECES,       // connected pieces of the scan
    PREPROCESS_SPIKES,       // vertices that went as spikes
    PREPROCESS_HOLES,        // holes of the face that were filled
    PREPROCESS_HOLES_LEFT,   // holes that were not
    PREPROCESS_HOLE_AREA,    // mm^2 of all of them
    PREPROCESS_NOISE,        // mm, deviation along the normal
    PREPROCESS_YAW,          // degrees that the face was turned to its left in the scan
    PREPROCESS_PITCH,        // degrees that it looked down
    PREPROCESS_ROLL,         // degrees that its left side was raised
    PREPROCESS_AGREEMENT,    // share of the generic face that the scan agrees with
    PREPROCESS_LANDMARK_GAP, // mm from the nose tip found to the one the scan came with
    PREPROCESS_COVERAGE,     // share of the disc of 60 mm around the nose tip, seen from the front, that has surface
    PREPROCESS_TEXTURED,     // 1: the scan has colours
    PREPROCESS_METRICS,
};
const char *preprocess_metric_name(enum preprocess_metric metric); // "hole_area_mm2", ...

struct preprocess_limits {
    double at[PREPROCESS_METRICS]; // 0: none
};

// The parameters that set limits, to stand in a plugin's table.
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
        PREPROCESS_LIMIT("min_coverage", NULL, 1, "Faces that cover less of the disc are set aside; 0: no limit.")
void preprocess_limits_read(const struct facet_params *given, struct preprocess_limits *limits);

// DATA with the metric, its value and its limit for the first one that is beyond its limit.
int preprocess_limits_check(const struct preprocess_limits *limits, const float quality[PREPROCESS_METRICS],
                            struct facet_error *error);

void preprocess_quality_of_pose(const struct preprocess_pose *pose, float quality[PREPROCESS_METRICS]);
// Of the face cut out, with normals, before it is mended, smoothed or thinned. Errors: MEMORY.
int preprocess_quality_of_face(const struct preprocess_surface *surface, float quality[PREPROCESS_METRICS],
                               struct facet_error *error);

#endif
