#include <facet/quality.h>

#include "io/h5/container.h"

#include <facet/error.h>

#include <string.h>

static const struct facet_metric_about metrics[FACET_METRICS] = {
    [FACET_METRIC_VERTICES] = {"vertices", "", "vertices of the scan, those in one place counted once",
                               FACET_WORSE_SMALL, NULL},
    [FACET_METRIC_PIECES] = {"pieces", "", "connected pieces of the scan", FACET_WORSE_LARGE, "max_pieces"},
    [FACET_METRIC_SPIKES] = {"spikes", "", "vertices that went as spikes", FACET_WORSE_LARGE, NULL},
    [FACET_METRIC_HOLES] = {"holes", "", "holes of the face that were filled", FACET_WORSE_LARGE, NULL},
    [FACET_METRIC_HOLES_LEFT] = {"holes_left", "", "holes of the face that were not filled", FACET_WORSE_LARGE,
                                 "max_holes_left"},
    [FACET_METRIC_HOLE_AREA] = {"hole_area_mm2", "mm^2", "area of all holes of the face", FACET_WORSE_LARGE,
                                "max_hole_mm2"},
    [FACET_METRIC_NOISE] = {"noise_mm", "mm", "deviation of the scanner's error along the normal", FACET_WORSE_LARGE,
                            "max_noise_mm"},
    [FACET_METRIC_YAW] = {"yaw_deg", "degree", "how far the face was turned to its left", FACET_WORSE_FAR,
                          "max_yaw_deg"},
    [FACET_METRIC_PITCH] = {"pitch_deg", "degree", "how far the face looked down", FACET_WORSE_FAR, "max_pitch_deg"},
    [FACET_METRIC_ROLL] = {"roll_deg", "degree", "how far the left side of the face was raised", FACET_WORSE_FAR,
                           "max_roll_deg"},
    [FACET_METRIC_AGREEMENT] = {"agreement", "", "share of the generic face that the scan agrees with",
                                FACET_WORSE_SMALL, "min_agreement"},
    [FACET_METRIC_LANDMARK_GAP] = {"landmark_gap_mm", "mm", "from the nose tip found to the one the scan came with",
                                   FACET_WORSE_LARGE, "landmark_tolerance_mm"},
    [FACET_METRIC_COVERAGE] = {"coverage", "", "share of the disc of 60 mm around the nose tip that has surface",
                               FACET_WORSE_SMALL, "min_coverage"},
    [FACET_METRIC_TEXTURED] = {"textured", "", "1: the scan has colours", FACET_WORSE_NONE, NULL},
    [FACET_METRIC_EDGE] = {"edge_mm", "mm", "median length of the face's edges, before it is mended", FACET_WORSE_LARGE,
                           "max_edge_mm"},
};

const struct facet_metric_about *facet_metric_about(enum facet_metric metric) {
    FACET_REQUIRE((int)metric >= 0 && metric < FACET_METRICS);
    return &metrics[metric];
}

int facet_metric_code(const char *name) {
    for (int m = 0; m < FACET_METRICS; m++)
        if (strcmp(metrics[m].name, name) == 0) return m;
    return -1;
}

void facet_scan_content(const float *vertices, int64_t n_vertices, const int32_t *triangles, int64_t n_triangles,
                        int64_t content[2]) {
    const int64_t counts[2] = {n_vertices, n_triangles};
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, counts, sizeof counts);
    hash = facet_hash_bytes(hash, vertices, (size_t)n_vertices * 3 * sizeof *vertices);
    hash = facet_hash_bytes(hash, triangles, (size_t)n_triangles * 3 * sizeof *triangles);
    memcpy(content, &hash, sizeof hash);
}
