#include "render/channel.h"

#include "render/angle.h"

#include <facet/image.h>

#include <math.h>
#include <string.h>

// ---- from a pixel's means to what its planes show -------------------------------------------------------------------

// To the picture's right, 0 toward the camera: the yaw from which one would look straight at it.
static void show_azimuth(const struct render_pixels *pixels, float *const out[]) {
    for (int64_t i = 0; i < pixels->count; i++) out[0][i] = render_arc(pixels->in[0][i], pixels->in[2][i]);
}

// Upwards, 0 level: the pitch from which one would look straight at it.
static void show_elevation(const struct render_pixels *pixels, float *const out[]) {
    for (int64_t i = 0; i < pixels->count; i++) {
        float x = pixels->in[0][i], z = pixels->in[2][i];
        out[0][i] = render_arc(pixels->in[1][i], sqrtf(x * x + z * z));
    }
}

struct light {
    float from[3], strength; // unit vector: right, up, toward the camera
};

static float lit(const struct light *light, const float n[3]) {
    float facing = light->from[0] * n[0] + light->from[1] * n[1] + light->from[2] * n[2];
    return facing > 0 ? light->strength * facing : 0.0f;
}

static float to_the_16th(float x) {
    float x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
    return x8 * x8;
}

// A key light from the upper left, a weaker one from the right to fill its shadows, a little from everywhere, more of
// it from above, and a soft shine. They move along with the camera.
static float brightness(const float n[3]) {
    static const struct light key = {{-0.52f, 0.52f, 0.68f}, 0.58f}, fill = {{0.78f, 0.05f, 0.62f}, 0.09f};
    static const struct light half = {{-0.28f, 0.28f, 0.92f}, 1.0f}; // between the key light and the camera
    float shine = to_the_16th(lit(&half, n));
    return 0.02f + 0.015f * (1 + n[1]) + lit(&key, n) + lit(&fill, n) + 0.06f * shine;
}

static void show_shaded(const struct render_pixels *pixels, float *const out[]) {
    for (int64_t i = 0; i < pixels->count; i++) {
        const float n[3] = {pixels->in[0][i], pixels->in[1][i], pixels->in[2][i]};
        out[0][i] = render_srgb(brightness(n));
    }
}

static void show_mask(const struct render_pixels *pixels, float *const out[]) {
    for (int64_t i = 0; i < pixels->count; i++) out[0][i] = 1;
}

static void show_visibility(const struct render_pixels *pixels, float *const out[]) {
    memcpy(out[0], pixels->covered, (size_t)pixels->count * sizeof *out[0]);
}

// ---- ranges ---------------------------------------------------------------------------------------------------------

static struct render_scale about_zero(double most) {
    return (struct render_scale){-most, most, 1};
}

static struct render_scale scale_depth(const struct render_ranges *ranges) {
    return about_zero(ranges->depth_mm);
}
static struct render_scale scale_unit(const struct render_ranges *ranges) {
    (void)ranges;
    return (struct render_scale){-1, 1, 0};
}
static struct render_scale scale_half_turn(const struct render_ranges *ranges) {
    (void)ranges;
    return about_zero(180);
}
static struct render_scale scale_quarter_turn(const struct render_ranges *ranges) {
    (void)ranges;
    return about_zero(90);
}
static struct render_scale scale_curvature(const struct render_ranges *ranges) {
    return about_zero(ranges->curvature);
}
static struct render_scale scale_gaussian(const struct render_ranges *ranges) {
    return about_zero(ranges->gaussian);
}
static struct render_scale scale_curvedness(const struct render_ranges *ranges) {
    return (struct render_scale){0, ranges->curvature, 1};
}
static struct render_scale scale_share(const struct render_ranges *ranges) {
    (void)ranges;
    return (struct render_scale){0, 1, 1};
}
static struct render_scale scale_part(const struct render_ranges *ranges) {
    (void)ranges;
    return (struct render_scale){0, 1, 0};
}
static struct render_scale scale_colour(const struct render_ranges *ranges) {
    (void)ranges;
    return (struct render_scale){0, 255, 0};
}

// ---- the table ------------------------------------------------------------------------------------------------------

// clang-format off
const struct render_channel render_channels[] = {
    {"depth", "mm", 1, FACET_PLANE_DEPTH, RENDER_DEPTH, false, 0, NULL, scale_depth},
    {"normal", "", 3, FACET_PLANE_NORMAL_X, RENDER_NORMAL, false, 0, NULL, scale_unit},
    {"azimuth", "degree", 1, FACET_PLANE_AZIMUTH, RENDER_NORMAL, false, 0, show_azimuth, scale_half_turn},
    {"elevation", "degree", 1, FACET_PLANE_ELEVATION, RENDER_NORMAL, false, 0, show_elevation, scale_quarter_turn},
    {"mean_curvature", "1/mm", 1, FACET_PLANE_MEAN_CURVATURE, RENDER_CURVATURE, false, 0, NULL, scale_curvature},
    {"gaussian_curvature", "1/mm^2", 1, FACET_PLANE_GAUSSIAN_CURVATURE, RENDER_CURVATURE, false, 1, NULL,
     scale_gaussian},
    {"k1", "1/mm", 1, FACET_PLANE_K1, RENDER_PRINCIPAL, false, 0, NULL, scale_curvature},
    {"k2", "1/mm", 1, FACET_PLANE_K2, RENDER_PRINCIPAL, false, 1, NULL, scale_curvature},
    {"shape_index", "", 1, FACET_PLANE_SHAPE_INDEX, RENDER_CURVATURE, false, 2, NULL, scale_share},
    {"curvedness", "1/mm", 1, FACET_PLANE_CURVEDNESS, RENDER_CURVATURE, false, 3, NULL, scale_curvedness},
    {"texture", "", 3, FACET_PLANE_TEXTURE_RED, RENDER_TEXTURE, false, 0, NULL, scale_colour},
    {"colour", "", 3, FACET_PLANE_RED, RENDER_COLOUR, false, 0, NULL, scale_colour},
    {"shaded", "", 1, FACET_PLANE_SHADED, RENDER_NORMAL, false, 0, show_shaded, scale_share},
    {"mask", "", 1, FACET_PLANE_MASK, RENDER_QUANTITIES, false, 0, show_mask, scale_part},
    {"visibility", "", 1, FACET_PLANE_VISIBILITY, RENDER_QUANTITIES, true, 0, show_visibility, scale_part},
};
// clang-format on
const int render_n_channels = sizeof render_channels / sizeof render_channels[0];

const struct render_channel *render_channel_named(const char *name) {
    for (int i = 0; i < render_n_channels; i++)
        if (strcmp(render_channels[i].name, name) == 0) return &render_channels[i];
    return NULL;
}
