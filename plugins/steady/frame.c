#include "steady/frame.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 256 };
static const double lever = 80; // mm from the middle of a head to what is seen of it: how much a turn weighs

struct parts {
    double scale, rotation[3][3], tip[3]; // tip: the scan's point that lies at the origin
};

static double scale_of(const struct steady_pose *pose) {
    const double *row = pose->map[0];
    return sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);
}

static struct parts take_apart(const struct steady_pose *pose) {
    struct parts parts = {.scale = scale_of(pose)};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 3; i++) parts.rotation[k][i] = pose->map[k][i] / parts.scale;
        for (int i = 0; i < 3; i++) parts.tip[i] -= parts.rotation[k][i] * pose->map[k][3] / parts.scale;
    }
    return parts;
}

static struct steady_pose put_together(const struct parts *parts) {
    struct steady_pose pose;
    for (int k = 0; k < 3; k++) {
        pose.map[k][3] = 0;
        for (int i = 0; i < 3; i++) {
            pose.map[k][i] = parts->scale * parts->rotation[k][i];
            pose.map[k][3] -= pose.map[k][i] * parts->tip[i];
        }
    }
    return pose;
}

// About how far a point of the face lies from itself, in mm: the tips' distance, and the chord of the turn.
static double distance(const struct parts *a, const struct parts *b) {
    double shift = 0, trace = 0;
    for (int i = 0; i < 3; i++) {
        double d = a->scale * (a->tip[i] - b->tip[i]);
        shift += d * d;
        for (int k = 0; k < 3; k++) trace += a->rotation[k][i] * b->rotation[k][i];
    }
    return sqrt(shift + lever * lever * fmax(0, 3 - trace));
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_scale(const struct parts *parts, int64_t n) {
    double scales[MOST];
    for (int64_t i = 0; i < n; i++) scales[i] = parts[i].scale;
    qsort(scales, (size_t)n, sizeof *scales, by_value);
    return scales[n / 2];
}

// The first of those with the least sum of distances: half of the poses may be anything.
static int64_t nearest_to_all(const struct parts *parts, int64_t n) {
    double least = INFINITY;
    int64_t best = 0;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += distance(&parts[i], &parts[j]);
        if (sum < least) least = sum, best = i;
    }
    return best;
}

// ---- following a head -------------------------------------------------------------------------------------------------

// The rotation nearest to a matrix that is not far from one: Newton's iteration for the polar factor. False: it is far, as
// the mean of opposite turns, and no rotation is nearest.
static bool make_rotation(double m[3][3]) {
    for (int round = 0; round < 8; round++) {
        double cofactor[3][3], det = 0;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                int a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
                cofactor[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
            }
        for (int j = 0; j < 3; j++) det += m[0][j] * cofactor[0][j];
        if (!(det > 0.05)) return false;
        for (int i = 0; i < 9; i++) m[i / 3][i % 3] = 0.5 * (m[i / 3][i % 3] + cofactor[i / 3][i % 3] / det);
    }
    return true;
}

// What each of n values at times t counts in the value at time 0 of the curve that fits them best: a parabola, which follows a
// head that speeds up or turns back, a straight line through three or four, the mean of two.
static void curve_weights(const double *t, int64_t n, double *weight) {
    double s[5] = {0}, a[3] = {0};
    for (int64_t i = 0; i < n; i++) {
        double power = 1;
        for (int k = 0; k < 5; k++, power *= t[i]) s[k] += power;
    }
    if (n >= 5)
        a[0] = s[2] * s[4] - s[3] * s[3], a[1] = s[2] * s[3] - s[1] * s[4], a[2] = s[1] * s[3] - s[2] * s[2];
    else if (n >= 3)
        a[0] = s[2], a[1] = -s[1];
    else
        a[0] = 1;
    double all = s[0] * a[0] + s[1] * a[1] + s[2] * a[2];
    for (int64_t i = 0; i < n; i++) weight[i] = (a[0] + a[1] * t[i] + a[2] * t[i] * t[i]) / all;
}

// Leaves the poses no farther from the one nearest to all than twice the median of these distances.
static int64_t drop_far(struct parts *parts, double *t, int64_t n) {
    int64_t centre = nearest_to_all(parts, n), kept = 0;
    double far[MOST], sorted[MOST];
    for (int64_t i = 0; i < n; i++) sorted[i] = far[i] = distance(&parts[i], &parts[centre]);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    for (int64_t i = 0; i < n; i++)
        if (far[i] <= 2 * sorted[n / 2]) parts[kept] = parts[i], t[kept++] = t[i];
    return kept;
}

static bool pose_now(struct parts *parts, double *t, int64_t n, double scale, struct steady_pose *pose) {
    double weight[MOST];
    struct parts now = {.scale = scale};
    n = drop_far(parts, t, n);
    curve_weights(t, n, weight);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            now.tip[k] += weight[i] * parts[i].tip[k];
            for (int j = 0; j < 3; j++) now.rotation[k][j] += weight[i] * parts[i].rotation[k][j];
        }
    if (!make_rotation(now.rotation)) return false;
    *pose = put_together(&now);
    return true;
}

static bool usable(const struct steady_pose *pose) {
    double scale = scale_of(pose);
    return scale > 0 && isfinite(scale);
}

int steady_frame_choose(const struct steady_pose *poses, int64_t n, struct steady_pose *frame, bool *found,
                        struct facet_error *error) {
    struct parts *parts = malloc(MOST * sizeof *parts);
    int64_t there = 0, seen = 0, kept = 0;
    *found = false;
    if (!parts) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the poses of a sequence");
    for (int64_t i = 0; i < n; i++) there += usable(&poses[i]);
    for (int64_t i = 0; i < n; i++) {
        if (!usable(&poses[i])) continue;
        if (there <= MOST || seen * MOST / there == kept) parts[kept++] = take_apart(&poses[i]);
        seen++;
    }
    if (kept > 0) {
        struct parts chosen = parts[nearest_to_all(parts, kept)];
        chosen.scale = median_scale(parts, kept);
        *frame = put_together(&chosen);
        *found = true;
    }
    free(parts);
    return FACET_OK;
}

int steady_frame_follow(const struct steady_pose *poses, int64_t n, int width, const struct steady_pose *frame,
                        struct steady_pose *followed, struct facet_error *error) {
    struct parts *parts = malloc(MOST * sizeof *parts);
    if (!parts) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the poses of a sequence");
    for (int64_t i = 0; i < n; i++) {
        double t[MOST];
        int64_t kept = 0, half = width / 2;
        for (int64_t j = i < half ? 0 : i - half; j <= i + half && j < n; j++)
            if (usable(&poses[j])) t[kept] = (double)(j - i), parts[kept++] = take_apart(&poses[j]);
        if (kept == 0 || !pose_now(parts, t, kept, scale_of(frame), &followed[i])) followed[i] = *frame;
    }
    free(parts);
    return FACET_OK;
}

struct steady_move steady_move_between(const struct steady_pose *own, const struct steady_pose *frame) {
    double before = scale_of(own), after = scale_of(frame);
    struct steady_move move = {.scale = after / before};
    for (int k = 0; k < 3; k++) {
        move.shift[k] = frame->map[k][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) move.rotation[k][i] += frame->map[k][j] * own->map[i][j];
            move.rotation[k][i] /= before * after;
            move.shift[k] -= move.scale * move.rotation[k][i] * own->map[i][3];
        }
    }
    return move;
}
