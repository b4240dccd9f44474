// Surfaces known by formula, with exact normals and curvatures at their vertices, and pictures of them by the renderer.
#ifndef FACET_TESTS_RENDER_SHAPES_H
#define FACET_TESTS_RENDER_SHAPES_H

#include "pipeline/params.h"
#include "render/settings.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shape {
    float (*vertices)[3], (*normals)[3], (*curvatures)[4], (*principal)[2], (*colours)[3];
    int32_t (*triangles)[3];
    int64_t n_vertices, n_triangles;
};

struct shape_point {
    double p[3], n[3], k1, k2;
};
// u and v in 0..1.
typedef struct shape_point shape_formula(double u, double v, const double *sizes);

static inline struct shape_point shape_on_sphere(double u, double v, const double *sizes) {
    double polar = M_PI * (1 - v), around = 2 * M_PI * u, r = sizes[0];
    struct shape_point at = {
        .n = {sin(polar) * sin(around), cos(polar), sin(polar) * cos(around)}, .k1 = 1 / r, .k2 = 1 / r};
    for (int k = 0; k < 3; k++) at.p[k] = r * at.n[k];
    return at;
}

// About the z axis: sizes[0] to the middle of the tube, sizes[1] its radius.
static inline struct shape_point shape_on_torus(double u, double v, const double *sizes) {
    double around = 2 * M_PI * u, tube = 2 * M_PI * v, out = sizes[0] + sizes[1] * cos(tube);
    return (struct shape_point){.p = {out * cos(around), out * sin(around), sizes[1] * sin(tube)},
                                .n = {cos(tube) * cos(around), cos(tube) * sin(around), sin(tube)},
                                .k1 = 1 / sizes[1],
                                .k2 = cos(tube) / out};
}

// x and y from -sizes[0] to sizes[0], z = sizes[1].
static inline struct shape_point shape_on_plane(double u, double v, const double *sizes) {
    return (struct shape_point){.p = {sizes[0] * (2 * u - 1), sizes[0] * (2 * v - 1), sizes[1]}, .n = {0, 0, 1}};
}

static inline void shape_set(struct shape *shape, int64_t v, const struct shape_point *at) {
    double mean = (at->k1 + at->k2) / 2, apart = at->k1 - at->k2;
    for (int k = 0; k < 3; k++) {
        shape->vertices[v][k] = (float)at->p[k], shape->normals[v][k] = (float)at->n[k];
        shape->colours[v][k] = (float)(v * (k + 1) % 256);
    }
    shape->curvatures[v][0] = (float)mean, shape->curvatures[v][1] = (float)(at->k1 * at->k2);
    shape->curvatures[v][2] = (float)(0.5 + atan2(2 * mean, apart) / M_PI);
    shape->curvatures[v][3] = (float)sqrt((at->k1 * at->k1 + at->k2 * at->k2) / 2);
}

static inline void shape_allocate(struct shape *shape, int64_t vertices, int64_t triangles) {
    size_t n = (size_t)vertices;
    *shape = (struct shape){.vertices = calloc(n, sizeof *shape->vertices),
                            .normals = calloc(n, sizeof *shape->normals),
                            .curvatures = calloc(n, sizeof *shape->curvatures),
                            .principal = calloc(n, sizeof *shape->principal),
                            .colours = calloc(n, sizeof *shape->colours),
                            .triangles = calloc((size_t)triangles, sizeof *shape->triangles),
                            .n_vertices = vertices};
    assert_true(shape->vertices && shape->normals && shape->curvatures && shape->principal && shape->colours);
    assert_non_null(shape->triangles);
}

// (columns + 1) x (rows + 1) vertices; two triangles a cell, counter-clockwise where u runs to the right and v upwards.
static inline void shape_make(struct shape *shape, int columns, int rows, shape_formula *formula, const double *sizes) {
    shape_allocate(shape, (int64_t)(columns + 1) * (rows + 1), (int64_t)columns * rows * 2);
    for (int j = 0; j <= rows; j++)
        for (int i = 0; i <= columns; i++) {
            struct shape_point at = formula((double)i / columns, (double)j / rows, sizes);
            shape_set(shape, (int64_t)j * (columns + 1) + i, &at);
        }
    for (int j = 0; j < rows; j++)
        for (int i = 0; i < columns; i++) {
            int32_t a = j * (columns + 1) + i, b = a + 1, c = b + columns + 1, d = c - 1;
            int32_t(*t)[3] = shape->triangles + shape->n_triangles;
            t[0][0] = a, t[0][1] = b, t[0][2] = c, t[1][0] = a, t[1][1] = c, t[1][2] = d;
            shape->n_triangles += 2;
        }
    render_principal(shape->curvatures[0], shape->n_vertices, shape->principal[0]);
}

static inline void shape_free(struct shape *shape) {
    free(shape->vertices), free(shape->normals), free(shape->curvatures), free(shape->principal);
    free(shape->colours), free(shape->triangles);
    *shape = (struct shape){0};
}

static inline struct render_subject shape_subject(const struct shape *shape) {
    return (struct render_subject){.mesh = {(const float(*)[3])shape->vertices, (const int32_t(*)[3])shape->triangles,
                                            shape->n_vertices, shape->n_triangles},
                                   .normals = shape->normals[0],
                                   .curvatures = shape->curvatures[0],
                                   .principal = shape->principal[0],
                                   .colours = shape->colours[0]};
}

// Pictures of one view, in all that they can be made as.
struct drawn {
    struct render_settings settings;
    int size, n_planes;
    struct render_camera camera;
    double depth_at;
    bool seen;
    uint8_t *u8;
    uint16_t *u16;
    float *f32;
    int32_t *triangles, *vertices;
};

static inline void drawn_settings(const char *text, struct render_settings *settings) {
    struct facet_params *params = NULL;
    struct facet_error error = {0};
    if (facet_params_from_text(render_params, text, &params, &error)) fail_msg("%s", error.text);
    if (render_settings_read(params, settings, &error)) fail_msg("%s", error.text);
    facet_params_destroy(params);
}

static inline void draw_view(const struct render_subject *subject, const char *text, int view, struct drawn *drawn) {
    struct render_easel *easel;
    memset(drawn, 0, sizeof *drawn);
    drawn_settings(text, &drawn->settings);
    assert_true(view < drawn->settings.cameras->count);
    const struct render_look *look = &drawn->settings.look;
    const struct render_shot *shot = &drawn->settings.cameras->shots[view];
    size_t pixels = (size_t)look->size * (size_t)look->size, values = pixels * (size_t)look->n_planes;
    drawn->size = look->size, drawn->n_planes = look->n_planes;
    drawn->camera = shot->camera, drawn->depth_at = shot->depth_at;
    drawn->u8 = malloc(values), drawn->u16 = malloc(values * sizeof *drawn->u16);
    drawn->f32 = malloc(values * sizeof *drawn->f32);
    drawn->triangles = malloc(pixels * sizeof *drawn->triangles);
    drawn->vertices = malloc(pixels * sizeof *drawn->vertices);
    assert_true(drawn->u8 && drawn->u16 && drawn->f32 && drawn->triangles && drawn->vertices);
    struct render_planes planes = {drawn->u8, drawn->u16, drawn->f32, drawn->triangles, drawn->vertices};
    assert_int_equal(render_easel_create(look, &easel, NULL), FACET_OK);
    assert_int_equal(render_easel_draw(easel, subject, &shot->camera, shot->depth_at, &planes, &drawn->seen, NULL),
                     FACET_OK);
    render_easel_destroy(easel);
}

static inline void draw_shape(const struct shape *shape, const char *text, int view, struct drawn *drawn) {
    struct render_subject subject = shape_subject(shape);
    draw_view(&subject, text, view, drawn);
}

static inline void drawn_free(struct drawn *drawn) {
    free(drawn->u8), free(drawn->u16), free(drawn->f32), free(drawn->triangles), free(drawn->vertices);
    render_settings_free(&drawn->settings);
}

static inline float drawn_at(const struct drawn *drawn, int plane, int pixel) {
    return drawn->f32[(size_t)plane * (size_t)drawn->size * (size_t)drawn->size + (size_t)pixel];
}

// The first plane of that kind.
static inline int drawn_plane(const struct drawn *drawn, int kind) {
    for (int p = 0; p < drawn->n_planes; p++)
        if (drawn->settings.look.planes[p] == kind) return p;
    fail_msg("no plane shows %d", kind);
    return -1;
}

#endif
