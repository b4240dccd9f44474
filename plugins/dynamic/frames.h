// Rows' pictures as they are asked for, the last few kept.
#ifndef FACET_DYNAMIC_FRAMES_H
#define FACET_DYNAMIC_FRAMES_H

#include <facet/stage.h>

struct dynamic_frames {
    struct facet_stage *stage;
    size_t row_bytes;
    int64_t slots;
    int64_t *row; // (slots) which row is there, -1: none
    uint8_t *room;
};

// Keeps up to `wanted` rows that follow one another, as far as 256 MiB allow, and at least one. Errors: MEMORY.
int dynamic_frames_open(struct facet_stage *stage, size_t row_bytes, int64_t wanted, struct dynamic_frames *frames,
                        struct facet_error *error);
void dynamic_frames_close(struct dynamic_frames *frames); // an empty one is fine
// *pictures stays until the next call. Errors: IO.
int dynamic_frames_get(struct dynamic_frames *frames, int64_t row, const uint8_t **pictures, struct facet_error *error);

#endif
