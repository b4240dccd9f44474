// Reads scans, one after the other with the same buffers.
#include "io/scan/format.h"

#include "fault/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20 };

struct facet_scan_reader {
    struct mesh_builder builder;
    struct facet_mesh view;
    char *bytes;
    size_t room;
};

struct facet_scan_reader *facet_scan_reader_create(void) {
    return calloc(1, sizeof(struct facet_scan_reader));
}

void facet_scan_reader_destroy(struct facet_scan_reader *reader) {
    if (!reader) return;
    mesh_builder_free(&reader->builder);
    free(reader->bytes);
    free(reader);
}

static bool has_other_suffix(const char *name) {
    const char *slash = strrchr(name, '/');
    return strchr(slash ? slash : name, '.') && !scan_format_named(name);
}

static int parse(struct facet_scan_reader *reader, const char *name, const void *bytes, size_t size,
                 struct facet_error *error) {
    reader->view = (struct facet_mesh){0};
    if (size == 0) return facet_error_set(error, FACET_ERROR_DATA, "%s: the file is empty", name);
    mesh_begin(&reader->builder);
    const struct scan_format *format = scan_format_of(name, bytes, size);
    int code = format->parse(bytes, size, &reader->builder, error);
    if (code == FACET_ERROR_DATA && format == &scan_obj && has_other_suffix(name))
        facet_error_append(error, "; neither its suffix nor its content is a scan's, so it was read as OBJ");
    if (code) return facet_error_prefix(error, "%s", name), code;
    reader->view = mesh_view(&reader->builder);
    return FACET_OK;
}

int facet_scan_parse(struct facet_scan_reader *reader, const char *name, const void *bytes, size_t size,
                     const struct facet_mesh **mesh, struct facet_error *error) {
    *mesh = NULL;
    int code = parse(reader, name, bytes, size, error);
    if (!code) *mesh = &reader->view;
    return code;
}

static int io_error(const char *path, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

// Memory for files of a megabyte and more comes in huge pages where the system has some: copying into it is a fifth faster.
static char *make_buffer(size_t *size) {
    if (*size < HUGE_PAGE / 2) return malloc(*size);
    *size = (*size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *buffer = aligned_alloc(HUGE_PAGE, *size);
    if (buffer) madvise(buffer, *size, MADV_HUGEPAGE); // advice: it may be left
    return buffer;
}

static int make_room(struct facet_scan_reader *reader, const char *path, size_t size, struct facet_error *error) {
    if (size <= reader->room) return FACET_OK;
    size_t room = size;
    char *larger = facet_fault(FAULT_MEMORY_SCAN) ? NULL : make_buffer(&room);
    if (!larger) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", path, size);
    free(reader->bytes);
    reader->bytes = larger, reader->room = room;
    return FACET_OK;
}

static int read_bytes(struct facet_scan_reader *reader, const char *path, int file, size_t size,
                      struct facet_error *error) {
    if (facet_fault(FAULT_SCAN_READ)) return errno = EIO, io_error(path, "read", error);
    for (size_t done = 0; done < size;) {
        ssize_t part = read(file, reader->bytes + done, size - done);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return io_error(path, "read", error);
        if (part == 0) return facet_error_set(error, FACET_ERROR_IO, "%s: became shorter while it was read", path);
        done += (size_t)part;
    }
    return FACET_OK;
}

static int read_open(struct facet_scan_reader *reader, const char *path, int file, size_t *size,
                     struct facet_error *error) {
    struct stat status;
    if (fstat(file, &status) != 0) return io_error(path, "read", error);
    if (!S_ISREG(status.st_mode)) return facet_error_set(error, FACET_ERROR_IO, "%s: is not a file", path);
    *size = (size_t)status.st_size;
    int code = make_room(reader, path, *size, error);
    return code ? code : read_bytes(reader, path, file, *size, error);
}

int facet_scan_read(struct facet_scan_reader *reader, const char *path, const struct facet_mesh **mesh,
                    struct facet_error *error) {
    size_t size = 0;
    *mesh = NULL;
    int file = facet_fault(FAULT_SCAN_OPEN) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return io_error(path, "opened", error);
    int code = read_open(reader, path, file, &size, error);
    close(file);
    return code ? code : facet_scan_parse(reader, path, reader->bytes, size, mesh, error);
}

// ---- one file alone -----------------------------------------------------------------------------------------------------

// The arrays that the view shows become the caller's; the reader gives up the rest.
static void take(struct facet_scan_reader *reader, struct facet_mesh *mesh) {
    struct facet_mesh *all = &reader->builder.mesh;
    *mesh = reader->view;
    if (mesh->vertices) all->vertices = NULL;
    if (mesh->triangles) all->triangles = NULL;
    if (mesh->colours) all->colours = NULL;
    if (mesh->texcoords) all->texcoords = NULL;
    if (mesh->texture_triangles) all->texture_triangles = NULL;
    if (mesh->texture) all->texture = NULL;
    if (mesh->material) all->material = NULL;
}

int facet_mesh_parse(const char *name, const void *bytes, size_t size, struct facet_mesh *mesh,
                     struct facet_error *error) {
    struct facet_scan_reader reader = {0};
    int code = parse(&reader, name, bytes, size, error);
    *mesh = (struct facet_mesh){0};
    if (!code) take(&reader, mesh);
    mesh_builder_free(&reader.builder);
    return code;
}

int facet_mesh_read(const char *path, struct facet_mesh *mesh, struct facet_error *error) {
    struct facet_scan_reader reader = {0};
    const struct facet_mesh *view;
    int code = facet_scan_read(&reader, path, &view, error);
    *mesh = (struct facet_mesh){0};
    if (!code) take(&reader, mesh);
    mesh_builder_free(&reader.builder);
    free(reader.bytes);
    return code;
}
