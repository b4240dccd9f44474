// Pictures from memory: PNG and JPEG by their libraries, BMP by our own reader.
#include "io/picture.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *mark; // the first bytes of such a file
    int (*decode)(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error);
} formats[] = {{"\x89PNG", picture_decode_png}, {"\xff\xd8\xff", picture_decode_jpeg}, {"BM", picture_decode_bmp}};

int picture_begin(struct facet_image *image, int64_t width, int64_t height, size_t bytes, int64_t densest,
                  struct facet_error *error) {
    if (width < 1 || height < 1 || width > FACET_IMAGE_SIDE || height > FACET_IMAGE_SIDE ||
        width * height > FACET_IMAGE_PIXELS)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "a picture of %lld x %lld, at most %d a side and %d pixels expected", (long long)width,
                               (long long)height, FACET_IMAGE_SIDE, FACET_IMAGE_PIXELS);
    if (width * height / densest > (int64_t)bytes)
        return facet_error_set(error, FACET_ERROR_DATA, "%zu bytes cannot hold a picture of %lld x %lld", bytes,
                               (long long)width, (long long)height);
    uint8_t *rgb = malloc((size_t)(width * height) * 3);
    if (!rgb)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a picture of %lld x %lld", (long long)width,
                               (long long)height);
    *image = (struct facet_image){.width = (int)width, .height = (int)height, .rgb = rgb};
    return FACET_OK;
}

int facet_image_decode(const char *name, const void *bytes, size_t size, struct facet_image *image,
                       struct facet_error *error) {
    *image = (struct facet_image){0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t length = strlen(formats[i].mark);
        if (size < length || memcmp(bytes, formats[i].mark, length) != 0) continue;
        int code = formats[i].decode(bytes, size, image, error);
        if (code) facet_error_prefix(error, "%s", name);
        return code;
    }
    return facet_error_set(error, FACET_ERROR_DATA, "%s: byte 0: a PNG, JPEG or BMP picture expected", name);
}
