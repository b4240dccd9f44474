// What the renderers of tests/peers/raster.sh share: faces, views, pictures, and how a renderer is called.
#ifndef FACET_RASTER_BENCH_H
#define FACET_RASTER_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SIDE = 224, PIXELS = SIDE * SIDE };
#define EXTENT 110.0f // mm from the middle of a picture to its edge

struct face {
    int n_vertices, n_triangles;
    float (*vertices)[3], (*normals)[3]; // mm; unit length
    float *curvature;                    // a number a vertex, for one channel more
    int32_t (*triangles)[3];
};

struct look { // an orthographic camera at the origin, its rows; toward the camera
    float right[3], up[3], toward[3];
};

// Row 0 at the top. Depth in mm toward the camera; NaN or less than -1e6 where nothing is. Normals in the camera's frame.
struct picture {
    float *depth, *normal[3];
};

struct renderer {
    const char *name, *makes;
    bool (*open)(void);                                                   // false: not here, and said why
    void (*take)(const struct face *face);                                // what is done once a mesh
    void (*draw)(const struct look *look, const struct picture *picture); // timed
    void (*show)(const struct picture *picture); // NULL: draw filled the picture; else brings the last view into it
    int views_a_mesh;                            // above 0: take() is paid for again every so many views
    float tolerance; // mm of depth from Facet's fastest path; 0: the same bits; below 0: only not nearer
};

struct face *face_create(int across); // a grid of `across` points each way, cut to an ellipse
void face_shuffle(struct face *face); // its triangles in no order
void face_destroy(struct face *face);

extern const struct renderer plain_loop;
extern const struct renderer facet_portable, facet_avx2, facet_avx512, facet_stage;
extern const struct renderer osmesa, embree, embree_build, masked_culling;

extern const char *facet_isa; // the last path that was opened

// Depth and normals by one path, with scratch of one thread.
struct facet_drawer;
struct facet_drawer *facet_drawer_create(const char *isa); // NULL: no such path here
void facet_drawer_destroy(struct facet_drawer *drawer);
void facet_drawer_draw(struct facet_drawer *drawer, const struct face *face, const struct look *look,
                       const struct picture *picture);

// Pictures of the first n channels as the render stage makes them, in 8 bits.
struct painter;
extern const int stage_channels;
const char *stage_channel_name(int channel);
struct painter *painter_create(const struct face *face, const char *isa, int n_channels);
void painter_destroy(struct painter *painter);
void painter_draw(struct painter *painter, const struct look *look);

#ifdef __cplusplus
}
#endif

#endif
