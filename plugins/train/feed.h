// The rows' pictures in memory: read once when they fit, else row by row as they are wanted.
#ifndef FACET_TRAIN_FEED_H
#define FACET_TRAIN_FEED_H

#include <facet/stage.h>

struct feed {
    struct facet_stage *stage;
    int64_t views, channels, size;
    int64_t rows, row_bytes;
    uint8_t *pictures; // (rows, V, C, S, S); NULL: they did not fit
    uint8_t *masks;    // (rows, V)
    uint8_t *planes;   // (channels) enum facet_plane; NULL: not known
};

// Rank-local. Errors: CONFIG (what renders is no square stack of views), IO, MEMORY.
int feed_open(struct facet_stage *stage, int64_t cache_mb, struct feed *feed, struct facet_error *error);
void feed_close(struct feed *feed);
// picture[i] of each wanted row; `room` holds count * row_bytes and is used only when the rows are not in memory.
// Rank-local. Errors: IO.
int feed_rows(const struct feed *feed, const int64_t *rows, int64_t count, uint8_t *room, const uint8_t **pictures,
              struct facet_error *error);
// Whether any view of the row sees something.
bool feed_sees(const struct feed *feed, int64_t row);

#endif
