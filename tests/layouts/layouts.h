// Files as the licensed datasets hold them, written from made-up faces, for tests of what reads them. What cannot be written
// ends the test with a sentence on stderr.
#ifndef FACET_TESTS_LAYOUTS_H
#define FACET_TESTS_LAYOUTS_H

#include <facet/image.h>
#include <facet/landmark.h>
#include <facet/scan.h>
#include <stdbool.h>

// A face as a range image sees it: in mm, nose tip at (0, 0, 0), +x to the face's left, +y up, +z out of the face.
struct layout_face {
    int rows, columns; // row 0 is the lowest, column 0 the leftmost in the picture (the face's right, smallest x)
    float (*at)[3];    // (rows * columns)
    bool *seen;        // (rows * columns) false: background
    float landmarks[FACET_LANDMARKS][3];
};

enum { LAYOUT_ROWS = 41, LAYOUT_COLUMNS = 33 };
// The same person looks the same by the same number. expression: 0 is neutral, others move mouth and brows each in its own
// way, by intensity 0..1.
void layout_face_make(struct layout_face *face, int person, int expression, double intensity, int rows, int columns);
void layout_face_free(struct layout_face *face);

// The points seen, in order, as a mesh; texture coordinates have one entry a vertex and run over the picture of
// layout_picture. The caller frees it.
void layout_mesh(const struct layout_face *face, struct facet_mesh *mesh);
// A picture whose red grows from left to right and whose green grows upwards; blue is 128. 64 x 48 pixels.
void layout_picture(struct facet_image *image);

void layout_write_wrl(const char *path, const struct layout_face *face, const char *texture); // NULL: none
void layout_write_obj(const char *path, const struct layout_face *face, const char *library); // NULL: none
void layout_write_mtl(const char *path, const char *texture); // a library of one material
void layout_write_bnt(const char *path, const struct layout_face *face, const char *picture);
void layout_write_abs(const char *path, const struct layout_face *face, bool compressed);
void layout_write_bnd(const char *path, const struct layout_face *face); // 83 rows, 0-based vertices of layout_mesh
void layout_write_pse(const char *path, const struct layout_face *face); // 8 rows
void layout_write_lm2(const char *path, const struct layout_face *face); // 22 names, places in layout_picture
void layout_write_lm3(const char *path, const struct layout_face *face); // 22 names
void layout_write_84_points(const char *path, const struct layout_face *face); // of *_RAW_84_LMS.txt
// PNG, JPEG or BMP by its suffix.
void layout_write_picture(const char *path, const struct facet_image *image);

// Any of the above, or PLY, by the path's suffix; folders on the way are made. texture: the picture's name for files that
// name one; for .obj the material library's, which is left out when it is none (.mtl).
void layout_write(const char *path, const struct layout_face *face, const char *texture);

#endif
