// Pixels that follow one another, and planes written by them.
#ifndef FACET_RENDER_RUNS_H
#define FACET_RENDER_RUNS_H

#include <stddef.h>
#include <stdint.h>

struct render_run {
    int32_t pixel, index, count; // the first one's place in the band and in the list
};
struct render_runs {
    struct render_run *run; // room for every other pixel of the band, and one
    int64_t count;
};

// places: rising; first: the place of the band's first pixel.
void render_runs_find(struct render_runs *runs, const int32_t *places, int64_t count, int64_t first);

// A plane's band of `pixels` from the listed pixels' values, background elsewhere: 0, in floats NaN.
void render_runs_u8(const struct render_runs *runs, const uint8_t *values, int64_t pixels, uint8_t *plane);
void render_runs_u16(const struct render_runs *runs, const uint16_t *values, int64_t pixels, uint16_t *plane);
void render_runs_f32(const struct render_runs *runs, const float *values, int64_t pixels, float *plane);

#endif
