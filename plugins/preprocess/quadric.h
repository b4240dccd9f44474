// Quadrics: sums of squared distances from planes and points, as functions of where one stands. Called for every edge again and again,
// and therefore inline.
// M. Garland, P. S. Heckbert, Surface simplification using quadric error metrics, SIGGRAPH 1997.
#ifndef FACET_PREPROCESS_QUADRIC_H
#define FACET_PREPROCESS_QUADRIC_H

// x'Ax + 2 b'x + c; A symmetric, as xx xy xz yy yz zz.
struct preprocess_quadric {
    double a[6], b[3], c;
};

static inline void preprocess_quadric_add(struct preprocess_quadric *to, const struct preprocess_quadric *from) {
    for (int i = 0; i < 6; i++) to->a[i] += from->a[i];
    for (int i = 0; i < 3; i++) to->b[i] += from->b[i];
    to->c += from->c;
}

// weight times the squared distance from the plane through p with unit normal n.
static inline void preprocess_quadric_add_plane(struct preprocess_quadric *to, const double n[3], const double p[3],
                                                double weight) {
    double d = -(n[0] * p[0] + n[1] * p[1] + n[2] * p[2]);
    for (int i = 0, m = 0; i < 3; i++) {
        for (int j = i; j < 3; j++) to->a[m++] += weight * n[i] * n[j];
        to->b[i] += weight * d * n[i];
    }
    to->c += weight * d * d;
}

// weight times the squared distance from p.
static inline void preprocess_quadric_add_point(struct preprocess_quadric *to, const double p[3], double weight) {
    to->a[0] += weight, to->a[3] += weight, to->a[5] += weight;
    for (int i = 0; i < 3; i++) to->b[i] -= weight * p[i], to->c += weight * p[i] * p[i];
}

static inline double preprocess_quadric_at(const struct preprocess_quadric *q, const double x[3]) {
    const double *a = q->a, *b = q->b;
    double of_x = a[0] * x[0] + a[1] * x[1] + a[2] * x[2] + 2 * b[0];
    double of_y = a[1] * x[0] + a[3] * x[1] + a[4] * x[2] + 2 * b[1];
    double of_z = a[2] * x[0] + a[4] * x[1] + a[5] * x[2] + 2 * b[2];
    double sum = of_x * x[0] + of_y * x[1] + of_z * x[2] + q->c;
    return sum > 0 ? sum : 0; // rounding
}

// Where it is least, by Cramer's rule on A x = -b; A must be positive definite, which a point with some weight makes it.
static inline void preprocess_quadric_least(const struct preprocess_quadric *q, double x[3]) {
    const double *a = q->a, *b = q->b;
    double xx = a[3] * a[5] - a[4] * a[4], xy = a[2] * a[4] - a[1] * a[5], xz = a[1] * a[4] - a[2] * a[3];
    double yy = a[0] * a[5] - a[2] * a[2], yz = a[1] * a[2] - a[0] * a[4], zz = a[0] * a[3] - a[1] * a[1];
    double scale = -1 / (a[0] * xx + a[1] * xy + a[2] * xz);
    x[0] = scale * (xx * b[0] + xy * b[1] + xz * b[2]);
    x[1] = scale * (xy * b[0] + yy * b[1] + yz * b[2]);
    x[2] = scale * (xz * b[0] + yz * b[1] + zz * b[2]);
}

#endif
