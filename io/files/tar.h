// Shared by the two halves of tar: headers of members.
#ifndef FACET_IO_FILES_TAR_H
#define FACET_IO_FILES_TAR_H

#include "io/files/archive.h"

enum { TAR_BLOCK = 512 };

struct tar_header {
    char name[257]; // prefix/name
    int64_t bytes;
    char kind;
};

// What stands before a member and counts for it alone.
struct tar_extra {
    char *name; // NULL: none
    size_t length;
    int64_t bytes;
    bool has_size, is_sparse;
};

bool tar_read_header(const uint8_t *block, struct tar_header *header); // false: it is none
bool tar_is_text(const struct tar_header *header);                     // it tells of the member after it
bool tar_has_data(const struct tar_header *header);
const char *tar_why_not(const struct tar_header *header); // the end of a sentence; NULL: it is a file or folder
int tar_extra_take(struct tar_extra *extra, const struct tar_header *header, const uint8_t *text, const char *archive,
                   int64_t byte, struct facet_error *error);
void tar_extra_clear(struct tar_extra *extra);

#endif
