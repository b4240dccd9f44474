#include "render/mesh_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Where a row's part of a ragged array lies.
static int find_part(struct facet_store *store, const char *name, const char *which, int64_t row, int64_t *value,
                     struct facet_error *error) {
    struct facet_array array = {0};
    char path[96];
    snprintf(path, sizeof path, "data/%s_%s", name, which);
    int code = facet_store_read_rows(store, path, FACET_I64, row, 1, &array, error);
    if (!code) *value = *(const int64_t *)array.data;
    facet_array_free(&array);
    return code;
}

// (count, width) of a row; a row without any leaves data NULL.
static int read_part(struct facet_store *store, const char *name, enum facet_type type, int64_t width, int64_t row,
                     struct facet_array *part, struct facet_error *error) {
    int64_t start = 0, count = 0;
    char path[96];
    snprintf(path, sizeof path, "data/%s", name);
    int code = find_part(store, name, "start", row, &start, error);
    if (!code) code = find_part(store, name, "count", row, &count, error);
    if (code || count == 0) return code;
    code = facet_store_read_rows(store, path, type, start, count, part, error);
    if (!code && (part->rank != 2 || part->dims[1] != width))
        code = facet_error_set(error, FACET_ERROR_DATA, "%s is no array of %lld numbers each", path, (long long)width);
    return code;
}

enum { ANY = -1 };
// What a row may lack; of another count than is wanted it counts as lacking.
static int read_optional(struct facet_store *store, const char *name, enum facet_type type, int64_t width, int64_t row,
                         int64_t wanted, struct facet_array *part, struct facet_error *error) {
    char path[96];
    snprintf(path, sizeof path, "data/%s_start", name);
    if (!facet_store_has(store, path)) return FACET_OK;
    int code = read_part(store, name, type, width, row, part, error);
    if (!code && part->data && wanted != ANY && part->dims[0] != wanted) facet_array_free(part);
    return code;
}

static int check(const struct mesh_row *mesh, int64_t row, struct facet_error *error) {
    const struct render_mesh *m = &mesh->subject.mesh;
    const float *vertices = mesh->vertices.data, *normals = mesh->normals.data;
    if (!vertices || !m->triangles || !normals || mesh->normals.dims[0] != m->n_vertices)
        return facet_error_set(error, FACET_ERROR_DATA, "row %lld has no mesh", (long long)row);
    for (int64_t i = 0; i < 3 * m->n_vertices; i++)
        if (!isfinite(vertices[i]) || !isfinite(normals[i]))
            return facet_error_set(error, FACET_ERROR_DATA, "row %lld: vertex %lld is not a place with a normal",
                                   (long long)row, (long long)(i / 3));
    for (int64_t t = 0; t < m->n_triangles; t++)
        for (int k = 0; k < 3; k++)
            if (m->triangles[t][k] < 0 || m->triangles[t][k] >= m->n_vertices)
                return facet_error_set(error, FACET_ERROR_DATA, "row %lld: triangle %lld names vertex %d of %lld",
                                       (long long)row, (long long)t, (int)m->triangles[t][k], (long long)m->n_vertices);
    return FACET_OK;
}

// What channels want in another form than it is stored in.
static int derive(struct mesh_row *mesh, struct facet_error *error) {
    struct render_subject *subject = &mesh->subject;
    int64_t count = subject->mesh.n_vertices;
    if (mesh->curvatures.data) mesh->principal = malloc((size_t)count * 2 * sizeof *mesh->principal);
    if (mesh->colours.data) mesh->shades = malloc((size_t)count * 3 * sizeof *mesh->shades);
    if ((mesh->curvatures.data && !mesh->principal) || (mesh->colours.data && !mesh->shades))
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a mesh");
    if (mesh->principal) render_principal(mesh->curvatures.data, count, mesh->principal);
    for (int64_t i = 0; mesh->shades && i < 3 * count; i++) mesh->shades[i] = ((uint8_t *)mesh->colours.data)[i];
    subject->curvatures = mesh->curvatures.data;
    subject->principal = mesh->principal;
    subject->colours = mesh->shades;
    return FACET_OK;
}

// The scan's picture, where it has one.
static int read_texture(struct facet_store *store, int64_t row, struct mesh_row *mesh, struct facet_error *error) {
    int64_t triangles = mesh->subject.mesh.n_triangles;
    int code = read_optional(store, "texcoords", FACET_F32, 6, row, triangles, &mesh->texcoords, error);
    if (!code) code = read_optional(store, "texture_size", FACET_I32, 2, row, 1, &mesh->texture_size, error);
    if (code || !mesh->texcoords.data || !mesh->texture_size.data) return code;
    const int32_t *size = mesh->texture_size.data; // height, width
    code = read_optional(store, "texture", FACET_U8, 3, row, ANY, &mesh->texels, error);
    if (code || !mesh->texels.data) return code;
    if (size[0] < 1 || size[1] < 1 || (int64_t)size[0] * size[1] != mesh->texels.dims[0])
        return facet_error_set(error, FACET_ERROR_DATA, "row %lld: a picture of %d x %d texels has %lld",
                               (long long)row, (int)size[1], (int)size[0], (long long)mesh->texels.dims[0]);
    mesh->subject.texcoords = mesh->texcoords.data;
    mesh->subject.texture = &mesh->texture;
    return render_texture_build(&mesh->texture, mesh->texels.data, size[1], size[0], error);
}

int mesh_row_read(struct facet_store *store, int64_t row, struct mesh_row *mesh, struct facet_error *error) {
    *mesh = (struct mesh_row){0};
    int code = read_part(store, "vertices", FACET_F32, 3, row, &mesh->vertices, error);
    if (!code) code = read_part(store, "triangles", FACET_I32, 3, row, &mesh->triangles, error);
    if (!code) code = read_part(store, "normals", FACET_F32, 3, row, &mesh->normals, error);
    if (code) return code;
    mesh->subject = (struct render_subject){.mesh = {.vertices = mesh->vertices.data,
                                                     .triangles = mesh->triangles.data,
                                                     .n_vertices = mesh->vertices.dims[0],
                                                     .n_triangles = mesh->triangles.dims[0]},
                                            .normals = mesh->normals.data};
    code = check(mesh, row, error);
    int64_t count = mesh->vertices.dims[0];
    if (!code) code = read_optional(store, "curvatures", FACET_F32, 4, row, count, &mesh->curvatures, error);
    if (!code) code = read_optional(store, "colours", FACET_U8, 3, row, count, &mesh->colours, error);
    if (!code) code = read_texture(store, row, mesh, error);
    return code ? code : derive(mesh, error);
}

void mesh_row_free(struct mesh_row *mesh) {
    facet_array_free(&mesh->vertices);
    facet_array_free(&mesh->triangles);
    facet_array_free(&mesh->normals);
    facet_array_free(&mesh->curvatures);
    facet_array_free(&mesh->colours);
    facet_array_free(&mesh->texcoords);
    facet_array_free(&mesh->texels);
    facet_array_free(&mesh->texture_size);
    render_texture_free(&mesh->texture);
    free(mesh->principal);
    free(mesh->shades);
    *mesh = (struct mesh_row){0};
}
