#include "preprocess/curvature.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 64 };

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double a[3], const double b[3], double c[3]) {
    for (int k = 0; k < 3; k++) c[k] = a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3];
}

static bool normalise(double v[3]) {
    double length = sqrt(dot(v, v));
    if (!(length > 0)) return false;
    for (int k = 0; k < 3; k++) v[k] /= length;
    return true;
}

static void edge_of(const struct preprocess_surface *surface, int32_t from, int32_t to, double edge[3]) {
    for (int k = 0; k < 3; k++) edge[k] = (double)surface->vertices[to][k] - surface->vertices[from][k];
}

// ---- normals averaged over a scale ------------------------------------------------------------------------------------

static double mean_edge(const struct preprocess_surface *surface) {
    double sum = 0, edge[3];
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        for (int k = 0; k < 3; k++) {
            edge_of(surface, surface->triangles[t][k], surface->triangles[t][(k + 1) % 3], edge);
            sum += sqrt(dot(edge, edge));
        }
    }
    return surface->n_triangles ? sum / (3.0 * (double)surface->n_triangles) : 0;
}

// A round takes the mean over a vertex and its ring, which spreads it by about sqrt(0.43) edges along each axis.
static int rounds_for(const struct preprocess_surface *surface, double scale) {
    double edge = mean_edge(surface);
    if (!(edge > 0)) return 0;
    double rounds = scale * scale / (0.43 * edge * edge) + 0.5;
    return rounds < MOST_ROUNDS ? (int)rounds : MOST_ROUNDS;
}

// An inner edge is passed twice, once from each side, so a vertex counts twice too.
static void average(const struct preprocess_surface *surface, double (*normal)[3], double (*sum)[3]) {
    for (int64_t v = 0; v < surface->n_vertices; v++)
        for (int k = 0; k < 3; k++) sum[v][k] = 2 * normal[v][k];
    for (int64_t t = 0; t < surface->n_triangles; t++) {
        const int32_t *v = surface->triangles[t];
        for (int k = 0; k < 3; k++) {
            double *to = sum[v[k]];
            const double *a = normal[v[(k + 1) % 3]], *b = normal[v[(k + 2) % 3]];
            for (int i = 0; i < 3; i++) to[i] += a[i] + b[i];
        }
    }
    for (int64_t v = 0; v < surface->n_vertices; v++)
        if (normalise(sum[v])) memcpy(normal[v], sum[v], sizeof *normal);
}

// ---- tensors ----------------------------------------------------------------------------------------------------------

struct frame {
    double u[3], v[3];
};

// Some frame of the plane that n is normal to.
static struct frame frame_of(const double n[3]) {
    struct frame frame;
    int flattest = fabs(n[0]) < fabs(n[1]) ? 0 : 1;
    if (fabs(n[2]) < fabs(n[flattest])) flattest = 2;
    double axis[3] = {flattest == 0, flattest == 1, flattest == 2};
    cross(n, axis, frame.u);
    normalise(frame.u);
    cross(n, frame.u, frame.v);
    return frame;
}

// Least squares for the tensor (a b; b c) that takes the edges of a triangle, in its frame, to the changes of the normal
// along them: 6 equations, 3 unknowns.
static bool solve(const double edges[3][2], const double changes[3][2], double tensor[3]) {
    double uu = 0, uv = 0, vv = 0, r[3] = {0};
    for (int e = 0; e < 3; e++) {
        double x = edges[e][0], y = edges[e][1];
        uu += x * x, uv += x * y, vv += y * y;
        r[0] += changes[e][0] * x, r[1] += changes[e][0] * y + changes[e][1] * x, r[2] += changes[e][1] * y;
    }
    // Of the normal equations (uu uv 0; uv uu+vv uv; 0 uv vv).
    double determinant = (uu + vv) * (uu * vv - uv * uv);
    if (!(determinant > 1e-12 * (uu + vv) * uu * vv)) return false;
    double m = uu + vv, d0 = m * vv - uv * uv, d2 = m * uu - uv * uv;
    tensor[0] = (r[0] * d0 - r[1] * uv * vv + r[2] * uv * uv) / determinant;
    tensor[1] = (-r[0] * uv * vv + r[1] * uu * vv - r[2] * uu * uv) / determinant;
    tensor[2] = (r[0] * uv * uv - r[1] * uu * uv + r[2] * d2) / determinant;
    return true;
}

// The tensor of a triangle in the frame of a vertex, whose plane it is first turned into.
static void add_turned(const struct frame *from, const double tensor[3], const double n[3], const double normal[3],
                       double weight, const struct frame *to, double sum[4]) {
    double u[3], v[3], cosine = dot(n, normal), along[3];
    memcpy(u, to->u, sizeof u), memcpy(v, to->v, sizeof v);
    if (cosine <= -0.99) return; // a fold: nothing can be said
    for (int k = 0; k < 3; k++) along[k] = (n[k] + normal[k]) / (1 + cosine);
    double du = dot(n, u), dv = dot(n, v); // the vertex's axes turned into the triangle's plane
    for (int k = 0; k < 3; k++) u[k] -= along[k] * du, v[k] -= along[k] * dv;
    double uu = dot(u, from->u), uv = dot(u, from->v), vu = dot(v, from->u), vv = dot(v, from->v);
    double a = tensor[0], b = tensor[1], c = tensor[2];
    sum[0] += weight * (uu * uu * a + 2 * uu * uv * b + uv * uv * c);
    sum[1] += weight * (uu * vu * a + (uu * vv + uv * vu) * b + uv * vv * c);
    sum[2] += weight * (vu * vu * a + 2 * vu * vv * b + vv * vv * c);
    sum[3] += weight;
}

static void add_triangle(const struct preprocess_surface *surface, int64_t t, double (*normal)[3],
                         const struct frame *frames, double (*sum)[4]) {
    const int32_t *v = surface->triangles[t];
    double edges[3][3], n[3], flat[3][2], changes[3][2], tensor[3];
    for (int k = 0; k < 3; k++) edge_of(surface, v[(k + 1) % 3], v[(k + 2) % 3], edges[k]);
    cross(edges[0], edges[1], n);
    double weight = sqrt(dot(n, n));
    if (!normalise(n)) return;
    struct frame own;
    memcpy(own.u, edges[0], sizeof own.u);
    normalise(own.u);
    cross(n, own.u, own.v);
    for (int k = 0; k < 3; k++) {
        const double *a = normal[v[(k + 1) % 3]], *b = normal[v[(k + 2) % 3]];
        double change[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
        flat[k][0] = dot(edges[k], own.u), flat[k][1] = dot(edges[k], own.v);
        changes[k][0] = dot(change, own.u), changes[k][1] = dot(change, own.v);
    }
    if (!solve(flat, changes, tensor)) return;
    for (int k = 0; k < 3; k++) add_turned(&own, tensor, n, normal[v[k]], weight, &frames[v[k]], sum[v[k]]);
}

static void describe(const double sum[4], float curvature[PREPROCESS_CURVATURES]) {
    const double pi = 3.14159265358979323846;
    double w = sum[3] > 0 ? 1 / sum[3] : 0, a = w * sum[0], b = w * sum[1], c = w * sum[2];
    double mean = 0.5 * (a + c), half = sqrt(0.25 * (a - c) * (a - c) + b * b); // k1, k2 are mean + and - half
    curvature[PREPROCESS_MEAN] = (float)mean;
    curvature[PREPROCESS_GAUSSIAN] = (float)(a * c - b * b);
    curvature[PREPROCESS_SHAPE_INDEX] = (float)(0.5 + (mean != 0 || half > 0 ? atan2(mean, half) / pi : 0));
    curvature[PREPROCESS_CURVEDNESS] = (float)sqrt(mean * mean + half * half);
}

int preprocess_curvatures(const struct preprocess_surface *surface, double scale,
                          float (*curvature)[PREPROCESS_CURVATURES], struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 1;
    double(*normal)[3] = malloc(n * sizeof *normal), (*sum)[4] = malloc(n * sizeof *sum);
    struct frame *frames = malloc(n * sizeof *frames);
    int code = FACET_OK;
    if (!normal || !sum || !frames) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the curvatures of a mesh");
        goto error;
    }
    for (int64_t v = 0; v < surface->n_vertices; v++)
        for (int k = 0; k < 3; k++) normal[v][k] = surface->normals[v][k];
    for (int round = rounds_for(surface, scale); round > 0; round--) average(surface, normal, (double(*)[3])sum);
    memset(sum, 0, n * sizeof *sum);
    for (int64_t v = 0; v < surface->n_vertices; v++) frames[v] = frame_of(normal[v]);
    for (int64_t t = 0; t < surface->n_triangles; t++) add_triangle(surface, t, normal, frames, sum);
    for (int64_t v = 0; v < surface->n_vertices; v++) describe(sum[v], curvature[v]);
error:
    free(normal), free(sum), free(frames);
    return code;
}
