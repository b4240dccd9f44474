// Shared by the files of io/h5 alone: HDF5 types, error sentences, text attributes. Only this folder calls HDF5.
#ifndef FACET_IO_H5_H5_H
#define FACET_IO_H5_H5_H

#include <facet/error.h>
#include <facet/field.h>
#include <hdf5.h>

// Keeps HDF5 from printing. Call before the first HDF5 call of a function that may be anybody's first.
void h5_silence(void);
hid_t h5_memory_type(enum facet_type type);
hid_t h5_file_type(enum facet_type type);  // little endian
enum facet_type h5_facet_type(hid_t type); // 0: none of ours; int16 and int8 widen to I32, uint8 is U8
// "path: what: <the innermost cause that HDF5 or the system gives>"; clears HDF5's stack. Returns FACET_ERROR_IO.
int h5_failed(const char *path, const char *what, struct facet_error *error);
int h5_write_text_attribute(hid_t file, const char *path, const char *name, const char *text,
                            struct facet_error *error);
int h5_read_text_attribute(hid_t file, const char *path, const char *name, char **text, struct facet_error *error);

#endif
