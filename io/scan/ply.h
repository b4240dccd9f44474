// The header of a PLY file.
#ifndef FACET_IO_SCAN_PLY_H
#define FACET_IO_SCAN_PLY_H

#include <facet/text.h>

#include <facet/error.h>

enum { PLY_MOST_ELEMENTS = 16, PLY_MOST_PROPERTIES = 64 };

enum ply_format { PLY_ASCII = 1, PLY_LITTLE, PLY_BIG };
enum ply_type { PLY_INT8 = 1, PLY_UINT8, PLY_INT16, PLY_UINT16, PLY_INT32, PLY_UINT32, PLY_FLOAT32, PLY_FLOAT64 };
// What a property is to a mesh.
enum ply_role { PLY_OTHER, PLY_X, PLY_Y, PLY_Z, PLY_INDICES };

struct ply_property {
    enum ply_type type, count_type; // count_type is 0 for a single value
    enum ply_role role;
};

struct ply_element {
    struct ply_property properties[PLY_MOST_PROPERTIES];
    int n_properties;
    int64_t rows;
    char name[48];
};

struct ply_header {
    enum ply_format format;
    struct ply_element elements[PLY_MOST_ELEMENTS];
    int n_elements;
    int64_t vertices;
    bool has_faces;
};

size_t ply_type_size(enum ply_type type);
// Leaves text at the first byte of the body. Errors: DATA.
int ply_read_header(struct facet_text *text, struct ply_header *header, struct facet_error *error);

#endif
