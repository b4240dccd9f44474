#include "render/code.h"

// code = slope * value + at_zero, then the nearest whole number.
struct line {
    float slope, at_zero, first, last;
};

static struct line line_of(const struct render_scale *scale, int last) {
    double slope = (last - scale->first) / (scale->high - scale->low);
    return (struct line){.slope = (float)slope,
                         .at_zero = (float)(scale->first - slope * scale->low),
                         .first = (float)scale->first,
                         .last = (float)last};
}

// Written so that what is no number gets the first code.
static inline int32_t code_of(const struct line *line, float value) {
    float code = line->slope * value + line->at_zero;
    code = code > line->first ? code : line->first;
    code = code < line->last ? code : line->last;
    return (int32_t)(code + 0.5f);
}

void render_code_u8(const struct render_scale *scale, const float *values, int64_t count, uint8_t *codes) {
    struct line line = line_of(scale, RENDER_LAST_U8);
    for (int64_t i = 0; i < count; i++) codes[i] = (uint8_t)code_of(&line, values[i]);
}

void render_code_u16(const struct render_scale *scale, const float *values, int64_t count, uint16_t *codes) {
    struct line line = line_of(scale, RENDER_LAST_U16);
    for (int64_t i = 0; i < count; i++) codes[i] = (uint16_t)code_of(&line, values[i]);
}

double render_code_step(const struct render_scale *scale, int last) {
    return (scale->high - scale->low) / (last - scale->first);
}

double render_code_value(const struct render_scale *scale, int last, int code) {
    return scale->low + (code - scale->first) * render_code_step(scale, last);
}
