// What each action unit does to the skin, after Ekman, Friesen & Hager, Facial Action Coding System, 2002: where the
// muscle inserts, which way it pulls, and the bulges it makes. Full strength is an intense (E) action.
#include "synth/model.h"
#include "synth/pulls.h"

#include <math.h>
#include <stddef.h>

static const double degree = 3.14159265358979323846 / 180;
static const double jaw_y = 6, jaw_z = -92; // the jaw's hinge in front of the ear, mm

const struct unit_spec unit_specs[] = {
    {.au = 1, .sided = 1},
    {.au = 2, .sided = 1},
    {.au = 4, .sided = 1, .upper = -0.8},
    {.au = 5, .sided = 1, .upper = 2.8},
    {.au = 6, .sided = 1, .upper = -0.6, .lower = 1.4},
    {.au = 7, .sided = 1, .upper = -1.4, .lower = 2.0},
    {.au = 9, .sided = 1, .upper = -0.8, .lower = 1.2},
    {.au = 10, .sided = 1},
    {.au = 11, .sided = 1},
    {.au = 12, .sided = 1},
    {.au = 14, .sided = 1},
    {.au = 15, .sided = 1},
    {.au = 16, .sided = 1},
    {.au = 17},
    {.au = 18},
    {.au = 20, .sided = 1},
    {.au = 22},
    {.au = 23},
    {.au = 24},
    {.au = 25},
    {.au = 26, .jaw = 11},
    {.au = 27, .jaw = 22},
    {.au = 28, .jaw = 2},
    {.au = 33, .sided = 1},
    {.au = 45, .sided = 1, .upper = -7.4, .lower = 1.9},
};
const int unit_specs_count = (int)(sizeof unit_specs / sizeof *unit_specs);

static const struct pull pulls[] = {
    {1, PULL_ALL, 13, 58, 10, 9, 0.5, 6.5, 0.5},    // frontalis, inner part
    {1, PULL_ALL, 10, 78, 12, 7, 0, 2.5, 1.2},      // skin gathered on the forehead
    {2, PULL_ALL, 42, 57, 12, 9, 0, 7, 0},          // frontalis, outer part
    {2, PULL_ALL, 36, 78, 12, 8, 0, 2.5, 1},        // forehead above it
    {4, PULL_ALL, 17, 54, 13, 8, -4, -5.5, 1.2},    // corrugator, depressor supercilii
    {4, PULL_ALL, 5, 53, 5, 7, 0, -2, 2.2},         // bulge between the brows
    {5, PULL_ALL, 31, 47, 13, 4, 0, 1, -1},         // levator palpebrae deepens the fold
    {6, PULL_ALL, 36, 14, 15, 10, -0.5, 5.5, 3.5},  // orbicularis oculi, orbital part
    {6, PULL_ALL, 53, 34, 7, 12, -2.5, 0, 0.8},     // crow's feet
    {6, PULL_ALL, 38, 53, 12, 6, 0, -1.5, 0},       // brow follows down
    {7, PULL_ALL, 31, 27, 12, 4, -0.5, 1.2, 1},     // orbicularis oculi, palpebral part
    {9, PULL_ALL, 9, 17, 8, 11, 0, 5, 2},           // levator labii superioris alaeque nasi
    {9, PULL_ALL, 15, -7, 7, 7, 0.5, 5, 1},         // nostril wing
    {9, PULL_UPPER, 13, -26, 9, 8, 0, 4, 1},        // upper lip
    {9, PULL_UPPER, 0, -27, 8, 8, 0, 2.5, 0},       // its middle
    {9, PULL_ALL, 10, 52, 10, 7, -2, -4, 1.5},      // procerus draws the brows down
    {9, PULL_ALL, 24, 10, 8, 10, -1, 3, 2},         // folds beside the nose
    {10, PULL_UPPER, 13, -29, 10, 9, 0, 7, 2},      // levator labii superioris
    {10, PULL_UPPER, 0, -30, 8, 9, 0, 4.5, 1},      // middle of the lip
    {10, PULL_ALL, 17, -7, 7, 6, 0.5, 2, 0.8},      // nostril wing
    {10, PULL_ALL, 30, -4, 9, 11, 0, 4, 3},         // cheek gathers
    {11, PULL_ALL, 24, -12, 6, 9, 0.5, 3, -3},      // zygomaticus minor deepens the fold
    {11, PULL_ALL, 31, -5, 7, 8, 0, 2, 3},          // cheek above the fold
    {11, PULL_UPPER, 17, -29, 8, 7, 0.5, 2.5, 0.5}, // upper lip
    {12, PULL_ALL, 26, -34, 8.5, 10, 7.5, 9, -3},   // zygomaticus major
    {12, PULL_ALL, 40, -4, 13, 13, 1.5, 5, 5},      // cheek pushed up and out
    {12, PULL_ALL, 27, -14, 7, 10, 2, 1, -1.2},     // fold from nose to mouth
    {12, PULL_ALL, 0, -38, 16, 8, 0, 2, -4},        // lips stretched flat over the teeth
    {14, PULL_ALL, 27, -34, 7, 8, 2.5, 1, -6},      // buccinator
    {14, PULL_ALL, 38, -34, 6, 10, -1, 0, 2.5},     // bulge beside the dimple
    {15, PULL_ALL, 26, -36, 9, 10, 0.5, -8.5, -1},  // depressor anguli oris
    {15, PULL_ALL, 26, -54, 9, 9, 0, -2, 2},        // skin below
    {16, PULL_LOWER, 11, -40, 10, 8, 1, -7, 0.5},   // depressor labii inferioris
    {16, PULL_LOWER, 0, -40, 8, 8, 0, -5, 0},       // middle of the lip
    {17, PULL_ALL, 0, -63, 15, 10, 0, 7, 3.2},      // mentalis
    {17, PULL_LOWER, 0, -41, 15, 7, 0, 4.4, 3},     // lower lip
    {17, PULL_UPPER, 0, -31, 16, 5, 0, 3.2, 1.4},   // upper lip
    {17, PULL_ALL, 25, -36, 7, 6, 0, -2, 0},        // corners follow
    {18, PULL_ALL, 25, -34, 10, 10, -9, 0, 4},      // incisivii
    {18, PULL_ALL, 0, -34, 12, 9, 0, 0, 6},         // lips pushed out
    {20, PULL_ALL, 26, -36, 11, 10, 8.5, -2.5, -5}, // risorius
    {20, PULL_ALL, 0, -36, 20, 7, 0, 0, -3},        // lips stretched flat
    {20, PULL_ALL, 40, -50, 12, 12, 3, -2, 0},      // platysma
    {22, PULL_UPPER, 0, -30, 14, 6, 0, 3.6, 7},     // orbicularis oris
    {22, PULL_LOWER, 0, -40, 14, 7, 0, -4.4, 7},    // lower lip
    {22, PULL_ALL, 25, -34, 9, 8, -5, 0, 3},        // corners
    {23, PULL_ALL, 25, -34, 9, 6, -3, 0, 1},        // orbicularis oris, drawn in
    {23, PULL_ALL, 0, -34, 17, 6, 0, 0, -1.8},      // lips
    {23, PULL_UPPER, 0, -27, 17, 3.5, 0, -1.8, 0},  // less red shows
    {23, PULL_LOWER, 0, -42, 17, 4, 0, 2.2, 0},     // lower lip
    {24, PULL_ALL, 0, -34, 17, 6, 0, 0, -2},        // orbicularis oris, pressed
    {24, PULL_UPPER, 0, -27, 17, 3.5, 0, -2.4, 0},  // upper lip
    {24, PULL_LOWER, 0, -42, 17, 4, 0, 2.8, 0},     // lower lip
    {24, PULL_ALL, 10, -62, 14, 8, 0, 1.5, 1},      // chin tenses
    {24, PULL_UPPER, 9, -24, 12, 5, 0, 0, 0.9},     // skin above bulges
    {24, PULL_ALL, 25, -34, 8, 6, -1.5, -1, 0.5},   // corners
    {25, PULL_LOWER, 0, -39, 15, 8, 0, -4.4, 0.4},  // lower lip
    {25, PULL_UPPER, 0, -30, 15, 6, 0, 1.6, 0.4},   // upper lip
    {28, PULL_ALL, 0, -34, 17, 5, 0, 0, -5},        // the red rolls in over the teeth
    {28, PULL_UPPER, 0, -27, 17, 3.5, 0, -3, 0},    // upper lip
    {28, PULL_LOWER, 0, -42, 17, 4, 0, 3.6, 0},     // lower lip
    {33, PULL_ALL, 38, -24, 14, 15, 6, 0, 9},       // air in the cheek
    {33, PULL_ALL, 25, -34, 8, 8, -1.5, 0, 2},      // corners
    {45, PULL_ALL, 31, 45, 13, 5, 0, -0.8, 0.5},    // skin above the lid
};

static double gauss(double x, double deviation) {
    return exp(-0.5 * (x / deviation) * (x / deviation));
}

static double part_weight(enum pull_part part, const struct anatomy_site *site) {
    if (part == PULL_ALL) return 1;
    double lower = anatomy_lower(site);
    return part == PULL_LOWER ? lower : 1 - lower;
}

// A side's share of the skin: all of its own cheek, half of the midline, none of the other cheek.
static double share_of_side(double x) {
    double u = fmin(fmax(0.5 + x / 44, 0), 1);
    return u * u * (3 - 2 * u);
}

static void add_pull(const struct pull *pull, int side, const struct anatomy_site *site, double offset[3]) {
    double weight = part_weight(pull->part, site) * share_of_side(side * site->x) *
                    gauss(side * site->x - pull->x, pull->wide) * gauss(site->y - pull->y, pull->tall);
    offset[0] += weight * side * pull->dx;
    offset[1] += weight * pull->dy;
    offset[2] += weight * pull->dz;
}

static void open_jaw(double degrees, const struct anatomy_site *site, const double place[3], double offset[3]) {
    double side = fmin(fmax((fabs(site->angle) - 0.85) / 0.75, 0), 1), neck = fmin(fmax((-86 - site->y) / 36, 0), 1);
    double weight = anatomy_lower(site) * (1 - side * side * (3 - 2 * side)) * (1 - neck * neck * (3 - 2 * neck));
    double s = sin(degrees * degree), c = cos(degrees * degree), y = place[1] - jaw_y, z = place[2] - jaw_z;
    offset[1] += weight * (-z * s + y * (c - 1));
    offset[2] += weight * (y * s + z * (c - 1));
}

static void move_lids(const struct unit_spec *spec, int side, const struct anatomy_site *site, const double place[3],
                      double offset[3]) {
    struct anatomy_lids lids = anatomy_lids_rest;
    double moved[3];
    int eye = side == SYNTH_LEFT;
    lids.upper[eye] += spec->upper;
    lids.lower[eye] -= spec->lower;
    anatomy_place(site, &lids, moved);
    for (int k = 0; k < 3; k++) offset[k] += moved[k] - place[k];
}

void unit_displace(const struct unit_spec *spec, int side, const struct anatomy_site *site, const double place[3],
                   double offset[3]) {
    if (site->layer == ANATOMY_EYEBALL) return;
    if (spec->jaw != 0) open_jaw(spec->jaw, site, place, offset);
    if (spec->upper != 0 || spec->lower != 0) move_lids(spec, side, site, place, offset);
    for (size_t i = 0; i < sizeof pulls / sizeof *pulls; i++) {
        if (pulls[i].of != spec->au) continue;
        if (side != SYNTH_RIGHT) add_pull(&pulls[i], SYNTH_LEFT, site, offset);
        if (side != SYNTH_LEFT) add_pull(&pulls[i], SYNTH_RIGHT, site, offset);
    }
}
