#include "io/scan/mesh.h"

#include "fault/fault.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

void facet_mesh_free(struct facet_mesh *mesh) {
    if (!mesh) return;
    free(mesh->vertices);
    free(mesh->triangles);
    *mesh = (struct facet_mesh){0};
}

// Room for one more of `size` bytes; doubles, so that n entries cost n copies in all.
static int grow(void **data, int64_t used, int64_t *room, size_t size, struct facet_error *error) {
    if (used < *room) return FACET_OK;
    if (used >= INT32_MAX) return facet_error_set(error, FACET_ERROR_DATA, "more than %d entries", INT32_MAX);
    int64_t more = *room ? 2 * *room : 256;
    void *larger = facet_fault(FAULT_MEMORY_MESH) ? NULL : realloc(*data, (size_t)more * size);
    if (!larger)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a mesh of %lld entries", (long long)more);
    *data = larger;
    *room = more;
    return FACET_OK;
}

int mesh_add_vertex(struct mesh_builder *builder, const float vertex[3], struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    void *data = mesh->vertices;
    int code = grow(&data, mesh->n_vertices, &builder->vertex_room, 3 * sizeof(float), error);
    mesh->vertices = data;
    if (code) return code;
    memcpy(mesh->vertices + 3 * mesh->n_vertices++, vertex, 3 * sizeof(float));
    return FACET_OK;
}

int mesh_add_triangle(struct mesh_builder *builder, int32_t a, int32_t b, int32_t c, struct facet_error *error) {
    struct facet_mesh *mesh = &builder->mesh;
    void *data = mesh->triangles;
    int code = grow(&data, mesh->n_triangles, &builder->triangle_room, 3 * sizeof(int32_t), error);
    mesh->triangles = data;
    if (code) return code;
    int32_t *triangle = mesh->triangles + 3 * mesh->n_triangles++;
    triangle[0] = a, triangle[1] = b, triangle[2] = c;
    return FACET_OK;
}

static bool starts_like_ply(const char *bytes, size_t size) {
    return size >= 4 && memcmp(bytes, "ply", 3) == 0 && (bytes[3] == '\n' || bytes[3] == '\r' || bytes[3] == ' ');
}

static bool is_named_ply(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && strcasecmp(dot, ".ply") == 0;
}

int facet_mesh_parse(const char *name, const void *bytes, size_t size, struct facet_mesh *mesh,
                     struct facet_error *error) {
    struct mesh_builder builder = {0};
    int code;
    *mesh = (struct facet_mesh){0};
    if (size == 0) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", name);
    if (starts_like_ply(bytes, size) || is_named_ply(name)) {
        code = mesh_parse_ply(bytes, size, &builder, error);
    } else {
        code = mesh_parse_obj(bytes, size, &builder, error);
    }
    if (code) {
        facet_error_prefix(error, "%s", name);
        facet_mesh_free(&builder.mesh);
        return code;
    }
    *mesh = builder.mesh;
    return FACET_OK;
}

static int io_error(const char *path, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

static int read_open(const char *path, FILE *file, char **bytes, size_t *size, struct facet_error *error) {
    struct stat status;
    if (fstat(fileno(file), &status) != 0) return io_error(path, "read", error);
    if (!S_ISREG(status.st_mode)) return facet_error_set(error, FACET_ERROR_IO, "%s: is not a file", path);
    *size = (size_t)status.st_size;
    *bytes = facet_fault(FAULT_MEMORY_SCAN) ? NULL : malloc(*size + 1);
    if (!*bytes) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", path, *size);
    errno = 0;
    if (facet_fault(FAULT_SCAN_READ)) return io_error(path, "read", error);
    if (fread(*bytes, 1, *size, file) == *size) return FACET_OK;
    if (ferror(file)) return io_error(path, "read", error);
    return facet_error_set(error, FACET_ERROR_IO, "%s: became shorter while it was read", path);
}

int facet_mesh_read(const char *path, struct facet_mesh *mesh, struct facet_error *error) {
    char *bytes = NULL;
    size_t size = 0;
    *mesh = (struct facet_mesh){0};
    FILE *file = facet_fault(FAULT_SCAN_OPEN) ? NULL : fopen(path, "rb");
    if (!file) return io_error(path, "opened", error);
    int code = read_open(path, file, &bytes, &size, error);
    fclose(file);
    if (!code) code = facet_mesh_parse(path, bytes, size, mesh, error);
    free(bytes);
    return code;
}
