// A triangle mesh being worked on, and the steps that clean, cut and thin it.
#ifndef FACET_PREPROCESS_SURFACE_H
#define FACET_PREPROCESS_SURFACE_H

#include <facet/error.h>
#include <stdint.h>

struct preprocess_surface {
    float (*vertices)[3];
    float (*normals)[3];
    int32_t (*triangles)[3];
    uint8_t (*colours)[3]; // of the vertices; NULL: the scan has none
    float (*texcoords)
        [6]; // u v of each triangle's corners in the scan's picture, NaN: none; NULL: the scan has no picture
    int64_t n_vertices, n_triangles;
};

// Copies what it is given. Errors: DATA (no vertex, no triangle, a vertex not finite, an index out of range), MEMORY.
int preprocess_surface_copy(const float *vertices, int64_t n_vertices, const int32_t *triangles, int64_t n_triangles,
                            struct preprocess_surface *surface, struct facet_error *error);
// Gives it the colours of the vertices it was copied from; every later step keeps them by the vertices. Errors: MEMORY.
int preprocess_surface_paint(const uint8_t *colours, struct preprocess_surface *surface, struct facet_error *error);
// The same for the places of its triangles' corners in a picture: later steps keep them by the triangles.
int preprocess_surface_drape(const float *texcoords, struct preprocess_surface *surface, struct facet_error *error);
void preprocess_surface_free(struct preprocess_surface *surface); // NULL is fine

// Merges vertices of equal position, drops triangles that are repeated or have no area. Keeps the order.
int preprocess_surface_clean(struct preprocess_surface *surface, struct facet_error *error);
// p becomes scale * rotation * (p - origin).
void preprocess_surface_move(struct preprocess_surface *surface, double rotation[3][3], double scale,
                             const double origin[3]);
// Keeps the triangles whose corners all lie within radius of the origin.
void preprocess_surface_crop(struct preprocess_surface *surface, double radius);
// Drops connected pieces that hold less than `share` of the area; from a share of 1 on only the largest is kept.
int preprocess_surface_drop_pieces(struct preprocess_surface *surface, double share, struct facet_error *error);
// How many connected pieces there are; vertices that no triangle uses count as one each.
int preprocess_surface_pieces(const struct preprocess_surface *surface, int64_t *pieces, struct facet_error *error);
// The connected piece of each vertex, named by its first vertex.
void preprocess_surface_label(const struct preprocess_surface *surface, int32_t *piece);
// Drops vertices no triangle uses. Keeps the order.
int preprocess_surface_compact(struct preprocess_surface *surface, struct facet_error *error);
// Merges neighbours, where it changes the surface least, until max_vertices are left; the boundary keeps its place, no triangle is
// turned over, no edge gets a third, colours and places in a picture go
// along. Triangles must have been cleaned. Errors: MEMORY, DATA (it cannot be done).
int preprocess_surface_thin(struct preprocess_surface *surface, int64_t max_vertices, struct facet_error *error);

// Puts triangle `from` in the place of `to`; turns one over.
void preprocess_triangle_move(struct preprocess_surface *surface, int64_t to, int64_t from);
void preprocess_triangle_turn(struct preprocess_surface *surface, int64_t triangle);
// Twice the area vector of a triangle.
void preprocess_triangle_area(const struct preprocess_surface *surface, int64_t triangle, double area[3]);
double preprocess_surface_area(const struct preprocess_surface *surface);
// Turns all triangles over when the surface, seen from +z, shows its back.
void preprocess_surface_face_front(struct preprocess_surface *surface);

// `rounds` of Taubin smoothing (lambda 0.5, mu -0.53): noise goes, the size stays.
int preprocess_surface_smooth(struct preprocess_surface *surface, int rounds, struct facet_error *error);
// Unit vertex normals, faces weighted by their angle at the vertex or by area; (0, 0, 1) where faces cancel out.
int preprocess_surface_normals(struct preprocess_surface *surface, int by_angle, struct facet_error *error);

#endif
