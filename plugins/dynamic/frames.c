#include "dynamic/frames.h"

#include <stdlib.h>

static const size_t most_bytes = (size_t)256 << 20;

int dynamic_frames_open(struct facet_stage *stage, size_t row_bytes, int64_t wanted, struct dynamic_frames *frames,
                        struct facet_error *error) {
    int64_t fit = (int64_t)(most_bytes / row_bytes);
    int64_t slots = wanted < fit ? wanted : fit;
    if (slots < 1) slots = 1;
    *frames = (struct dynamic_frames){.stage = stage, .row_bytes = row_bytes, .slots = slots};
    frames->row = malloc((size_t)slots * sizeof *frames->row);
    frames->room = malloc((size_t)slots * row_bytes);
    if (!frames->row || !frames->room) {
        dynamic_frames_close(frames);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld rows of views", (long long)slots);
    }
    for (int64_t i = 0; i < slots; i++) frames->row[i] = -1;
    return FACET_OK;
}

void dynamic_frames_close(struct dynamic_frames *frames) {
    free(frames->row);
    free(frames->room);
    *frames = (struct dynamic_frames){.slots = 0};
}

int dynamic_frames_get(struct dynamic_frames *frames, int64_t row, const uint8_t **pictures,
                       struct facet_error *error) {
    int64_t slot = row % frames->slots;
    uint8_t *room = frames->room + (size_t)slot * frames->row_bytes;
    *pictures = room;
    if (frames->row[slot] == row) return FACET_OK;
    frames->row[slot] = -1;
    int code = facet_stage_read_rows(frames->stage, "views", row, 1, room, error);
    if (!code) frames->row[slot] = row;
    return code;
}
