// Containers: one HDF5 file a stage, shared by all ranks through MPI-IO. Its structure is made once and then never
// changes while rows are written, so a killed process leaves a readable file.
#ifndef FACET_IO_H5_CONTAINER_H
#define FACET_IO_H5_CONTAINER_H

#include <facet/comm.h>
#include <facet/error.h>
#include <facet/field.h>
#include <mpi.h>

struct facet_container;

struct facet_dataset {
    char name[160];       // path from the root, "data/views"; groups on the way are made
    enum facet_type type; // 0: text of `width` bytes, padded with zeros
    size_t width;
    int rank; // dimensions, 0 for a scalar
    int64_t dims[FACET_MAX_DIMS];
};

size_t facet_dataset_row_bytes(const struct facet_dataset *dataset); // one step along the first dimension
int64_t facet_dataset_rows(const struct facet_dataset *dataset);     // first dimension; 1 for a scalar

struct facet_text_attribute {
    const char *name, *text;
};

// Makes the file under a temporary name, closes it, renames it into place and opens it again for writing: from then on
// its structure is final, and a killed process leaves a readable file. Space is allocated but not filled (unwritten
// rows read as zeros where the file system has holes). Collective, all arguments agree.
int facet_container_create(MPI_Comm comm, const char *path, const struct facet_dataset *datasets, int n_datasets,
                           const struct facet_text_attribute *attributes, int n_attributes,
                           struct facet_container **container, struct facet_error *error);
// A compressed container is expanded before it is opened for writing. Errors: IO (no such file, not HDF5, truncated).
// Collective, all arguments agree.
int facet_container_open(MPI_Comm comm, const char *path, bool writable, struct facet_container **container,
                         struct facet_error *error);
// All collective calls here agree: they give the same code and sentence on all ranks. An open writable container holds
// 1 MiB of disk, room in which to end well when the disk fills up.
// Collective; NULL is fine. Returns what flushing the last bytes gave.
int facet_container_close(struct facet_container *container, struct facet_error *error);
int facet_container_flush(struct facet_container *container, struct facet_error *error); // to the device; collective

// What this process's node holds of the file goes to the device; ranks may be writing. Not collective.
int facet_container_sync_file(const char *path, struct facet_error *error);
// What was renamed or removed beside the file goes to the device. Not collective.
int facet_container_sync_folder(const char *path, struct facet_error *error);
// Gives a closed container its name: after a power cut that leads to the whole container, or to what it led to before.
// One rank.
int facet_container_rename(const char *from, const char *to, struct facet_error *error);

// Adds a dataset to an open container; the structure is written now and then, and by the next flush or close.
// Collective, all arguments agree.
int facet_container_add(struct facet_container *container, const struct facet_dataset *dataset,
                        struct facet_error *error);
// Rows [first, first + count) along the first dimension, packed. Not collective; one thread of a rank at a time.
// Errors: DATA (no such dataset or rows), IO (the sentence names the rows and what the system says).
int facet_container_write(struct facet_container *container, const char *name, int64_t first, int64_t count,
                          const void *rows, struct facet_error *error);
int facet_container_read(struct facet_container *container, const char *name, int64_t first, int64_t count, void *rows,
                         struct facet_error *error);

// How a dataset is stored in a compressed container: in chunks of so many rows, shuffled and deflated.
struct facet_chunking {
    char name[160];
    int64_t chunk_rows;
    const int64_t (*used)[2]; // rows [from, to), ascending; all others are zeros or holes. NULL: all are used
    int64_t n_used;
};
// Rewrites the container of that name, which nobody has open, with these datasets compressed by all ranks and threads; all
// others, and all content, stay as they are. Any HDF5 reads it; ranks on their own cannot write to it. Up to the end the
// old file stays in place. Collective, all arguments agree. Errors: IO, MEMORY; the container is then as it was.
// Errors of the first also: INTERRUPTED, once stop() says so on any rank; stop may be NULL.
int facet_container_compress(MPI_Comm comm, const char *path, const struct facet_chunking *chunked, int n_chunked,
                             int threads, bool (*stop)(void), struct facet_error *error);
int facet_container_expand(MPI_Comm comm, const char *path, struct facet_error *error); // the way back; as above
bool facet_container_compressed(struct facet_container *container);

bool facet_container_has(struct facet_container *container, const char *name);
int facet_container_describe(struct facet_container *container, const char *name, struct facet_dataset *dataset,
                             struct facet_error *error);
// All datasets, sorted by name; the caller frees *datasets.
int facet_container_list(struct facet_container *container, struct facet_dataset **datasets, int *count,
                         struct facet_error *error);
int facet_container_attribute(struct facet_container *container, const char *name, char **text,
                              struct facet_error *error); // the caller frees *text
const char *facet_container_library(void);                // "HDF5 1.10.8"
const char *facet_container_path(const struct facet_container *container);

// XXH3-128 of bytes, chained: start with a zeroed hash.
struct facet_hash {
    uint64_t low, high;
};
struct facet_hash facet_hash_bytes(struct facet_hash before, const void *bytes, size_t size);
void facet_hash_text(struct facet_hash hash, char text[33]);
// Name, type, shape and bytes of one dataset, read in pieces of a few megabytes. Not collective.
// Who has the bytes at hand begins with facet_dataset_hash_begin and adds pieces of facet_dataset_hash_rows rows.
struct facet_hash facet_dataset_hash_begin(const struct facet_dataset *dataset);
int64_t facet_dataset_hash_rows(const struct facet_dataset *dataset);
int facet_container_hash(struct facet_container *container, const struct facet_dataset *dataset,
                         struct facet_hash *hash, struct facet_error *error);

#endif
