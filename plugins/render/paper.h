// The page a sheet is drawn on: cells of pictures in rows and columns, headings, labels, legends. It knows no files.
#ifndef FACET_RENDER_PAPER_H
#define FACET_RENDER_PAPER_H

#include <facet/image.h>
#include <facet/typeface.h>
#include <stdbool.h>

enum { PAPER_HEADING = 48, PAPER_LINES = 4, PAPER_LINE = 128 };

// The values that a channel's codes 1 to 255 stand for.
struct paper_range {
    bool known;
    double low, high;
    const char *unit; // "mm", "" for none
};

struct paper_tile {
    int tile; // of facet_views
    struct paper_range range;
};

struct paper {
    const char *title; // NULL: none
    bool dark;
    int columns, zoom;
    struct facet_views shape; // of every cell; pixels not used
    int n_views, n_tiles;     // shown
    const int *views;         // (n_views)
    const char (*headings)[PAPER_HEADING];
    const struct paper_tile *tiles; // (n_tiles)
};

struct paper_cell {
    struct {
        char subject[PAPER_LINE], label[PAPER_LINE], origin[PAPER_LINE], frame[PAPER_LINE];
    } words; // "" for none
    bool set_aside;
    const uint8_t *pixels, *seen; // one row's views; seen (views), NULL: all see something
};

// The cells: labels are asked for first, to make room for them. What a cell points to is read before the next call.
struct paper_source {
    void *self;
    int count;
    int (*label)(void *self, int cell, struct paper_cell *out, struct facet_error *error);
    int (*read)(void *self, int cell, struct paper_cell *out, struct facet_error *error);
};

// Errors: USAGE (too much for one picture), those of the source, MEMORY.
int paper_draw(const struct paper *paper, const struct paper_source *source, struct facet_image *image,
               struct facet_error *error);

#endif
