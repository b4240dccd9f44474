// What the files of the page share.
#ifndef FACET_RENDER_PAPER_INTERNAL_H
#define FACET_RENDER_PAPER_INTERNAL_H

#include "render/paper.h"

struct paper_ink {
    uint32_t paper, picture, ink, faint, rule; // picture: behind the faces
};

// Places in pixels. A block is what belongs to one cell: its label and its pictures.
struct paper_layout {
    const struct paper *paper;
    struct facet_typeface *face;
    struct facet_image *image;
    struct paper_ink ink;
    double em;                       // size of plain text
    int tile, tile_gap, view_gap;    // a picture's side, and between them
    int margin, label, pictures;     // widths: the page's border, labels on the left (0: below), a block's pictures
    int block_gap, block_width;      //
    int top, head, row, row_gap;     // title, headings, one row of blocks
    int legend_top, content, height; //
};

int paper_px(const struct paper_layout *layout, double ems); // rounded
struct facet_type_style paper_style(const struct paper_layout *layout, double size, bool bold, uint32_t rgb);
// One line, shortened to the width; anchor: 0 starts at x, 0.5 is centred on it, 1 ends there.
void paper_say(const struct paper_layout *layout, const struct facet_type_style *style, double x, int y, double anchor,
               double width, const char *text);
void paper_fill(struct facet_image *image, int x, int y, int width, int height, uint32_t rgb);

// A tile's name for people.
void paper_tile_name(const struct paper *paper, const struct paper_tile *tile, char name[PAPER_HEADING]);
// Legends, one a channel, side by side in as many lines as they need. Draws nothing when `image` is not there; returns
// the height.
int paper_legends(const struct paper_layout *layout, int width);
int paper_legend_least(const struct paper_layout *layout); // the width that every legend fits

#endif
