// Rendered views drawn for people.
#include <facet/colour.h>
#include <facet/image.h>

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

// What is there, where nothing else is told of it: on light paper, on dark paper.
enum { COVERED = 0x47586b, COVERED_ON_DARK = 0xaeb9c6 };

static const struct facet_channel channels[] = {
    {"depth", FACET_PLANE_DEPTH, 1, FACET_SHOW_SEQUENTIAL},
    {"normal", FACET_PLANE_NORMAL_X, 3, FACET_SHOW_RGB},
    {"mask", FACET_PLANE_MASK, 1, FACET_SHOW_COVER},
    {"azimuth", FACET_PLANE_AZIMUTH, 1, FACET_SHOW_DIVERGING},
    {"elevation", FACET_PLANE_ELEVATION, 1, FACET_SHOW_DIVERGING},
    {"mean_curvature", FACET_PLANE_MEAN_CURVATURE, 1, FACET_SHOW_DIVERGING},
    {"gaussian_curvature", FACET_PLANE_GAUSSIAN_CURVATURE, 1, FACET_SHOW_DIVERGING},
    {"k1", FACET_PLANE_K1, 1, FACET_SHOW_DIVERGING},
    {"k2", FACET_PLANE_K2, 1, FACET_SHOW_DIVERGING},
    {"shape_index", FACET_PLANE_SHAPE_INDEX, 1, FACET_SHOW_DIVERGING},
    {"curvedness", FACET_PLANE_CURVEDNESS, 1, FACET_SHOW_SEQUENTIAL},
    {"texture", FACET_PLANE_TEXTURE_RED, 3, FACET_SHOW_RGB},
    {"colour", FACET_PLANE_RED, 3, FACET_SHOW_RGB},
    {"shaded", FACET_PLANE_SHADED, 1, FACET_SHOW_GREY},
    {"visibility", FACET_PLANE_VISIBILITY, 1, FACET_SHOW_COVER},
};
static const struct facet_channel unknown = {"plane", FACET_PLANE_UNKNOWN, 1, FACET_SHOW_GREY};

static bool holds(const struct facet_views *views, int plane, const struct facet_channel *channel) {
    if (plane + channel->planes > views->n_planes) return false;
    for (int k = 0; k < channel->planes; k++)
        if (views->planes[plane + k] != channel->first_plane + k) return false;
    return true;
}

static const struct facet_channel *channel_at(const struct facet_views *views, int plane) {
    for (size_t i = 0; views->planes && i < sizeof channels / sizeof *channels; i++)
        if (holds(views, plane, &channels[i])) return &channels[i];
    return &unknown;
}

int facet_views_tiles(const struct facet_views *views) {
    int tiles = 0;
    for (int plane = 0; plane < views->n_planes; plane += channel_at(views, plane)->planes) tiles++;
    return tiles;
}

static int first_plane(const struct facet_views *views, int tile) {
    int plane = 0;
    for (int i = 0; i < tile; i++) plane += channel_at(views, plane)->planes;
    FACET_REQUIRE(plane < views->n_planes);
    return plane;
}

const struct facet_channel *facet_views_channel(const struct facet_views *views, int tile) {
    return channel_at(views, first_plane(views, tile));
}

const char *facet_views_tile_name(const struct facet_views *views, int tile) {
    return facet_views_channel(views, tile)->name;
}

uint32_t facet_channel_colour(const struct facet_channel *channel, uint8_t code) {
    double share = (code - 1) / 254.0; // 0 is the background
    switch (channel->show) {
    case FACET_SHOW_SEQUENTIAL:
        return facet_palette_colour(FACET_PALETTE_SEQUENTIAL, share);
    case FACET_SHOW_DIVERGING:
        return facet_palette_colour(FACET_PALETTE_DIVERGING, share);
    default:
        return code * 0x010101u;
    }
}

struct tile {
    const struct facet_channel *channel;
    const uint8_t *plane[3];
    uint32_t background;
    bool changes;
};

static uint32_t covered_on(uint32_t background) {
    bool dark = (background >> 16) + 2 * (background >> 8 & 0xff) + (background & 0xff) < 2 * 255;
    return dark ? COVERED_ON_DARK : COVERED;
}

static uint32_t colour(const struct tile *tile, size_t i) {
    uint8_t code = tile->plane[0][i];
    if (tile->channel->planes == 3) {
        uint32_t rgb = (uint32_t)code << 16 | (uint32_t)tile->plane[1][i] << 8 | tile->plane[2][i];
        return rgb ? rgb : tile->background;
    }
    if (tile->changes)
        return code ? facet_palette_colour(FACET_PALETTE_DIVERGING, (code - 1) / 254.0) : tile->background;
    if (tile->channel->show == FACET_SHOW_COVER)
        return facet_colour_between(tile->background, covered_on(tile->background), code / 255.0);
    return code ? facet_channel_colour(tile->channel, code) : tile->background;
}

static void paste_dot(struct facet_image *image, uint32_t rgb, int x, int y, int side) {
    uint8_t bytes[3] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
    struct facet_image dot = {.width = 1, .height = 1, .rgb = bytes};
    facet_image_paste(image, &dot, x, y, side);
}

// The mean colour of a square of pixels; those beyond the picture's edge do not count.
static uint32_t mean(const struct tile *tile, int size, int column, int row, int side) {
    unsigned sum[3] = {0}, count = 0;
    for (int y = row; y < row + side && y < size; y++)
        for (int x = column; x < column + side && x < size; x++, count++) {
            uint32_t rgb = colour(tile, (size_t)y * (size_t)size + (size_t)x);
            for (int k = 0; k < 3; k++) sum[k] += rgb >> (16 - 8 * k) & 0xff;
        }
    for (int k = 0; k < 3; k++) sum[k] = (sum[k] + count / 2) / count;
    return sum[0] << 16 | sum[1] << 8 | sum[2];
}

void facet_image_paste_view(struct facet_image *image, const struct facet_views *views, int view, int tile, int x,
                            int y, int zoom) {
    FACET_REQUIRE(view >= 0 && view < views->n_views && zoom != 0);
    int plane = first_plane(views, tile), size = views->size, take = zoom < 0 ? -zoom : 1, side = zoom < 0 ? 1 : zoom;
    size_t pixels = (size_t)size * (size_t)size;
    const uint8_t *from = views->pixels + ((size_t)view * (size_t)views->n_planes + (size_t)plane) * pixels;
    struct tile at = {.channel = channel_at(views, plane), .background = views->background};
    at.changes = views->changes && views->changes[plane];
    for (int k = 0; k < at.channel->planes; k++) at.plane[k] = from + (size_t)k * pixels;
    for (int row = 0; row < size; row += take)
        for (int column = 0; column < size; column += take)
            paste_dot(image, mean(&at, size, column, row, take), x + column / take * side, y + row / take * side, side);
}
