#include "dynamic/frames.h"

#include <math.h>
#include <stdlib.h>

static const size_t most_bytes = (size_t)256 << 20;

const char *dynamic_input_name(enum facet_type type) {
    return type == FACET_F32 ? "views_f32" : type == FACET_U16 ? "views_u16" : "views";
}

// code = slope * number + at_zero, of a number as it is stored.
struct line {
    double slope, at_zero;
};

static struct line line_of(const struct dynamic_input *input, int64_t plane) {
    const double *range = input->ranges[plane], first = range[2];
    if (input->type == FACET_F32) {
        double slope = (255 - first) / (range[1] - range[0]);
        return (struct line){slope, first - slope * range[0]};
    }
    double slope = (255 - first) / (65535 - first);
    return (struct line){slope, first - slope * first};
}

void dynamic_input_codes(const struct dynamic_input *input, const void *values, float *codes) {
    const uint8_t *u8 = values;
    const uint16_t *u16 = values;
    const float *f32 = values;
    for (int64_t p = 0, i = 0; p < input->planes; p++) {
        struct line line = input->type == FACET_U8 ? (struct line){1, 0} : line_of(input, p);
        for (int64_t end = i + input->pixels; i < end; i++) {
            if (input->type == FACET_U8) codes[i] = u8[i];
            if (input->type == FACET_U16) codes[i] = u16[i] ? (float)(line.slope * u16[i] + line.at_zero) : 0;
            if (input->type == FACET_F32) codes[i] = isnan(f32[i]) ? 0 : (float)(line.slope * f32[i] + line.at_zero);
        }
    }
}

int dynamic_frames_open(struct facet_stage *stage, const struct dynamic_input *input, int64_t wanted,
                        struct dynamic_frames *frames, struct facet_error *error) {
    size_t values = (size_t)(input->views * input->planes * input->pixels);
    int64_t fit = (int64_t)(most_bytes / (values * sizeof(float)));
    int64_t slots = wanted < fit ? wanted : fit;
    if (slots < 1) slots = 1;
    *frames = (struct dynamic_frames){.stage = stage, .input = input, .row_values = values, .slots = slots};
    frames->row_bytes = values * facet_type_size(input->type);
    frames->row = malloc((size_t)slots * sizeof *frames->row);
    frames->room = malloc((size_t)slots * values * sizeof *frames->room);
    frames->stored = malloc(frames->row_bytes);
    if (!frames->row || !frames->room || !frames->stored) {
        dynamic_frames_close(frames);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld rows of views", (long long)slots);
    }
    for (int64_t i = 0; i < slots; i++) frames->row[i] = -1;
    return FACET_OK;
}

void dynamic_frames_close(struct dynamic_frames *frames) {
    free(frames->row);
    free(frames->room);
    free(frames->stored);
    *frames = (struct dynamic_frames){.slots = 0};
}

int dynamic_frames_get(struct dynamic_frames *frames, int64_t row, const float **codes, struct facet_error *error) {
    int64_t slot = row % frames->slots, views = frames->input->views;
    float *room = frames->room + (size_t)slot * frames->row_values;
    *codes = room;
    if (frames->row[slot] == row) return FACET_OK;
    frames->row[slot] = -1;
    const char *name = dynamic_input_name(frames->input->type);
    int code = facet_stage_read_rows(frames->stage, name, row, 1, frames->stored, error);
    if (code) return code;
    for (int64_t v = 0; v < views; v++)
        dynamic_input_codes(frames->input,
                            (const char *)frames->stored + (size_t)v * (frames->row_bytes / (size_t)views),
                            room + (size_t)v * (frames->row_values / (size_t)views));
    frames->row[slot] = row;
    return FACET_OK;
}
