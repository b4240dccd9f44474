// A PLY file while it is read.
#ifndef FACET_IO_SCAN_PLY_H
#define FACET_IO_SCAN_PLY_H

#include "io/scan/mesh.h"
#include <facet/text.h>

enum { PLY_MOST_ELEMENTS = 16, PLY_MOST_PROPERTIES = 64 };

enum ply_format { PLY_ASCII = 1, PLY_LITTLE, PLY_BIG };
enum ply_type { PLY_INT8 = 1, PLY_UINT8, PLY_INT16, PLY_UINT16, PLY_INT32, PLY_UINT32, PLY_FLOAT32, PLY_FLOAT64 };
// What a property is to a mesh.
enum ply_role {
    PLY_OTHER,
    PLY_X,
    PLY_Y,
    PLY_Z,
    PLY_RED,
    PLY_GREEN,
    PLY_BLUE,
    PLY_U,
    PLY_V,
    PLY_VERTEX_ROLES,
    PLY_INDICES = PLY_VERTEX_ROLES,
    PLY_TEXCOORDS // a list u v u v …, a pair a corner
};

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
    bool has_faces, has_colours, has_vertex_texcoords, has_face_texcoords;
    struct facet_word texture; // of "comment TextureFile name"
};

struct ply {
    struct ply_header header;
    struct facet_text text;
    const char *begin;
    const struct ply_element *element; // being read, with its row, for messages
    bool is_vertex, is_face;
    int64_t row;
    struct mesh_builder *builder;
};

size_t ply_type_size(enum ply_type type);
// Leaves text at the first byte of the body. Errors: DATA.
int ply_read_header(struct facet_text *text, struct ply_header *header, struct facet_error *error);

uint8_t ply_colour(double value, enum ply_type type);
// Each reads rows of ply->element from ply->row on as long as they look as they mostly do, and leaves the others to the
// careful reader; what it leaves undone may be any number of rows, all included. Room for them is made before.
void ply_read_binary_quick(struct ply *ply);
void ply_read_text_quick(struct ply *ply);

#endif
