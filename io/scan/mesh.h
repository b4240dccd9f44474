// A mesh that grows while a file is read; used again for the next file, it keeps its room.
#ifndef FACET_IO_SCAN_MESH_H
#define FACET_IO_SCAN_MESH_H

#include <facet/scan.h>
#include <stdbool.h>

struct mesh_builder {
    struct facet_mesh mesh; // arrays stay allocated when they are not used; the counts decide
    int64_t n_colours;      // 0 or n_vertices when the file is read
    int64_t n_texture_triangles;
    int64_t vertex_room, triangle_room, colour_room, texcoord_room, texture_triangle_room;
    int64_t texture_room, material_room;
};

void mesh_begin(struct mesh_builder *builder); // empties it, keeps the room
void mesh_builder_free(struct mesh_builder *builder);
// What was built, borrowed from builder: arrays that the file had not are NULL.
struct facet_mesh mesh_view(const struct mesh_builder *builder);

int mesh_add_vertex(struct mesh_builder *builder, const float vertex[3], struct facet_error *error);
int mesh_add_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c, struct facet_error *error);
int mesh_add_colour(struct mesh_builder *builder, const uint8_t rgb[3], struct facet_error *error);
int mesh_add_texcoord(struct mesh_builder *builder, float u, float v, struct facet_error *error);
int mesh_add_texture_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c, struct facet_error *error);
int mesh_set_texture(struct mesh_builder *builder, const char *name, size_t length, struct facet_error *error);
int mesh_set_material(struct mesh_builder *builder, const char *name, size_t length, struct facet_error *error);
// Room for so many in all, for parsers that fill the arrays themselves and then set the counts.
int mesh_reserve(struct mesh_builder *builder, int64_t vertices, int64_t triangles, struct facet_error *error);
int mesh_reserve_textured(struct mesh_builder *builder, int64_t texcoords, int64_t triangles,
                          struct facet_error *error);
int mesh_reserve_colours(struct mesh_builder *builder, int64_t vertices, struct facet_error *error);

#endif
