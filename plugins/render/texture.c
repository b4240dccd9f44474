#include "render/texture.h"

#include "render/angle.h"

#include <math.h>
#include <stdlib.h>

static int half_of(int side) {
    return side > 1 ? (side + 1) / 2 : 1;
}

// Of an odd side the last texel stands for itself alone.
static void shrink(const struct render_level *from, const struct render_level *to, uint8_t *rgb) {
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++) {
            int left = 2 * x, top = 2 * y, right = left + 1 < from->width ? left + 1 : left;
            int bottom = top + 1 < from->height ? top + 1 : top;
            const uint8_t *upper = from->rgb + 3 * (size_t)top * (size_t)from->width;
            const uint8_t *lower = from->rgb + 3 * (size_t)bottom * (size_t)from->width;
            for (int k = 0; k < 3; k++)
                *rgb++ = (uint8_t)((upper[3 * left + k] + upper[3 * right + k] + lower[3 * left + k] +
                                    lower[3 * right + k] + 2) /
                                   4);
        }
}

static size_t bytes_of(const struct render_level *level) {
    return 3 * (size_t)level->width * (size_t)level->height;
}

// Sizes of all levels; returns the bytes of those to be made.
static size_t lay_out(struct render_texture *texture, const uint8_t *rgb, int width, int height) {
    size_t bytes = 0;
    texture->levels[0] = (struct render_level){width, height, rgb};
    texture->n_levels = 1;
    while ((width > 1 || height > 1) && texture->n_levels < RENDER_TEXTURE_LEVELS) {
        width = half_of(width), height = half_of(height);
        struct render_level *level = &texture->levels[texture->n_levels++];
        *level = (struct render_level){.width = width, .height = height};
        bytes += bytes_of(level);
    }
    return bytes;
}

int render_texture_build(struct render_texture *texture, const uint8_t *rgb, int width, int height,
                         struct facet_error *error) {
    FACET_REQUIRE(rgb && width > 0 && height > 0);
    size_t bytes = lay_out(texture, rgb, width, height);
    if (bytes > texture->room) {
        free(texture->made);
        texture->room = 0;
        texture->made = malloc(bytes);
        if (!texture->made)
            return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a texture of %d x %d", width, height);
        texture->room = bytes;
    }
    uint8_t *to = texture->made;
    for (int l = 1; l < texture->n_levels; l++) {
        texture->levels[l].rgb = to;
        shrink(&texture->levels[l - 1], &texture->levels[l], to);
        to += bytes_of(&texture->levels[l]);
    }
    return FACET_OK;
}

void render_texture_free(struct render_texture *texture) {
    if (!texture) return;
    free(texture->made);
    *texture = (struct render_texture){0};
}

static float held(float x, int side) {
    float last = (float)(side - 1);
    return x > 0 ? (x < last ? x : last) : 0;
}

// Centres of texels lie half a texel inside.
static void sample_level(const struct render_level *level, float u, float v, float rgb[3]) {
    float x = held(u * (float)level->width - 0.5f, level->width);
    float y = held((1 - v) * (float)level->height - 0.5f, level->height);
    int left = (int)x, top = (int)y;
    int right = left + 1 < level->width ? left + 1 : left, bottom = top + 1 < level->height ? top + 1 : top;
    const uint8_t *upper = level->rgb + 3 * (size_t)top * (size_t)level->width;
    const uint8_t *lower = level->rgb + 3 * (size_t)bottom * (size_t)level->width;
    float across = x - (float)left, down = y - (float)top;
    for (int k = 0; k < 3; k++) {
        float above = (float)upper[3 * left + k] + across * (float)(upper[3 * right + k] - upper[3 * left + k]);
        float below = (float)lower[3 * left + k] + across * (float)(lower[3 * right + k] - lower[3 * left + k]);
        rgb[k] = above + down * (below - above);
    }
}

void render_texture_sample(const struct render_texture *texture, float u, float v, float texels, float rgb[3]) {
    float rest = 0, coarse[3];
    int twice = texels > 1 && isfinite(texels) ? render_log2(texels, &rest) : 0, last = texture->n_levels - 1;
    float level = 0.5f * ((float)twice + rest); // a level has a quarter of the texels
    int below = (int)level < last ? (int)level : last;
    sample_level(&texture->levels[below], u, v, rgb);
    float share = level - (float)below;
    if (share <= 0 || below == last) return;
    sample_level(&texture->levels[below + 1], u, v, coarse);
    for (int k = 0; k < 3; k++) rgb[k] += share * (coarse[k] - rgb[k]);
}
