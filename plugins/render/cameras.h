// Where the pictures are taken from: the cameras that a pipeline file asks for.
#ifndef FACET_RENDER_CAMERAS_H
#define FACET_RENDER_CAMERAS_H

#include "render/raster.h"

#include <facet/params.h>

enum { RENDER_MAX_VIEWS = 4096 };

struct render_cameras {
    int count;
    struct render_shot {
        struct render_camera camera; // for a picture of `size` pixels a side
        double depth_at; // mm; added to the depth along the camera, it is 0 in the plane of what is looked at
    } shots[];
};

extern const struct facet_param_spec render_view_params[]; // members of a group of `views`
// Parameters of the plugin; entries of its table.
#define RENDER_CAMERA_PARAMS                                                                                           \
    {.name = "views",                                                                                                  \
     .type = FACET_PARAM_GROUPS,                                                                                       \
     .fallback = "( { yaw = -45.0; }, { yaw = 0.0; }, { yaw = 45.0; } )",                                              \
     .doc = "Cameras that look at centre_mm; a group is one camera or a set of them.",                                 \
     .members = render_view_params},                                                                                   \
        {.name = "projection",                                                                                         \
         .type = FACET_PARAM_STRING,                                                                                   \
         .fallback = "\"orthographic\"",                                                                               \
         .choices = "orthographic|perspective",                                                                        \
         .doc = "Parallel lines of sight, or lines that meet in the eye."},                                            \
        {.name = "centre_mm",                                                                                          \
         .type = FACET_PARAM_FLOATS,                                                                                   \
         .fallback = "[ 0.0, 0.0, 0.0 ]",                                                                              \
         .unit = "mm",                                                                                                 \
         .min = -1e5,                                                                                                  \
         .max = 1e5,                                                                                                   \
         .doc = "What the cameras look at, x y z; depth is counted from there."},                                      \
        {.name = "extent_mm",                                                                                          \
         .type = FACET_PARAM_FLOAT,                                                                                    \
         .fallback = "100.0",                                                                                          \
         .unit = "mm",                                                                                                 \
         .min = 1,                                                                                                     \
         .max = 10000,                                                                                                 \
         .doc = "Half the width of what a picture shows, about what it looks at."},                                    \
        {.name = "distance_mm",                                                                                        \
         .type = FACET_PARAM_FLOAT,                                                                                    \
         .fallback = "600.0",                                                                                          \
         .unit = "mm",                                                                                                 \
         .min = 1,                                                                                                     \
         .max = 1e6,                                                                                                   \
         .doc = "Perspective: from the eye to what it looks at."},                                                     \
        {.name = "fov_deg",                                                                                            \
         .type = FACET_PARAM_FLOAT,                                                                                    \
         .fallback = "0.0",                                                                                            \
         .unit = "degree",                                                                                             \
         .max = 170,                                                                                                   \
         .doc = "Perspective: the angle a picture spans; 0: as wide as shows extent_mm at the distance."},             \
    {                                                                                                                  \
        .name = "near_mm", .type = FACET_PARAM_FLOAT, .fallback = "1.0", .unit = "mm", .min = 0.001, .max = 1e5,       \
        .doc = "Perspective: what is nearer to the eye is not drawn."                                                  \
    }

// Errors: CONFIG (how many, or a camera that stands in what it looks at), MEMORY. The caller frees *cameras.
int render_cameras_read(const struct facet_params *given, int size, struct render_cameras **cameras,
                        struct facet_error *error);
// The same camera for a picture with `factor` times as many samples a side.
struct render_camera render_camera_finer(const struct render_camera *camera, int factor);

// As computer vision has it, with x right, y down and z away from the camera: (x, y, z) = extrinsics (p, 1), then
// (u, v) = intrinsics (x / z, y / z, 1) in perspective, intrinsics (x, y, 1) else; u, v in pixels from the top left corner.
void render_camera_matrices(const struct render_camera *camera, double intrinsics[3][3], double extrinsics[3][4]);

#endif
