// Shared by the files of io/h5 alone: HDF5 types, error sentences, text attributes, files that appear whole. Only this
// folder calls HDF5.
#ifndef FACET_IO_H5_H5_H
#define FACET_IO_H5_H5_H

#include "fault/fault.h"
#include "io/h5/container.h"

#include <facet/error.h>
#include <facet/field.h>
#include <hdf5.h>

enum { H5_PATH = 4200 };

// facet_fault, and a failure is on HDF5's stack like one of its own.
bool h5_fault(enum facet_fault_point point);
// facet_comm_agree_after for HDF5's collective calls. Where some ranks failed and some did not, HDF5's caches differ, and
// its next collective call on a shared file would wait for ever: h5_in_disorder keeps it from being made. Collective.
int h5_agree(struct facet_comm *comm, int code, struct facet_error *error);
// FACET_OK, or why files shared over `comm` must be left as they are from now on, in which case MPI cannot be ended in
// an orderly way either. The same on all ranks.
int h5_in_disorder(struct facet_comm *comm, struct facet_error *error);

// Keeps HDF5 from printing. Call before the first HDF5 call of a function that may be anybody's first.
void h5_silence(void);
hid_t h5_memory_type(enum facet_type type);
hid_t h5_file_type(enum facet_type type);         // little endian
enum facet_type h5_facet_type(hid_t type);        // 0: none of ours; int16 and int8 widen to I32
hid_t h5_text_type(size_t width);                 // UTF-8 of so many bytes, padded with zeros
bool h5_countable(int rank, const hsize_t *dims); // whether a size_t holds the bytes of so many numbers
bool h5_has(hid_t file, const char *name);        // whether a link of this name exists, groups on the way included
// "path: what: <the innermost cause that HDF5 gives>"; clears HDF5's stack. Returns FACET_ERROR_IO.
int h5_failed(const char *path, const char *what, struct facet_error *error);
// The same for a failed write of `bytes`: MPI-IO does not say why it could not write, so the system is asked.
int h5_write_failed(const char *path, const char *what, size_t bytes, struct facet_error *error);
// "path: what: <what the system says about `reason`, an errno>". Returns FACET_ERROR_IO.
int h5_system_failed(const char *path, const char *what, int reason, struct facet_error *error);
int h5_write_text_attribute(hid_t file, const char *path, const char *name, const char *text,
                            struct facet_error *error);
int h5_read_text_attribute(hid_t file, const char *path, const char *name, char **text, struct facet_error *error);

// A new file is written as path + ".part" and renamed when it is whole.
int h5_part_path(const char *path, char part[H5_PATH], struct facet_error *error);
// An empty file, made by the system, which says why it cannot; HDF5 truncates it again.
int h5_make_file(const char *path, struct facet_error *error);
// Syncs the file, renames it, syncs the folder: after a power cut the name leads to the whole file or to the old one.
int h5_move_into_place(const char *part, const char *path, struct facet_error *error);

// Ballast: room held by a nameless file beside `path`. HDF5 1.10 does not get over a failed write of a file's
// structure: what follows fails, crashes or waits for ever, at the latest when the process ends. So room is taken
// first, where a full disk is a plain error, and given free just before HDF5 writes structure. Not collective: one rank
// takes it.
enum { H5_BALLAST = 1 << 20 }; // bytes, more than the structure of a container takes
int h5_take_ballast(const char *path, size_t bytes, int *ballast, struct facet_error *error);
void h5_drop_ballast(int *ballast); // -1 is fine

// Makes one dataset, its groups too; allocated at once and not filled. Collective on a shared file.
int h5_create_dataset(hid_t file, const char *path, const struct facet_dataset *dataset, struct facet_error *error);
int h5_create_dataset_as(hid_t file, const char *path, const struct facet_dataset *dataset, hid_t layout,
                         struct facet_error *error);                      // the same, stored as this creation list says
hid_t h5_dataset_type(const struct facet_dataset *dataset, bool in_file); // the caller closes it
hid_t h5_shared_access(MPI_Comm comm);
// Where in its file the rows of an open dataset begin, if they lie there one after the other as in memory; or -1.
int64_t h5_place(hid_t id, const struct facet_dataset *is);
// One of `out` and `in` is NULL. False when not all bytes came through.
bool h5_move_bytes(hid_t file, int64_t at, size_t bytes, char *out, const char *in);
// Drops the ballast and flushes a shared file, to the device. Collective; the outcome is agreed.
int h5_flush(struct facet_comm *comm, hid_t file, const char *path, int *ballast, struct facet_error *error);
// The same, and closes it. Collective; the outcome is agreed.
int h5_close_written(struct facet_comm *comm, hid_t file, const char *path, int *ballast, struct facet_error *error);

#endif
