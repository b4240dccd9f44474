// Pictures in memory and as PNG files.
#include <facet/image.h>

#include "fault/fault.h"

#include <errno.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static int write_file(FILE *file, const struct facet_image *image, const char *path, struct facet_error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = PNG_FORMAT_RGB};
    errno = 0;
    if (!png_image_write_to_stdio(&png, file, 0, image->rgb, 0, NULL))
        return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path,
                               errno ? strerror(errno) : png.message);
    if (facet_fault(FAULT_IMAGE_WRITE) || fflush(file) || fsync(fileno(file)))
        return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    return FACET_OK;
}

int facet_image_write_png(const char *path, const struct facet_image *image, struct facet_error *error) {
    char part[4096];
    int length = snprintf(part, sizeof part, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof part)
        return facet_error_set(error, FACET_ERROR_IO, "%.80s...: the path is too long", path);
    FILE *file = facet_fault(FAULT_IMAGE_OPEN) ? NULL : fopen(part, "wb");
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be made: %s", path, strerror(errno));
    int code = write_file(file, image, path, error);
    if ((fclose(file) || facet_fault(FAULT_IMAGE_CLOSE)) && !code)
        code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (!code && (facet_fault(FAULT_IMAGE_RENAME) || rename(part, path)))
        code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be put in place: %s", path, strerror(errno));
    if (code) unlink(part);
    return code;
}
