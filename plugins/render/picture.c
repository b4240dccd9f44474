// A picture is drawn in bands of rows, so that a large one takes little memory: what each band's samples see, the means
// over each pixel's samples, what the channels show of them, and their codes.
#include "render/picture.h"

#include "render/cameras.h"
#include "render/runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BAND_SAMPLES = 1 << 20 };

struct render_easel {
    const struct render_look *look;
    struct render_view *view;
    int band_rows; // pixels
    bool needed[RENDER_QUANTITIES];
    int64_t room; // values that the buffers of samples hold
    float *samples[RENDER_COMPONENTS], *means[RENDER_COMPONENTS], *shown[3];
    int32_t *slots; // of the samples: the pixel of the band each lies in
    // One entry a pixel of the band:
    float *sums;
    uint8_t *hits;                   // its covered samples
    int32_t *lists[2];               // room for these two:
    const int32_t *pixels, *touched; // places in the picture: half their samples are covered; at least one is
    float *touched_cover;            // the share of its samples that is covered
    int64_t n_pixels, n_touched;
    struct render_runs runs[2]; // of these two
    bool any_cover;             // a channel shows it
    void *codes;
};

bool render_look_add(struct render_look *look, const struct render_channel *channel,
                     const struct render_ranges *ranges) {
    for (int c = 0; c < look->n_channels; c++)
        if (look->channels[c] == channel) return false;
    FACET_REQUIRE(look->n_planes + channel->planes <= RENDER_MAX_PLANES);
    look->channels[look->n_channels++] = channel;
    for (int k = 0; k < channel->planes; k++) {
        look->scales[look->n_planes] = channel->scale(ranges);
        look->planes[look->n_planes++] = (uint8_t)(channel->first_plane + k);
    }
    return true;
}

bool render_look_needs(const struct render_look *look, enum render_quantity quantity) {
    for (int c = 0; c < look->n_channels; c++)
        if (look->channels[c]->quantity == quantity) return true;
    return false;
}

// ---- scratch --------------------------------------------------------------------------------------------------------

static bool allocate(float **to, int64_t count) {
    *to = malloc((size_t)count * sizeof **to);
    return *to != NULL;
}

static bool make_room(struct render_easel *easel, int64_t pixels) {
    bool good = allocate(&easel->sums, pixels) && allocate(&easel->touched_cover, pixels);
    for (int k = 0; k < RENDER_COMPONENTS; k++) good = good && allocate(&easel->means[k], pixels);
    for (int k = 0; k < 3; k++) good = good && allocate(&easel->shown[k], pixels);
    easel->hits = malloc((size_t)pixels);
    for (int k = 0; k < 2; k++) easel->lists[k] = malloc((size_t)pixels * sizeof *easel->lists[k]);
    for (int k = 0; k < 2; k++) {
        easel->runs[k].run = malloc((size_t)(pixels / 2 + 1) * sizeof *easel->runs[k].run);
        good = good && easel->runs[k].run;
    }
    easel->codes = malloc((size_t)pixels * sizeof(uint16_t));
    return good && easel->hits && easel->lists[0] && easel->lists[1] && easel->codes;
}

int render_easel_create(const struct render_look *look, struct render_easel **easel, struct facet_error *error) {
    int side = look->size * look->supersample, code = FACET_OK;
    struct render_easel *made = calloc(1, sizeof *made);
    *easel = NULL;
    if (!made) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw pictures");
    made->look = look;
    made->band_rows = BAND_SAMPLES / (side * look->supersample);
    if (made->band_rows > look->size) made->band_rows = look->size;
    if (made->band_rows < 1) made->band_rows = 1;
    for (int c = 0; c < look->n_channels; c++) made->any_cover |= look->channels[c]->any_cover;
    for (int q = 0; q < RENDER_QUANTITIES; q++) made->needed[q] = render_look_needs(look, (enum render_quantity)q);
    code = render_view_create(&made->view, side, error);
    if (code) goto error;
    if (!make_room(made, (int64_t)made->band_rows * look->size)) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw %d x %d pixels", look->size, look->size);
        goto error;
    }
    *easel = made;
    return FACET_OK;
error:
    render_easel_destroy(made);
    return code;
}

void render_easel_destroy(struct render_easel *easel) {
    if (!easel) return;
    render_view_destroy(easel->view);
    for (int k = 0; k < RENDER_COMPONENTS; k++) free(easel->samples[k]), free(easel->means[k]);
    for (int k = 0; k < 3; k++) free(easel->shown[k]);
    free(easel->sums), free(easel->hits), free(easel->touched_cover), free(easel->slots);
    free(easel->lists[0]), free(easel->lists[1]), free(easel->runs[0].run), free(easel->runs[1].run),
        free(easel->codes);
    free(easel);
}

static int no_memory(int64_t samples, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld samples", (long long)samples);
}

static int reserve_samples(struct render_easel *easel, int64_t count, struct facet_error *error) {
    if (count <= easel->room) return FACET_OK;
    easel->room = 0;
    free(easel->slots);
    easel->slots = NULL;
    for (int k = 0; k < RENDER_COMPONENTS; k++) {
        free(easel->samples[k]);
        if (!allocate(&easel->samples[k], count)) return no_memory(count, error);
    }
    easel->slots = malloc((size_t)count * sizeof *easel->slots);
    if (!easel->slots) return no_memory(count, error);
    easel->room = count;
    return FACET_OK;
}

// ---- from samples to pixels -----------------------------------------------------------------------------------------

struct band {
    int first, rows; // of pixels
    int64_t start;   // place of its first pixel in the picture
    int64_t pixels;
};

static void place(struct render_easel *easel, const struct band *band, const struct render_fragments *seen) {
    int ss = easel->look->supersample, size = easel->look->size, side = size * ss;
    int64_t row = 0, end = 0,
            slot = 0; // of samples: the row's first, and the next row's; slot: of the row's first pixel
    for (int64_t i = 0; i < seen->count; i++) {
        if (seen->sample[i] >= end) {
            int64_t number = seen->sample[i] / side;
            row = number * side, end = row + side, slot = (number / ss - band->first) * size;
        }
        uint32_t column = (uint32_t)(seen->sample[i] - row);
        easel->slots[i] = (int32_t)(slot + (ss == 4 ? column / 4 : column / 2));
    }
}

// With one sample a pixel the samples are the pixels.
static void list_samples(struct render_easel *easel, const struct render_fragments *seen) {
    easel->n_pixels = easel->n_touched = seen->count;
    easel->pixels = easel->touched = seen->sample;
    for (int64_t i = 0; easel->any_cover && i < seen->count; i++) easel->touched_cover[i] = 1;
}

static void list_pixels(struct render_easel *easel, const struct band *band, const struct render_fragments *seen) {
    const struct render_look *look = easel->look;
    int samples = look->supersample * look->supersample;
    place(easel, band, seen);
    easel->n_pixels = easel->n_touched = 0;
    easel->pixels = easel->lists[0], easel->touched = easel->lists[1];
    memset(easel->hits, 0, (size_t)band->pixels);
    for (int64_t i = 0; i < seen->count; i++) easel->hits[easel->slots[i]]++;
    for (int64_t p = 0; p < band->pixels; p++) {
        float share = (float)easel->hits[p] / (float)samples;
        if (!easel->hits[p]) continue;
        easel->touched_cover[easel->n_touched] = share;
        easel->lists[1][easel->n_touched++] = (int32_t)(band->start + p);
        if (2 * easel->hits[p] < samples) continue;
        easel->lists[0][easel->n_pixels++] = (int32_t)(band->start + p);
    }
}

static void list(struct render_easel *easel, const struct band *band, const struct render_fragments *seen) {
    if (easel->look->supersample == 1)
        list_samples(easel, seen);
    else
        list_pixels(easel, band, seen);
    render_runs_find(&easel->runs[0], easel->pixels, easel->n_pixels, band->start);
    if (easel->any_cover) render_runs_find(&easel->runs[1], easel->touched, easel->n_touched, band->start);
}

// Means over the covered samples of each listed pixel, added up in the order of the samples.
static void average(struct render_easel *easel, const struct band *band, const struct render_fragments *seen,
                    const float *samples, float *means) {
    memset(easel->sums, 0, (size_t)band->pixels * sizeof *easel->sums);
    for (int64_t i = 0; i < seen->count; i++) easel->sums[easel->slots[i]] += samples[i];
    for (int64_t i = 0; i < easel->n_pixels; i++) {
        int64_t p = easel->pixels[i] - band->start;
        means[i] = easel->sums[p] / (float)easel->hits[p];
    }
}

static void normalise(struct render_easel *easel) {
    float *x = easel->means[0], *y = easel->means[1], *z = easel->means[2];
    for (int64_t i = 0; i < easel->n_pixels; i++) {
        float squares = x[i] * x[i] + y[i] * y[i] + z[i] * z[i];
        bool usable = squares > 1e-12f;
        float scale = usable ? 1 / sqrtf(squares) : 0.0f;
        x[i] *= scale, y[i] *= scale, z[i] = usable ? scale * z[i] : 1.0f;
    }
}

// The means of a quantity, where the channels find them.
static void measure(struct render_easel *easel, const struct band *band, const struct render_look_at *at,
                    enum render_quantity quantity, struct render_pixels *pixels) {
    const struct render_measure *measured = &render_measures[quantity];
    const struct render_fragments *seen = render_view_fragments(easel->view);
    bool single = easel->look->supersample == 1;
    measured->evaluate(at, easel->samples);
    for (int k = 0; k < measured->components; k++) {
        if (!single) average(easel, band, seen, easel->samples[k], easel->means[k]);
        pixels->in[k] = single ? easel->samples[k] : easel->means[k];
    }
    if (!single && quantity == RENDER_NORMAL) normalise(easel);
}

// ---- from pixels to planes ------------------------------------------------------------------------------------------

struct target { // a plane's band
    int plane;
    const struct band *band;
    bool touched; // shown where a single sample is covered
};

static void put_plane(struct render_easel *easel, const struct target *to, const float *values,
                      const struct render_planes *planes) {
    const struct render_scale *scale = &easel->look->scales[to->plane];
    int64_t size = easel->look->size, pixels = to->band->pixels, first = to->plane * size * size + to->band->start;
    int64_t count = to->touched ? easel->n_touched : easel->n_pixels;
    const struct render_runs *runs = &easel->runs[to->touched];
    if (planes->u8) {
        render_code_u8(scale, values, count, easel->codes);
        render_runs_u8(runs, easel->codes, pixels, planes->u8 + first);
    }
    if (planes->u16) {
        render_code_u16(scale, values, count, easel->codes);
        render_runs_u16(runs, easel->codes, pixels, planes->u16 + first);
    }
    if (planes->f32) render_runs_f32(runs, values, pixels, planes->f32 + first);
}

static void show(struct render_easel *easel, const struct band *band, enum render_quantity quantity,
                 struct render_pixels *pixels, const struct render_planes *planes) {
    const struct render_look *look = easel->look;
    for (int c = 0, plane = 0; c < look->n_channels; plane += look->channels[c++]->planes) {
        const struct render_channel *channel = look->channels[c];
        if (channel->quantity != quantity) continue;
        pixels->count = channel->any_cover ? easel->n_touched : easel->n_pixels;
        pixels->covered = easel->touched_cover;
        if (channel->finish) channel->finish(pixels, easel->shown);
        for (int k = 0; k < channel->planes; k++) {
            const struct target to = {.plane = plane + k, .band = band, .touched = channel->any_cover};
            put_plane(easel, &to, channel->finish ? easel->shown[k] : pixels->in[channel->component + k], planes);
        }
    }
}

// ---- names of what is seen ------------------------------------------------------------------------------------------

static int32_t vertex_of(const struct render_fragments *seen, int64_t i) {
    int k = seen->share[1][i] > seen->share[0][i] ? 1 : 0;
    if (seen->share[2][i] > seen->share[k][i]) k = 2;
    return seen->corner[k][i];
}

static void name_pixel(const struct render_fragments *seen, int64_t i, int64_t pixel,
                       const struct render_planes *planes) {
    if (planes->triangles) planes->triangles[pixel] = seen->triangle[i];
    if (planes->vertices) planes->vertices[pixel] = vertex_of(seen, i);
}

// Of a pixel's covered samples the nearest to its centre, of equally near ones the first.
static int off_centre(const struct render_look *look, int32_t sample) {
    int ss = look->supersample, side = look->size * ss;
    int x = 2 * (sample % side % ss) + 1 - ss, y = 2 * (sample / side % ss) + 1 - ss;
    return x * x + y * y;
}

static void name_nearest(struct render_easel *easel, const struct band *band, const struct render_fragments *seen,
                         const struct render_planes *planes) {
    const struct render_look *look = easel->look;
    int samples = look->supersample * look->supersample;
    float *nearest = easel->sums;
    for (int64_t p = 0; p < band->pixels; p++) nearest[p] = INFINITY;
    for (int64_t i = 0; i < seen->count; i++) {
        int64_t p = easel->slots[i];
        float off = (float)off_centre(look, seen->sample[i]);
        if (2 * easel->hits[p] < samples || !(off < nearest[p])) continue;
        nearest[p] = off;
        name_pixel(seen, i, band->start + p, planes);
    }
}

static void name(struct render_easel *easel, const struct band *band, const struct render_planes *planes) {
    const struct render_fragments *seen = render_view_fragments(easel->view);
    if (!planes->triangles && !planes->vertices) return;
    if (easel->look->supersample > 1) {
        name_nearest(easel, band, seen, planes);
        return;
    }
    for (int64_t i = 0; i < seen->count; i++) name_pixel(seen, i, seen->sample[i], planes);
}

// ---- the picture ----------------------------------------------------------------------------------------------------

static void clear(const struct render_look *look, const struct render_planes *planes) {
    size_t pixels = (size_t)look->size * (size_t)look->size;
    if (planes->triangles) memset(planes->triangles, 0xff, pixels * sizeof *planes->triangles);
    if (planes->vertices) memset(planes->vertices, 0xff, pixels * sizeof *planes->vertices);
}

static int draw_band(struct render_easel *easel, const struct render_look_at *at, const struct band *band,
                     const struct render_planes *planes, struct facet_error *error) {
    int ss = easel->look->supersample;
    struct render_pixels pixels = {0};
    int code =
        render_view_draw_rows(easel->view, &at->subject->mesh, at->camera, band->first * ss, band->rows * ss, error);
    const struct render_fragments *seen = render_view_fragments(easel->view);
    if (!code) code = reserve_samples(easel, seen->count + 1, error); // room even for none
    if (code) return code;
    list(easel, band, seen);
    for (int q = 0; q < RENDER_QUANTITIES; q++) {
        if (!easel->needed[q]) continue;
        measure(easel, band, at, (enum render_quantity)q, &pixels);
        show(easel, band, (enum render_quantity)q, &pixels, planes);
    }
    show(easel, band, RENDER_QUANTITIES, &pixels, planes);
    name(easel, band, planes);
    return FACET_OK;
}

int render_easel_draw(struct render_easel *easel, const struct render_subject *subject,
                      const struct render_camera *camera, double depth_at, const struct render_planes *planes,
                      bool *seen, struct facet_error *error) {
    const struct render_look *look = easel->look;
    struct render_camera finer = render_camera_finer(camera, look->supersample);
    struct render_look_at at = {.subject = subject, .camera = &finer, .view = easel->view, .depth_at = depth_at};
    int code = FACET_OK;
    *seen = false;
    clear(look, planes);
    for (int first = 0; first < look->size && !code; first += easel->band_rows) {
        struct band band = {.first = first, .rows = easel->band_rows, .start = (int64_t)first * look->size};
        if (band.rows > look->size - first) band.rows = look->size - first;
        band.pixels = (int64_t)band.rows * look->size;
        code = draw_band(easel, &at, &band, planes, error);
        *seen |= !code && easel->n_pixels > 0;
    }
    return code;
}
