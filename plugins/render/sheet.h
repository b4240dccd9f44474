// Contact sheets: rows of a container's pictures, labelled, each channel in its colours, with a legend.
#ifndef FACET_RENDER_SHEET_H
#define FACET_RENDER_SHEET_H

#include <facet/image.h>
#include <facet/store.h>

enum { SHEET_VIEWS_MAX = 256, SHEET_RANGES_MAX = 32 };

struct sheet_options {
    const char *field; // NULL: the first of views, views_u16 and views_f32 that is there
    const char *title; // NULL: none
    bool dark;
    int columns;                         // rows of the container side by side; above 1 their labels stand below them
    int zoom;                            // as facet_image_paste_view has it; 0: pictures of a good size
    int views[SHEET_VIEWS_MAX], n_views; // 0: all
    const char *channels;                // names with commas between them; NULL: all
    struct sheet_stretch {               // the colours of a channel of one plane span these values
        char channel[32];
        double low, high;
    } stretches[SHEET_RANGES_MAX];
    int n_stretches;
};

struct facet_sheet;

// Errors: USAGE (a view or channel that is not there), DATA (no such field, another shape), IO, MEMORY. The store must
// outlive the sheet, the texts of the options too.
int facet_sheet_open(struct facet_store *store, const struct sheet_options *options, struct facet_sheet **sheet,
                     struct facet_error *error);
void facet_sheet_close(struct facet_sheet *sheet); // NULL is fine
int64_t facet_sheet_rows(const struct facet_sheet *sheet);
// Errors: USAGE (a row the container has not, too much for one picture), IO, MEMORY.
int facet_sheet_draw(struct facet_sheet *sheet, const int64_t *rows, int n_rows, struct facet_image *image,
                     struct facet_error *error);

// The rows of a sequence, in the order of their frames.
struct sheet_sequence {
    int64_t *rows;
    int count;
};
// Sequences are numbered inside a dataset; dataset may be NULL where only one has that number. The caller frees
// sequence->rows. Errors: USAGE (no such sequence, or in several datasets), DATA (no sequences), MEMORY.
int facet_sheet_find(const struct facet_sheet *sheet, const char *dataset, int64_t number,
                     struct sheet_sequence *sequence, struct facet_error *error);
// One moving sheet with a row of pictures a sequence; the shorter ones wait in their last frames. Errors: as
// facet_sheet_draw.
int facet_sheet_play(struct facet_sheet *sheet, const struct sheet_sequence *sequences, int n_sequences,
                     double frames_a_second, const char *path, struct facet_error *error);

#endif
