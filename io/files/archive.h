// Archives: files that look like folders.
#ifndef FACET_IO_FILES_ARCHIVE_H
#define FACET_IO_FILES_ARCHIVE_H

#include "io/files/files.h"

enum files_kind { FILES_NO_ARCHIVE, FILES_ZIP, FILES_TAR, FILES_TAR_GZ, FILES_TAR_ZST };

struct unpack;
struct unpack_points;

struct files_archive {
    char *path;   // of the archive, from the root; "" when it is the root
    char *folder; // what it looks like, from the root; "" when it is the root
    char *whole;  // for the system and for messages
    enum files_kind kind;
    int64_t bytes, members; // members: that were listed, hidden ones among them
    uint64_t stamp;
    // guarded by the pool
    int file, users; // file -1: closed
    uint64_t used;   // when it was last taken
    struct unpack_points *points;
    struct unpack *idle; // decompressors that stand somewhere; only of the compressed kinds
    int n_idle;
};

// By name: the kind, and how long the name is without its suffix.
enum files_kind files_kind_of_name(const char *name, size_t *stem);
enum files_kind files_kind_of_content(const uint8_t *head, size_t size); // of the first 512 bytes
bool files_is_packed(enum files_kind kind);                              // a compressed tar

int files_archive_add(struct facet_files *files, enum files_kind kind, const char *path, const char *folder,
                      const struct stat *status, struct facet_error *error);
void files_archive_destroy(struct files_archive *archive, struct files_pool *pool);
// Opens it, if it is not, and keeps it so until it is given back. Errors: IO (gone, changed since it was listed).
int files_archive_take(const struct facet_files *files, struct files_archive *archive, struct facet_error *error);
void files_archive_give(const struct facet_files *files, struct files_archive *archive);

// known.c: the members of an archive that is the same in another list, out of that.
int files_take_known(struct facet_files *files, int number, bool *taken, struct facet_error *error);

// Decompressors of a compressed archive that was taken: the one that stands best for a place; and back, if it is sound.
int files_unpack_take(const struct facet_files *files, struct files_archive *archive, int64_t place,
                      struct unpack **unpack, struct facet_error *error);
void files_unpack_give(const struct facet_files *files, struct files_archive *archive, struct unpack *unpack,
                       bool is_sound);

int files_prepare_archives(struct facet_files *files, int first, struct facet_error *error); // once they are known
// Adds the members of every archive from `first` on; what is broken or refused goes into the notes.
int files_list_archives(struct facet_files *files, int first, struct facet_error *error);
int files_read_member(const struct facet_files *files, const struct files_entry *entry, struct facet_bytes *bytes,
                      struct facet_error *error);

// Drops the files from `first` on that are not wanted, in folders not wanted either; folders are asked about from byte `from`.
void files_keep_wanted(struct facet_files *files, int64_t first, size_t from);

// ---- for the formats ------------------------------------------------------------------------------------------------

struct files_listing { // of one archive
    struct facet_files *files;
    struct files_archive *archive;
    uint32_t number; // of the archive + 1
    int64_t first;   // of its entries in the list
};

// A member, under the name that the archive gives it; a name that cannot be a path below the archive is noted and left out.
int files_add_member(struct files_listing *listing, const char *name, size_t length, const struct files_entry *entry,
                     struct facet_error *error);
int files_refuse_member(struct files_listing *listing, const char *name, size_t length, const char *why,
                        struct facet_error *error);
int files_note_archive(struct files_listing *listing, struct facet_error *error, const char *format, ...)
    FACET_PRINTF(3, 4);

// Errors of listing: IO and DATA say where the archive is broken; what came before stays listed.
int zip_list(struct files_listing *listing, struct facet_error *error);
int zip_read(const struct files_archive *archive, const struct files_entry *entry, const char *name,
             struct facet_bytes *bytes, struct facet_error *error);
int tar_list(struct files_listing *listing, struct facet_error *error);
int tar_read(const struct facet_files *files, struct files_archive *archive, const struct files_entry *entry,
             const char *name, struct facet_bytes *bytes, struct facet_error *error);

// Whether something so packed may be unpacked to so many bytes.
bool files_is_bomb(int64_t packed, int64_t bytes);

#endif
