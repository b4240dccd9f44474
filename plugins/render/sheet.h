// Contact sheets: rows of a container's pictures, labelled, one line a row.
#ifndef FACET_PIPELINE_SHEET_H
#define FACET_PIPELINE_SHEET_H

#include <facet/image.h>
#include <facet/store.h>

// Draws rows of data/<field>, a u8 array (rows, views, planes, size, size), into a new picture. Errors: USAGE (a row the
// container has not, too much for one picture), DATA (no such field, another shape), IO, MEMORY.
int facet_sheet_draw(struct facet_store *store, const char *field, const int64_t *rows, int n_rows,
                     struct facet_image *image, struct facet_error *error);

#endif
