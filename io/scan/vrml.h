// VRML 2.0 while it is read: the mesh so far, and the IndexedFaceSet at hand.
#ifndef FACET_IO_SCAN_VRML_H
#define FACET_IO_SCAN_VRML_H

#include "io/scan/mesh.h"
#include "io/scan/vrml_text.h"

enum { VRML_MOST_NAMES = 64, VRML_MOST_PLACES = 32 };

// A run of the mesh's vertices or texture coordinates.
struct vrml_run {
    int64_t first, count;
};

// `DEF name Coordinate { ... }`, for `USE name` later on.
struct vrml_named {
    struct facet_word name;
    bool of_texture;
    int64_t place; // number of the Transform it stands in
    struct vrml_run run;
};

// A Transform that is not at its end yet. Rotations are an axis and an angle.
struct vrml_place {
    int64_t depth, number; // number: from 1, in the order of the file
    int64_t first_vertex, first_triangle, first_texture_triangle;
    double translation[3], center[3], scale[3], rotation[4], stretch[4]; // stretch: scaleOrientation
};

struct vrml {
    struct vrml_text text;
    struct mesh_builder *builder;
    struct vrml_named names[VRML_MOST_NAMES];
    struct vrml_place places[VRML_MOST_PLACES];
    int n_names, n_places;
    int64_t face_sets, transforms;
    int careful, patience; // points or polygons to go until the quick way is tried again, and how many it was last
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
int vrml_fan(struct vrml *vrml, const struct vrml_face_set *set, struct facet_error *error);

// vrml_place.c: a Transform whose brace was just read, `depth` nodes deep; a field of it, if it is one, at that depth; its end.
int vrml_place_begin(struct vrml *vrml, int64_t depth, struct facet_error *error);
int vrml_place_field(struct vrml *vrml, struct facet_word name, int64_t depth, struct facet_error *error);
void vrml_place_end(struct vrml *vrml, int64_t depth);
int64_t vrml_place_number(const struct vrml *vrml); // of the innermost; 0: none

// vrml_quick.c: read on as long as lists look as they mostly do, and leave the others; do nothing at times where that did not
// pay. Errors: MEMORY.
int vrml_points_quick(struct vrml *vrml, bool of_texture, struct facet_error *error);
int vrml_faces_quick(struct vrml *vrml, const struct vrml_face_set *set, struct vrml_text texts[2],
                     struct facet_error *error); // coordIndex, texCoordIndex

#endif
