// Scans: triangle meshes in memory and the readers and writers of mesh files.
#ifndef FACET_SCAN_H
#define FACET_SCAN_H

#include <facet/error.h>
#include <stdint.h>

struct facet_mesh {
    float *vertices;    // (n_vertices, 3)
    int32_t *triangles; // (n_triangles, 3), 0-based, counter-clockwise seen from outside
    int64_t n_vertices, n_triangles;
};

void facet_mesh_free(struct facet_mesh *mesh); // NULL is fine; leaves an empty mesh

// Reads an OBJ or PLY file, told apart by content, then by name. Polygons are fanned. On success *mesh is owned by the
// caller; on failure it is empty and the sentence names the file and the line or byte and what was expected there.
// Errors: FACET_ERROR_IO (cannot be opened or read), FACET_ERROR_DATA (broken), FACET_ERROR_MEMORY. Rank-local.
int facet_mesh_read(const char *path, struct facet_mesh *mesh, struct facet_error *error);
// The same from memory; name is used in messages only.
int facet_mesh_parse(const char *name, const void *bytes, size_t size, struct facet_mesh *mesh,
                     struct facet_error *error);

enum facet_mesh_format { FACET_MESH_OBJ, FACET_MESH_PLY_ASCII, FACET_MESH_PLY_LITTLE, FACET_MESH_PLY_BIG };
int facet_mesh_write(const char *path, enum facet_mesh_format format, const struct facet_mesh *mesh,
                     struct facet_error *error);

#endif
