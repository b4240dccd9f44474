// Landmarks: the points of a face that datasets and Facet itself name. Left and right are the person's own: left is +x.
#ifndef FACET_LANDMARK_H
#define FACET_LANDMARK_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

enum facet_landmark {
    FACET_NOSE_TIP,
    FACET_NASION, // the saddle of the nose, between the eyes
    FACET_SUBNASALE,
    FACET_ALAR_LEFT,
    FACET_ALAR_RIGHT,
    FACET_EYE_LEFT_INNER,
    FACET_EYE_LEFT_OUTER,
    FACET_EYE_RIGHT_INNER,
    FACET_EYE_RIGHT_OUTER,
    FACET_MOUTH_LEFT,
    FACET_MOUTH_RIGHT,
    FACET_LIP_UPPER, // outer border, middle
    FACET_LIP_LOWER,
    FACET_CHIN, // pogonion
    FACET_LANDMARKS,
};

const char *facet_landmark_name(enum facet_landmark landmark); // "nose_tip", "eye_left_inner", ...
int facet_landmark_code(const char *name);                     // -1: there is no such name

// The field `landmarks` of a row: ragged f32 (at most FACET_LANDMARKS, 4): the landmark's number, then x, y, z in mm in
// the coordinates of `vertices`. A landmark that is not known has no entry; each stands at most once.

// A file of landmarks as it stands: names or numbers are the dataset's own.
struct facet_point {
    char name[48];    // "" in files that name none; longer names are cut
    int64_t vertex;   // the mesh's vertex it is, -1 when the file does not say
    float at[3];      // NaN where the file gives a place in a picture only
    float picture[2]; // column and row in the scan's picture; NaN where the file gives a place in space
};
struct facet_points {
    struct facet_point *all;
    int64_t count;
};
void facet_points_free(struct facet_points *points); // NULL is fine; leaves none

// .lm2 (places in the picture) and .lm3 of Bosphorus; .bnd and .pse of BU-3DFE and BU-4DFE; any other name is plain text of
// three numbers a line. Told apart by the name's suffix. In order of the file, at least one. On success *points is the
// caller's, on failure it is empty and the sentence names the file and the line. Errors: DATA, MEMORY. Rank-local.
int facet_points_parse(const char *name, const void *bytes, size_t size, struct facet_points *points,
                       struct facet_error *error);

#endif
