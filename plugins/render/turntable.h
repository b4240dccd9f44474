// Turntables: meshes of a container that preprocess made, seen from all round.
#ifndef FACET_RENDER_TURNTABLE_H
#define FACET_RENDER_TURNTABLE_H

#include "render/sheet.h"

struct turntable_options {
    struct sheet_options sheet; // title, dark, columns; channels (NULL: shaded)
    int size;                   // of a picture, pixels
    int frames;                 // of a turn
    double pitch;               // degrees
    double frames_a_second;
};

// Draws one turn of each row into a file that moves, all at one scale. The camera starts before the face and goes to the
// face's left. Errors: USAGE (a row or channel that is not there, too much for one picture), DATA (no meshes), IO, MEMORY.
int facet_turntable(struct facet_store *store, const struct turntable_options *options, const int64_t *rows, int n_rows,
                    const char *path, struct facet_error *error);

#endif
