// Decoders of pictures: each leaves *image empty when it fails. Sentences lack the file's name.
#ifndef FACET_IO_PICTURE_H
#define FACET_IO_PICTURE_H

#include <facet/image.h>
#include <stdbool.h>

// An image of pixels without a value, not yet touched, so that a picture that breaks off costs only what it had. densest:
// pixels that a byte of this format can stand for at most; a size that the bytes cannot hold is refused.
int picture_begin(struct facet_image *image, int64_t width, int64_t height, size_t bytes, int64_t densest,
                  struct facet_error *error);

int picture_decode_png(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error);
int picture_decode_jpeg(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error);
int picture_decode_bmp(const void *bytes, size_t size, struct facet_image *image, struct facet_error *error);

#endif
