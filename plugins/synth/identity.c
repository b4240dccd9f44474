// How people differ: directions of one standard deviation each, drawn independently.
#include "synth/pulls.h"

#include <math.h>
#include <stddef.h>

// A pull on the left side; the right one mirrors it, or does the opposite where a face is uneven.
struct trait {
    struct pull pull;
    int odd; // the right side moves the other way
};

enum {
    FACE_WIDTH,
    FACE_LENGTH,
    FACE_DEPTH,
    FOREHEAD_SLOPE,
    BROW_RIDGE,
    BROW_HEIGHT,
    EYE_SPACING,
    EYE_DEPTH,
    EYE_SLANT,
    NOSE_LENGTH,
    NOSE_WIDTH,
    NOSE_BRIDGE,
    NOSE_TIP,
    NOSE_HUMP,
    CHEEKBONES,
    CHEEK_FULLNESS,
    MOUTH_WIDTH,
    MOUTH_HEIGHT,
    MOUTH_FORWARD,
    UPPER_LIP,
    LOWER_LIP,
    JAW_WIDTH,
    CHIN_FORWARD,
    CHIN_HEIGHT,
    CHIN_WIDTH,
    THROAT,
    TEMPLES,
    UNEVEN_BROWS,
    UNEVEN_JAW,
    UNEVEN_MOUTH,
    CROOKED_NOSE,
    TRAITS
};
const int identity_count = TRAITS;

static const struct trait traits[] = {
    {{FOREHEAD_SLOPE, PULL_ALL, 0, 108, 60, 26, 0, 0, -2.5}, 0},
    {{FOREHEAD_SLOPE, PULL_ALL, 0, 70, 40, 16, 0, 0, 1.0}, 0},
    {{BROW_RIDGE, PULL_ALL, 24, 54, 16, 7, 0, -0.6, 1.6}, 0},
    {{BROW_HEIGHT, PULL_ALL, 28, 56, 20, 9, 0, 1.8, 0}, 0},
    {{EYE_SPACING, PULL_ALL, 31, 38, 19, 20, 1.5, 0, 0}, 0},
    {{EYE_DEPTH, PULL_ALL, 31, 37, 19, 15, 0, 0, -1.6}, 0},
    {{EYE_SLANT, PULL_ALL, 46, 37, 9, 9, 0, 1.2, 0}, 0},
    {{NOSE_LENGTH, PULL_ALL, 0, -6, 16, 12, 0, -1.3, 0.6}, 0},
    {{NOSE_WIDTH, PULL_ALL, 16, -7, 6, 8, 1.5, 0, 0.2}, 0},
    {{NOSE_WIDTH, PULL_ALL, 9, 10, 7, 16, 0.6, 0, 0}, 0},
    {{NOSE_BRIDGE, PULL_ALL, 0, 28, 9, 14, 0, 0, 1.1}, 0},
    {{NOSE_TIP, PULL_ALL, 0, 1, 10, 8, 0, 0.8, 1.0}, 0},
    {{NOSE_HUMP, PULL_ALL, 0, 17, 7, 6, 0, 0, 0.8}, 0},
    {{CHEEKBONES, PULL_ALL, 48, 12, 14, 14, 1.4, 0, 2.0}, 0},
    {{CHEEK_FULLNESS, PULL_ALL, 40, -24, 17, 22, 1.6, 0, 2.4}, 0},
    {{MOUTH_WIDTH, PULL_ALL, 25, -34, 10, 10, 2.2, 0, -0.4}, 0},
    {{MOUTH_HEIGHT, PULL_ALL, 0, -35, 28, 12, 0, 0.9, 0}, 0},
    {{MOUTH_FORWARD, PULL_ALL, 0, -35, 20, 13, 0, 0, 0.9}, 0},
    {{UPPER_LIP, PULL_UPPER, 0, -29, 17, 4, 0, 0.5, 0.5}, 0},
    {{LOWER_LIP, PULL_LOWER, 0, -40, 16, 4, 0, -0.5, 0.6}, 0},
    {{JAW_WIDTH, PULL_ALL, 54, -46, 18, 22, 3.0, 0, 0.8}, 0},
    {{CHIN_FORWARD, PULL_ALL, 0, -68, 20, 14, 0, 0, 1.3}, 0},
    {{CHIN_HEIGHT, PULL_ALL, 0, -80, 34, 16, 0, -1.8, 0}, 0},
    {{CHIN_WIDTH, PULL_ALL, 20, -72, 11, 12, 2.0, 0, 0.8}, 0},
    {{THROAT, PULL_ALL, 0, -96, 30, 12, 0, -2.0, 2.5}, 0},
    {{TEMPLES, PULL_ALL, 62, 62, 14, 24, 1.8, 0, 0}, 0},
    {{UNEVEN_BROWS, PULL_ALL, 28, 56, 17, 9, 0, 0.7, 0}, 1},
    {{UNEVEN_JAW, PULL_ALL, 46, -45, 22, 24, 1.0, 0, 0.5}, 1},
    {{UNEVEN_MOUTH, PULL_ALL, 25, -34, 12, 10, 0, 0.6, 0}, 1},
    {{CROOKED_NOSE, PULL_ALL, 0, -2, 14, 14, 0.4, 0, 0}, 1},
};

static double gauss(double x, double deviation) {
    return exp(-0.5 * (x / deviation) * (x / deviation));
}

static void add_side(const struct trait *trait, int side, const struct anatomy_site *site, double offset[3]) {
    const struct pull *p = &trait->pull;
    double lower = anatomy_lower(site), part = p->part == PULL_LOWER ? lower : p->part == PULL_UPPER ? 1 - lower : 1;
    double weight = part * gauss(side * site->x - p->x, p->wide) * gauss(site->y - p->y, p->tall);
    double sign = trait->odd ? side : 1;
    offset[0] += weight * sign * side * p->dx;
    offset[1] += weight * sign * p->dy;
    offset[2] += weight * sign * p->dz;
}

void identity_displace(int direction, const struct anatomy_site *site, const double place[3], double offset[3]) {
    static const double middle = -90; // mm, about which the head grows deeper
    if (direction == FACE_WIDTH) offset[0] += 0.04 * place[0];
    if (direction == FACE_LENGTH) offset[1] += 0.04 * place[1];
    if (direction == FACE_DEPTH) offset[2] += 0.04 * (place[2] - middle);
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
        if (traits[i].pull.of != direction) continue;
        add_side(&traits[i], 1, site, offset);
        add_side(&traits[i], -1, site, offset);
    }
}
