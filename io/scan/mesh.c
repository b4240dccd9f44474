#include "io/scan/mesh.h"

#include "fault/fault.h"

#include <stdlib.h>
#include <string.h>

void facet_mesh_free(struct facet_mesh *mesh) {
    if (!mesh) return;
    free(mesh->vertices), free(mesh->triangles), free(mesh->colours);
    free(mesh->texcoords), free(mesh->texture_triangles);
    free(mesh->texture), free(mesh->material);
    *mesh = (struct facet_mesh){0};
}

void mesh_begin(struct mesh_builder *builder) {
    struct facet_mesh *mesh = &builder->mesh;
    mesh->n_vertices = mesh->n_triangles = mesh->n_texcoords = 0;
    builder->n_colours = builder->n_texture_triangles = 0;
    if (mesh->texture) *mesh->texture = '\0';
    if (mesh->material) *mesh->material = '\0';
}

void mesh_builder_free(struct mesh_builder *builder) {
    facet_mesh_free(&builder->mesh);
    *builder = (struct mesh_builder){0};
}

struct facet_mesh mesh_view(const struct mesh_builder *builder) {
    struct facet_mesh view = builder->mesh;
    if (view.n_vertices == 0) view.vertices = NULL;
    if (view.n_triangles == 0) view.triangles = NULL;
    if (builder->n_colours == 0 || builder->n_colours != view.n_vertices) view.colours = NULL;
    bool textured = view.n_texcoords > 0 && view.n_triangles > 0 && builder->n_texture_triangles == view.n_triangles;
    if (!textured) view.texcoords = NULL, view.texture_triangles = NULL, view.n_texcoords = 0;
    if (view.texture && !*view.texture) view.texture = NULL;
    if (view.material && !*view.material) view.material = NULL;
    return view;
}

// Room for so many of `size` bytes; doubles, so that n entries cost n copies in all.
static int reserve(void *array, int64_t needed, int64_t *room, size_t size, struct facet_error *error) {
    void **data = array;
    if (needed <= *room) return FACET_OK;
    if (needed > INT32_MAX) return facet_error_set(error, FACET_ERROR_DATA, "more than %d entries", INT32_MAX);
    int64_t more = 2 * *room > needed ? 2 * *room : needed < 256 ? 256 : needed;
    void *larger = facet_fault(FAULT_MEMORY_MESH) ? NULL : realloc(*data, (size_t)more * size);
    if (!larger)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a mesh of %lld entries", (long long)more);
    *data = larger;
    *room = more;
    return FACET_OK;
}

int mesh_reserve(struct mesh_builder *builder, int64_t vertices, int64_t triangles, struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->vertices, vertices, &builder->vertex_room, 3 * sizeof(float), error);
    return code ? code : reserve(&mesh->triangles, triangles, &builder->triangle_room, 3 * sizeof(int32_t), error);
}

int mesh_reserve_textured(struct mesh_builder *builder, int64_t texcoords, int64_t triangles,
                          struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->texcoords, texcoords, &builder->texcoord_room, 2 * sizeof(float), error);
    if (code) return code;
    return reserve(&mesh->texture_triangles, triangles, &builder->texture_triangle_room, 3 * sizeof(int32_t), error);
}

int mesh_reserve_colours(struct mesh_builder *builder, int64_t vertices, struct facet_error *error) {
    return reserve(&builder->mesh.colours, vertices, &builder->colour_room, 3, error);
}

int mesh_add_vertex(struct mesh_builder *builder, const float vertex[3], struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->vertices, mesh->n_vertices + 1, &builder->vertex_room, 3 * sizeof(float), error);
    if (code) return code;
    memcpy(mesh->vertices + 3 * mesh->n_vertices++, vertex, 3 * sizeof(float));
    return FACET_OK;
}

int mesh_add_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c, struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->triangles, mesh->n_triangles + 1, &builder->triangle_room, 3 * sizeof(int32_t), error);
    if (code) return code;
    memcpy(mesh->triangles + 3 * mesh->n_triangles++, (int32_t[]){a, b, c}, 3 * sizeof(int32_t));
    return FACET_OK;
}

int mesh_add_colour(struct mesh_builder *builder, const uint8_t rgb[3], struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->colours, builder->n_colours + 1, &builder->colour_room, 3, error);
    if (code) return code;
    memcpy(mesh->colours + 3 * builder->n_colours++, rgb, 3);
    return FACET_OK;
}

int mesh_add_texcoord(struct mesh_builder *builder, float u, float v, struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    int code = reserve(&mesh->texcoords, mesh->n_texcoords + 1, &builder->texcoord_room, 2 * sizeof(float), error);
    if (code) return code;
    memcpy(mesh->texcoords + 2 * mesh->n_texcoords++, (float[]){u, v}, 2 * sizeof(float));
    return FACET_OK;
}

int mesh_add_texture_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c,
                              struct facet_error *error) {
    int32_t **triangles = &builder->mesh.texture_triangles;
    int64_t n = builder->n_texture_triangles;
    int code = reserve(triangles, n + 1, &builder->texture_triangle_room, 3 * sizeof(int32_t), error);
    if (code) return code;
    memcpy(*triangles + 3 * n, (int32_t[]){a, b, c}, 3 * sizeof(int32_t));
    builder->n_texture_triangles++;
    return FACET_OK;
}

static int set_name(char **name, int64_t *room, const char *text, size_t length, struct facet_error *error) {
    int code = reserve(name, (int64_t)length + 1, room, 1, error);
    if (code) return code;
    memcpy(*name, text, length);
    (*name)[length] = '\0';
    return FACET_OK;
}

int mesh_set_texture(struct mesh_builder *builder, const char *name, size_t length, struct facet_error *error) {
    return set_name(&builder->mesh.texture, &builder->texture_room, name, length, error);
}

int mesh_set_material(struct mesh_builder *builder, const char *name, size_t length, struct facet_error *error) {
    return set_name(&builder->mesh.material, &builder->material_room, name, length, error);
}
