// A row's mesh out of a container.
#ifndef FACET_RENDER_MESH_ROWS_H
#define FACET_RENDER_MESH_ROWS_H

#include "render/channel.h"

#include <facet/store.h>

struct mesh_row {
    struct render_subject subject; // what it points to is the arrays' below
    struct facet_array vertices, triangles, normals, curvatures, colours, texcoords, texels, texture_size;
    float *principal, *shades;
    struct render_texture texture;
};

// Errors: DATA (no meshes, a mesh that is none), IO, MEMORY. mesh_row_free in any case.
int mesh_row_read(struct facet_store *store, int64_t row, struct mesh_row *mesh, struct facet_error *error);
void mesh_row_free(struct mesh_row *mesh); // a zeroed one is fine

#endif
