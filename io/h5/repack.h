// Shared by repack.c and pack.c alone: pieces of datasets on their way from one file to another.
#ifndef FACET_IO_H5_REPACK_H
#define FACET_IO_H5_REPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { H5_DEFLATE_LEVEL = 1 };

// As it goes into the file; the caller frees bytes. size 0: all zeros, which need not be stored.
struct h5_packed {
    char *bytes;
    size_t size;
    uint32_t mask; // filters left out, as H5Dwrite_chunk takes it
};

// A chunk as the filters shuffle (only of elements of several bytes) and deflate leave it. False: out of memory.
bool h5_pack_chunk(const char *raw, size_t size, size_t element, struct h5_packed *packed);
bool h5_pack_plain(const char *raw, size_t size, struct h5_packed *packed); // as it is

#endif
