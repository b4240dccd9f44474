// The rasteriser: a mesh and an orthographic camera in, what each pixel's centre sees out.
//
// A picture is `side` x `side` samples, row 0 at the top, over a square window of half-width `extent` mm about the
// origin. Corners are snapped to 1/256 of a sample; from there on coverage is exact, in whole numbers.
#ifndef FACET_RENDER_FLAT_H
#define FACET_RENDER_FLAT_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

enum { FLAT_SUBPIXEL = 256, FLAT_REACH = 1 << 28, FLAT_SIDE_MAX = 4096 };

struct flat_mesh { // borrowed
    const float (*vertices)[3];
    const float (*normals)[3]; // one a vertex
    const int32_t (*triangles)[3];
    int64_t n_vertices, n_triangles;
};

struct flat_camera {
    double right[3], up[3], toward[3]; // unit vectors of the picture in the mesh's frame; toward the camera
};

// Degrees. The camera looks at the origin; yaw > 0 takes it to the face's left (+x), pitch > 0 up (+y), and roll > 0
// turns it counter-clockwise about its line of sight as seen from behind it: what it sees turns clockwise.
struct flat_camera flat_camera_at(double yaw, double pitch, double roll);

// Corners in the picture's frame, one array a coordinate. A corner whose place is no number or more than FLAT_REACH
// away is marked by x = FLAT_NOWHERE, and its triangles are not drawn.
enum { FLAT_NOWHERE = INT32_MIN };
struct render_points {
    int32_t *x, *y; // 1/256 sample, from the top left corner, y down
    double *z;      // mm toward the camera
    int64_t capacity;
};

// What each sample's centre sees: the nearest triangle, of equally near ones the first; -1 is none.
struct render_hits {
    int side;
    int32_t *triangle; // (side, side)
    double *depth;     // (side, side) mm toward the camera; -infinity where nothing is seen
};

int render_points_reserve(struct render_points *points, int64_t count, struct facet_error *error);
void render_points_free(struct render_points *points); // NULL is fine
int render_hits_create(struct render_hits *hits, int side, struct facet_error *error);
void render_hits_free(struct render_hits *hits); // NULL is fine

// points must be reserved for the mesh's vertices; triangles name vertices of the mesh (the caller has checked).
void render_project(const struct flat_mesh *mesh, const struct flat_camera *camera, double extent, int side,
                    struct render_points *points);
void flat_raster(const struct flat_mesh *mesh, const struct render_points *points, struct render_hits *hits);

// Where in a triangle a sample's centre lies: shares of its corners, summing to 1. False: not inside, or no area.
struct render_place {
    double share[3];
    bool from_behind; // the corners run clockwise in the picture
};
bool render_locate(const struct flat_mesh *mesh, const struct render_points *points, int64_t triangle, int column,
                   int row, struct render_place *place);

// The textbook way, for tests: every sample against every triangle. counts, unless NULL, gets for each sample the
// number of triangles over it that face the camera [0] and that show their back [1].
void flat_reference(const struct flat_mesh *mesh, const struct render_points *points, struct render_hits *hits,
                    int32_t (*counts)[2]);

#endif
