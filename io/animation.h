// What the formats of moving pictures share.
#ifndef FACET_IO_ANIMATION_H
#define FACET_IO_ANIMATION_H

#include <facet/animation.h>

struct animation_bytes { // grows at its end
    uint8_t *data;
    size_t size, room;
};
int animation_put(struct animation_bytes *bytes, const void *data, size_t size, struct facet_error *error);

struct animation_part { // of a frame: what changed
    int x, y;
    struct facet_image image;
};

struct facet_animation {
    const struct animation_format *format;
    char *path;
    int width, height, frames, added;
    double milliseconds;
    struct facet_image before; // the frame added last
    struct animation_bytes bytes;
    uint32_t chunks; // APNG: numbered
    void *gif;       // GIF: the library's file
};

struct animation_format {
    int (*begin)(struct facet_animation *animation, struct facet_error *error);
    int (*add)(struct facet_animation *animation, const struct animation_part *part, struct facet_error *error);
    int (*end)(struct facet_animation *animation, struct facet_error *error);
    void (*destroy)(struct facet_animation *animation);
};
extern const struct animation_format animation_png, animation_gif;

// At most 256 colours for a picture: exact where it has no more, else the means of boxes cut at the colours' medians.
// palette (256) gets *count colours, index one byte a pixel. Errors: MEMORY.
int animation_quantise(const struct facet_image *image, uint32_t palette[256], int *count, uint8_t *index,
                       struct facet_error *error);

#endif
