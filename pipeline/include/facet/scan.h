// Scans: triangle meshes in memory and the readers and writers of mesh and range-image files.
#ifndef FACET_SCAN_H
#define FACET_SCAN_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

struct facet_mesh {
    float *vertices;    // (n_vertices, 3)
    int32_t *triangles; // (n_triangles, 3), 0-based, counter-clockwise seen from outside
    int64_t n_vertices, n_triangles;
    uint8_t *colours;           // (n_vertices, 3) red, green, blue; NULL when the file has none
    float *texcoords;           // (n_texcoords, 2), u to the right, v upwards, 0..1; NULL when the file has none
    int32_t *texture_triangles; // (n_triangles, 3) into texcoords, -1 where a corner has none; NULL without texcoords
    int64_t n_texcoords;
    char *texture;  // the picture as the file names it, or the material library that names it; NULL when it names none
    char *material; // of the first face, in that library; NULL when it has none
};

void facet_mesh_free(struct facet_mesh *mesh); // NULL is fine; leaves an empty mesh

// Reads a scan of any known format, told apart by content, then by name. Polygons are fanned. On success *mesh is owned by
// the caller; on failure it is empty and the sentence names the file and the line or byte and what was expected there.
// Errors: FACET_ERROR_IO (cannot be opened or read), FACET_ERROR_DATA (broken), FACET_ERROR_MEMORY. Rank-local.
int facet_mesh_read(const char *path, struct facet_mesh *mesh, struct facet_error *error);
// The same from memory; name is used in messages and for its suffix only.
int facet_mesh_parse(const char *name, const void *bytes, size_t size, struct facet_mesh *mesh,
                     struct facet_error *error);

// Many files with the same buffers: nothing is allocated once they are as large as the largest scan. One reader a thread.
struct facet_scan_reader;
struct facet_scan_reader *facet_scan_reader_create(void); // NULL when out of memory
void facet_scan_reader_destroy(struct facet_scan_reader *reader);
// As facet_mesh_read and facet_mesh_parse; *mesh is borrowed from the reader until its next use.
int facet_scan_read(struct facet_scan_reader *reader, const char *path, const struct facet_mesh **mesh,
                    struct facet_error *error);
int facet_scan_parse(struct facet_scan_reader *reader, const char *name, const void *bytes, size_t size,
                     const struct facet_mesh **mesh, struct facet_error *error);

// The picture (map_Kd) that a material library of OBJ files gives a material; that of the first material that has one when
// material is NULL or not in it. "" when there is none. Errors: DATA (a name of `room` bytes or more).
int facet_mtl_texture(const void *bytes, size_t size, const char *material, char *picture, size_t room,
                      struct facet_error *error);

// Whether the suffix of a name is one of a known format of meshes or range images.
_Bool facet_scan_is_named(const char *name);

enum facet_mesh_format { FACET_MESH_OBJ, FACET_MESH_PLY_ASCII, FACET_MESH_PLY_LITTLE, FACET_MESH_PLY_BIG };
int facet_mesh_write(const char *path, enum facet_mesh_format format, const struct facet_mesh *mesh,
                     struct facet_error *error);

#endif
