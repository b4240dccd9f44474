// APNG 1.0 (wiki.mozilla.org/APNG_Specification): a PNG whose further frames lie in chunks that other readers skip.
#include "io/animation.h"

#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8, CHUNK = 12 }; // a chunk's bytes besides its data: length, type, sum

static void put_u32(uint8_t *at, uint32_t value) {
    for (int k = 0; k < 4; k++) at[k] = (uint8_t)(value >> (24 - 8 * k));
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

// A chunk whose data are `head` and then `data`.
static int put_chunk(struct facet_animation *animation, const char *type, const void *head, size_t head_size,
                     const void *data, size_t size, struct facet_error *error) {
    uint8_t first[8], sum[4];
    put_u32(first, (uint32_t)(head_size + size));
    memcpy(first + 4, type, 4);
    uLong crc = crc32(0, first + 4, 4);
    if (head_size) crc = crc32(crc, head, (uInt)head_size);
    if (size) crc = crc32(crc, data, (uInt)size);
    put_u32(sum, (uint32_t)crc);
    int code = animation_put(&animation->bytes, first, sizeof first, error);
    if (!code && head_size) code = animation_put(&animation->bytes, head, head_size, error);
    if (!code && size) code = animation_put(&animation->bytes, data, size, error);
    return code ? code : animation_put(&animation->bytes, sum, sizeof sum, error);
}

static int begin(struct facet_animation *animation, struct facet_error *error) {
    static const uint8_t signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {0}, control[8] = {0};
    put_u32(header, (uint32_t)animation->width);
    put_u32(header + 4, (uint32_t)animation->height);
    header[8] = 8; // bits a sample
    header[9] = 2; // red, green, blue
    put_u32(control, (uint32_t)animation->frames);
    int code = animation_put(&animation->bytes, signature, sizeof signature, error);
    if (!code) code = put_chunk(animation, "IHDR", header, sizeof header, NULL, 0, error);
    return code ? code : put_chunk(animation, "acTL", control, sizeof control, NULL, 0, error);
}

static int put_control(struct facet_animation *animation, const struct animation_part *part,
                       struct facet_error *error) {
    uint8_t control[26] = {0};
    long milliseconds = lround(fmin(65535, fmax(1, animation->milliseconds)));
    put_u32(control, animation->chunks++);
    put_u32(control + 4, (uint32_t)part->image.width);
    put_u32(control + 8, (uint32_t)part->image.height);
    put_u32(control + 12, (uint32_t)part->x);
    put_u32(control + 16, (uint32_t)part->y);
    control[20] = (uint8_t)(milliseconds >> 8);
    control[21] = (uint8_t)milliseconds;
    control[22] = 1000 >> 8;
    control[23] = 1000 & 0xff;
    return put_chunk(animation, "fcTL", control, sizeof control, NULL, 0, error);
}

// The image data of a whole PNG, as the first frame's own or as those of a further one.
static int put_data(struct facet_animation *animation, const uint8_t *png, size_t size, struct facet_error *error) {
    int code = FACET_OK;
    for (size_t at = SIGNATURE; at + CHUNK <= size && !code; at += CHUNK + get_u32(png + at)) {
        uint32_t length = get_u32(png + at);
        uint8_t number[4];
        if (memcmp(png + at + 4, "IDAT", 4) != 0) continue;
        if (animation->added == 0) {
            code = put_chunk(animation, "IDAT", NULL, 0, png + at + 8, length, error);
        } else {
            put_u32(number, animation->chunks++);
            code = put_chunk(animation, "fdAT", number, sizeof number, png + at + 8, length, error);
        }
    }
    return code;
}

static int add(struct facet_animation *animation, const struct animation_part *part, struct facet_error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)part->image.width,
                     .height = (png_uint_32)part->image.height,
                     .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
    uint8_t *bytes = malloc(size);
    int code = FACET_OK;
    if (!bytes || !png_image_write_to_memory(&png, bytes, &size, 0, part->image.rgb, 0, NULL))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
    if (!code) code = put_control(animation, part, error);
    if (!code) code = put_data(animation, bytes, size, error);
    free(bytes);
    return code;
}

static int end(struct facet_animation *animation, struct facet_error *error) {
    return put_chunk(animation, "IEND", NULL, 0, NULL, 0, error);
}

const struct animation_format animation_png = {.begin = begin, .add = add, .end = end};
