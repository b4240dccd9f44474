#include "preprocess/fit.h"

#include <math.h>
#include <string.h>

enum { N = 7 }; // small rotation, shift, log scale

static const double wrong_most = 1.5;   // the most a point far off can take away, against 1 that it can bring
static const double hidden_most = 0.5;  // the same where it may be hair before the forehead or the temples
static const double hair_reach = 8;     // mm, how far before them a point may lie and still pull
static const double verdict_reach = 7;  // mm, at most
static const double scale_hold = 200.0; // pull towards the start scale, in mm^2 a unit of weight

// What a visible point at p, in mm from the nose tip, tells: 1 on the surface, falling with the squared distance.
static bool agreement(const struct preprocess_template *face, const double p[3], double reach, double *agrees,
                      double *weight) {
    struct preprocess_template_at at;
    if (!preprocess_template_look(face, p[0], p[1], &at)) return false;
    double d = p[2] - at.height;
    double d2 = d * d / ((1 + at.slope_x * at.slope_x + at.slope_y * at.slope_y) * (reach * reach));
    double most = d > 0 && (p[1] > 45 || fabs(p[0]) > 45) ? hidden_most : wrong_most;
    *agrees = 1 - (d2 < 1 + most ? d2 : 1 + most);
    *weight = at.weight;
    return true;
}

static void place(const double q[3], const double tip[3], double scale, double p[3]) {
    for (int k = 0; k < 3; k++) p[k] = scale * (q[k] - tip[k]);
}

enum { COLUMNS = 13, ROWS = 17 };
static const double square = 12.0; // mm

static bool square_of(const double p[3], int *column, int *row) {
    double x = p[0] * (1 / square) + COLUMNS / 2.0, y = p[1] * (1 / square) + ROWS / 2.0;
    if (!(x >= 0 && y >= 0 && x < COLUMNS && y < ROWS)) return false;
    *column = (int)x, *row = (int)y;
    return true;
}

static void centre_of(int row, int column, double centre[3]) {
    centre[0] = square * (column - COLUMNS / 2.0 + 0.5);
    centre[1] = square * (row - ROWS / 2.0 + 0.5);
    centre[2] = 0;
}

static bool on_nose(const double p[3]) {
    return fabs(p[0]) < 20 && p[1] > -16 && p[1] < 36;
}

struct squares {
    double sum[ROWS][COLUMNS], points[ROWS][COLUMNS];
};

static void fill_squares(const struct preprocess_template *face, const struct preprocess_view *view,
                         const double tip[3], double scale, double reach, struct squares *squares) {
    double agrees, weight, p[3];
    int column, row;
    for (int i = 0; i < view->visible; i++) {
        place(view->points[i], tip, scale, p);
        if (!square_of(p, &column, &row) || !agreement(face, p, reach, &agrees, &weight)) continue;
        squares->sum[row][column] += agrees;
        squares->points[row][column] += 1;
    }
}

double preprocess_fit_verdict(const struct preprocess_template *face, const struct preprocess_view *view,
                              const double tip[3], double scale, double reach) {
    struct squares squares = {0};
    double all = 0, all_weight = 0, nose = 0, nose_squares = 0, ignored, weight;
    fill_squares(face, view, tip, scale, reach, &squares);
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            double centre[3];
            centre_of(row, column, centre);
            if (!agreement(face, centre, reach, &ignored, &weight)) continue;
            double points = squares.points[row][column], mean = points > 0 ? squares.sum[row][column] / points : 0;
            all += weight * mean;
            all_weight += weight;
            if (!on_nose(centre)) continue;
            nose += mean;
            nose_squares += 1;
        }
    }
    return (2 * all / all_weight + nose / nose_squares) / 3;
}

struct normal_equations {
    double matrix[N][N], right[N], weight;
};

// The distance of p from the surface along its normal n, linear in (w, t, s): p + w x p + t + s p.
static void add_point(const struct preprocess_template *face, const double p[3], double reach, bool firm,
                      struct normal_equations *sum) {
    struct preprocess_template_at at;
    if (!preprocess_template_look(face, p[0], p[1], &at)) return;
    double inverse = 1 / sqrt(1 + at.slope_x * at.slope_x + at.slope_y * at.slope_y);
    double n[3] = {-at.slope_x * inverse, -at.slope_y * inverse, inverse};
    double r = (p[2] - at.height) * inverse,
           u = r / (r > 0 && (p[1] > 55 || fabs(p[0]) > 55) ? fmin(reach, hair_reach) : reach);
    if (u * u >= 1) return;
    double weight = (firm ? at.firm : at.weight) * (1 - u * u) * (1 - u * u); // Tukey's biweight
    double j[N] = {p[1] * n[2] - p[2] * n[1],
                   p[2] * n[0] - p[0] * n[2],
                   p[0] * n[1] - p[1] * n[0],
                   n[0],
                   n[1],
                   n[2],
                   n[0] * p[0] + n[1] * p[1] + n[2] * p[2]};
    for (int a = 0; a < N; a++) {
        for (int b = 0; b <= a; b++) sum->matrix[a][b] += weight * j[a] * j[b];
        sum->right[a] -= weight * j[a] * r;
    }
    sum->weight += weight;
}

static void hold(struct normal_equations *sum, int unknown) {
    for (int i = 0; i < N; i++) sum->matrix[unknown][i] = sum->matrix[i][unknown] = 0;
    sum->matrix[unknown][unknown] = 1;
    sum->right[unknown] = 0;
}

// Cholesky on the lower triangle; the answer takes the place of right. False when the data leave an unknown open.
static bool solve(struct normal_equations *sum) {
    double(*m)[N] = sum->matrix, *x = sum->right;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++) {
            double s = m[i][j];
            for (int k = 0; k < j; k++) s -= m[i][k] * m[j][k];
            if (i == j && !(s > 0)) return false;
            m[i][j] = i == j ? sqrt(s) : s / m[j][j];
        }
    }
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < i; k++) x[i] -= m[i][k] * x[k];
        x[i] /= m[i][i];
    }
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++) x[i] -= m[k][i] * x[k];
        x[i] /= m[i][i];
    }
    return true;
}

// rotation = exp([w]x) rotation, by Rodrigues' formula.
static void turn_by(const double w[3], double rotation[3][3]) {
    double angle = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
    if (!(angle > 1e-12)) return;
    double a[3] = {w[0] / angle, w[1] / angle, w[2] / angle}, c = cos(angle), s = sin(angle), old[3][3];
    memcpy(old, rotation, sizeof old);
    for (int column = 0; column < 3; column++) {
        double v[3] = {old[0][column], old[1][column], old[2][column]};
        double along = (1 - c) * (a[0] * v[0] + a[1] * v[1] + a[2] * v[2]);
        for (int k = 0; k < 3; k++) {
            double cross = a[(k + 1) % 3] * v[(k + 2) % 3] - a[(k + 2) % 3] * v[(k + 1) % 3];
            rotation[k][column] = c * v[k] + s * cross + along * a[k];
        }
    }
}

// The largest step taken at once: 0.2 rad, 12 mm, 10 % in size. A longer one leaves the range of the linearisation.
static void shorten(double x[N]) {
    static const double most[N] = {0.2, 0.2, 0.2, 12, 12, 12, 0.1};
    for (int i = 0; i < N; i++) x[i] = fmax(-most[i], fmin(most[i], x[i]));
}

static void apply(const double x[N], struct preprocess_pose *pose) {
    turn_by(x, pose->rotation);
    pose->scale *= exp(x[6]);
    for (int k = 0; k < 3; k++) {
        double shift = 0;
        for (int i = 0; i < 3; i++) shift += pose->rotation[i][k] * x[3 + i];
        pose->tip[k] -= shift / pose->scale;
    }
}

static void rotate(double rotation[3][3], const double p[3], double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = rotation[k][0] * p[0] + rotation[k][1] * p[1] + rotation[k][2] * p[2];
}

void preprocess_fit_refine(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                           struct preprocess_view *view, struct preprocess_search search, int steps, double from,
                           double to, bool firm, struct preprocess_pose *pose) {
    double tip[3], start = pose->scale;
    for (int step = 0; step < steps; step++) {
        double reach = from + (to - from) * step / (steps > 1 ? steps - 1 : 1);
        struct normal_equations sum = {0};
        preprocess_view_turn(view, cloud, pose->rotation);
        rotate(pose->rotation, pose->tip, tip);
        for (int i = 0; i < view->visible; i++) {
            double p[3];
            place(view->points[i], tip, pose->scale, p);
            add_point(face, p, reach, firm, &sum);
        }
        sum.matrix[6][6] += scale_hold * sum.weight;
        sum.right[6] -= scale_hold * sum.weight * log(pose->scale / start);
        for (int k = 0; k < 3 && !search.turn; k++) hold(&sum, k);
        if (!solve(&sum)) break;
        shorten(sum.right);
        apply(sum.right, pose);
    }
    preprocess_view_turn(view, cloud, pose->rotation);
    rotate(pose->rotation, pose->tip, tip);
    pose->score = preprocess_fit_verdict(face, view, tip, pose->scale, fmin(to, verdict_reach));
}

double preprocess_fit_agreement(const struct preprocess_template *face, const struct preprocess_cloud *cloud,
                                struct preprocess_view *view, double close, const struct preprocess_pose *pose) {
    struct squares squares = {0};
    double tip[3], agreeing = 0, all = 0, ignored, weight;
    preprocess_view_turn(view, cloud, (double(*)[3])pose->rotation);
    rotate((double(*)[3])pose->rotation, pose->tip, tip);
    fill_squares(face, view, tip, pose->scale, close, &squares);
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            double centre[3];
            centre_of(row, column, centre);
            if (!agreement(face, centre, close, &ignored, &weight)) continue;
            all += weight;
            if (squares.sum[row][column] > 0) agreeing += weight;
        }
    }
    return agreeing / all;
}
