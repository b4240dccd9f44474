// What the files of a container's sheet share.
#ifndef FACET_RENDER_SHEET_INTERNAL_H
#define FACET_RENDER_SHEET_INTERNAL_H

#include "render/paper.h"
#include "render/sheet.h"

struct sheet_columns { // of the table of rows; NULL when not there
    char **dataset, **subject, **label;
    int32_t *sequence, *frame;
    uint8_t *valid;
    bool moving; // some frame is not 0
};

struct facet_sheet {
    struct facet_store *store;
    const struct sheet_options *options;
    char field[64]; // path of the pictures
    enum facet_type type;
    int64_t n_rows; // of the container
    struct facet_views shape;
    uint8_t *planes;  // (n_planes) or NULL
    uint8_t *changes; // (n_planes) 1: the plane holds changes
    struct sheet_range {
        bool known;
        double low, high, first; // first: the code of low
        bool stretched;          // shown are the values from shown_low to shown_high
        double shown_low, shown_high;
    } * ranges;           // (n_planes)
    char *config, *stage; // of the container; NULL: not said
    struct sheet_columns columns;
    int views[SHEET_VIEWS_MAX], n_views; // shown
    char headings[SHEET_VIEWS_MAX][PAPER_HEADING];
    struct paper_tile *tiles; // (n_tiles)
    int n_tiles;
    // Of the row last read.
    uint8_t *pixels, *seen;
};

int sheet_read_columns(struct facet_sheet *sheet, struct facet_error *error);
void sheet_free_columns(struct sheet_columns *columns);
// A setting of the stage that made the container, such as "depth_mm". False: not said.
bool sheet_setting(const struct facet_sheet *sheet, const char *name, double *value);
// The same for a text in quotes, without them. False: not said, or no text.
bool sheet_setting_text(const struct facet_sheet *sheet, const char *name, char *text, size_t size);
// Of pictures of what changes: which planes hold changes.
int sheet_read_changes(struct facet_sheet *sheet, struct facet_error *error);
const char *sheet_kind(const struct facet_sheet *sheet, int plane); // of the change, NULL: none
// What each plane's codes stand for: as stored with the pictures, else by the settings.
int sheet_read_ranges(struct facet_sheet *sheet, struct facet_error *error);
// Gives a tile's legend the range of its channel, or the one that the options ask for.
int sheet_set_range(struct facet_sheet *sheet, struct paper_tile *tile, struct facet_error *error);
const char *sheet_unit(const char *channel); // of its values, for people; "" for none
// What is written beside a row's pictures.
void sheet_label(const struct facet_sheet *sheet, int64_t row, struct paper_cell *out);
int sheet_head_views(struct facet_sheet *sheet, struct facet_error *error);
// One row's pictures as codes of 8 bits into sheet->pixels, and which of its views see something.
int sheet_read_row(struct facet_sheet *sheet, int64_t row, struct facet_error *error);
// An f64 array's row of the first row that is not set aside: such rows all have the same. Without the array data is NULL.
int sheet_read_common(struct facet_sheet *sheet, const char *name, struct facet_array *array,
                      struct facet_error *error);
// One row of a small u8 array of `count` values; *values stays NULL when there is none of that shape.
int sheet_read_bytes(struct facet_sheet *sheet, const char *name, int64_t row, int64_t count, uint8_t **values,
                     struct facet_error *error);

#endif
