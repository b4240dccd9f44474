// VRML 2.0 while it is read: the mesh so far, and the IndexedFaceSet at hand.
#ifndef FACET_IO_SCAN_VRML_H
#define FACET_IO_SCAN_VRML_H

#include "io/scan/mesh.h"
#include "io/scan/vrml_text.h"

enum { VRML_MOST_NAMES = 64 };

// A run of the mesh's vertices or texture coordinates.
struct vrml_run {
    int64_t first, count;
};

// `DEF name Coordinate { ... }`, for `USE name` later on.
struct vrml_named {
    struct facet_word name;
    bool of_texture;
    struct vrml_run run;
};

struct vrml {
    struct vrml_text text;
    struct mesh_builder *builder;
    struct vrml_named names[VRML_MOST_NAMES];
    int n_names;
    int64_t face_sets;
};

// An IndexedFaceSet while its fields are read: they come in any order, so the index lists wait.
struct vrml_face_set {
    struct vrml_run vertices, texcoords;
    const char *coord_index, *texcoord_index; // behind the bracket of the list; NULL: there is none
    bool clockwise, has_texcoords;
};

// DATA: another token was expected than the one found.
int vrml_unexpected(const struct vrml *vrml, struct vrml_token found, const char *expected, struct facet_error *error);
int vrml_expect(struct vrml *vrml, enum vrml_kind kind, const char *expected, struct facet_error *error);
// `Coordinate {...}`, `DEF name Coordinate {...}`, `USE name` or `NULL`, or the same of a TextureCoordinate; its points are
// added to the mesh.
int vrml_read_points(struct vrml *vrml, bool of_texture, struct vrml_run *run, struct facet_error *error);
// The polygons of the set's lists, as triangles.
int vrml_fan(const struct vrml *vrml, const struct vrml_face_set *set, struct facet_error *error);

#endif
