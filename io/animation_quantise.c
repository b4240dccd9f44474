// Few colours for many: P. Heckbert, Color image quantization for frame buffer display, 1982 (median cut). All in whole
// numbers, so that every machine takes the same.
#include "io/animation.h"

#include <stdlib.h>

enum { BOXES = 256 };

struct shade {
    uint32_t rgb;
    uint32_t pixels;
    uint8_t box;
};

struct box {
    int64_t first, count; // of the shades
    int widest;           // 16, 8 or 0: the shift of the channel that spans most
    int64_t spread;       // how much it is worth to cut it
};

static int by_rgb(const void *a, const void *b) {
    const struct shade *x = a, *y = b;
    return (x->rgb > y->rgb) - (x->rgb < y->rgb);
}
static int by_channel(const struct shade *x, const struct shade *y, int shift) {
    int a = x->rgb >> shift & 0xff, b = y->rgb >> shift & 0xff;
    return a != b ? a - b : by_rgb(x, y);
}
static int by_red(const void *a, const void *b) {
    return by_channel(a, b, 16);
}
static int by_green(const void *a, const void *b) {
    return by_channel(a, b, 8);
}
static int by_blue(const void *a, const void *b) {
    return by_channel(a, b, 0);
}

static uint32_t colour_at(const struct facet_image *image, size_t i) {
    const uint8_t *p = image->rgb + 3 * i;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

// The picture's colours, each once, in rising order. Returns how many.
static int64_t list_shades(const struct facet_image *image, struct shade *shades) {
    size_t pixels = (size_t)image->width * (size_t)image->height;
    int64_t count = 0;
    for (size_t i = 0; i < pixels; i++) shades[i] = (struct shade){.rgb = colour_at(image, i), .pixels = 1};
    qsort(shades, pixels, sizeof *shades, by_rgb);
    for (size_t i = 0; i < pixels; i++) {
        if (count > 0 && shades[count - 1].rgb == shades[i].rgb)
            shades[count - 1].pixels++;
        else
            shades[count++] = shades[i];
    }
    return count;
}

// A box is worth its widest channel's span times its pixels; green counts most to the eye, blue least.
static void measure(const struct shade *shades, struct box *box) {
    static const int weight[3] = {3, 4, 2};
    int64_t most = -1, pixels = 0;
    for (int64_t i = 0; i < box->count; i++) pixels += shades[box->first + i].pixels;
    for (int k = 0; k < 3; k++) {
        int shift = 16 - 8 * k, low = 255, high = 0;
        for (int64_t i = 0; i < box->count; i++) {
            int value = shades[box->first + i].rgb >> shift & 0xff;
            if (value < low) low = value;
            if (value > high) high = value;
        }
        int64_t span = (int64_t)weight[k] * (high - low);
        if (span <= most) continue;
        most = span;
        box->widest = shift;
    }
    box->spread = box->count > 1 ? most * pixels : 0;
}

// Cuts a box where half of its pixels are on either side.
static struct box cut(struct shade *shades, struct box *box) {
    int (*order)(const void *, const void *) = box->widest == 16 ? by_red : box->widest == 8 ? by_green : by_blue;
    int64_t pixels = 0, below = 0, kept = 0;
    struct shade *own = shades + box->first;
    qsort(own, (size_t)box->count, sizeof *own, order);
    for (int64_t i = 0; i < box->count; i++) pixels += own[i].pixels;
    while (kept < box->count - 1 && (kept == 0 || 2 * below < pixels)) below += own[kept++].pixels;
    struct box rest = {.first = box->first + kept, .count = box->count - kept};
    box->count = kept;
    measure(shades, box);
    measure(shades, &rest);
    return rest;
}

static int cut_all(struct shade *shades, int64_t count, struct box boxes[BOXES]) {
    int made = 1;
    boxes[0] = (struct box){.count = count};
    measure(shades, &boxes[0]);
    while (made < BOXES) {
        int best = 0;
        for (int i = 1; i < made; i++)
            if (boxes[i].spread > boxes[best].spread) best = i;
        if (boxes[best].spread == 0) break;
        boxes[made] = cut(shades, &boxes[best]);
        made++;
    }
    return made;
}

static uint32_t mean(const struct shade *shades, const struct box *box) {
    uint64_t sum[3] = {0}, pixels = 0;
    for (int64_t i = 0; i < box->count; i++) {
        const struct shade *shade = &shades[box->first + i];
        for (int k = 0; k < 3; k++) sum[k] += (uint64_t)shade->pixels * (shade->rgb >> (16 - 8 * k) & 0xff);
        pixels += shade->pixels;
    }
    for (int k = 0; k < 3; k++) sum[k] = (sum[k] + pixels / 2) / pixels;
    return (uint32_t)(sum[0] << 16 | sum[1] << 8 | sum[2]);
}

int animation_quantise(const struct facet_image *image, uint32_t palette[256], int *count, uint8_t *index,
                       struct facet_error *error) {
    size_t pixels = (size_t)image->width * (size_t)image->height;
    struct shade *shades = malloc(pixels * sizeof *shades);
    struct box boxes[BOXES];
    if (!shades) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for an animation");
    int64_t n_shades = list_shades(image, shades);
    *count = cut_all(shades, n_shades, boxes);
    for (int b = 0; b < *count; b++) {
        palette[b] = mean(shades, &boxes[b]);
        for (int64_t i = 0; i < boxes[b].count; i++) shades[boxes[b].first + i].box = (uint8_t)b;
    }
    qsort(shades, (size_t)n_shades, sizeof *shades, by_rgb);
    for (size_t i = 0; i < pixels; i++) {
        struct shade wanted = {.rgb = colour_at(image, i)};
        index[i] = ((struct shade *)bsearch(&wanted, shades, (size_t)n_shades, sizeof *shades, by_rgb))->box;
    }
    free(shades);
    return FACET_OK;
}
