// Sizes are adult averages, in the order of Farkas, Anthropometry of the Head and Face, 1994.
#include "synth/anatomy.h"

#include <math.h>
#include <stddef.h>

const double anatomy_eye_x = 31.0, anatomy_eye_y = 36.0, anatomy_eye_half = 14.5;
const double anatomy_mouth_y = -34.0, anatomy_mouth_half = 25.0;
const struct anatomy_lids anatomy_lids_rest = {{5.0, 5.0}, {4.3, 4.3}};

static const double eyeball_radius = 12.2, eyeball_z = -45.5, lid_thickness = 0.9;
static const double roundness = 2.25; // exponent of the horizontal section: 2 is an ellipse
static const double pi = 3.14159265358979323846;

struct knot {
    double y, value;
};

// Depth of the midline, nose, lips and chin taken away: crown, forehead, glabella, upper jaw, lower jaw, throat.
static const struct knot profile[] = {{-130, -84}, {-112, -81},  {-100, -75}, {-92, -62},   {-85, -45}, {-77, -32},
                                      {-67, -26},  {-55, -24.5}, {-42, -23},  {-26, -22.5}, {-10, -24}, {10, -26},
                                      {25, -26},   {38, -24},    {52, -20},   {65, -19.5},  {85, -22},  {105, -30},
                                      {125, -46},  {140, -66},   {152, -95}};
// Half width of the head, and the depth of the widest place.
static const struct knot half_width[] = {{-130, 57}, {-110, 53},  {-95, 47}, {-84, 42}, {-70, 45},
                                         {-48, 54},  {-20, 62.5}, {10, 68},  {40, 71},  {75, 73},
                                         {105, 69},  {125, 58},   {140, 42}, {152, 14}};
static const struct knot widest[] = {{-130, -120}, {-105, -116}, {-85, -106}, {-60, -98},
                                     {20, -96},    {90, -98},    {152, -105}};
static const double back_depth = 92.0;

// The nose over the midline's depth.
static const struct knot ridge[] = {{-19, 0},   {-15, 3},   {-11, 9}, {-7, 16}, {-3.5, 21.5}, {0, 24}, {4, 23.5},
                                    {10, 20.5}, {20, 15.5}, {30, 10}, {40, 5},  {48, 2},      {56, 0}};
static const struct knot ridge_width[] = {{-16, 5}, {-9, 6.5}, {-2, 8.2}, {4, 8},
                                          {12, 7},  {20, 6.8}, {32, 7.2}, {50, 9}};

// Bumps, mirrored in x when off the midline; wide and tall are Gaussian deviations.
static const struct bump {
    double x, y, height, wide, tall;
} bumps[] = {
    {31, 36, -8.5, 13, 10},     // orbit
    {15, 37, -5.0, 5, 8},       // inner corner of the eye
    {27, 52, 3.2, 13, 6},       // brow ridge
    {47, 48, 3.0, 8, 8},        // outer end of the brow
    {19, 49.5, 1.0, 5, 2.2},    // eyebrow
    {30, 52.5, 1.1, 6, 2.2},    // its middle
    {41, 51.5, 0.9, 5, 2.0},    // its tail
    {0, 55, 1.5, 12, 9},        // glabella
    {46, 12, 5.0, 13, 11},      // cheekbone
    {29, 8, 2.5, 10, 12},       // front of the cheek
    {13, -5, 9.0, 4.2, 4.4},    // nostril wing
    {20.5, -9, -2.5, 3.5, 6},   // groove behind the wing
    {7, -11.5, -3.5, 2.6, 2.6}, // nostril
    {0, -1, 1.0, 7, 5},         // tip of the nose
    {25, -20, -1.8, 5, 9},      // fold from nose to mouth
    {0, -30, 5.2, 21, 11},      // teeth behind the lips
    {0, -48, -2.6, 16, 4.5},    // furrow under the lower lip
    {28, -36, -2.4, 6, 6},      // corner of the mouth
    {42, -28, 2.0, 14, 18},     // cheek
    {0, -22, -1.4, 2.6, 6},     // philtrum
    {5, -24, 0.7, 2, 6},        // its ridges
    {0, -67, 6.0, 15, 10},      // chin
    {24, 80, 2.0, 16, 14},      // frontal eminence
    {54, 56, -2.5, 10, 14},     // temple
    {38, -66, 2.0, 12, 8},      // border of the jaw
};

static double cubic(const struct knot *k, int n, int i, double y) {
    const struct knot *a = &k[i > 0 ? i - 1 : 0], *b = &k[i], *c = &k[i + 1], *d = &k[i + 2 < n ? i + 2 : n - 1];
    double width = c->y - b->y, u = (y - b->y) / width;
    double m0 = (c->value - a->value) / (c->y - a->y) * width, m1 = (d->value - b->value) / (d->y - b->y) * width;
    double rise = c->value - b->value;
    return b->value + u * (m0 + u * (3 * rise - 2 * m0 - m1 + u * (m0 + m1 - 2 * rise)));
}

// Cubic Hermite with central slopes; constant beyond the ends.
static double interpolate(const struct knot *knots, int n, double y) {
    if (y <= knots[0].y) return knots[0].value;
    for (int i = 0; i + 1 < n; i++) {
        if (y <= knots[i + 1].y) return cubic(knots, n, i, y);
    }
    return knots[n - 1].value;
}
#define AT(knots, y) interpolate(knots, (int)(sizeof knots / sizeof *knots), y)

static double gauss(double x, double deviation) {
    return exp(-0.5 * (x / deviation) * (x / deviation));
}

static double smoothstep(double from, double to, double x) {
    double u = fmin(fmax((x - from) / (to - from), 0), 1);
    return u * u * (3 - 2 * u);
}

double anatomy_half_width(double y) {
    return AT(half_width, y);
}

static double section_radius(double angle) {
    double s = fabs(sin(angle)), c = fabs(cos(angle));
    return pow(pow(s, roundness) + pow(c, roundness), -1 / roundness);
}

double anatomy_angle_of(double share) {
    double rest = pow(fmax(1 - pow(share, roundness), 0), 1 / roundness);
    return atan2(share, rest);
}

double anatomy_skin_x(double angle, double y) {
    double w = AT(half_width, y), a = fabs(angle);
    double share = a < pi / 2 ? section_radius(a) * sin(a) : 1 + (a - pi / 2);
    return copysign(w * share, angle);
}

// The lips' red, full in the middle and drawn in at the slit.
static double lips(double x, double y) {
    double s = x / anatomy_mouth_half, d = y - anatomy_mouth_y;
    if (fabs(s) >= 1) return 0;
    double taper = 1 - s * s, bow = 4.6 - 1.2 * gauss(x, 2.5) + 0.8 * gauss(fabs(x) - 6, 4);
    double upper = 3.2 * gauss(d - bow * sqrt(taper), 2.6), lower = 4.4 * gauss(d + 5.8 * sqrt(taper), 3.6);
    return taper * (upper + lower) - 2.6 * sqrt(taper) * gauss(d, 1.5);
}

static double relief(double x, double y) {
    double z = AT(ridge, y) * gauss(x, AT(ridge_width, y)) + lips(x, y);
    for (size_t i = 0; i < sizeof bumps / sizeof *bumps; i++) {
        const struct bump *b = &bumps[i];
        double near = gauss(x - b->x, b->wide), far = b->x > 0 ? gauss(x + b->x, b->wide) : 0;
        z += b->height * gauss(y - b->y, b->tall) * (near + far);
    }
    return z;
}

static int side_of(double x) {
    return x > 0;
}

// Skin over the eyeball stands at least a lid's thickness off it; the two meet in a smooth maximum.
static double over_eyeball(double x, double y, double z) {
    double dx = fabs(x) - anatomy_eye_x, dy = y - anatomy_eye_y, r = eyeball_radius + lid_thickness;
    double square = r * r - dx * dx - dy * dy;
    if (square <= 0) return z;
    double lid = eyeball_z + sqrt(square), soft = 0.9;
    return fmax(z, lid) + soft * log1p(exp(-fabs(z - lid) / soft)) * smoothstep(0, 40, square);
}

// Lids part: skin next to the slit slides up or down, dying away within a finger's breadth.
static double slide(double x, double y, int half, const struct anatomy_lids *lids) {
    double s = (fabs(x) - anatomy_eye_x) / anatomy_eye_half, d = y - anatomy_eye_y;
    if (fabs(s) >= 1 || fabs(d) > 40) return 0;
    int upper = half ? half > 0 : d > 0, side = side_of(x);
    double arc = pow(1 - s * s, 0.8), open = upper ? lids->upper[side] : -lids->lower[side];
    return open * arc * gauss(d, upper ? 7.5 : 8.0);
}

// The lips' parting is no straight line: it dips in the middle and rises beside it.
static double parting(double x, double y) {
    double bend = 0.5 * gauss(fabs(x) - 11, 6) - 0.5 * gauss(x, 5) - 0.6 * gauss(fabs(x) - 25, 6);
    return bend * gauss(y - anatomy_mouth_y, 7);
}

static void place_skin(const struct anatomy_site *site, const struct anatomy_lids *lids, double position[3]) {
    double y = site->y + slide(site->x, site->y, site->half, lids), a = site->angle;
    double w = AT(half_width, y), middle = AT(widest, y), r = section_radius(a);
    double depth = cos(a) > 0 ? AT(profile, y) - middle : back_depth * w / 74;
    double fade = 1 - smoothstep(1.15, 1.5, fabs(a));
    position[0] = w * r * sin(a);
    position[1] = y + parting(site->x, y);
    position[2] = middle + depth * r * cos(a) + (fade > 0 ? fade * relief(site->x, y) : 0);
    if (fade > 0) position[2] = over_eyeball(site->x, y, position[2]);
}

static void place_eyeball(const struct anatomy_site *site, double position[3]) {
    double c = cos(site->depth), s = sin(site->depth), r = eyeball_radius;
    double cornea = fmax(0, 1 - site->depth * site->depth / 0.25); // stands a mm out of the globe
    position[0] = site->x + r * s * cos(site->turn);
    position[1] = site->y + r * s * sin(site->turn);
    position[2] = eyeball_z + (r + cornea) * c - 0.3;
}

// Behind the lips: a pocket that first follows the lips back, then widens up and down.
static void place_mouth(const struct anatomy_site *site, double position[3]) {
    double s = site->x / anatomy_mouth_half, taper = sqrt(fmax(1 - s * s, 0));
    position[0] *= 1 - 0.006 * site->depth;
    position[1] += site->half * taper * fmin(site->depth, 8) * 0.35;
    position[2] -= site->depth * (0.25 + 0.75 * taper);
}

void anatomy_place(const struct anatomy_site *site, const struct anatomy_lids *lids, double position[3]) {
    if (site->layer == ANATOMY_EYEBALL) {
        place_eyeball(site, position);
        return;
    }
    place_skin(site, lids, position);
    if (site->layer == ANATOMY_LID) position[2] -= site->depth;
    if (site->layer == ANATOMY_MOUTH) place_mouth(site, position);
}

// At the corners both lips follow the jaw halfway, in the middle of the slit only the lower one does.
double anatomy_lower(const struct anatomy_site *site) {
    if (site->layer == ANATOMY_EYEBALL) return 0;
    double s = fmin(fabs(site->x) / anatomy_mouth_half, 1), beyond = fmax(fabs(site->x) - anatomy_mouth_half, 0);
    double d = anatomy_mouth_y - site->y, slit = sqrt(1 - s * s);
    double apart = 1 - (1 - slit) * (1 - smoothstep(0, 10 + beyond, fabs(d)));
    double lower = site->half && fabs(d) < 1e-9 ? -site->half : d;
    return 0.5 + (lower > 0 ? 0.5 : -0.5) * apart;
}
