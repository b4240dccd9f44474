// Images: 8-bit pictures in memory, PNG files, and text drawn into a picture.
#ifndef FACET_IMAGE_H
#define FACET_IMAGE_H

#include <facet/error.h>
#include <stdint.h>

struct facet_image {
    int width, height;
    uint8_t *rgb; // (height, width, 3), top row first
};

int facet_image_create(struct facet_image *image, int width, int height, uint8_t grey, struct facet_error *error);
void facet_image_free(struct facet_image *image); // NULL is fine; leaves an empty image
// Copies src with its top left corner at (x, y), each pixel drawn as a zoom x zoom square; what falls outside is cut.
void facet_image_paste(struct facet_image *image, const struct facet_image *src, int x, int y, int zoom);
// A built-in 5x7 bitmap font; (x, y) is the top left corner, a cell is 6*scale wide and 8*scale high.
void facet_image_text(struct facet_image *image, int x, int y, int scale, uint32_t rgb, const char *text);
// Written to a temporary name, then renamed. Errors: FACET_ERROR_IO with path and reason. Rank-local.
int facet_image_write_png(const char *path, const struct facet_image *image, struct facet_error *error);

#endif
