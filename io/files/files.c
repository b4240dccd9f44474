// The list of a dataset's files (facet/files.h).
#include "io/files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int files_no_memory(const struct facet_files *files, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for the list of its files", files->root);
}

uint64_t files_stamp(const struct stat *status) {
    uint64_t seconds = (uint64_t)status->st_mtim.tv_sec, part = (uint64_t)status->st_mtim.tv_nsec;
    uint64_t stamp = (seconds * 1000000000u + part) ^ ((uint64_t)status->st_size << 20);
    return stamp ? stamp : 1;
}

bool files_wanted(const struct facet_files *files, const char *path) {
    return !files->wanted || files->wanted(files->context, path);
}

static bool grow(void **array, size_t used, size_t *room, size_t more, size_t size) {
    if (used + more <= *room) return true;
    size_t larger = *room + *room / 2 + more + 64;
    void *moved = larger > SIZE_MAX / size ? NULL : realloc(*array, larger * size);
    if (!moved) return false;
    *array = moved, *room = larger;
    return true;
}

int files_add(struct facet_files *files, const char *path, const struct files_entry *entry, struct facet_error *error) {
    size_t size = strlen(path) + 1, room = (size_t)files->room;
    void *text = files->text, *entries = files->entries;
    bool grown = grow(&text, files->text_size, &files->text_room, size, 1);
    files->text = text;
    grown = grown && grow(&entries, (size_t)files->count, &room, 1, sizeof *files->entries);
    files->entries = entries, files->room = (int64_t)room;
    if (!grown) return files_no_memory(files, error);
    struct files_entry *added = &files->entries[files->count++];
    *added = *entry;
    added->path = files->text_size;
    memcpy(files->text + files->text_size, path, size);
    files->text_size += size;
    return FACET_OK;
}

int files_note(struct facet_files *files, struct facet_error *error, const char *format, ...) {
    va_list list;
    char *note = NULL;
    char **notes = realloc(files->notes, ((size_t)files->n_notes + 1) * sizeof *notes);
    if (!notes) return files_no_memory(files, error);
    files->notes = notes;
    va_start(list, format);
    int length = vasprintf(&note, format, list);
    va_end(list);
    if (length < 0) return files_no_memory(files, error);
    notes[files->n_notes++] = note;
    return FACET_OK;
}

static int by_path(const void *a, const void *b, void *text) {
    const struct files_entry *x = a, *y = b;
    return strcmp((char *)text + x->path, (char *)text + y->path);
}

static int list(struct facet_files *files, struct facet_error *error) {
    int code = files_walk(files, error);
    if (!code && files->count)
        qsort_r(files->entries, (size_t)files->count, sizeof *files->entries, by_path, files->text);
    return code;
}

int facet_files_open(const char *root, const struct facet_files_options *options, struct facet_files **files,
                     struct facet_error *error) {
    static const struct facet_files_options none = {0};
    if (!options) options = &none;
    *files = NULL;
    struct facet_files *made = calloc(1, sizeof *made);
    if (!made) return facet_error_set(error, FACET_ERROR_MEMORY, "%s: no memory for the list of its files", root);
    made->wanted = options->wanted, made->context = options->context;
    made->max_file_bytes = options->max_file_bytes > 0 ? options->max_file_bytes : (int64_t)1 << 30;
    made->root = strdup(root);
    int code = made->root ? list(made, error) : FACET_ERROR_MEMORY;
    if (!made->root) facet_error_set(error, code, "%s: no memory for the list of its files", root);
    if (code)
        facet_files_close(made);
    else
        *files = made;
    return code;
}

void facet_files_close(struct facet_files *files) {
    if (!files) return;
    for (int64_t i = 0; i < files->n_notes; i++) free(files->notes[i]);
    free(files->notes);
    free(files->entries);
    free(files->text);
    free(files->root);
    free(files);
}

int64_t facet_files_count(const struct facet_files *files) {
    return files->count;
}

struct facet_file facet_files_get(const struct facet_files *files, int64_t index) {
    FACET_REQUIRE(index >= 0 && index < files->count);
    const struct files_entry *entry = &files->entries[index];
    return (struct facet_file){.path = files->text + entry->path, .bytes = entry->bytes, .stamp = entry->stamp};
}

int64_t facet_files_find(const struct facet_files *files, const char *path) {
    for (int64_t low = 0, high = files->count; low < high;) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(path, files->text + files->entries[middle].path);
        if (order == 0) return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

int64_t facet_files_notes(const struct facet_files *files) {
    return files->n_notes;
}

const char *facet_files_note(const struct facet_files *files, int64_t note) {
    FACET_REQUIRE(note >= 0 && note < files->n_notes);
    return files->notes[note];
}

static int check_size(const struct facet_files *files, const char *path, int64_t bytes, struct facet_error *error) {
    if (bytes <= files->max_file_bytes) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%s/%s: has %lld bytes, and more than %lld are not read",
                           files->root, path, (long long)bytes, (long long)files->max_file_bytes);
}

static int read_own(const struct files_entry *entry, const char *path, int file, struct facet_bytes *bytes,
                    struct facet_error *error) {
    struct stat status;
    if (fstat(file, &status) != 0) return files_io_error(path, "examined", error);
    if (!S_ISREG(status.st_mode) || status.st_size != entry->bytes || files_stamp(&status) != entry->stamp)
        return facet_error_set(error, FACET_ERROR_IO, "%s: has changed since it was listed", path);
    int code = files_make_room(bytes, (size_t)entry->bytes, path, error);
    if (!code) code = files_pread(file, bytes->data, (size_t)entry->bytes, 0, path, error);
    if (!code) bytes->size = (size_t)entry->bytes;
    return code;
}

int facet_files_read(const struct facet_files *files, int64_t index, struct facet_bytes *bytes,
                     struct facet_error *error) {
    FACET_REQUIRE(index >= 0 && index < files->count);
    const struct files_entry *entry = &files->entries[index];
    const char *name = files->text + entry->path;
    char path[2 * PATH_MAX];
    bytes->size = 0;
    int code = check_size(files, name, entry->bytes, error);
    if (code) return code;
    snprintf(path, sizeof path, "%s/%s", files->root, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return files_io_error(path, "opened", error);
    code = read_own(entry, path, file, bytes, error);
    close(file);
    return code;
}

int64_t facet_files_room(const struct facet_files *files, const char *field) {
    (void)files, (void)field;
    return 0;
}
