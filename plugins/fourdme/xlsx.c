#include "fourdme/xlsx.h"

#include <facet/files.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The list of files knows archives by their place, and ours may lie inside another one: a file in memory.
static int file_in_memory(const char *name, const void *bytes, size_t size, int *file, struct facet_error *error) {
    size_t written = 0;
    *file = memfd_create("facet-xlsx", MFD_CLOEXEC);
    while (*file >= 0 && written < size) {
        ssize_t n = write(*file, (const char *)bytes + written, size - written);
        if (n <= 0) break;
        written += (size_t)n;
    }
    if (*file >= 0 && written == size) return FACET_OK;
    int code = facet_error_set(error, FACET_ERROR_IO, "%s: cannot be kept in memory: %s", name, strerror(errno));
    if (*file >= 0) close(*file);
    return code;
}

// A part that is not there has size 0.
static int read_part(const struct facet_files *files, const char *path, struct facet_bytes *bytes,
                     struct facet_error *error) {
    int64_t file = facet_files_find(files, path);
    return file < 0 ? FACET_OK : facet_files_read(files, file, bytes, error);
}

static int read_parts(const char *name, const struct facet_files *files, struct sheet *sheet,
                      struct facet_error *error) {
    struct facet_bytes strings = {0}, cells = {0};
    int code = read_part(files, "xl/sharedStrings.xml", &strings, error);
    if (!code) code = read_part(files, "xl/worksheets/sheet1.xml", &cells, error);
    if (!code && cells.size == 0) code = facet_error_set(error, FACET_ERROR_DATA, "no xl/worksheets/sheet1.xml in it");
    if (code) facet_error_prefix(error, "%s", name);
    if (!code)
        code = xlsx_parse(name, strings.size > 0 ? strings.data : NULL, strings.size, cells.data, cells.size, sheet,
                          error);
    facet_bytes_free(&strings);
    facet_bytes_free(&cells);
    return code;
}

int xlsx_read(const char *name, const void *bytes, size_t size, struct sheet *sheet, struct facet_error *error) {
    struct facet_files_options options = {.max_file_bytes = 1 << 26};
    struct facet_files *files = NULL;
    char path[64];
    int file;
    *sheet = (struct sheet){0};
    int code = file_in_memory(name, bytes, size, &file, error);
    if (code) return code;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    code = facet_files_open(path, &options, &files, error);
    if (!code && facet_files_notes(files) > 0) // it is cut, though every part may be there
        code = facet_error_set(error, FACET_ERROR_DATA, "%s", facet_files_note(files, 0));
    if (code)
        facet_error_prefix(error, "%s", name);
    else
        code = read_parts(name, files, sheet, error);
    facet_files_close(files);
    close(file);
    return code;
}
