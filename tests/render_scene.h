// Pictures that the tests of the renderer share.
#ifndef FACET_TESTS_RENDER_SCENE_H
#define FACET_TESTS_RENDER_SCENE_H

#include "scene.h"

#include "render/shade.h"

static inline struct flat_mesh scene_mesh(const struct scene *scene) {
    return (struct flat_mesh){scene->vertices, scene->normals, scene->triangles, scene->n_vertices, scene->n_triangles};
}

struct picture {
    struct render_points points;
    struct render_hits hits;
};

static inline int picture_open(struct picture *picture, int side) {
    memset(picture, 0, sizeof *picture);
    int code = render_points_reserve(&picture->points, SCENE_MAX_VERTICES, NULL);
    return code ? code : render_hits_create(&picture->hits, side, NULL);
}

static inline void picture_close(struct picture *picture) {
    render_points_free(&picture->points);
    render_hits_free(&picture->hits);
}

static inline void picture_draw(struct picture *picture, const struct flat_mesh *mesh, const struct flat_camera *camera,
                                double extent) {
    render_project(mesh, camera, extent, picture->hits.side, &picture->points);
    flat_raster(mesh, &picture->points, &picture->hits);
}

#endif
