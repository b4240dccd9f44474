// Pictures as Facet's render stage makes them, of one channel more at a time.
#include "raster_facet.h"

#include "render/picture.h"

#include <stdlib.h>

static const char *const names[] = {"depth",       "normal",         "mask",
                                    "visibility",  "azimuth",        "elevation",
                                    "shaded",      "mean_curvature", "gaussian_curvature",
                                    "shape_index", "curvedness",     "k1",
                                    "k2",          "colour",         "texture"};
const int stage_channels = sizeof names / sizeof *names;

enum { TEXELS = 512 };

struct painter {
    struct render_look look;
    struct render_easel *easel;
    struct render_subject subject;
    float *curvatures, *principal, *colours, *texcoords;
    uint8_t *rgb;
    struct render_texture texture;
    void *codes;
};

static void *reserve(size_t count, size_t size) {
    void *made = calloc(count, size);
    if (!made) abort();
    return made;
}

const char *stage_channel_name(int channel) {
    return names[channel];
}

static void carry(struct painter *painter, const struct face *face) {
    size_t vertices = (size_t)face->n_vertices, triangles = (size_t)face->n_triangles;
    painter->curvatures = reserve(vertices, 4 * sizeof *painter->curvatures);
    painter->principal = reserve(vertices, 2 * sizeof *painter->principal);
    painter->colours = reserve(vertices, 3 * sizeof *painter->colours);
    painter->texcoords = reserve(triangles, 6 * sizeof *painter->texcoords);
    painter->rgb = reserve(TEXELS * TEXELS, 3);
    for (size_t i = 0; i < vertices; i++) {
        float mean = face->curvature[i];
        const float four[4] = {mean, 0.5f * mean * mean, 0.5f, mean < 0 ? -mean : mean};
        for (int k = 0; k < 4; k++) painter->curvatures[4 * i + (size_t)k] = four[k];
        for (int k = 0; k < 3; k++) painter->colours[3 * i + (size_t)k] = 127.5f + 127.5f * face->normals[i][k];
    }
    render_principal(painter->curvatures, face->n_vertices, painter->principal);
    for (size_t i = 0; i < 3 * triangles; i++)
        for (size_t k = 0; k < 2; k++)
            painter->texcoords[2 * i + k] = 0.5f + face->vertices[face->triangles[i / 3][i % 3]][k] / (2 * EXTENT);
    for (int i = 0; i < 3 * TEXELS * TEXELS; i++) painter->rgb[i] = (uint8_t)(i * 37 % 251);
}

struct painter *painter_create(const struct face *face, const char *isa, int n_channels) {
    static const struct render_ranges ranges = {.depth_mm = 100, .curvature = 0.1, .gaussian = 0.01};
    struct facet_error error;
    struct painter *painter = reserve(1, sizeof *painter);
    painter->look.size = SIDE, painter->look.supersample = 1;
    for (int c = 0; c < n_channels; c++) render_look_add(&painter->look, render_channel_named(names[c]), &ranges);
    setenv("FACET_ISA", isa, 1);
    must(render_easel_create(&painter->look, &painter->easel, &error), &error);
    unsetenv("FACET_ISA");
    carry(painter, face);
    must(render_texture_build(&painter->texture, painter->rgb, TEXELS, TEXELS, &error), &error);
    painter->codes = reserve(RENDER_MAX_PLANES, PIXELS);
    painter->subject = (struct render_subject){
        .mesh = {face->vertices, face->triangles, face->n_vertices, face->n_triangles},
        .normals = face->normals[0],
        .curvatures = painter->curvatures,
        .principal = painter->principal,
        .colours = painter->colours,
        .texcoords = painter->texcoords,
        .texture = &painter->texture,
    };
    return painter;
}

void painter_destroy(struct painter *painter) {
    if (!painter) return;
    render_easel_destroy(painter->easel);
    render_texture_free(&painter->texture);
    free(painter->curvatures), free(painter->principal), free(painter->colours), free(painter->texcoords);
    free(painter->rgb), free(painter->codes);
    free(painter);
}

static void paint(struct painter *painter, const struct look *look, const struct render_planes *planes) {
    struct facet_error error;
    struct render_camera camera = camera_of(look);
    bool seen;
    must(render_easel_draw(painter->easel, &painter->subject, &camera, 0, planes, &seen, &error), &error);
}

void painter_draw(struct painter *painter, const struct look *look) {
    paint(painter, look, &(struct render_planes){.u8 = painter->codes});
}

// ---- depth and normals as floats, beside the other renderers ------------------------------------------------------------

static struct painter *current;

static bool open_stage(void) {
    return true;
}

static void take(const struct face *face) {
    painter_destroy(current);
    current = painter_create(face, facet_isa, 2);
}

static void draw(const struct look *look, const struct picture *picture) { // whose planes follow each other
    paint(current, look, &(struct render_planes){.f32 = picture->depth});
}

const struct renderer facet_stage = {.name = "Facet, its render stage",
                                     .makes = "depth, normal",
                                     .open = open_stage,
                                     .take = take,
                                     .draw = draw,
                                     .tolerance = 0.05f};
