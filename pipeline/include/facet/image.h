// Images: 8-bit pictures in memory, picture files, and rendered views drawn for people.
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
    const uint8_t *pixels;  // (n_views, n_planes, size, size)
    const uint8_t *planes;  // (n_planes) enum facet_plane; NULL: not known, drawn in grey
    uint32_t background;    // 0xrrggbb, of pixels that see nothing
    const uint8_t *changes; // (n_planes) 1: how the plane's values change, 128 not at all; NULL: none does
};

// A view is drawn as tiles, one a channel: three planes of a normal or a colour in a row make one.
struct facet_channel {
    const char *name; // "depth", "normal"; "plane" when not known
    int first_plane;  // enum facet_plane
    int planes;       // 1 or 3
    enum facet_show {
        FACET_SHOW_RGB,
        FACET_SHOW_COVER,
        FACET_SHOW_GREY,
        FACET_SHOW_SEQUENTIAL,
        FACET_SHOW_DIVERGING
    } show;
};
int facet_views_tiles(const struct facet_views *views);
const struct facet_channel *facet_views_channel(const struct facet_views *views, int tile);
const char *facet_views_tile_name(const struct facet_views *views, int tile);     // its channel's name
uint32_t facet_channel_colour(const struct facet_channel *channel, uint8_t code); // of one plane, covered; 0xrrggbb
// Draws one tile of one view with its top left corner at (x, y). zoom: a pixel becomes a square of zoom pixels a side; below
// 0, squares of -zoom pixels a side become one, their mean.
void facet_image_paste_view(struct facet_image *image, const struct facet_views *views, int view, int tile, int x,
                            int y, int zoom);

#endif
