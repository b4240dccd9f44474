// Pictures on a surface, sampled bilinearly between levels of half the size each.
#ifndef FACET_RENDER_TEXTURE_H
#define FACET_RENDER_TEXTURE_H

#include <facet/error.h>
#include <stdint.h>

enum { RENDER_TEXTURE_LEVELS = 20 };

struct render_texture { // a zeroed one is empty
    int n_levels;
    struct render_level {
        int width, height;
        const uint8_t *rgb; // (height, width, 3), top row first
    } levels[RENDER_TEXTURE_LEVELS];
    uint8_t *made; // levels 1 and up
    size_t room;
};

// rgb is borrowed until the next build; what was made before is used again. A texel of a level is the mean of those under
// it, rounded. Errors: MEMORY.
int render_texture_build(struct render_texture *texture, const uint8_t *rgb, int width, int height,
                         struct facet_error *error);
void render_texture_free(struct render_texture *texture); // NULL is fine

// u to the right and v upwards, 0..1 over the picture; outside its border goes on. texels: how many of the picture's
// texels fall on a sample, in area; from 1 on levels are mixed by it. rgb gets 0..255.
void render_texture_sample(const struct render_texture *texture, float u, float v, float texels, float rgb[3]);

#endif
