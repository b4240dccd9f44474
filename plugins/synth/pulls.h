// Pulls: smooth local displacements in skin coordinates. Action units and differences between people are sums of them.
#ifndef FACET_SYNTH_PULLS_H
#define FACET_SYNTH_PULLS_H

#include "synth/anatomy.h"

enum pull_part { PULL_ALL, PULL_UPPER, PULL_LOWER }; // all skin, or above or below the parting of the lips

// On the left side; the right one is its mirror image.
struct pull {
    int of; // action unit, or index of an identity direction
    enum pull_part part;
    double x, y, wide, tall; // centre and Gaussian deviations, mm
    double dx, dy, dz;       // mm
};

// An action unit's rigid and sliding share.
struct unit_spec {
    int au;
    int sided;           // may act on one side alone
    double jaw;          // degrees the jaw opens
    double upper, lower; // mm that the lids' edges move up
};

extern const struct unit_spec unit_specs[];
extern const int unit_specs_count;

// Adds to offset what unit `au` of `side` (SYNTH_LEFT ...) does to a site whose neutral place is given.
void unit_displace(const struct unit_spec *spec, int side, const struct anatomy_site *site, const double place[3],
                   double offset[3]);

extern const int identity_count;
void identity_displace(int direction, const struct anatomy_site *site, const double place[3], double offset[3]);

#endif
