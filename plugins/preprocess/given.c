// The pose from landmarks that the dataset brings: a rigid fit of them to the generic face's, then the same fine fit.
#include "preprocess/pose.h"

#include <math.h>
#include <string.h>

enum { LEAST = 3, DOUBLINGS = 24 };

struct pairs {
    double given[FACET_LANDMARKS][3], face[FACET_LANDMARKS][3], weight[FACET_LANDMARKS], all;
    int n;
};

static bool is_landmark(const float entry[4]) {
    return entry[0] >= 0 && entry[0] < FACET_LANDMARKS && isfinite(entry[1]) && isfinite(entry[2]) &&
           isfinite(entry[3]);
}

static void gather(const struct preprocess_template *face, const float (*landmarks)[4], int64_t n,
                   struct pairs *pairs) {
    *pairs = (struct pairs){.n = 0};
    for (int64_t i = 0; i < n && pairs->n < FACET_LANDMARKS; i++) {
        if (!is_landmark(landmarks[i])) continue;
        int at = pairs->n++;
        for (int k = 0; k < 3; k++) pairs->given[at][k] = landmarks[i][1 + k];
        pairs->weight[at] = preprocess_template_landmark(face, (int)landmarks[i][0], pairs->face[at]);
        pairs->all += pairs->weight[at];
    }
}

// Takes the weighted mean away and returns the weighted mean square of what is left.
static double centre(const struct pairs *pairs, double (*points)[3], double mean[3]) {
    double square = 0;
    memset(mean, 0, 3 * sizeof *mean);
    for (int i = 0; i < pairs->n; i++)
        for (int k = 0; k < 3; k++) mean[k] += pairs->weight[i] * points[i][k] / pairs->all;
    for (int i = 0; i < pairs->n; i++) {
        for (int k = 0; k < 3; k++) {
            points[i][k] -= mean[k];
            square += pairs->weight[i] * points[i][k] * points[i][k] / pairs->all;
        }
    }
    return square;
}

// Horn's matrix (1987), whose first eigenvector is the quaternion of the rotation; made positive by its own size.
static void horn(const struct pairs *pairs, double m[4][4]) {
    double s[3][3] = {{0}};
    for (int i = 0; i < pairs->n; i++)
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) s[a][b] += pairs->weight[i] * pairs->given[i][a] * pairs->face[i][b];
    double size = 0;
    for (int i = 0; i < 9; i++) size += fabs(s[i / 3][i % 3]);
    double upper[4][4] = {
        {s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]},
        {0, s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]},
        {0, 0, s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]},
        {0, 0, 0, s[2][2] - s[0][0] - s[1][1]},
    };
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) m[a][b] = upper[a < b ? a : b][a < b ? b : a] + (a == b ? 2 * size : 0);
}

static double trace_of(double m[4][4]) {
    return m[0][0] + m[1][1] + m[2][2] + m[3][3];
}

// m times itself, with trace 1: after some rounds only the first eigenvector is left.
static void square(double m[4][4]) {
    double out[4][4] = {{0}};
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (int k = 0; k < 4; k++) out[a][b] += m[a][k] * m[k][b];
    double trace = trace_of(out);
    for (int i = 0; i < 16; i++) m[i / 4][i % 4] = out[i / 4][i % 4] / trace;
}

// False when the points leave the rotation open: points in a line.
static bool rotation_of(const struct pairs *pairs, double r[3][3]) {
    double m[4][4], sum = 0;
    horn(pairs, m);
    double trace = trace_of(m);
    if (!(trace > 0)) return false;
    for (int i = 0; i < 16; i++) m[i / 4][i % 4] /= trace;
    for (int i = 0; i < DOUBLINGS; i++) square(m);
    for (int i = 0; i < 16; i++) sum += m[i / 4][i % 4] * m[i / 4][i % 4];
    if (!(sum > 1 - 1e-9)) return false;
    // m is the outer product of the unit quaternion with itself
    double rows[3][3] = {
        {m[0][0] + m[1][1] - m[2][2] - m[3][3], 2 * (m[1][2] - m[0][3]), 2 * (m[1][3] + m[0][2])},
        {2 * (m[1][2] + m[0][3]), m[0][0] - m[1][1] + m[2][2] - m[3][3], 2 * (m[2][3] - m[0][1])},
        {2 * (m[1][3] - m[0][2]), 2 * (m[2][3] + m[0][1]), m[0][0] - m[1][1] - m[2][2] + m[3][3]},
    };
    memcpy(r, rows, sizeof rows);
    return true;
}

// Where the generic face's landmarks and the given ones agree best.
static bool start_from(struct pairs *pairs, struct preprocess_search search, struct preprocess_pose *pose) {
    double given[3], generic[3];
    double from = centre(pairs, pairs->given, given), to = centre(pairs, pairs->face, generic);
    *pose = (struct preprocess_pose){.rotation = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, .scale = 1};
    if (!(from > 0) || !isfinite(from)) return false;
    if (search.turn && !rotation_of(pairs, pose->rotation)) return false;
    if (search.scale) pose->scale = sqrt(to / from);
    for (int k = 0; k < 3; k++) {
        double back = 0;
        for (int i = 0; i < 3; i++) back += pose->rotation[i][k] * generic[i];
        pose->tip[k] = given[k] - back / pose->scale;
    }
    return true;
}

int preprocess_pose_given(const struct preprocess_template *face, const struct preprocess_surface *surface,
                          struct preprocess_search search, const float (*landmarks)[4], int64_t n,
                          struct preprocess_pose *pose, struct facet_error *error) {
    struct pairs pairs;
    gather(face, landmarks, n, &pairs);
    if (pairs.n < LEAST || !start_from(&pairs, search, pose))
        return preprocess_pose_find(face, surface, search, pose, error);
    return preprocess_pose_settle(face, surface, search, pose->scale, pose, error);
}

double preprocess_pose_apart(const struct preprocess_pose *pose, const float (*landmarks)[4], int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!is_landmark(landmarks[i]) || (int)landmarks[i][0] != FACET_NOSE_TIP) continue;
        double d2 = 0;
        for (int k = 0; k < 3; k++) d2 += pow(landmarks[i][1 + k] - pose->tip[k], 2);
        return pose->scale * sqrt(d2);
    }
    return NAN;
}
