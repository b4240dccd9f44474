#include "render/runs.h"

#include <math.h>
#include <string.h>

enum { STRIDE = 16 };

// Places rise: where the one `STRIDE` further on is `STRIDE` further, so are those between.
static int64_t run_end(const int32_t *places, int64_t from, int64_t count) {
    int64_t end = from + 1;
    while (end + STRIDE <= count && places[end + STRIDE - 1] - places[end - 1] == STRIDE) end += STRIDE;
    while (end < count && places[end] - places[end - 1] == 1) end++;
    return end;
}

void render_runs_find(struct render_runs *runs, const int32_t *places, int64_t count, int64_t first) {
    runs->count = 0;
    for (int64_t i = 0, end; i < count; i = end) {
        end = run_end(places, i, count);
        runs->run[runs->count++] = (struct render_run){
            .pixel = (int32_t)(places[i] - first), .index = (int32_t)i, .count = (int32_t)(end - i)};
    }
}

void render_runs_u8(const struct render_runs *runs, const uint8_t *values, int64_t pixels, uint8_t *plane) {
    int64_t at = 0;
    for (const struct render_run *run = runs->run, *end = run + runs->count; run < end; run++) {
        memset(plane + at, 0, (size_t)(run->pixel - at));
        memcpy(plane + run->pixel, values + run->index, (size_t)run->count);
        at = run->pixel + run->count;
    }
    memset(plane + at, 0, (size_t)(pixels - at));
}

void render_runs_u16(const struct render_runs *runs, const uint16_t *values, int64_t pixels, uint16_t *plane) {
    int64_t at = 0;
    for (const struct render_run *run = runs->run, *end = run + runs->count; run < end; run++) {
        memset(plane + at, 0, (size_t)(run->pixel - at) * sizeof *plane);
        memcpy(plane + run->pixel, values + run->index, (size_t)run->count * sizeof *plane);
        at = run->pixel + run->count;
    }
    memset(plane + at, 0, (size_t)(pixels - at) * sizeof *plane);
}

static void fill(float *plane, int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) plane[i] = NAN;
}

void render_runs_f32(const struct render_runs *runs, const float *values, int64_t pixels, float *plane) {
    int64_t at = 0;
    for (const struct render_run *run = runs->run, *end = run + runs->count; run < end; run++) {
        fill(plane, at, run->pixel);
        memcpy(plane + run->pixel, values + run->index, (size_t)run->count * sizeof *plane);
        at = run->pixel + run->count;
    }
    fill(plane, at, pixels);
}
