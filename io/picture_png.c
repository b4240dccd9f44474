// PNG pictures, by libpng's simplified interface: its errors come back as values.
#include "io/picture.h"

#include <png.h>
#include <string.h>

enum { DEPTH_AT = 24, TYPE_AT = 25, INFLATED = 8 * 1032 }; // deflate makes at most so many bits of a byte

// Pixels that a byte of the file can stand for at most.
static int64_t densest(const void *bytes) {
    static const unsigned char channels[] = {1, 1, 3, 1, 2, 1, 4}; // by type of colour
    const unsigned char *header = bytes;
    int type = header[TYPE_AT] < sizeof channels ? header[TYPE_AT] : 0, depth = header[DEPTH_AT];
    return INFLATED / (channels[type] * (depth > 0 ? depth : 1));
}

static int refused(png_image *png, struct facet_error *error) {
    facet_error_set(error, FACET_ERROR_DATA, "a broken PNG picture: %s", png->message);
    png_image_free(png);
    return FACET_ERROR_DATA;
}

int picture_decode_png(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    const png_color black = {0, 0, 0};
    if (!png_image_begin_read_from_memory(&png, bytes, size)) return refused(&png, error);
    png.format = PNG_FORMAT_RGB;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    int code = picture_begin(image, png.width, png.height, size, densest(bytes), error);
    if (code) return png_image_free(&png), code;
    if (png_image_finish_read(&png, &black, image->rgb, 0, NULL)) return FACET_OK;
    facet_image_free(image);
    return refused(&png, error);
}
