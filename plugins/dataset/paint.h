// Colours of vertices: from a picture, or the scan's own. What comes back is (n_vertices, 3) bytes and the caller's to free, as
// is the picture.
#ifndef FACET_DATASET_PAINT_H
#define FACET_DATASET_PAINT_H

#include <facet/files.h>
#include <facet/image.h>
#include <facet/scan.h>

// From the picture `bytes` at the mesh's texture coordinates; black where a vertex has none. name is for messages. The mesh
// must have texture coordinates. Errors: DATA (no picture that can be read), MEMORY.
int dataset_paint(const char *name, const struct facet_bytes *bytes, const struct facet_mesh *mesh, uint8_t **colours,
                  struct facet_image *picture, struct facet_error *error);
// NULL when the mesh has no colours. Errors: MEMORY.
int dataset_own_colours(const char *name, const struct facet_mesh *mesh, uint8_t **colours, struct facet_error *error);

#endif
