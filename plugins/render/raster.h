// The rasteriser: a mesh and a camera in, what each sample of the picture sees out.
//
// A picture is `side` x `side` samples, row 0 at the top; the sample in column i and row j lies at (i + 1/2, j + 1/2).
// Corners are snapped to 1/256 of a sample; from there on coverage is exact, in whole numbers, by the top-left rule.
// Every path (portable, AVX2, AVX-512) gives the same bits: whole numbers and single IEEE operations in a fixed order.
#ifndef FACET_RENDER_RASTER_H
#define FACET_RENDER_RASTER_H

#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

enum { RENDER_SUBPIXEL = 256, RENDER_SIDE_MAX = 16384 };

struct render_mesh { // borrowed; triangles name vertices of the mesh: the caller has checked
    const float (*vertices)[3];
    const int32_t (*triangles)[3];
    int64_t n_vertices, n_triangles; // below 2^31
};

enum render_projection { RENDER_ORTHOGRAPHIC, RENDER_PERSPECTIVE };

// With q = (x right, y up, z toward the camera) = R (p - position):
// orthographic  u = centre[0] + scale[0] q.x        v = centre[1] - scale[1] q.y
// perspective   u = centre[0] + scale[0] q.x / -q.z v = centre[1] - scale[1] q.y / -q.z
struct render_camera {
    enum render_projection projection;
    double right[3], up[3], toward[3]; // the rows of R: unit vectors in the mesh's frame
    double position[3];                // mm, mesh frame; orthographic: what is drawn at the centre with depth 0
    double scale[2];                   // orthographic: samples a mm; perspective: focal length in samples
    double centre[2];                  // principal point, samples from the picture's top left corner, y down
    double near_mm;                    // perspective: what is nearer than this is cut away; above 0
};

// What a picture sees, one entry a covered sample, in rising order of sample. Of what lies one behind the other it is
// the nearest, of equally near triangles the first.
struct render_fragments {
    int64_t count;
    const int32_t *sample;      // row * side + column
    const int32_t *triangle;    //
    const int32_t *corner[3];   // its vertices
    const float *share[3];      // of the corners in the place seen: 0..1 each, together 1; perspective-correct
    const float *depth;         // mm toward the camera, q.z
    const uint8_t *from_behind; // 1: the corners run clockwise in the picture
};

// Scratch of one thread, reused from mesh to mesh and picture to picture.
struct render_view;

// side: 1..RENDER_SIDE_MAX. The fastest path this processor has is taken; FACET_ISA=portable, avx2 or avx512 in the
// environment asks for one. Errors: MEMORY; USAGE when FACET_ISA names a path that is not there.
int render_view_create(struct render_view **view, int side, struct facet_error *error);
void render_view_destroy(struct render_view *view); // NULL is fine

// A vertex that is no number, or 1e9 mm or more from the camera along an axis, takes its triangles with it; what lies behind the
// camera or far outside the picture is cut away. Errors: MEMORY.
int render_view_draw(struct render_view *view, const struct render_mesh *mesh, const struct render_camera *camera,
                     struct facet_error *error);
// The same for rows first..first + rows - 1 alone: a large picture drawn in bands needs little memory.
int render_view_draw_rows(struct render_view *view, const struct render_mesh *mesh, const struct render_camera *camera,
                          int first, int rows, struct facet_error *error);
const struct render_fragments *render_view_fragments(const struct render_view *view); // valid until the next draw
const char *render_view_path(const struct render_view *view);                         // "portable", "avx2", "avx512"

// out[c][i] = sum over k of share[k][i] * attribute[corner[k][i]][c], c < components (1..4), in f32, left to right.
// attribute: (n_vertices, components); out: `components` arrays of fragments->count.
void render_view_interpolate(const struct render_view *view, const float *attribute, int components,
                             float *const out[]);

// The same of normals, (n_vertices, 3), in the frame of the camera that has drawn and of length 1; where a triangle shows its
// back, the opposite, which is the normal of the side that is seen. What has no direction looks at the camera.
void render_view_normals(const struct render_view *view, const float *normals, const struct render_camera *camera,
                         float *const out[3]);

// Degrees. An orthographic camera at the origin, scale and centre not yet set: yaw > 0 takes it to the face's left (+x),
// pitch > 0 up (+y), and roll > 0 turns it counter-clockwise about its line of sight as seen from behind it.
struct render_camera render_camera_at(double yaw, double pitch, double roll);
// Makes the square of half-width `extent` mm about its position fill a picture of `side` samples.
void render_camera_fill(struct render_camera *camera, double extent, int side);

#endif
