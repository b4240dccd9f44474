// Stores: named arrays in an HDF5 file, read or written whole by one process. For models and other side files;
// the stages' own containers are written by the engine. HDF5 is not made for threads: a plugin uses stores where it is
// opened or created, not while it loads or transforms.
#ifndef FACET_STORE_H
#define FACET_STORE_H

#include <facet/error.h>
#include <facet/field.h>

struct facet_store;

// Rank-local: no other process need take part. Errors: FACET_ERROR_IO (cannot be opened, not HDF5, truncated).
int facet_store_open(const char *path, struct facet_store **store, struct facet_error *error);
// Writes to path + ".part"; facet_store_commit syncs it and renames it into place, so a reader sees all or nothing.
int facet_store_create(const char *path, struct facet_store **store, struct facet_error *error);
int facet_store_commit(struct facet_store *store, struct facet_error *error);
void facet_store_close(struct facet_store *store); // NULL is fine; an uncommitted file is removed

bool facet_store_has(const struct facet_store *store, const char *name);
// Reads a whole array, converted to `type` (0: as stored). int16 widens to I32. The caller frees *array.
// Errors: FACET_ERROR_DATA (no such array, more than FACET_MAX_DIMS dimensions), FACET_ERROR_IO, FACET_ERROR_MEMORY.
int facet_store_read(struct facet_store *store, const char *name, enum facet_type type, struct facet_array *array,
                     struct facet_error *error);
// Rows [first, first + count) along the first dimension, as facet_store_read. Errors also: DATA (no such rows).
int facet_store_read_rows(struct facet_store *store, const char *name, enum facet_type type, int64_t first,
                          int64_t count, struct facet_array *array, struct facet_error *error);
// The shape of an array without its data: *array has data NULL.
int facet_store_shape(struct facet_store *store, const char *name, struct facet_array *array,
                      struct facet_error *error);
// A string attribute of the root ("config", "stage"); the caller frees *text.
int facet_store_read_attribute(struct facet_store *store, const char *name, char **text, struct facet_error *error);
// A UTF-8 string array (fixed or variable length) or scalar: *strings holds *count pointers in one allocation, freed
// by free(*strings).
int facet_store_read_strings(struct facet_store *store, const char *name, char ***strings, int64_t *count,
                             struct facet_error *error);
int facet_store_write(struct facet_store *store, const char *name, const struct facet_array *array,
                      struct facet_error *error);
int facet_store_write_string(struct facet_store *store, const char *name, const char *text, struct facet_error *error);

#endif
