// Rendered views drawn for people.
#include <facet/image.h>

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum { BACKGROUND = 0x202428 };

static bool normal_starts_at(const struct facet_views *views, int plane) {
    if (!views->planes || plane + 2 >= views->n_planes) return false;
    const uint8_t *kind = views->planes + plane;
    return kind[0] == FACET_PLANE_NORMAL_X && kind[1] == FACET_PLANE_NORMAL_Y && kind[2] == FACET_PLANE_NORMAL_Z;
}

static int planes_of_tile(const struct facet_views *views, int plane) {
    return normal_starts_at(views, plane) ? 3 : 1;
}

int facet_views_tiles(const struct facet_views *views) {
    int tiles = 0;
    for (int plane = 0; plane < views->n_planes; plane += planes_of_tile(views, plane)) tiles++;
    return tiles;
}

static int first_plane(const struct facet_views *views, int tile) {
    int plane = 0;
    for (int i = 0; i < tile; i++) plane += planes_of_tile(views, plane);
    FACET_REQUIRE(plane < views->n_planes);
    return plane;
}

static int kind_of(const struct facet_views *views, int plane) {
    return views->planes ? views->planes[plane] : FACET_PLANE_UNKNOWN;
}

const char *facet_views_tile_name(const struct facet_views *views, int tile) {
    int plane = first_plane(views, tile);
    if (normal_starts_at(views, plane)) return "normal";
    int kind = kind_of(views, plane);
    return kind == FACET_PLANE_DEPTH ? "depth" : kind == FACET_PLANE_MASK ? "mask" : "plane";
}

static double srgb(double linear) { // IEC 61966-2-1
    if (linear <= 0) return 0;
    if (linear >= 1) return 1;
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

// Oklab to sRGB (B. Ottosson, A perceptual color space for image processing, 2020).
static uint32_t oklab(double lightness, double a, double b) {
    double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    double red = srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
    double green = srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
    double blue = srgb(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    return (uint32_t)lround(255 * red) << 16 | (uint32_t)lround(255 * green) << 8 | (uint32_t)lround(255 * blue);
}

// Lightness rises evenly while the hue turns from violet over red to yellow; the chroma shrinks at both ends, where
// sRGB has little.
uint32_t facet_depth_colour(uint8_t depth) {
    if (depth == 0) return BACKGROUND;
    double t = (depth - 1) / 254.0, hue = -1.2 + 2.9 * t, chroma = 0.05 + 0.36 * t * (1 - t);
    return oklab(0.22 + 0.72 * t, chroma * cos(hue), chroma * sin(hue));
}

struct tile {
    const uint8_t *plane[3];
    int kind;
    bool normal;
};

static uint32_t colour(const struct tile *tile, size_t i) {
    uint8_t value = tile->plane[0][i];
    if (tile->kind == FACET_PLANE_DEPTH) return facet_depth_colour(value);
    if (!tile->normal) return value * 0x010101u;
    uint32_t rgb = (uint32_t)value << 16 | (uint32_t)tile->plane[1][i] << 8 | tile->plane[2][i];
    return rgb ? rgb : BACKGROUND;
}

void facet_image_paste_view(struct facet_image *image, const struct facet_views *views, int view, int tile, int x,
                            int y, int zoom) {
    int plane = first_plane(views, tile);
    size_t pixels = (size_t)views->size * (size_t)views->size;
    struct tile at = {.kind = kind_of(views, plane), .normal = normal_starts_at(views, plane)};
    for (int k = 0; k < (at.normal ? 3 : 1); k++)
        at.plane[k] = views->pixels + ((size_t)view * (size_t)views->n_planes + (size_t)(plane + k)) * pixels;
    for (size_t i = 0; i < pixels; i++) {
        uint32_t rgb = colour(&at, i);
        uint8_t bytes[3] = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
        struct facet_image dot = {.width = 1, .height = 1, .rgb = bytes};
        int column = (int)(i % (size_t)views->size), row = (int)(i / (size_t)views->size);
        facet_image_paste(image, &dot, x + column * zoom, y + row * zoom, zoom);
    }
}
