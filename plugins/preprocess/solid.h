// The vertices of a scan that belong to something of a size: strands of hair and crumbs of noise are no face.
#ifndef FACET_PREPROCESS_SOLID_H
#define FACET_PREPROCESS_SOLID_H

#include "preprocess/surface.h"

// Copies the vertices of the connected pieces that hold at least 1 % of the vertices; all of them where less than half
// would be left: a mesh of loose triangles. `solid` has vertices only and is freed by preprocess_surface_free. Errors: MEMORY.
int preprocess_solid_create(const struct preprocess_surface *surface, struct preprocess_surface *solid,
                            struct facet_error *error);

#endif
