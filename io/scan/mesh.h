// A mesh that grows while a file is read, and the parsers of the formats.
#ifndef FACET_IO_SCAN_MESH_H
#define FACET_IO_SCAN_MESH_H

#include <facet/scan.h>

struct mesh_builder {
    struct facet_mesh mesh;
    int64_t vertex_room, triangle_room;
};

int mesh_add_vertex(struct mesh_builder *builder, const float vertex[3], struct facet_error *error);
int mesh_add_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c, struct facet_error *error);

// Both leave what they built in builder on failure too; the caller frees it. Sentences lack the file's name.
int mesh_parse_obj(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error);
int mesh_parse_ply(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error);

#endif
