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
