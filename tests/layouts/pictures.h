// Pictures as files in memory, for tests of what reads them. Each returns the number of bytes, at most room.
#ifndef FACET_TESTS_PICTURES_H
#define FACET_TESTS_PICTURES_H

#include <facet/image.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

static inline size_t picture_as_png(const struct facet_image *image, char *bytes, size_t room) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = room;
    return png_image_write_to_memory(&png, bytes, &size, 0, image->rgb, 0, NULL) ? size : 0;
}

static inline size_t picture_as_jpeg(const struct facet_image *image, int quality, int progressive, char *bytes,
                                     size_t room) {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *made = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &made, &size);
    jpeg.image_width = (JDIMENSION)image->width, jpeg.image_height = (JDIMENSION)image->height;
    jpeg.input_components = 3, jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, quality, TRUE);
    if (progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < image->height; y++) {
        JSAMPROW row = image->rgb + (size_t)y * 3 * (size_t)image->width;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    if (size > room) size = 0;
    memcpy(bytes, made, size);
    free(made);
    return size;
}

static inline char *picture_number(char *at, uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) *at++ = (char)(value >> 8 * i);
    return at;
}

// bits: 24, 32, or 8 with a palette of greys that takes each pixel's green.
static inline size_t picture_as_bmp(const struct facet_image *image, int bits, int from_above, char *bytes,
                                    size_t room) {
    int pitch = (image->width * bits / 8 + 3) / 4 * 4, palette = bits == 8 ? 1024 : 0;
    size_t size = 54 + (size_t)palette + (size_t)pitch * (size_t)image->height;
    if (size > room) return 0;
    memset(bytes, 0, size);
    memcpy(bytes, "BM", 2);
    char *at = picture_number(picture_number(bytes + 2, (uint32_t)size, 4), 0, 4);
    at = picture_number(picture_number(at, 54 + (uint32_t)palette, 4), 40, 4);
    at = picture_number(at, (uint32_t)image->width, 4);
    at = picture_number(at, from_above ? 0u - (uint32_t)image->height : (uint32_t)image->height, 4);
    picture_number(picture_number(at, 1, 2), (uint32_t)bits, 2);
    for (int i = 0; i < palette / 4; i++) memset(bytes + 54 + 4 * i, i, 3);
    for (int y = 0; y < image->height; y++) {
        char *row = bytes + 54 + palette + (size_t)pitch * (size_t)(from_above ? y : image->height - 1 - y);
        const uint8_t *rgb = image->rgb + (size_t)y * 3 * (size_t)image->width;
        for (int x = 0; x < image->width; x++, rgb += 3)
            bits == 8 ? picture_number(row + x, rgb[1], 1)
                      : picture_number(row + x * bits / 8, (uint32_t)(rgb[0] << 16 | rgb[1] << 8 | rgb[2]), bits / 8);
    }
    return size;
}

#endif
