// What a path of the rasteriser does, and the memory it works in.
#ifndef FACET_RENDER_KERNEL_H
#define FACET_RENDER_KERNEL_H

#include "render/raster.h"

#include <stddef.h>

// A vertex in the picture. near: rises toward the camera and is linear over the picture: q.z, or -1 / q.z in perspective.
struct render_corner {
    int32_t x, y; // 1/256 sample, y down; x = RENDER_NOWHERE: not to be drawn as it is
    float near;
    float unused; // 16 bytes: one load
};
struct render_pin { // a corner in half the memory, for pictures up to RENDER_PINNED_SIDE
    uint16_t x, y;  // RENDER_SLACK added, held in range
    float near;
};
struct render_spot { // a vertex in the camera's frame, mm
    float q[3];
    float unused; // 16 bytes: one load
};
// Corners lie closer than RENDER_GUARD to the picture's corner, so that edge functions are whole numbers below 2^50.
// Places of pictures up to RENDER_PINNED_SIDE fit 16 bits, with room around the picture for more than a small triangle.
enum { RENDER_SLACK = 16 * RENDER_SUBPIXEL, RENDER_PINNED_SIDE = 224 };
enum { RENDER_NOWHERE = INT32_MIN, RENDER_GUARD = 1 << 23, RENDER_HALF = RENDER_SUBPIXEL / 2 };

#define RENDER_REACH 1e9F // mm: what lies farther from the camera along an axis is not drawn

// The camera in f32. to_camera: q = rows * (p, 1); to_picture: of q, in 1/256 sample, y down.
struct render_lens {
    float to_camera[3][4];
    float scale[2], centre[2]; // 1/256 sample a mm, or focal length
    float slope[2];            // 1 / (samples a mm) or 1 / focal length
    float principal[2];        // samples
    float near_mm;
    bool perspective;
};

struct render_window { // rows first..first + rows - 1 of a picture of side x side samples
    int side, first, rows;
};

#define RENDER_EMPTY UINT64_MAX
enum { RENDER_LANES = 16 }; // the most a path takes at a time
// Per sample (nearness, reversed) << 32 | triangle: the least is what is seen. Order does not matter to a minimum.
struct render_canvas {
    struct render_window window;
    uint64_t *keys; // (rows, side)
};

struct render_seen { // fragments, being made; every array has room for RENDER_LANES more
    int64_t count;
    int32_t *sample, *place; // place: row << 16 | column
    int32_t *triangle, *corner[3];
    float *share[3], *depth;
    uint8_t *from_behind;
    int64_t n_vertices; // of the mesh: rows of what is interpolated
};

struct render_places { // of the vertices, and scratch
    struct render_corner *corners;
    struct render_spot *spots;
    struct render_pin *pins; // NULL: not used
    int32_t *large;          // room for n_triangles
};

struct render_kernel {
    const char *name;
    bool (*present)(void);
    bool pinned; // takes pins where the picture is small enough
    // Returns how many vertices are RENDER_NOWHERE. What is NULL is not made.
    int64_t (*project)(const struct render_mesh *mesh, const struct render_lens *lens, struct render_corner *corners,
                       struct render_spot *spots, struct render_pin *pins);
    // Triangles with a corner that is RENDER_NOWHERE are left out. Corners are read, or room for them where there are pins.
    void (*draw)(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_places *places,
                 struct render_canvas *canvas);
    // The covered samples in order: seen->sample, ->place, ->triangle and ->count.
    void (*list)(const struct render_canvas *canvas, struct render_seen *seen);
    // The rest of seen.
    void (*place)(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                  struct render_seen *seen);
    void (*interpolate)(const struct render_seen *seen, const float *attribute, int components, float *const out[]);
    void (*normals)(const struct render_seen *seen, const float *attribute, const float axes[3][3], float *const out[]);
};

extern const struct render_kernel render_portable, render_avx2, render_avx512;
const struct render_kernel *render_kernel_named(const char *name); // NULL: not known, or not on this processor
void render_view_use(struct render_view *view, const struct render_kernel *kernel);

// A vertex' corner; false: it is RENDER_NOWHERE.
bool render_corner_of(const struct render_lens *lens, const struct render_spot *spot, struct render_corner *corner);
// One triangle of any size, and what follows a whole number of lanes, the portable way.
void render_draw_one(const struct render_corner *const corner[3], int32_t triangle, struct render_canvas *canvas);
int64_t render_project_rest(const struct render_mesh *mesh, const struct render_lens *lens, int64_t first,
                            struct render_corner *corners, struct render_spot *spots);
// One row's samples from column `first` on.
void render_list_rest(const struct render_canvas *canvas, int row, int first, struct render_seen *seen);
void render_place_rest(const struct render_mesh *mesh, const struct render_lens *lens, const struct render_spot *spots,
                       int64_t first, struct render_seen *seen);
void render_interpolate_rest(const struct render_seen *seen, const float *attribute, int components, int64_t first,
                             float *const out[]);
void render_normals_rest(const struct render_seen *seen, const float *attribute, const float axes[3][3], int64_t first,
                         float *const out[]);
#define RENDER_SHORT 1e-24F // squares of lengths between which a normal has a direction
#define RENDER_LONG 1e24F

// Draws the triangles that have a corner which is RENDER_NOWHERE, cut to what can be drawn.
void render_draw_clipped(const struct render_mesh *mesh, const struct render_camera *camera,
                         const struct render_corner *corners, struct render_canvas *canvas);

// The textbook way, for tests: every sample against every triangle. keys as in a canvas; counts, unless NULL, gets the
// number of triangles over each sample that face the camera [0] and that show their back [1].
void render_reference(const struct render_mesh *mesh, const struct render_corner *corners, struct render_canvas *canvas,
                      int32_t (*counts)[2]);

struct render_lens render_lens_of(const struct render_camera *camera);

// Larger is farther: f32 put in the order of unsigned numbers, then reversed.
static inline uint32_t render_farness(float near) {
    union {
        float f;
        uint32_t u;
    } bits = {near};
    uint32_t rising = bits.u ^ ((uint32_t)((int32_t)bits.u >> 31) | UINT32_C(0x80000000));
    return ~rising;
}

static inline void render_keep(uint64_t *key, uint32_t farness, int32_t triangle) {
    uint64_t mine = (uint64_t)farness << 32 | (uint32_t)triangle;
    *key = mine < *key ? mine : *key;
}

#endif
