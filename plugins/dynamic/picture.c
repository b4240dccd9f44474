#include "dynamic/picture.h"

#include <facet/image.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND = 4096 }; // pixels that a thread takes at once

int dynamic_sum_create(const struct dynamic_shape *shape, struct dynamic_sum *sum, struct facet_error *error) {
    size_t pixels = (size_t)(shape->views * shape->pixels), values = pixels * (size_t)shape->planes;
    *sum = (struct dynamic_sum){.shape = *shape,
                                .weighted = calloc(values + 1, sizeof *sum->weighted),
                                .plain = calloc(values + 1, sizeof *sum->plain),
                                .weight = calloc(pixels + 1, sizeof *sum->weight),
                                .count = calloc(pixels + 1, sizeof *sum->count)};
    if (sum->weighted && sum->plain && sum->weight && sum->count) return FACET_OK;
    dynamic_sum_free(sum);
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the sums of %zu values", values);
}

void dynamic_sum_free(struct dynamic_sum *sum) {
    free(sum->weighted);
    free(sum->plain);
    free(sum->weight);
    free(sum->count);
    *sum = (struct dynamic_sum){.count = NULL};
}

void dynamic_sum_clear(struct dynamic_sum *sum) {
    size_t pixels = (size_t)(sum->shape.views * sum->shape.pixels), values = pixels * (size_t)sum->shape.planes;
    memset(sum->weighted, 0, values * sizeof *sum->weighted);
    memset(sum->plain, 0, values * sizeof *sum->plain);
    memset(sum->weight, 0, pixels * sizeof *sum->weight);
    memset(sum->count, 0, pixels * sizeof *sum->count);
}

static void add_plane(const float *restrict value, double weight, int64_t n, double *restrict weighted,
                      double *restrict plain, uint8_t *restrict shown) {
    for (int64_t i = 0; i < n; i++) {
        weighted[i] += weight * value[i];
        plain[i] += value[i];
        shown[i] |= value[i] != 0;
    }
}

static void add_band(struct dynamic_sum *sum, const float *frame, int64_t view, int64_t first, double weight) {
    const struct dynamic_shape *s = &sum->shape;
    int64_t n = s->pixels - first < BAND ? s->pixels - first : BAND, pixel = view * s->pixels + first;
    uint8_t shown[BAND] = {0};
    for (int64_t p = 0; p < s->planes; p++) {
        int64_t at = (view * s->planes + p) * s->pixels + first;
        add_plane(frame + at, weight, n, sum->weighted + at, sum->plain + at, shown);
    }
    for (int64_t i = 0; i < n; i++) {
        sum->weight[pixel + i] += shown[i] ? weight : 0;
        sum->count[pixel + i] += shown[i];
    }
}

void dynamic_sum_add(struct dynamic_sum *sum, const float *frame, const uint8_t *mask, const double *weights) {
    int64_t bands = (sum->shape.pixels + BAND - 1) / BAND;
#pragma omp parallel for schedule(static) num_threads(sum->shape.threads)
    for (int64_t i = 0; i < sum->shape.views * bands; i++)
        if (mask[i / bands]) add_band(sum, frame, i / bands, i % bands * BAND, weights[i / bands]);
}

// ---- codes ------------------------------------------------------------------------------------------------------------

// Planes that say where the surface is show that it came or went; the others show how it changed where it is.
static bool is_outline(const struct dynamic_shape *shape, int64_t plane) {
    return shape->codes && (shape->codes[plane] == FACET_PLANE_MASK || shape->codes[plane] == FACET_PLANE_VISIBILITY);
}

// One plane of a view: what is known of its pixels, and where to put them.
struct plane {
    const double *weighted, *plain, *weight;
    const int32_t *count;
    int64_t pixels;
    int32_t least;
    bool as_is;
    double size;
    uint8_t *out;
};

static bool is_drawn(const struct plane *plane, int64_t i) {
    return plane->as_is || plane->count[i] >= plane->least;
}

// A pixel that shows its mean in each frame that shows something there has a value of 0.
static double value_at(const struct plane *plane, int64_t i) {
    double still = plane->as_is ? 0 : plane->weight[i] * plane->plain[i] / plane->count[i];
    return (plane->weighted[i] - still) / plane->size;
}

static uint8_t code_of(double value, double magnify) {
    return (uint8_t)(128 + lround(fmin(fmax(127 * magnify * value / 255, -127), 127)));
}

static void draw_fixed(const struct plane *plane, double magnify) {
    for (int64_t i = 0; i < plane->pixels; i++)
        plane->out[i] = is_drawn(plane, i) ? code_of(value_at(plane, i), magnify) : 0;
}

static void draw_stretched(const struct plane *plane) {
    double least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < plane->pixels; i++) {
        if (!is_drawn(plane, i)) continue;
        double value = value_at(plane, i);
        least = fmin(least, value), most = fmax(most, value);
    }
    double range = most - least > 1e-9 ? most - least : 0; // of codes; less is what rounding leaves of nothing
    for (int64_t i = 0; i < plane->pixels; i++) {
        plane->out[i] = 0;
        if (is_drawn(plane, i))
            plane->out[i] = range > 0 ? (uint8_t)(1 + lround(254 * (value_at(plane, i) - least) / range)) : 128;
    }
}

bool dynamic_sum_draw(const struct dynamic_sum *sum, int64_t view, double size, int32_t least,
                      const struct dynamic_look *look, uint8_t *out) {
    const struct dynamic_shape *s = &sum->shape;
    bool any = false;
    for (int64_t p = 0; p < s->planes; p++) {
        int64_t at = (view * s->planes + p) * s->pixels;
        struct plane plane = {.weighted = sum->weighted + at,
                              .plain = sum->plain + at,
                              .weight = sum->weight + view * s->pixels,
                              .count = sum->count + view * s->pixels,
                              .pixels = s->pixels,
                              .least = least,
                              .as_is = look->as_is || is_outline(s, p),
                              .size = size,
                              .out = out + p * s->pixels};
        if (look->stretch)
            draw_stretched(&plane);
        else
            draw_fixed(&plane, look->magnify);
        for (int64_t i = 0; i < s->pixels && !any; i++) any = plane.out[i] != 0;
    }
    return any;
}
