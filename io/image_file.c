#include "io/image_file.h"

#include "fault/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fill(FILE *file, const void *bytes, size_t size, const char *path, struct facet_error *error) {
    bool failed = facet_fault(FAULT_IMAGE_WRITE) || fwrite(bytes, 1, size, file) != size || fflush(file);
    if (!failed && fsync(fileno(file)) == 0) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

int facet_image_file(const char *path, const void *bytes, size_t size, struct facet_error *error) {
    char part[4096];
    int length = snprintf(part, sizeof part, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof part)
        return facet_error_set(error, FACET_ERROR_IO, "%.80s...: the path is too long", path);
    FILE *file = facet_fault(FAULT_IMAGE_OPEN) ? NULL : fopen(part, "wb");
    if (!file) return facet_error_set(error, FACET_ERROR_IO, "%s: cannot be made: %s", path, strerror(errno));
    int code = fill(file, bytes, size, path, error);
    if ((fclose(file) || facet_fault(FAULT_IMAGE_CLOSE)) && !code)
        code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (!code && (facet_fault(FAULT_IMAGE_RENAME) || rename(part, path)))
        code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be put in place: %s", path, strerror(errno));
    if (code) unlink(part);
    return code;
}
