// What holds for every archive, however broken: it is listed and read, or there is a sentence.
#ifndef FACET_TESTS_ARCHIVE_CHECK_H
#define FACET_TESTS_ARCHIVE_CHECK_H

#include <facet/files.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct archive_outcome {
    int64_t files, read, notes; // notes: sentences about what was left out, or why nothing was listed
    bool tells_byte;            // a sentence names a byte
};

static inline void archive_see(struct archive_outcome *outcome, int code, const struct facet_error *error) {
    if (error->code != code || !*error->text) abort();
    outcome->tells_byte |= strstr(error->text, "byte ") != NULL;
}

static inline void archive_check_path(const char *path, const char *before) {
    if (!*path || *path == '/' || strstr(path, "//") || strchr(path, '\\')) abort();
    for (const char *at = path; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
        if (strncmp(at, "../", 3) == 0 || strcmp(at, "..") == 0 || !*at) abort();
    if (before && strcmp(before, path) >= 0) abort();
}

static inline void archive_read_all(const struct facet_files *files, struct archive_outcome *outcome) {
    struct facet_bytes bytes = {0};
    const char *before = NULL;
    outcome->files = facet_files_count(files);
    for (int64_t i = 0; i < outcome->files; i++) {
        struct facet_error error = {0};
        struct facet_file file = facet_files_get(files, i);
        archive_check_path(file.path, before);
        if (file.bytes < 0 || facet_files_find(files, file.path) != i) abort();
        before = file.path;
        int code = facet_files_read(files, i, &bytes, &error);
        if (code)
            archive_see(outcome, code, &error);
        else if (bytes.size != (size_t)file.bytes)
            abort();
        outcome->read += !code;
        unsigned sum = 0;
        for (size_t k = 0; k < bytes.size; k++) sum += bytes.data[k]; // all can be read
        if (sum > 255u * bytes.size) abort();
    }
    facet_bytes_free(&bytes);
}

// The bytes as a file of that name; members of more than 1 MiB are not read.
static inline struct archive_outcome archive_try(const char *path, const void *data, size_t size) {
    struct archive_outcome outcome = {0};
    struct facet_error error = {0};
    struct facet_files *files;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size || close(file) != 0) abort();
    int code = facet_files_open(path, &(struct facet_files_options){.max_file_bytes = 1 << 20}, &files, &error);
    outcome.notes = code ? 1 : facet_files_notes(files);
    if (code) archive_see(&outcome, code, &error);
    for (int64_t i = 0; !code && i < outcome.notes; i++)
        outcome.tells_byte |= strstr(facet_files_note(files, i), "byte ") != NULL;
    if (!code) archive_read_all(files, &outcome);
    facet_files_close(files);
    return outcome;
}

#endif
