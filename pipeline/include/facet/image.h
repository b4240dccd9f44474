// Images: 8-bit pictures in memory, picture files, text drawn into a picture, and rendered views drawn for people.
#ifndef FACET_IMAGE_H
#define FACET_IMAGE_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

struct facet_image {
    int width, height;
    uint8_t *rgb; // (height, width, 3), top row first
};

int facet_image_create(struct facet_image *image, int width, int height, uint8_t grey, struct facet_error *error);
void facet_image_free(struct facet_image *image); // NULL is fine; leaves an empty image
// Copies src with its top left corner at (x, y), each pixel drawn as a zoom x zoom square; what falls outside is cut.
void facet_image_paste(struct facet_image *image, const struct facet_image *src, int x, int y, int zoom);
// A built-in 5x7 bitmap font; (x, y) is the top left corner, a cell is 6*scale wide and 8*scale high. Every character
// (of UTF-8) takes one cell; what the font lacks is drawn as a box.
void facet_image_text(struct facet_image *image, int x, int y, int scale, uint32_t rgb, const char *text);
int facet_image_text_cells(const char *text);
// Written to a temporary name, then renamed. Errors: FACET_ERROR_IO with path and reason. Rank-local.
int facet_image_write_png(const char *path, const struct facet_image *image, struct facet_error *error);

enum { FACET_IMAGE_SIDE = 16384, FACET_IMAGE_PIXELS = 1 << 27 }; // the largest picture that is read
// A PNG, JPEG or BMP picture from memory, told apart by content; name is used in messages only. Grey becomes red, green and
// blue; what is transparent is put on black. On success *image is the caller's, on failure it is empty. Errors: DATA,
// MEMORY. Rank-local.
int facet_image_decode(const char *name, const void *bytes, size_t size, struct facet_image *image,
                       struct facet_error *error);

// ---- rendered views ------------------------------------------------------------------------------------------------
// What a plane of the render stage's `views` holds; the stage makes one code a plane as `view_planes`.
enum facet_plane {
    FACET_PLANE_UNKNOWN,
    FACET_PLANE_DEPTH, // 1..255 far to near, 0 background
    FACET_PLANE_NORMAL_X,
    FACET_PLANE_NORMAL_Y,
    FACET_PLANE_NORMAL_Z,
    FACET_PLANE_MASK,
    FACET_PLANE_AZIMUTH,
    FACET_PLANE_ELEVATION,
    FACET_PLANE_MEAN_CURVATURE,
    FACET_PLANE_GAUSSIAN_CURVATURE,
    FACET_PLANE_K1,
    FACET_PLANE_K2,
    FACET_PLANE_SHAPE_INDEX,
    FACET_PLANE_CURVEDNESS,
    FACET_PLANE_TEXTURE_RED,
    FACET_PLANE_TEXTURE_GREEN,
    FACET_PLANE_TEXTURE_BLUE,
    FACET_PLANE_RED, // of the vertices
    FACET_PLANE_GREEN,
    FACET_PLANE_BLUE,
    FACET_PLANE_SHADED,
    FACET_PLANE_VISIBILITY,
};

struct facet_views { // one row's views, borrowed
    int n_views, n_planes, size;
    const uint8_t *pixels; // (n_views, n_planes, size, size)
    const uint8_t *planes; // (n_planes) enum facet_plane; NULL: not known, drawn in grey
};

// A view is drawn as tiles, one a channel: a normal's three planes in a row make one.
int facet_views_tiles(const struct facet_views *views);
const char *facet_views_tile_name(const struct facet_views *views, int tile); // "depth", "normal", "mask", "plane"
// Draws one tile of one view: depth in the colours of facet_depth_colour, normals as red, green, blue, the rest grey.
void facet_image_paste_view(struct facet_image *image, const struct facet_views *views, int view, int tile, int x,
                            int y, int zoom);
uint32_t facet_depth_colour(uint8_t depth); // 0xrrggbb; lightness grows evenly from far (1) to near (255)

#endif
