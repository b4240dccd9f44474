// Inside the files of a dataset (facet/files.h): the list, and what fills it.
#ifndef FACET_IO_FILES_H
#define FACET_IO_FILES_H

#include <facet/files.h>
#include <pthread.h>
#include <sys/stat.h>

struct files_archive;

// 40 bytes, because there may be millions.
struct files_entry {
    uint64_t path; // where it begins in the text of the list
    int64_t bytes;
    union {
        uint64_t stamp; // of a file of its own; members of an archive have the archive's
        int64_t packed; // bytes that a member of a zip file takes there
    };
    int64_t place;         // of a member: where its data (zip: its local header) begin in the archive, unpacked
    uint32_t crc;          // of a member of a zip file
    uint32_t archive : 31; // 0: a file of its own, else the number of its archive + 1
    uint32_t is_deflated : 1;
};

struct files_pool { // of open archives
    pthread_mutex_t lock;
    int open;
    uint64_t clock;
    size_t idle_bytes; // what idle decompressors hold
};

struct facet_files {
    char *root;
    char *text; // all paths, each with its end
    size_t text_size, text_room;
    struct files_entry *entries;
    int64_t count, room;
    struct files_archive **archives;
    int n_archives;
    struct files_pool *pool; // changes while the list itself is constant
    char **notes;
    int64_t n_notes, n_notes_untold;
    int64_t max_file_bytes;
    bool indexed, examined;          // read from an index, and one that knows the scans
    int64_t n_rooms, *rooms;         // largest counts of its fields
    char *room_names;                // each with its end
    int64_t spacing;                 // of points of entry, at least
    const struct facet_files *known; // whose archives need not be listed when they are the same
    bool (*wanted)(const void *context, const char *path);
    const void *context;
};

bool files_wanted(const struct facet_files *files, const char *path);
int files_add(struct facet_files *files, const char *path, const struct files_entry *entry, struct facet_error *error);
int files_note(struct facet_files *files, struct facet_error *error, const char *format, ...) FACET_PRINTF(3, 4);
uint64_t files_stamp(const struct stat *status);
int files_changed(const struct facet_files *files, const char *path, struct facet_error *error);
int files_no_memory(const char *root, struct facet_error *error);
int files_io_error(const char *path, const char *what, struct facet_error *error); // by errno

struct facet_files *files_create(const char *root, const struct facet_files_options *options); // NULL: no memory
int files_add_root(struct facet_files *files, struct facet_error *error); // a root that must be an archive
int files_put_in_order(struct facet_files *files, struct facet_error *error);
int files_read_index(struct facet_files *files, const char *path, struct facet_error *error);

// folder.c: everything below the folder `root`; archives are noted down, not listed.
int files_walk(struct facet_files *files, struct facet_error *error);
int files_walk_from(struct facet_files *files, const char *name,
                    struct facet_error *error); // what lies in it by that name

// bytes.c
int files_make_room(struct facet_bytes *bytes, size_t size, const char *path, struct facet_error *error);
// Exactly size bytes from offset. Errors: IO (also where the file ends before).
int files_pread(int file, void *to, size_t size, int64_t offset, const char *path, struct facet_error *error);
// As much of that as there is.
int files_pread_some(int file, void *to, size_t size, int64_t offset, size_t *got, const char *path,
                     struct facet_error *error);

#endif
