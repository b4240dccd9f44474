// Files of a dataset as they lie: a folder or an archive (zip, tar, tar.gz, tar.zst), and archives inside a folder as if each
// had been unpacked where it lies. A path never tells: "F001/Angry/000.wrl" is a file in a folder, or in F001.zip or F001.tar.gz,
// whether or not the archive itself begins with one folder F001. What lies there unpacked goes before what an archive holds,
// and of two archives the one whose name comes first counts. Archives in archives are files like any other.
#ifndef FACET_FILES_H
#define FACET_FILES_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct facet_files;

struct facet_file {
    const char *path; // from the root, '/' between names; never absolute, never with ".."
    int64_t bytes;
    uint64_t stamp; // changes when the file does (of an archive's members: when the archive does); never 0
};

// Bytes of a file; a buffer that is used again for the next one.
struct facet_bytes {
    uint8_t *data;
    size_t size, room;
};
void facet_bytes_free(struct facet_bytes *bytes); // NULL is fine

struct facet_files_options {
    const char *index; // made by `facet index`; then nothing is listed. NULL or "": list
    // Whether a path is wanted; NULL: all are. Folders (and archives, by the folder they look like) are asked with a '/' at the
    // end, and not entered when refused.
    bool (*wanted)(const void *context, const char *path);
    const void *context;
    int64_t max_file_bytes; // larger ones are refused when read (and bombs in archives); 0: 1 GiB
};

// Lists the files below root, sorted by path (bytes). Links to files and folders are followed, a folder inside itself is not.
// Errors: IO (not there, not readable: which), DATA (root is an archive that nothing can be read of), MEMORY. Rank-local.
int facet_files_open(const char *root, const struct facet_files_options *options, struct facet_files **files,
                     struct facet_error *error);
void facet_files_close(struct facet_files *files); // NULL is fine
int64_t facet_files_count(const struct facet_files *files);
struct facet_file facet_files_get(const struct facet_files *files, int64_t index); // borrowed
int64_t facet_files_find(const struct facet_files *files, const char *path);       // -1: there is none
// What could not be listed, a sentence each: links to nothing, members refused because of what they are called or what they
// are (links, devices), archives that are broken (what comes before the break is listed).
int64_t facet_files_notes(const struct facet_files *files);
const char *facet_files_note(const struct facet_files *files, int64_t note); // borrowed
// Reads one file whole. Thread-safe; members of zip and plain tar files are read where they lie, those of compressed tars
// from the nearest place before them that is known. Errors: IO (gone, changed since it was listed, unreadable), DATA (broken
// archive), MEMORY. The sentence names root and path.
int facet_files_read(const struct facet_files *files, int64_t index, struct facet_bytes *bytes,
                     struct facet_error *error);
// Largest count of a ragged field among the scans that an index has examined; 0 without one. While `facet index` itself
// examines them it is FACET_FILES_ANY_ROOM: a source then takes every count, and need not measure any file.
enum { FACET_FILES_ANY_ROOM = 1 << 26 };
int64_t facet_files_room(const struct facet_files *files, const char *field);

#endif
