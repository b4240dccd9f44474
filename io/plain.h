// Files shared by all ranks through MPI-IO and nothing else: what containers are measured against.
#ifndef FACET_IO_PLAIN_H
#define FACET_IO_PLAIN_H

#include <facet/error.h>
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

struct facet_plain;

// An empty file of so many bytes, all of them a hole, instead of any that was there. Collective, all arguments agree.
int facet_plain_create(MPI_Comm comm, const char *path, int64_t bytes, struct facet_plain **plain,
                       struct facet_error *error);
int facet_plain_open(MPI_Comm comm, const char *path, struct facet_plain **plain, struct facet_error *error); // to read
int facet_plain_close(struct facet_plain *plain, struct facet_error *error); // collective; NULL is fine
int facet_plain_sync(struct facet_plain *plain, struct facet_error *error);  // to the device; collective
// Not collective; one thread of a rank at a time; bytes at most 1 GiB. Reading past the end is an error.
int facet_plain_write(struct facet_plain *plain, int64_t offset, const void *from, size_t bytes,
                      struct facet_error *error);
int facet_plain_read(struct facet_plain *plain, int64_t offset, void *to, size_t bytes, struct facet_error *error);

#endif
