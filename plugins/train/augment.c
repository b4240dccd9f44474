#include "train/augment.h"

#include <facet/random.h>
#include <math.h>
#include <string.h>

// What was drawn for one view.
struct draw {
    bool mirror;
    float cosine, sine, shift_x, shift_y; // the output pixel's place in the input: rotation with zoom, then shift
    float turn_cosine, turn_sine;         // of the picture's content, for the normals
    float gain, offset, noise;
    int64_t erase_x, erase_y, erase_w, erase_h; // w = 0: nothing is erased
    uint32_t key[3];                            // counter of the noise
};

enum { DRAWS_PER_VIEW = 16, NOISE_COUNTER = 1 << 20 };

// Uniform in [-limit, limit].
static float around(const struct augment *a, const uint32_t *key, uint32_t k, double limit) {
    return (float)(limit * (2 * facet_random_uniform(a->seed, key[0], key[1], key[2] + k) - 1));
}

static double chance(const struct augment *a, const uint32_t *key, uint32_t k) {
    return facet_random_uniform(a->seed, key[0], key[1], key[2] + k);
}

static void draw_erasing(const struct augment *a, const uint32_t *key, struct draw *draw) {
    if (chance(a, key, 5) >= a->erase) return;
    double s = (double)a->size;
    draw->erase_w = (int64_t)(s * (0.1 + 0.25 * chance(a, key, 6)));
    draw->erase_h = (int64_t)(s * (0.1 + 0.25 * chance(a, key, 7)));
    draw->erase_x = (int64_t)((s - (double)draw->erase_w) * chance(a, key, 8));
    draw->erase_y = (int64_t)((s - (double)draw->erase_h) * chance(a, key, 9));
}

// Turn, zoom and depth change belong to the row (one head), the rest to the view.
static void draw_view(const struct augment *a, uint32_t epoch, uint32_t row, int64_t view, struct draw *draw) {
    const uint32_t head[3] = {epoch, row, 0}, key[3] = {epoch, row, (uint32_t)(DRAWS_PER_VIEW * (view + 1))};
    float turn = around(a, head, 0, a->rotate_deg * 3.14159265358979 / 180);
    float zoom = 1 / (1 + around(a, head, 1, a->zoom));
    *draw = (struct draw){
        .mirror = a->mirror && chance(a, head, 2) < 0.5,
        .cosine = cosf(turn) * zoom,
        .sine = sinf(turn) * zoom,
        .turn_cosine = cosf(turn),
        .turn_sine = sinf(turn),
        .shift_x = around(a, key, 0, a->shift) * (float)a->size,
        .shift_y = around(a, key, 1, a->shift) * (float)a->size,
        .gain = 1 + around(a, head, 3, a->gain),
        .offset = around(a, key, 2, a->offset),
        .noise = (float)(a->noise * chance(a, head, 4)),
        .key = {epoch, row, (uint32_t)(NOISE_COUNTER * (view + 1))},
    };
    draw_erasing(a, key, draw);
}

// All planes of a view, resampled bilinearly; outside is background (0). Output in 0..255.
static void resample(const struct augment *a, const struct draw *draw, const uint8_t *in, float *out) {
    int32_t size = (int32_t)a->size, plane = size * size, channels = (int32_t)a->channels;
    float middle = 0.5f * (float)(size - 1), big = 4096;
    for (int32_t i = 0; i < plane; i++) {
        float dx = (float)(i % size) - middle, dy = (float)(i / size) - middle;
        if (draw->mirror) dx = -dx;
        float sx = draw->cosine * dx - draw->sine * dy + middle + draw->shift_x;
        float sy = draw->sine * dx + draw->cosine * dy + middle + draw->shift_y;
        int32_t x = (int32_t)(sx + big) - (int32_t)big, y = (int32_t)(sy + big) - (int32_t)big; // floor, without a call
        bool inside = x >= 0 && y >= 0 && x + 1 < size && y + 1 < size;
        float fx = sx - (float)x, fy = sy - (float)y;
        for (int32_t c = 0; c < channels; c++) {
            const uint8_t *p = in + c * plane + (inside ? y * size + x : 0);
            float top = (float)p[0] + fx * (float)(p[1] - p[0]);
            float low = (float)p[size] + fx * (float)(p[size + 1] - p[size]);
            out[c * plane + i] = inside ? top + fy * (low - top) : 0;
        }
    }
}

// A pixel is background when its depth is 0 or, without depth, its normal's three planes are.
static bool seen(const struct augment *a, const float *view, int64_t plane, int64_t i) {
    if (a->depth >= 0) return view[a->depth * plane + i] > 0.5f;
    if (a->normal < 0) return true;
    const float *n = view + a->normal * plane + i;
    return n[0] + n[plane] + n[2 * plane] > 1.5f;
}

// The head turned in the picture plane: the normals turn with it; mirrored, x then changes its sign. Row 0 is the top,
// so a turn that takes picture x towards picture y takes +x towards -y.
static void turn_normals(const struct augment *a, const struct draw *draw, float *view) {
    int64_t plane = a->size * a->size;
    float *nx = view + a->normal * plane, *ny = nx + plane;
    for (int64_t i = 0; i < plane; i++) {
        if (!seen(a, view, plane, i)) continue;
        float x = nx[i] - 127.5f, y = ny[i] - 127.5f;
        float tx = draw->turn_cosine * x - draw->turn_sine * y, ty = draw->turn_sine * x + draw->turn_cosine * y;
        nx[i] = 127.5f + (draw->mirror ? -tx : tx);
        ny[i] = 127.5f + ty;
    }
}

static void change_depth(const struct augment *a, const struct draw *draw, float *view) {
    int64_t plane = a->size * a->size;
    float *depth = view + a->depth * plane;
    for (int64_t i = 0; i < plane; i++)
        if (depth[i] > 0.5f) depth[i] = 127.5f + draw->gain * (depth[i] - 127.5f) + 127.5f * draw->offset;
}

// Every channel of a seen pixel moves by up to noise * 127.5; one random block serves sixteen values.
static void add_noise(const struct augment *a, const struct draw *draw, float *view) {
    int64_t plane = a->size * a->size;
    float step = draw->noise;
    uint8_t bytes[16];
    for (int64_t c = 0; c < a->channels; c++)
        for (int64_t i = 0; i < plane; i++) {
            int64_t at = c * plane + i;
            if (i % 16 == 0) {
                uint32_t block[4];
                facet_random_block(a->seed, draw->key[0], draw->key[1], draw->key[2] + (uint32_t)(at / 16), block);
                memcpy(bytes, block, sizeof bytes);
            }
            if (view[at] > 0.5f) view[at] += step * ((float)bytes[i % 16] - 127.5f);
        }
}

static void erase(const struct augment *a, const struct draw *draw, float *view) {
    for (int64_t c = 0; c < a->channels; c++)
        for (int64_t y = draw->erase_y; y < draw->erase_y + draw->erase_h; y++)
            memset(view + (c * a->size + y) * a->size + draw->erase_x, 0, (size_t)draw->erase_w * sizeof *view);
}

static void augment_view(const struct augment *a, const struct draw *draw, const uint8_t *in, float *out) {
    int64_t plane = a->size * a->size;
    resample(a, draw, in, out);
    if (a->normal >= 0) turn_normals(a, draw, out);
    if (a->depth >= 0) change_depth(a, draw, out);
    if (draw->noise > 0) add_noise(a, draw, out);
    if (draw->erase_w > 0) erase(a, draw, out);
    for (int64_t i = 0; i < a->channels * plane; i++) out[i] = out[i] / 127.5f - 1;
}

// Hides views by chance, unless that would hide all.
static void drop_views(const struct augment *a, uint32_t epoch, uint32_t row, uint8_t *used) {
    int64_t left = 0;
    uint8_t hidden[64] = {0};
    for (int64_t v = 0; v < a->views; v++) {
        const uint32_t key[3] = {epoch, row, (uint32_t)(DRAWS_PER_VIEW * (v + 1))};
        hidden[v] = chance(a, key, 10) < a->drop_view;
        left += used[v] && !hidden[v];
    }
    for (int64_t v = 0; v < a->views && left > 0; v++)
        if (hidden[v]) used[v] = 0;
}

void augment_plain(const struct augment *a, const uint8_t *views, float *pixels) {
    for (int64_t i = 0; i < a->views * a->channels * a->size * a->size; i++) pixels[i] = (float)views[i] / 127.5f - 1;
}

// Mirrored, view v comes from view V-1-v: their cameras stand symmetrically.
void augment_row(const struct augment *a, uint32_t epoch, uint32_t row, const uint8_t *views, const uint8_t *mask,
                 float *pixels, uint8_t *used) {
    int64_t values = a->channels * a->size * a->size;
    if (!a->on) {
        augment_plain(a, views, pixels);
        memcpy(used, mask, (size_t)a->views);
        return;
    }
    for (int64_t v = 0; v < a->views; v++) {
        struct draw draw;
        draw_view(a, epoch, row, v, &draw);
        int64_t from = draw.mirror ? a->views - 1 - v : v;
        used[v] = mask[from];
        augment_view(a, &draw, views + from * values, pixels + v * values);
    }
    drop_views(a, epoch, row, used);
}
