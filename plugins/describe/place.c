#include "describe/place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plain plain_face(double x, double y) {
    const double side = 95, end = 300, wide = 11 * 11; // mm, mm, mm^2
    double tall = y > 0 ? 20 * 20 : 8 * 8, nose = 27 * exp(-0.5 * (x * x / wide + y * y / tall));
    return (struct plain){.height = nose - 27 - x * x / side - y * y / end,
                          .slope_x = -2 * x / side - nose * x / wide,
                          .slope_y = -2 * y / end - nose * y / tall};
}

// ---- small motions ----------------------------------------------------------------------------------------------------

enum { MOTIONS = 7 }; // shifts in mm, turns in radian about x, y, z, growth

// p becomes turn * p + shift; turn is a rotation times a factor.
struct place {
    double turn[3][3], shift[3];
};

// Rodrigues' formula, times the growth.
static void turn_of(const double motion[MOTIONS], double turn[3][3]) {
    const double *w = motion + 3;
    double angle = sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]), cosine = cos(angle);
    double a = angle > 1e-9 ? sin(angle) / angle : 1, b = angle > 1e-9 ? (1 - cosine) / (angle * angle) : 0.5;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double across = i == j ? 0 : (j == (i + 1) % 3 ? -w[(i + 2) % 3] : w[(i + 1) % 3]);
            turn[i][j] = (1 + motion[6]) * ((i == j ? cosine : 0) + a * across + b * w[i] * w[j]);
        }
    }
}

static struct place moved(const struct place *from, const double motion[MOTIONS]) {
    struct place to = {.shift = {motion[0], motion[1], motion[2]}};
    double turn[3][3];
    turn_of(motion, turn);
    for (int i = 0; i < 3; i++) {
        for (int l = 0; l < 3; l++) {
            to.shift[i] += turn[i][l] * from->shift[l];
            for (int j = 0; j < 3; j++) to.turn[i][j] += turn[i][l] * from->turn[l][j];
        }
    }
    return to;
}

// a x = b for a symmetric positive a of which the lower triangle is given (Cholesky); b becomes x. False: a is not positive.
static bool solve(double a[MOTIONS][MOTIONS], double b[MOTIONS]) {
    for (int i = 0; i < MOTIONS; i++) {
        for (int j = 0; j <= i; j++) {
            double rest = a[i][j];
            for (int k = 0; k < j; k++) rest -= a[i][k] * a[j][k];
            if (i == j && !(rest > 1e-12)) return false;
            a[i][j] = i == j ? sqrt(rest) : rest / a[j][j];
        }
    }
    for (int i = 0; i < MOTIONS; i++) {
        for (int k = 0; k < i; k++) b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = MOTIONS - 1; i >= 0; i--) {
        for (int k = i + 1; k < MOTIONS; k++) b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return true;
}

// ---- one step ---------------------------------------------------------------------------------------------------------

// Half the slope of the plain face and half that of the surface, where its neighbours say it: steps then go as far as both.
static void lean_on(const struct relief *r, int y, int x, double cell, struct plain *plain) {
    const double steep = 3;
    if (x > 0 && x < RELIEF_SIDE - 1 && r->has[y][x - 1] && r->has[y][x + 1]) {
        double slope = (r->height[y][x + 1] - r->height[y][x - 1]) / (2 * cell);
        plain->slope_x = 0.5 * (plain->slope_x + fmax(-steep, fmin(steep, slope)));
    }
    if (y > 0 && y < RELIEF_SIDE - 1 && r->has[y - 1][x] && r->has[y + 1][x]) {
        double slope = (r->height[y + 1][x] - r->height[y - 1][x]) / (2 * cell);
        plain->slope_y = 0.5 * (plain->slope_y + fmax(-steep, fmin(steep, slope)));
    }
    plain->height = 0.5 * (plain->height + r->height[y][x]);
}

struct system {
    double a[MOTIONS][MOTIONS], b[MOTIONS];
    double cost, most;
};

// How the height at (x, y) changes with each motion; turns and growth are measured in mm at the rim.
static void add_cell(const struct relief *r, int row, int column, double half, struct system *s) {
    const double far = 15; // mm; beyond it a cell weighs little
    double x = half * relief_middle(column), y = half * relief_middle(row);
    double inside = 1 - (x * x + y * y) / (half * half);
    if (inside <= 0) return;
    s->most += inside * inside;
    if (!r->has[row][column]) {
        s->cost += inside * inside;
        return;
    }
    struct plain p = plain_face(x, y);
    double miss = r->height[row][column] - p.height, v = miss * miss / (far * far);
    double weight = inside * inside / ((1 + v) * (1 + v));
    s->cost += inside * inside * v / (1 + v);
    lean_on(r, row, column, 2 * half / RELIEF_SIDE, &p);
    double z = p.height, along[MOTIONS] = {-p.slope_x,
                                           -p.slope_y,
                                           1,
                                           (y + p.slope_y * z) / half,
                                           (-x - p.slope_x * z) / half,
                                           (p.slope_x * y - p.slope_y * x) / half,
                                           (z - p.slope_x * x - p.slope_y * y) / half};
    for (int k = 0; k < MOTIONS; k++) {
        s->b[k] -= weight * along[k] * miss;
        for (int l = 0; l <= k; l++) s->a[k][l] += weight * along[k] * along[l];
    }
}

// The motion towards the plain face, and how far the relief is from it, 0 to 1.
static double look(const struct relief *relief, double half, double motion[MOTIONS]) {
    struct system s = {.cost = 0};
    for (int y = 0; y < RELIEF_SIDE; y++)
        for (int x = 0; x < RELIEF_SIDE; x++) add_cell(relief, y, x, half, &s);
    bool good = solve(s.a, s.b);
    for (int k = 0; k < MOTIONS; k++) motion[k] = good ? s.b[k] / (k < 3 ? 1 : half) : 0;
    return s.cost / s.most;
}

// ---- all steps --------------------------------------------------------------------------------------------------------

static void draw_at(const struct mesh *mesh, const struct place *p, double half, float (*moving)[3],
                    struct relief *relief) {
    for (int64_t i = 0; i < mesh->n_vertices; i++) {
        const float *v = mesh->vertices[i];
        for (int k = 0; k < 3; k++)
            moving[i][k] = (float)(p->turn[k][0] * v[0] + p->turn[k][1] * v[1] + p->turn[k][2] * v[2] + p->shift[k]);
    }
    relief_draw((const float(*)[3])moving, mesh->triangles, mesh->n_triangles, half, relief);
}

static double length_of(const double motion[MOTIONS], double half) {
    double sum = 0;
    for (int k = 0; k < MOTIONS; k++) sum += motion[k] * motion[k] * (k < 3 ? 1 : half * half);
    return sqrt(sum);
}

// A step that does not come nearer is taken back and tried again at a quarter.
int place_relief(const struct mesh *mesh, double half, struct relief *relief, struct facet_error *error) {
    enum { MOST = 40 };
    const double close = 3e-3; // mm
    struct place best = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}}, tried = best;
    double motion[MOTIONS] = {0}, next[MOTIONS], step[MOTIONS], least = INFINITY, share = 1;
    float(*moving)[3] = malloc((size_t)mesh->n_vertices * sizeof *moving + 1);
    if (!moving) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to describe a mesh");
    for (int i = 0; i < MOST; i++) {
        draw_at(mesh, &tried, half, moving, relief);
        double cost = look(relief, half, next);
        if (cost < least) {
            least = cost, best = tried, share = fmin(1, 2 * share);
            memcpy(motion, next, sizeof motion);
        } else {
            share /= 4;
        }
        for (int k = 0; k < MOTIONS; k++) step[k] = share * motion[k];
        if (length_of(step, half) < close) break;
        tried = moved(&best, step);
    }
    draw_at(mesh, &best, half, moving, relief);
    free(moving);
    return FACET_OK;
}
