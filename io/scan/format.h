// A format of scans: how a file of it is known, and its parser. One file a format; formats.c lists them.
#ifndef FACET_IO_SCAN_FORMAT_H
#define FACET_IO_SCAN_FORMAT_H

#include "io/scan/mesh.h"

struct scan_format {
    const char *name;     // as in messages: "PLY"
    const char *suffixes; // lower case, with dots: ".ply", ".abs .abs.gz"
    // Whether the first bytes are such a file's and no other's; NULL: the content does not tell.
    bool (*recognise)(const char *bytes, size_t size);
    // Bounds-checked. builder is empty at first; on failure what it holds does not matter. Sentences say line or byte and what
    // was expected there, and lack the file's name. Errors: DATA, MEMORY.
    int (*parse)(const char *bytes, size_t size, struct mesh_builder *builder, struct facet_error *error);
};

extern const struct scan_format scan_obj, scan_ply, scan_vrml, scan_bnt, scan_abs, scan_stl, scan_off, scan_gltf;

// By content, then by suffix; OBJ, which has no mark of its own, when neither tells.
const struct scan_format *scan_format_of(const char *name, const void *bytes, size_t size);
const struct scan_format *scan_format_named(const char *name); // by suffix; NULL: not a scan's

#endif
