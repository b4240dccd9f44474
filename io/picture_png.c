// PNG pictures, by libpng's simplified interface: its errors come back as values.
#include "io/picture.h"

#include <png.h>
#include <string.h>

// Deflate makes at most 1032 bytes of one, and a byte of the picture is at most 8 pixels.
enum { DENSEST = 8 * 1032 };

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
    int code = picture_begin(image, png.width, png.height, size, DENSEST, error);
    if (code) return png_image_free(&png), code;
    if (png_image_finish_read(&png, &black, image->rgb, 0, NULL)) return FACET_OK;
    facet_image_free(image);
    return refused(&png, error);
}
