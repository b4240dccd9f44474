// gzip in memory, with a limit.
#ifndef FACET_IO_SCAN_INFLATE_H
#define FACET_IO_SCAN_INFLATE_H

#include <facet/error.h>
#include <stdbool.h>
#include <stddef.h>

bool is_gzip(const char *bytes, size_t size);
// *text, *length bytes, is the caller's to free. At most `most` bytes come out. Errors: DATA, MEMORY.
int inflate_gzip(const char *bytes, size_t size, size_t most, char **text, size_t *length, struct facet_error *error);

#endif
