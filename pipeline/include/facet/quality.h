// How good a scan is, in numbers: what the fields `quality` and `content` hold. preprocess makes them; describe hands them on
// beside each row's `descriptor`, so that no stage need keep meshes for their sake.
#ifndef FACET_QUALITY_H
#define FACET_QUALITY_H

#include <stddef.h>
#include <stdint.h>

// The columns of the field `quality`, f32 (FACET_METRICS) a row; NaN where nothing can be said. New ones are added at the end.
enum facet_metric {
    FACET_METRIC_VERTICES,
    FACET_METRIC_PIECES,
    FACET_METRIC_SPIKES,
    FACET_METRIC_HOLES,
    FACET_METRIC_HOLES_LEFT,
    FACET_METRIC_HOLE_AREA,
    FACET_METRIC_NOISE,
    FACET_METRIC_YAW,
    FACET_METRIC_PITCH,
    FACET_METRIC_ROLL,
    FACET_METRIC_AGREEMENT,
    FACET_METRIC_LANDMARK_GAP,
    FACET_METRIC_COVERAGE,
    FACET_METRIC_TEXTURED,
    FACET_METRIC_EDGE,
    FACET_METRICS,
};

// Which values of a metric speak against a scan.
enum facet_worse {
    FACET_WORSE_NONE,  // none do
    FACET_WORSE_LARGE, // large ones
    FACET_WORSE_SMALL, // small ones
    FACET_WORSE_FAR,   // those far from 0 on either side
};

struct facet_metric_about {
    const char *name;  // "hole_area_mm2"
    const char *unit;  // "mm^2"; "" for counts, shares, yes or no
    const char *about; // one line
    enum facet_worse worse;
    const char *limit; // preprocess's parameter that sets scans aside by it; NULL: there is none
};
const struct facet_metric_about *facet_metric_about(enum facet_metric metric);
int facet_metric_code(const char *name); // -1: there is no such name

// The field `content`, i64 (2) a row: a hash of a scan's shape as it was loaded. Equal if and only if (but for a chance of
// 2^-64 among 2^32 scans) counts, vertices and triangles are the same bit for bit, whatever the file is called and whichever
// format it has. vertices (n_vertices, 3), triangles (n_triangles, 3).
void facet_scan_content(const float *vertices, int64_t n_vertices, const int32_t *triangles, int64_t n_triangles,
                        int64_t content[2]);

// The field `descriptor`, f32 (n) a row: the face's relief in so many numbers that the Euclidean distance of two rows is the
// root of their mean squared difference in mm. NaN where too little of the face is there to tell.

#endif
