// Lists of files that are put together from parts, and kept: what `facet index` needs of io/files.
#ifndef FACET_IO_FILES_INDEX_H
#define FACET_IO_FILES_INDEX_H

#include <facet/files.h>
#include <facet/store.h>

#define FILES_INDEX_SCHEMA "facet-index/2"

// What lies in root itself, in order: each may be listed by another process. Of a root that is an archive it is one name, "".
struct files_top {
    char **names;
    int count;
    int64_t spacing; // of points of entry into compressed archives
};
int files_top_list(const char *root, struct files_top *top, struct facet_error *error);
void files_top_free(struct files_top *top);

// An empty list, to which parts are added. Archives that are the same in `known` (NULL: none; borrowed until
// files_parts_end) are not read again.
int files_parts_begin(const char *root, int64_t spacing, const struct facet_files *known, struct facet_files **files,
                      struct facet_error *error);
int files_part_add(struct facet_files *files, const char *name, struct facet_error *error);
// Moves what is in `part` to the end of `files`. In whatever order that is done, the list becomes the same.
int files_part_move(struct facet_files *files, struct facet_files *part, struct facet_error *error);
int files_parts_end(struct facet_files *files, struct facet_error *error);

// The list, its archives and notes as arrays of a store.
int files_index_write(const struct facet_files *files, struct facet_store *store, struct facet_error *error);
int files_index_open(const char *path, const char *root, struct facet_files **files, struct facet_error *error);

#endif
