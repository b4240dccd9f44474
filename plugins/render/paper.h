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
    int tile;         // of facet_views
    const char *kind; // before the channel's name: "pooled"; NULL: nothing
    bool changes;     // facet_views.changes of its planes
    bool narrowed;    // the range is not the channel's whole one
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

// The cells, in one frame or several. Labels are asked for first, to make room for them. What a cell points to is read
// before the next call.
struct paper_source {
    void *self;
    int count, frames;
    int (*label)(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error);
    int (*read)(void *self, int frame, int cell, struct paper_cell *out, struct facet_error *error);
};

struct paper_page; // laid out; every frame has the same size, and what does not move keeps its place

// paper and source are borrowed. Errors: USAGE (too much for one picture), those of the source, MEMORY.
int paper_create(const struct paper *paper, const struct paper_source *source, struct paper_page **page,
                 struct facet_error *error);
void paper_destroy(struct paper_page *page); // NULL is fine
int paper_draw(const struct paper_page *page, int frame, struct facet_image *image, struct facet_error *error);
// All frames into one file that moves: facet_animation says which formats there are.
int paper_play(const struct paper_page *page, double frames_a_second, const char *path, struct facet_error *error);

#endif
