// Rows' pictures as they are asked for, the last few kept, whatever kind of numbers they were rendered as.
#ifndef FACET_DYNAMIC_FRAMES_H
#define FACET_DYNAMIC_FRAMES_H

#include <facet/stage.h>

struct dynamic_input {
    enum facet_type type;                // U8, U16 or F32
    int64_t views, planes, size, pixels; // size * size pixels
    double (*ranges)[3];                 // (planes) low, high, first of the codes; NULL: not known
};

const char *dynamic_input_name(enum facet_type type); // of the array
// Codes of 8 bits with what lies between them; background is 0. `values` (planes, pixels) of one view.
void dynamic_input_codes(const struct dynamic_input *input, const void *values, float *codes);

struct dynamic_frames {
    struct facet_stage *stage;
    const struct dynamic_input *input; // borrowed
    size_t row_values, row_bytes;      // as they are stored
    int64_t slots;
    int64_t *row; // (slots) which row is there, -1: none
    float *room;
    void *stored; // one row
};

// Keeps up to `wanted` rows that follow one another, as far as 256 MiB allow, and at least one. Errors: MEMORY.
int dynamic_frames_open(struct facet_stage *stage, const struct dynamic_input *input, int64_t wanted,
                        struct dynamic_frames *frames, struct facet_error *error);
void dynamic_frames_close(struct dynamic_frames *frames); // an empty one is fine
// *codes (views, planes, pixels) stay until the next call. Errors: IO.
int dynamic_frames_get(struct dynamic_frames *frames, int64_t row, const float **codes, struct facet_error *error);

#endif
