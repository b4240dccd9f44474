#include "preprocess/tip.h"

#include <math.h>
#include <string.h>

static const double off_most = 10; // mm from the generic face: hair, spikes, no skin
enum { LEAST = 4 };                // vertices a landmark needs around it

// Which landmarks are looked for, how far from their place on the generic face, and how much a mm deeper weighs (e to
// that power): corners of the eye and both ends of the nose lie in hollows.
static const struct rule {
    enum facet_landmark landmark;
    double wide, tall, deep;
    bool from_tip; // its place is taken from the nose tip of this scan, not from the whole face
} rules[] = {
    {FACET_NASION, 4, 12, 0.8, false},
    {FACET_SUBNASALE, 5, 7, 0.3, true},
    {FACET_EYE_LEFT_INNER, 9, 8, 0.8, false},
    {FACET_EYE_RIGHT_INNER, 9, 8, 0.8, false},
};
enum { N_RULES = sizeof rules / sizeof *rules };

// The front of the scan in squares of 2 mm: what lies behind it, teeth and eyeballs, is no skin.
enum { FRONT_WIDTH = 40, FRONT_HEIGHT = 50 };
static const double front_left = -40, front_bottom = -40, front_square = 2, front_deep = 4; // mm

struct front {
    double top[FRONT_HEIGHT][FRONT_WIDTH];
};

// NULL: not on the generic face, or off it.
static double *front_of(const struct preprocess_template *face, struct front *front, const double p[3]) {
    struct preprocess_template_at at;
    double column = (p[0] - front_left) / front_square, row = (p[1] - front_bottom) / front_square;
    if (!(column >= 0 && column < FRONT_WIDTH && row >= 0 && row < FRONT_HEIGHT)) return NULL;
    if (!preprocess_template_look(face, p[0], p[1], &at) || fabs(p[2] - at.height) > off_most) return NULL;
    return &front->top[(int)row][(int)column];
}

static void see_front(const struct preprocess_template *face, const struct preprocess_surface *surface,
                      const struct preprocess_pose *fit, struct front *front) {
    double p[3];
    for (int i = 0; i < FRONT_HEIGHT * FRONT_WIDTH; i++) front->top[i / FRONT_WIDTH][i % FRONT_WIDTH] = -INFINITY;
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        preprocess_pose_to_face(fit, surface->vertices[i], p);
        double *top = front_of(face, front, p);
        if (top) *top = fmax(*top, p[2]);
    }
}

struct hollow {
    double start[3], sum[3], weight;
    int points;
};

// Adds the point to the hollows it lies in, nearer and deeper ones more.
static void add(const double p[3], struct hollow *hollows) {
    for (int i = 0; i < N_RULES; i++) {
        struct hollow *h = &hollows[i];
        double dx = (p[0] - h->start[0]) / rules[i].wide, dy = (p[1] - h->start[1]) / rules[i].tall;
        double aside = dx * dx + dy * dy;
        if (aside >= 1) continue;
        double w = (1 - aside) * (1 - aside) * exp(rules[i].deep * (h->start[2] - p[2]));
        for (int k = 0; k < 3; k++) h->sum[k] += w * p[k];
        h->weight += w;
        h->points++;
    }
}

static void to_scan(const struct preprocess_pose *fit, const double p[3], double v[3]) {
    for (int k = 0; k < 3; k++) {
        v[k] = fit->tip[k];
        for (int i = 0; i < 3; i++) v[k] += fit->rotation[i][k] * p[i] / fit->scale;
    }
}

void preprocess_landmarks_place(const struct preprocess_template *face, const struct preprocess_surface *surface,
                                const struct preprocess_pose *fit, struct preprocess_pose *pose) {
    struct hollow hollows[N_RULES] = {{.points = 0}};
    const float tip[3] = {(float)pose->tip[0], (float)pose->tip[1], (float)pose->tip[2]};
    struct front front;
    double p[3], shift[3], (*landmarks)[3] = pose->landmarks;
    preprocess_pose_to_face(fit, tip, shift);
    see_front(face, surface, fit, &front);
    for (int i = 0; i < N_RULES; i++) {
        preprocess_template_landmark(face, (int)rules[i].landmark, hollows[i].start);
        for (int k = 0; k < 3 && rules[i].from_tip; k++) hollows[i].start[k] += shift[k];
    }
    for (int64_t i = 0; i < surface->n_vertices; i++) {
        preprocess_pose_to_face(fit, surface->vertices[i], p);
        const double *top = front_of(face, &front, p);
        if (top && p[2] > *top - front_deep) add(p, hollows);
    }
    for (int i = 0; i < FACET_LANDMARKS; i++)
        for (int k = 0; k < 3; k++) landmarks[i][k] = NAN;
    for (int i = 0; i < N_RULES; i++) {
        const struct hollow *h = &hollows[i];
        if (h->points < LEAST || !(h->weight > 0)) continue;
        for (int k = 0; k < 3; k++) p[k] = h->sum[k] / h->weight;
        to_scan(fit, p, landmarks[rules[i].landmark]);
    }
    memcpy(landmarks[FACET_NOSE_TIP], pose->tip, sizeof pose->tip);
}
