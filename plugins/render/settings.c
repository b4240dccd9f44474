#include "render/settings.h"

#include <stdlib.h>
#include <string.h>

#define RANGE(NAME, FALLBACK, UNIT, MIN, MAX, DOC)                                                                     \
    { .name = NAME, .type = FACET_PARAM_FLOAT, .fallback = FALLBACK, .unit = UNIT, .min = MIN, .max = MAX, .doc = DOC }

const struct facet_param_spec render_params[] = {
    {.name = "size",
     .type = FACET_PARAM_INT,
     .fallback = "112",
     .unit = "pixel",
     .min = 1,
     .max = RENDER_SIDE_MAX,
     .doc = "Width and height of a picture."},
    {.name = "channels",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"depth\", \"normal\" ]",
     .choices = RENDER_CHANNEL_NAMES "|triangle|vertex",
     .doc = "What a picture shows, in this order; normal, texture and colour take three planes, triangle and vertex "
            "arrays of their own."},
    {.name = "outputs",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"u8\" ]",
     .choices = "u8|u16|f32",
     .doc = "What the pictures are made as: codes of 8 or 16 bits, numbers as they are."},
    RENDER_CAMERA_PARAMS,
    RANGE("depth_mm", "100.0", "mm", 1, 10000,
          "Depths from this far behind the centre to this far before it have codes."),
    RANGE("curvature_range", "0.15", "1/mm", 1e-6, 1000,
          "Mean and principal curvatures from minus to plus this have codes, curvedness from 0."),
    RANGE("gaussian_range", "0.01", "1/mm^2", 1e-9, 1e6, "Gaussian curvatures from minus to plus this have codes."),
    {.name = "supersample",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .min = 1,
     .max = RENDER_MAX_SUPERSAMPLE,
     .doc = "Samples along a pixel's side, 1, 2 or 4; a pixel is their mean."},
    {.name = NULL},
};

static int twice(const char *channel, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_CONFIG, "render.channels: \"%s\" is listed twice", channel);
}

static int add_channel(struct render_settings *settings, const char *name, const struct render_ranges *ranges,
                       struct facet_error *error) {
    const struct render_channel *channel = render_channel_named(name);
    bool *ids = strcmp(name, "triangle") == 0 ? &settings->triangles : &settings->vertices;
    if (channel) return render_look_add(&settings->look, channel, ranges) ? FACET_OK : twice(name, error);
    if (*ids) return twice(name, error);
    *ids = true;
    return FACET_OK;
}

static int read_channels(const struct facet_params *given, struct render_settings *settings,
                         struct facet_error *error) {
    struct render_ranges ranges = {.depth_mm = facet_param_float(given, "depth_mm"),
                                   .curvature = facet_param_float(given, "curvature_range"),
                                   .gaussian = facet_param_float(given, "gaussian_range")};
    size_t channels = facet_param_count(given, "channels");
    if (channels == 0) return facet_error_set(error, FACET_ERROR_CONFIG, "render.channels: the list is empty");
    int code = FACET_OK;
    for (size_t i = 0; i < channels && !code; i++)
        code = add_channel(settings, facet_param_string_at(given, "channels", i), &ranges, error);
    if (!code && settings->look.n_planes == 0)
        code = facet_error_set(error, FACET_ERROR_CONFIG, "render.channels: triangle and vertex alone are no picture");
    return code;
}

static int read_outputs(const struct facet_params *given, struct render_settings *settings, struct facet_error *error) {
    for (size_t i = 0; i < facet_param_count(given, "outputs"); i++) {
        const char *output = facet_param_string_at(given, "outputs", i);
        settings->u8 |= strcmp(output, "u8") == 0;
        settings->u16 |= strcmp(output, "u16") == 0;
        settings->f32 |= strcmp(output, "f32") == 0;
    }
    if (settings->u8 || settings->u16 || settings->f32) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG, "render.outputs: the list is empty");
}

static int read_size(const struct facet_params *given, struct render_look *look, struct facet_error *error) {
    look->size = (int)facet_param_int(given, "size");
    look->supersample = (int)facet_param_int(given, "supersample");
    if (look->supersample == 3)
        return facet_error_set(error, FACET_ERROR_CONFIG, "render.supersample: 3 is not 1, 2 or 4");
    if (look->size <= RENDER_SIDE_MAX / look->supersample) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG,
                           "render.size: %d pixels of %d samples a side are more than %d samples", look->size,
                           look->supersample, RENDER_SIDE_MAX);
}

int render_settings_read(const struct facet_params *given, struct render_settings *settings,
                         struct facet_error *error) {
    *settings = (struct render_settings){0};
    int code = read_size(given, &settings->look, error);
    if (!code) code = read_channels(given, settings, error);
    if (!code) code = read_outputs(given, settings, error);
    return code ? code : render_cameras_read(given, settings->look.size, &settings->cameras, error);
}

void render_settings_free(struct render_settings *settings) {
    if (!settings) return;
    free(settings->cameras);
    *settings = (struct render_settings){0};
}
