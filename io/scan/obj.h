// A Wavefront OBJ file while it is read.
#ifndef FACET_IO_SCAN_OBJ_H
#define FACET_IO_SCAN_OBJ_H

#include "io/scan/mesh.h"
#include <facet/text.h>

// The largest number a face names (from 1), and where.
struct obj_highest {
    int64_t number, line;
};

struct obj {
    struct facet_text text;
    const char *begin;
    struct mesh_builder *builder;
    struct obj_highest vertex, texcoord;
    struct obj_highest lost; // a texture coordinate that cannot be: 0, or before the first
    int careful, patience;   // lines to go until the quick way is tried again, and how many it was last
    bool textured;           // a corner had a texture coordinate; from then on all triangles have three, or -1
    bool byte_colours;       // a colour above 1 was seen: they go to 255
    struct facet_word library, material; // mtllib, and the usemtl before the first face
};

// Reads whole lines from obj->text on, as long as they look as expected, and leaves the others; does nothing at times where that
// did not pay. Errors: MEMORY.
int obj_read_quick(struct obj *obj, struct facet_error *error);
int obj_add_colour(struct obj *obj, const float colour[3], struct facet_error *error);

#endif
