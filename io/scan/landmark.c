// The names of landmarks.
#include <facet/landmark.h>

#include <string.h>

static const char *const names[FACET_LANDMARKS] = {
    [FACET_NOSE_TIP] = "nose_tip",
    [FACET_NASION] = "nasion",
    [FACET_SUBNASALE] = "subnasale",
    [FACET_ALAR_LEFT] = "alar_left",
    [FACET_ALAR_RIGHT] = "alar_right",
    [FACET_EYE_LEFT_INNER] = "eye_left_inner",
    [FACET_EYE_LEFT_OUTER] = "eye_left_outer",
    [FACET_EYE_RIGHT_INNER] = "eye_right_inner",
    [FACET_EYE_RIGHT_OUTER] = "eye_right_outer",
    [FACET_MOUTH_LEFT] = "mouth_left",
    [FACET_MOUTH_RIGHT] = "mouth_right",
    [FACET_LIP_UPPER] = "lip_upper",
    [FACET_LIP_LOWER] = "lip_lower",
    [FACET_CHIN] = "chin",
};

const char *facet_landmark_name(enum facet_landmark landmark) {
    FACET_REQUIRE(landmark >= 0 && landmark < FACET_LANDMARKS);
    return names[landmark];
}

int facet_landmark_code(const char *name) {
    for (int i = 0; i < FACET_LANDMARKS; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}
