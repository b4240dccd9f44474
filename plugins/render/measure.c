// What the samples see: numbers of the vertices carried to the fragments, turned to the camera.
#include "render/channel.h"

#include <math.h>
#include <string.h>

static void measure_depth(const struct render_look_at *at, float *const out[]) {
    const struct render_fragments *seen = render_view_fragments(at->view);
    float depth_at = (float)at->depth_at;
    for (int64_t i = 0; i < seen->count; i++) out[0][i] = seen->depth[i] + depth_at;
}

static void measure_normal(const struct render_look_at *at, float *const out[]) {
    render_view_normals(at->view, at->subject->normals, at->camera, out);
}

static void measure_curvature(const struct render_look_at *at, float *const out[]) {
    const struct render_fragments *seen = render_view_fragments(at->view);
    render_view_interpolate(at->view, at->subject->curvatures, 4, out);
    for (int64_t i = 0; i < seen->count; i++) {
        if (!seen->from_behind[i]) continue;
        out[0][i] = -out[0][i];
        out[2][i] = 1 - out[2][i];
    }
}

static void measure_principal(const struct render_look_at *at, float *const out[]) {
    const struct render_fragments *seen = render_view_fragments(at->view);
    render_view_interpolate(at->view, at->subject->principal, 2, out);
    for (int64_t i = 0; i < seen->count; i++) {
        if (!seen->from_behind[i]) continue;
        float first = out[0][i];
        out[0][i] = -out[1][i];
        out[1][i] = -first;
    }
}

static void blacken(const struct render_look_at *at, float *const out[]) {
    size_t bytes = (size_t)render_view_fragments(at->view)->count * sizeof(float);
    for (int k = 0; k < 3; k++) memset(out[k], 0, bytes);
}

static void measure_colour(const struct render_look_at *at, float *const out[]) {
    if (at->subject->colours)
        render_view_interpolate(at->view, at->subject->colours, 3, out);
    else
        blacken(at, out);
}

// ---- texture --------------------------------------------------------------------------------------------------------

static void project(const struct render_camera *camera, const float p[3], double at[2]) {
    double q[3] = {0};
    const double *rows[3] = {camera->right, camera->up, camera->toward};
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) q[r] += rows[r][k] * (p[k] - camera->position[k]);
    double away = camera->projection == RENDER_PERSPECTIVE ? fmax(-q[2], camera->near_mm) : 1;
    for (int k = 0; k < 2; k++) at[k] = camera->scale[k] * q[k] / away;
}

static double twice_area(const double a[2], const double b[2], const double c[2]) {
    return fabs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

// How many texels of the whole picture fall on a sample, over the triangle.
static float texels_a_sample(const struct render_look_at *at, int32_t triangle) {
    const struct render_subject *subject = at->subject;
    const float *uv = subject->texcoords + 6 * (size_t)triangle;
    double seen[3][2], texel[3][2];
    for (int k = 0; k < 3; k++) {
        project(at->camera, subject->mesh.vertices[subject->mesh.triangles[triangle][k]], seen[k]);
        texel[k][0] = (double)uv[2 * k] * subject->texture->levels[0].width;
        texel[k][1] = (double)uv[2 * k + 1] * subject->texture->levels[0].height;
    }
    double samples = twice_area(seen[0], seen[1], seen[2]);
    return samples > 0 ? (float)fmin(twice_area(texel[0], texel[1], texel[2]) / samples, 1e12) : 1;
}

static void measure_texture(const struct render_look_at *at, float *const out[]) {
    const struct render_fragments *seen = render_view_fragments(at->view);
    measure_colour(at, out); // of what the picture does not cover
    if (!at->subject->texture || !at->subject->texcoords) return;
    int32_t triangle = -1;
    float texels = 1, rgb[3];
    for (int64_t i = 0; i < seen->count; i++) {
        const float *uv = at->subject->texcoords + 6 * (size_t)seen->triangle[i];
        float u = seen->share[0][i] * uv[0] + seen->share[1][i] * uv[2] + seen->share[2][i] * uv[4];
        float v = seen->share[0][i] * uv[1] + seen->share[1][i] * uv[3] + seen->share[2][i] * uv[5];
        if (!isfinite(u) || !isfinite(v)) continue;
        if (seen->triangle[i] != triangle) texels = texels_a_sample(at, triangle = seen->triangle[i]);
        render_texture_sample(at->subject->texture, u, v, texels, rgb);
        for (int k = 0; k < 3; k++) out[k][i] = rgb[k];
    }
}

const struct render_measure render_measures[RENDER_QUANTITIES] = {
    [RENDER_DEPTH] = {1, measure_depth},         [RENDER_NORMAL] = {3, measure_normal},
    [RENDER_CURVATURE] = {4, measure_curvature}, [RENDER_PRINCIPAL] = {2, measure_principal},
    [RENDER_COLOUR] = {3, measure_colour},       [RENDER_TEXTURE] = {3, measure_texture},
};

void render_principal(const float *curvatures, int64_t n_vertices, float *principal) {
    for (int64_t v = 0; v < n_vertices; v++) {
        float mean = curvatures[4 * v], under = mean * mean - curvatures[4 * v + 1];
        float apart = under > 0 ? sqrtf(under) : 0.0f;
        principal[2 * v] = mean + apart;
        principal[2 * v + 1] = mean - apart;
    }
}
