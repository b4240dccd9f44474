#include "dynamic/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int dynamic_canvas_create(const struct dynamic_options *options, const struct dynamic_shape *shape, int64_t longest,
                          struct dynamic_frames *frames, struct dynamic_canvas *canvas, struct facet_error *error) {
    size_t views = (size_t)shape->views;
    *canvas = (struct dynamic_canvas){.options = *options, .shape = *shape, .frames = frames, .longest = longest};
    canvas->weights = malloc(views * (size_t)longest * sizeof *canvas->weights);
    canvas->n = malloc(views * sizeof *canvas->n);
    canvas->now = malloc(views * sizeof *canvas->now);
    int code = canvas->weights && canvas->n && canvas->now
                   ? dynamic_sum_create(shape, &canvas->sum, error)
                   : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the weights of %lld frames",
                                     (long long)longest);
    if (code) dynamic_canvas_free(canvas);
    return code;
}

void dynamic_canvas_free(struct dynamic_canvas *canvas) {
    dynamic_sum_free(&canvas->sum);
    free(canvas->weights);
    free(canvas->n);
    free(canvas->now);
    *canvas = (struct dynamic_canvas){.n = NULL};
}

// One result being drawn.
struct job {
    struct dynamic_canvas *canvas;
    const struct dynamic_sequence *sequence;
    const uint8_t *masks;
    const struct dynamic_result *result;
    uint8_t *views, *mask;
};

static const uint8_t *mask_of(const struct job *job, int64_t row) {
    return job->masks + (row - job->sequence->first) * job->canvas->shape.views;
}

static bool is_seen(const struct job *job, int64_t row) {
    return job->sequence->seen[row - job->sequence->first];
}

// Where an image of a view goes.
static uint8_t *place(const struct job *job, int64_t view, int image) {
    const struct dynamic_shape *s = &job->canvas->shape;
    return job->views + (view * job->canvas->options.n_images + image) * s->planes * s->pixels;
}

static int add(const struct job *job, int64_t row, const uint8_t *mask, const double *weights,
               struct facet_error *error) {
    const float *codes;
    int code = dynamic_frames_get(job->canvas->frames, row, &codes, error);
    if (!code) dynamic_sum_add(&job->canvas->sum, codes, mask, weights);
    return code;
}

static int copy(const struct job *job, int64_t row, int64_t view, int image, struct facet_error *error) {
    const struct dynamic_shape *s = &job->canvas->shape;
    const float *codes;
    int64_t values = s->planes * s->pixels;
    uint8_t *out = place(job, view, image);
    int code = dynamic_frames_get(job->canvas->frames, row, &codes, error);
    if (code) return code;
    for (int64_t i = 0; i < values; i++) out[i] = (uint8_t)lroundf(fminf(fmaxf(codes[view * values + i], 0), 255));
    job->mask[view] = 1;
    return FACET_OK;
}

// ---- rank pooling -----------------------------------------------------------------------------------------------------

// A view's frames are those in which it sees something: what they weigh depends on how many there are.
static void weigh(const struct job *job) {
    struct dynamic_canvas *c = job->canvas;
    for (int64_t v = 0; v < c->shape.views; v++) {
        c->n[v] = 0;
        for (int64_t row = job->result->first; row < job->result->end; row++)
            c->n[v] += is_seen(job, row) && mask_of(job, row)[v];
        dynamic_weights(c->options.pooling, c->n[v], c->weights + v * c->longest);
    }
}

static int gather(const struct job *job, struct facet_error *error) {
    struct dynamic_canvas *c = job->canvas;
    int code = FACET_OK;
    dynamic_sum_clear(&c->sum);
    for (int64_t v = 0; v < c->shape.views; v++) c->n[v] = 0;
    for (int64_t row = job->result->first; row < job->result->end && !code; row++) {
        if (!is_seen(job, row)) continue;
        for (int64_t v = 0; v < c->shape.views; v++)
            if (mask_of(job, row)[v]) c->now[v] = c->weights[v * c->longest + c->n[v]++];
        code = add(job, row, mask_of(job, row), c->now, error);
    }
    return code;
}

static int only_row(const struct job *job, int64_t view, int image, struct facet_error *error) {
    for (int64_t row = job->result->first; row < job->result->end; row++)
        if (is_seen(job, row) && mask_of(job, row)[view]) return copy(job, row, view, image, error);
    return FACET_OK;
}

static int pool(const struct job *job, int image, struct facet_error *error) {
    struct dynamic_canvas *c = job->canvas;
    weigh(job);
    int code = gather(job, error);
    for (int64_t v = 0; v < c->shape.views && !code; v++) {
        if (c->n[v] == 1) code = only_row(job, v, image, error);
        if (c->n[v] < 2) continue;
        double size = dynamic_weights_sum(c->weights + v * c->longest, c->n[v]);
        int32_t least = (int32_t)fmax(1, ceil(c->options.cover * (double)c->n[v]));
        job->mask[v] |= dynamic_sum_draw(&c->sum, v, size, least, &c->options.look, place(job, v, image));
    }
    return code;
}

// ---- differences ------------------------------------------------------------------------------------------------------

static int subtract(const struct job *job, int64_t before, int64_t after, int image, struct facet_error *error) {
    struct dynamic_canvas *c = job->canvas;
    dynamic_sum_clear(&c->sum);
    for (int64_t v = 0; v < c->shape.views; v++) c->now[v] = -1;
    int code = add(job, before, mask_of(job, before), c->now, error);
    for (int64_t v = 0; v < c->shape.views; v++) c->now[v] = 1;
    if (!code) code = add(job, after, mask_of(job, after), c->now, error);
    for (int64_t v = 0; v < c->shape.views && !code; v++)
        if (mask_of(job, before)[v] && mask_of(job, after)[v])
            job->mask[v] |= dynamic_sum_draw(&c->sum, v, 1, 2, &c->options.look, place(job, v, image));
    return code;
}

static int draw_frame(const struct job *job, int image, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t v = 0; v < job->canvas->shape.views && !code; v++)
        if (mask_of(job, job->result->row)[v]) code = copy(job, job->result->row, v, image, error);
    return code;
}

static int draw_image(const struct job *job, int image, struct facet_error *error) {
    const struct dynamic_options *o = &job->canvas->options;
    const struct dynamic_sequence *s = job->sequence;
    switch (o->images[image]) {
    case DYNAMIC_POOLED:
        return pool(job, image, error);
    case DYNAMIC_DIFFERENCE:
        return subtract(job, o->from_first ? dynamic_first_seen(s) : dynamic_onset(s), job->result->row, image, error);
    case DYNAMIC_ONSET_APEX:
        return subtract(job, dynamic_onset(s), dynamic_apex(s), image, error);
    default:
        return draw_frame(job, image, error);
    }
}

int dynamic_draw(struct dynamic_canvas *canvas, const struct dynamic_sequence *sequence, const uint8_t *masks,
                 const struct dynamic_result *result, uint8_t *views, uint8_t *mask, struct facet_error *error) {
    const struct dynamic_shape *s = &canvas->shape;
    const struct job job = {canvas, sequence, masks, result, views, mask};
    int code = FACET_OK;
    memset(views, 0, (size_t)(s->views * canvas->options.n_images * s->planes * s->pixels));
    memset(mask, 0, (size_t)s->views);
    for (int i = 0; i < canvas->options.n_images && !code; i++) code = draw_image(&job, i, error);
    return code;
}
