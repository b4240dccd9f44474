// The generic face, from anthropometric averages of adults (orders of size as in Farkas, Anthropometry of the Head and
// Face, 1994): a midline profile without the nose, an elliptic fall to the sides, the nose as a ridge, and bumps.
#include "preprocess/template.h"

#include <facet/landmark.h>

#include <math.h>
#include <stddef.h>

static const double step = 2.0, left = -72.0, bottom = -84.0; // mm

struct knot {
    double y, value;
};

// Depth of the midline behind the nose tip, the nose taken away: chin, lips, maxilla, nasion, glabella, hairline.
static const struct knot profile[] = {{-90, -50}, {-78, -32}, {-65, -21}, {-50, -24}, {-41, -18},
                                      {-33, -20}, {-26, -16}, {-13, -20}, {0, -27},   {25, -30},
                                      {45, -28},  {60, -23},  {80, -25},  {95, -32},  {110, -45}};
static const struct knot ridge[] = {{-20, 0}, {-13, 4}, {-6, 19}, {0, 27}, {10, 24},
                                    {25, 15}, {35, 7},  {45, 1},  {52, 0}};
static const struct knot ridge_width[] = {{-20, 14}, {0, 12.5}, {10, 11}, {25, 9}, {45, 8}};
static const struct knot half_width[] = {{-90, 46}, {-65, 56}, {-30, 68}, {20, 75}, {60, 75}, {110, 70}};
static const double side_depth = 85.0; // how far the sides fall back over the half width

static const struct bump {
    double x, y, height, wide, tall; // mirrored in x; wide and tall are Gaussian deviations
} bumps[] = {
    {18, 30, -8, 8, 8},  // inner corner of the eye
    {40, 31, -2, 10, 8}, // outer corner of the eye
    {27, 47, 3, 14, 6},  // brow ridge
    {52, 14, 8, 16, 20}, // cheekbone
    {24, -8, -4, 8, 12}, // crease beside the nostril
    {27, -33, -4, 7, 8}, // corner of the mouth
};

// Cubic Hermite through the knots with central slopes (Catmull-Rom); constant beyond the ends.
static double interpolate(const struct knot *knots, int n, double y) {
    if (y <= knots[0].y) return knots[0].value;
    for (int i = 0; i + 1 < n; i++) {
        if (y > knots[i + 1].y) continue;
        const struct knot *a = &knots[i > 0 ? i - 1 : 0], *b = &knots[i], *c = &knots[i + 1];
        const struct knot *d = &knots[i + 2 < n ? i + 2 : n - 1];
        double width = c->y - b->y, u = (y - b->y) / width;
        double m0 = (c->value - a->value) / (c->y - a->y) * width, m1 = (d->value - b->value) / (d->y - b->y) * width;
        return b->value +
               u * (m0 + u * (3 * (c->value - b->value) - 2 * m0 - m1 + u * (2 * (b->value - c->value) + m0 + m1)));
    }
    return knots[n - 1].value;
}
#define AT(knots, y) interpolate(knots, (int)(sizeof knots / sizeof *knots), y)

static double gauss(double x, double deviation) {
    return exp(-0.5 * (x / deviation) * (x / deviation));
}

static double face_height(double x, double y) {
    double across = fmin(fabs(x) / AT(half_width, y), 0.99);
    double z = AT(profile, y) - side_depth * (1 - sqrt(1 - across * across));
    z += AT(ridge, y) * gauss(x, AT(ridge_width, y));
    for (size_t i = 0; i < sizeof bumps / sizeof *bumps; i++) {
        const struct bump *b = &bumps[i];
        z += b->height * gauss(y - b->y, b->tall) * (gauss(x - b->x, b->wide) + gauss(x + b->x, b->wide));
    }
    return z;
}

// The upper half of the face keeps its shape while mouth and jaw move and hair hides the forehead.
static double face_weight(double x, double y) {
    if (fabs(x) > 0.86 * AT(half_width, y) || y < -78 || y > 96) return 0;
    if (y < -18) return 0.35;
    return y > 78 ? 0.5 : 1.0;
}

// Eyes and nose stand in the same place in every head; foreheads slope and cheeks are full as they please, and mouth and
// chin move.
static double face_firm(double x, double y) {
    if (!(face_weight(x, y) > 0)) return 0;
    if (fabs(x) < 20 && y > -16 && y < 36) return 3;
    if (y > 60) return 0.3;
    if (y > 40) return 0.5;
    if (y > 20) return 4;
    return y > -18 ? 0.4 : 0.08;
}

void preprocess_template_fill(struct preprocess_template *face) {
    for (int row = 0; row < PREPROCESS_TEMPLATE_HEIGHT; row++) {
        for (int column = 0; column < PREPROCESS_TEMPLATE_WIDTH; column++) {
            double x = left + step * column, y = bottom + step * row;
            face->height[row][column] = (float)face_height(x, y);
            face->weight[row][column] = (float)face_weight(x, y);
            face->firm[row][column] = (float)face_firm(x, y);
        }
    }
}

bool preprocess_template_look(const struct preprocess_template *face, double x, double y,
                              struct preprocess_template_at *at) {
    double u = (x - left) / step, v = (y - bottom) / step;
    if (!(u >= 0 && v >= 0 && u < PREPROCESS_TEMPLATE_WIDTH - 1 && v < PREPROCESS_TEMPLATE_HEIGHT - 1)) return false;
    int column = (int)u, row = (int)v;
    float fu = (float)(u - column), fv = (float)(v - row);
    at->weight = face->weight[row][column];
    if (at->weight <= 0) return false;
    at->firm = face->firm[row][column];
    const float *low = &face->height[row][column], *high = &face->height[row + 1][column];
    float bottom_edge = low[0] + fu * (low[1] - low[0]), top_edge = high[0] + fu * (high[1] - high[0]);
    at->height = bottom_edge + fv * (top_edge - bottom_edge);
    at->slope_x = ((1 - fv) * (low[1] - low[0]) + fv * (high[1] - high[0])) / (float)step;
    at->slope_y = (top_edge - bottom_edge) / (float)step;
    return true;
}

// From the same averages: intercanthal and biocular width, width of nose and mouth, heights of nose and lips.
static const struct {
    double x, y, trust; // less for what expressions move
} landmarks[FACET_LANDMARKS] = {
    [FACET_NOSE_TIP] = {0, 0, 1},
    [FACET_NASION] = {0, 33, 1},
    [FACET_SUBNASALE] = {0, -15, 0.7},
    [FACET_ALAR_LEFT] = {17, -5, 0.5},
    [FACET_ALAR_RIGHT] = {-17, -5, 0.5},
    [FACET_EYE_LEFT_INNER] = {17, 32, 1},
    [FACET_EYE_LEFT_OUTER] = {45, 33, 0.8},
    [FACET_EYE_RIGHT_INNER] = {-17, 32, 1},
    [FACET_EYE_RIGHT_OUTER] = {-45, 33, 0.8},
    [FACET_MOUTH_LEFT] = {26, -36, 0.1},
    [FACET_MOUTH_RIGHT] = {-26, -36, 0.1},
    [FACET_LIP_UPPER] = {0, -28, 0.1},
    [FACET_LIP_LOWER] = {0, -46, 0.1},
    [FACET_CHIN] = {0, -65, 0.1},
};

double preprocess_template_landmark(const struct preprocess_template *face, int landmark, double at[3]) {
    struct preprocess_template_at surface = {.height = 0};
    at[0] = landmarks[landmark].x;
    at[1] = landmarks[landmark].y;
    preprocess_template_look(face, at[0], at[1], &surface);
    at[2] = surface.height;
    return landmarks[landmark].trust;
}
