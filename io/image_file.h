// Picture files put in place whole.
#ifndef FACET_IO_IMAGE_FILE_H
#define FACET_IO_IMAGE_FILE_H

#include <facet/error.h>
#include <stddef.h>

// Written to a temporary name, synced, then renamed. Errors: FACET_ERROR_IO with path and reason. Rank-local.
int facet_image_file(const char *path, const void *bytes, size_t size, struct facet_error *error);

#endif
