// Pictures in memory and as PNG files.
#include <facet/image.h>

#include "fault/fault.h"
#include "io/image_file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

int facet_image_create(struct facet_image *image, int width, int height, uint8_t grey, struct facet_error *error) {
    *image = (struct facet_image){0};
    FACET_REQUIRE(width > 0 && height > 0);
    size_t bytes = (size_t)width * (size_t)height * 3;
    uint8_t *rgb = facet_fault(FAULT_MEMORY_IMAGE) ? NULL : malloc(bytes);
    if (!rgb) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a picture of %d x %d", width, height);
    memset(rgb, grey, bytes);
    *image = (struct facet_image){.width = width, .height = height, .rgb = rgb};
    return FACET_OK;
}

void facet_image_free(struct facet_image *image) {
    if (!image) return;
    free(image->rgb);
    *image = (struct facet_image){0};
}

static uint8_t *pixel_at(const struct facet_image *image, int x, int y) {
    return image->rgb + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
}

static int clamp(int64_t value, int limit) {
    return value < 0 ? 0 : value > limit ? limit : (int)value;
}

static void fill(struct facet_image *image, int64_t x, int64_t y, int side, const uint8_t rgb[3]) {
    int left = clamp(x, image->width), right = clamp(x + side, image->width);
    int top = clamp(y, image->height), bottom = clamp(y + side, image->height);
    for (int row = top; row < bottom; row++)
        for (int column = left; column < right; column++) memcpy(pixel_at(image, column, row), rgb, 3);
}

void facet_image_paste(struct facet_image *image, const struct facet_image *src, int x, int y, int zoom) {
    for (int row = 0; row < src->height; row++)
        for (int column = 0; column < src->width; column++)
            fill(image, x + (int64_t)column * zoom, y + (int64_t)row * zoom, zoom, pixel_at(src, column, row));
}

int facet_image_write_png(const char *path, const struct facet_image *image, struct facet_error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
    uint8_t *bytes = malloc(size);
    int code = FACET_OK;
    if (!bytes || !png_image_write_to_memory(&png, bytes, &size, 0, image->rgb, 0, NULL))
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to write a picture of %d x %d", image->width,
                               image->height);
    if (!code) code = facet_image_file(path, bytes, size, error);
    free(bytes);
    return code;
}
