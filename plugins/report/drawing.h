// The rendered views of single rows, and pictures beside the page.
#ifndef FACET_REPORT_DRAWING_H
#define FACET_REPORT_DRAWING_H

#include <facet/image.h>
#include <facet/stage.h>

enum { DRAWING_PAPER = 0xf3 }; // grey behind what is drawn

struct drawing {
    struct facet_stage *stage;
    struct facet_views views; // of the row last read
    uint8_t *pixels, *planes;
};

// The pipeline has views. Errors: DATA (they are none), MEMORY.
int drawing_open(struct facet_stage *stage, struct drawing *drawing, struct facet_error *error);
void drawing_close(struct drawing *drawing); // a zeroed one is fine
int drawing_read(struct drawing *drawing, int64_t row, struct facet_error *error);
int drawing_best_tile(const struct drawing *drawing); // the channel that shows a face best: its normals
// file: beside the page.
int drawing_write(struct drawing *drawing, const char *file, const struct facet_image *image,
                  struct facet_error *error);
// The middle view of a row as a picture of its own.
int drawing_one(struct drawing *drawing, int64_t row, const char *file, struct facet_error *error);

#endif
