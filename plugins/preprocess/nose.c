#include "preprocess/nose.h"

#include <math.h>
#include <string.h>

enum { TERMS = 6, LEAST = 24 };     // of the quadric; points
enum { SQUARES = 6 };               // to each side of the patch
static const double covered = 0.85; // of the squares must have points
static const double deep = 60;      // mm
static const double extent = 30;    // mm, keeps the terms near 1

// mm around the nose tip
static const struct patch {
    double aside, below, above;
} nose = {34, 18, 44}, upper = {44, 4, 54}; // the latter has no lips

static const double shallow = 0.5, steep = 2; // times the relief of the generic face: noses are hardly ever beyond
static const double better = 0.03;            // what a move must bring
static const double down_most = -12, up_most = 30, stride = 1.5, least_move = 7; // mm
static const double bridge = 4, near = 6; // mm: the depth of a tip is taken from around a place so far above it

struct moments {
    double terms[TERMS][TERMS], z[TERMS], h[TERMS], zz, hh, zh;
    int n;
    bool seen[SQUARES][SQUARES];
};

// 1, x, y and their squares at a place of the face.
static void terms_at(const double p[3], double terms[TERMS]) {
    double x = p[0] / extent, y = p[1] / extent - 0.5;
    double all[TERMS] = {1, x, y, x * x, x * y, y * y};
    memcpy(terms, all, sizeof all);
}

static void add(const struct patch *patch, const double p[3], double height, struct moments *sum) {
    double terms[TERMS];
    terms_at(p, terms);
    for (int i = 0; i < TERMS; i++) {
        for (int k = 0; k <= i; k++) sum->terms[i][k] += terms[i] * terms[k];
        sum->z[i] += terms[i] * p[2];
        sum->h[i] += terms[i] * height;
    }
    sum->zz += p[2] * p[2];
    sum->hh += height * height;
    sum->zh += p[2] * height;
    sum->n++;
    int column = (int)((p[0] + patch->aside) * (SQUARES / (2 * patch->aside))),
        row = (int)((p[1] + patch->below) * (SQUARES / (patch->below + patch->above)));
    sum->seen[row < SQUARES ? row : SQUARES - 1][column < SQUARES ? column : SQUARES - 1] = true;
}

static double seen(const struct moments *sum) {
    int squares = 0;
    for (int i = 0; i < SQUARES * SQUARES; i++) squares += sum->seen[i / SQUARES][i % SQUARES];
    return fmin(1, squares / (covered * SQUARES * SQUARES));
}

// Cholesky's factor in the lower triangle; false when the points leave the quadric open.
static bool factor(double m[TERMS][TERMS]) {
    for (int i = 0; i < TERMS; i++) {
        for (int k = 0; k <= i; k++) {
            double s = m[i][k];
            for (int j = 0; j < k; j++) s -= m[i][j] * m[k][j];
            if (i == k && !(s > 1e-9)) return false;
            m[i][k] = i == k ? sqrt(s) : s / m[k][k];
        }
    }
    return true;
}

static void forward(double m[TERMS][TERMS], double x[TERMS]) {
    for (int i = 0; i < TERMS; i++) {
        for (int k = 0; k < i; k++) x[i] -= m[i][k] * x[k];
        x[i] /= m[i][i];
    }
}

// The quadric's share leaves the sums.
static double correlation(struct moments *sum) {
    if (sum->n < LEAST || !factor(sum->terms)) return 0;
    forward(sum->terms, sum->z);
    forward(sum->terms, sum->h);
    for (int i = 0; i < TERMS; i++) {
        sum->zz -= sum->z[i] * sum->z[i];
        sum->hh -= sum->h[i] * sum->h[i];
        sum->zh -= sum->z[i] * sum->h[i];
    }
    double least = 1e-6 * sum->n; // mm^2: flat to rounding
    if (!(sum->zz > least && sum->hh > least && sum->zh > 0)) return 0;
    double relief = sum->zh / sum->hh; // times as deep a relief as the generic face's
    return sum->zh / sqrt(sum->zz * sum->hh) * fmin(1, relief / shallow) * fmin(1, steep / relief) * seen(sum);
}

static double likeness(const struct preprocess_template *face, const struct preprocess_view *view,
                       const struct patch *patch, const double tip[3], double scale) {
    struct moments sum = {.n = 0};
    struct preprocess_template_at at;
    double p[3];
    for (int i = 0; i < view->visible; i++) {
        for (int k = 0; k < 3; k++) p[k] = scale * (view->points[i][k] - tip[k]);
        if (fabs(p[0]) > patch->aside || p[1] < -patch->below || p[1] > patch->above || fabs(p[2]) > deep) continue;
        if (preprocess_template_look(face, p[0], p[1], &at)) add(patch, p, at.height, &sum);
    }
    return correlation(&sum);
}

double preprocess_nose_likeness(const struct preprocess_template *face, const struct preprocess_view *view,
                                const double tip[3], double scale) {
    return likeness(face, view, &nose, tip, scale);
}

// The mean height of the ridge just above, since lips may stand out below; false: nothing is there.
static bool height_at(const struct preprocess_view *view, double scale, double tip[3]) {
    double z = 0;
    int n = 0;
    for (int i = 0; i < view->visible; i++) {
        const double *p = view->points[i];
        if (hypot(scale * (p[0] - tip[0]), scale * (p[1] - tip[1]) - bridge) > near) continue;
        z += p[2];
        n++;
    }
    if (n > 0) tip[2] = z / n;
    return n > 0;
}

bool preprocess_nose_slip(const struct preprocess_template *face, const struct preprocess_view *view, double scale,
                          double tip[3]) {
    double best = likeness(face, view, &upper, tip, scale) + better, shift = 0;
    for (double dy = down_most; dy <= up_most; dy += stride) {
        if (fabs(dy) < least_move) continue;
        double there[3] = {tip[0], tip[1] + dy / scale, tip[2]};
        double like = likeness(face, view, &upper, there, scale);
        if (like > best) best = like, shift = dy;
    }
    tip[1] += shift / scale;
    return shift != 0 && height_at(view, scale, tip);
}
