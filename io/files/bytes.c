// Bytes from a file at a place: no shared offset, so any thread may read at any time.
#include "io/files/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void facet_bytes_free(struct facet_bytes *bytes) {
    if (!bytes) return;
    free(bytes->data);
    *bytes = (struct facet_bytes){0};
}

int files_make_room(struct facet_bytes *bytes, size_t size, const char *path, struct facet_error *error) {
    bytes->size = 0;
    if (size <= bytes->room && bytes->data) return FACET_OK;
    size_t room = size + size / 8 + 64; // the next one may be a little larger
    uint8_t *larger = malloc(room);
    if (!larger) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for its %zu bytes", path, size);
    free(bytes->data);
    bytes->data = larger, bytes->room = room;
    return FACET_OK;
}

int files_io_error(const char *path, const char *what, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be %s: %s", path, what, strerror(errno));
}

int files_pread_some(int file, void *to, size_t size, int64_t offset, size_t *got, const char *path,
                     struct facet_error *error) {
    for (*got = 0; *got < size;) {
        ssize_t part = pread(file, (char *)to + *got, size - *got, (off_t)(offset + (int64_t)*got));
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return files_io_error(path, "read", error);
        if (part == 0) break;
        *got += (size_t)part;
    }
    return FACET_OK;
}

int files_pread(int file, void *to, size_t size, int64_t offset, const char *path, struct facet_error *error) {
    size_t got = 0;
    int code = files_pread_some(file, to, size, offset, &got, path, error);
    if (code || got == size) return code;
    return facet_error_set(error, FACET_ERROR_IO, "%s: ends at byte %lld, before byte %lld", path,
                           (long long)offset + (long long)got, (long long)offset + (long long)size);
}
