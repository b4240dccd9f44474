// Inside the files of a dataset (facet/files.h): the list, what fills it, and archives.
#ifndef FACET_IO_FILES_H
#define FACET_IO_FILES_H

#include <facet/files.h>
#include <sys/stat.h>

struct files_entry {
    uint64_t path; // where it begins in the text of the list
    int64_t bytes;
    uint64_t stamp; // of a file of its own; members of an archive have the archive's
};

struct facet_files {
    char *root;
    char *text; // all paths, each with its end
    size_t text_size, text_room;
    struct files_entry *entries;
    int64_t count, room;
    char **notes;
    int64_t n_notes;
    int64_t max_file_bytes;
    bool (*wanted)(const void *context, const char *path);
    const void *context;
};

bool files_wanted(const struct facet_files *files, const char *path);
int files_add(struct facet_files *files, const char *path, const struct files_entry *entry, struct facet_error *error);
int files_note(struct facet_files *files, struct facet_error *error, const char *format, ...) FACET_PRINTF(3, 4);
uint64_t files_stamp(const struct stat *status);
int files_no_memory(const struct facet_files *files, struct facet_error *error);
int files_io_error(const char *path, const char *what, struct facet_error *error); // by errno

// folder.c: everything below the folder `root`.
int files_walk(struct facet_files *files, struct facet_error *error);

// bytes.c
int files_make_room(struct facet_bytes *bytes, size_t size, const char *path, struct facet_error *error);
// Exactly size bytes from offset. Errors: IO (also where the file ends before).
int files_pread(int file, void *to, size_t size, int64_t offset, const char *path, struct facet_error *error);

#endif
