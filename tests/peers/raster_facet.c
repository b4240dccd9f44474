// Facet's rasteriser, by each of its paths.
#include "raster_facet.h"

#include "render/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct facet_drawer {
    struct render_view *view;
    float *packed[3]; // of the fragments alone
    struct render_runs runs;
};

void must(int code, const struct facet_error *error) {
    if (code == FACET_OK) return;
    fprintf(stderr, "raster benchmark: %s\n", error->text);
    exit(1);
}

struct render_camera camera_of(const struct look *look) {
    struct render_camera camera = {.projection = RENDER_ORTHOGRAPHIC};
    for (int k = 0; k < 3; k++) {
        camera.right[k] = (double)look->right[k];
        camera.up[k] = (double)look->up[k];
        camera.toward[k] = (double)look->toward[k];
    }
    render_camera_fill(&camera, (double)EXTENT, SIDE);
    return camera;
}

struct facet_drawer *facet_drawer_create(const char *isa) {
    struct facet_error error;
    struct facet_drawer *drawer = calloc(1, sizeof *drawer);
    float *packed = malloc(3 * PIXELS * sizeof *packed);
    struct render_run *runs = malloc((PIXELS / 2 + 1) * sizeof *runs);
    if (!drawer || !packed || !runs) abort();
    drawer->runs.run = runs;
    for (int k = 0; k < 3; k++) drawer->packed[k] = packed + k * PIXELS;
    setenv("FACET_ISA", isa, 1);
    int code = render_view_create(&drawer->view, SIDE, &error);
    unsetenv("FACET_ISA");
    if (code == FACET_OK && strcmp(render_view_path(drawer->view), isa) == 0) return drawer;
    if (code != FACET_OK) drawer->view = NULL;
    facet_drawer_destroy(drawer);
    return NULL;
}

void facet_drawer_destroy(struct facet_drawer *drawer) {
    if (!drawer) return;
    render_view_destroy(drawer->view);
    free(drawer->packed[0]);
    free(drawer->runs.run);
    free(drawer);
}

void facet_drawer_draw(struct facet_drawer *drawer, const struct face *face, const struct look *look,
                       const struct picture *picture) {
    struct facet_error error;
    struct render_mesh mesh = {face->vertices, face->triangles, face->n_vertices, face->n_triangles};
    struct render_camera camera = camera_of(look);
    must(render_view_draw(drawer->view, &mesh, &camera, &error), &error);
    const struct render_fragments *seen = render_view_fragments(drawer->view);
    render_runs_find(&drawer->runs, seen->sample, seen->count, 0);
    render_runs_f32(&drawer->runs, seen->depth, PIXELS, picture->depth);
    render_view_normals(drawer->view, face->normals[0], &camera, drawer->packed);
    for (int k = 0; k < 3; k++) render_runs_f32(&drawer->runs, drawer->packed[k], PIXELS, picture->normal[k]);
}

const char *facet_isa = "";

// ---- one renderer a path ------------------------------------------------------------------------------------------------

static const struct face *mesh;

static void take(const struct face *face) {
    mesh = face;
}

#define PATH(isa)                                                                                                      \
    static struct facet_drawer *drawer_##isa;                                                                          \
    static bool open_##isa(void) {                                                                                     \
        drawer_##isa = facet_drawer_create(#isa);                                                                      \
        if (drawer_##isa)                                                                                              \
            facet_isa = #isa;                                                                                          \
        else                                                                                                           \
            fprintf(stderr, "Facet has no path " #isa " here\n");                                                      \
        return drawer_##isa;                                                                                           \
    }                                                                                                                  \
    static void draw_##isa(const struct look *look, const struct picture *picture) {                                   \
        facet_drawer_draw(drawer_##isa, mesh, look, picture);                                                          \
    }                                                                                                                  \
    const struct renderer facet_##isa = {.name = "Facet, " #isa,                                                       \
                                         .makes = "depth, normal",                                                     \
                                         .open = open_##isa,                                                           \
                                         .take = take,                                                                 \
                                         .draw = draw_##isa,                                                           \
                                         .tolerance = 0};

PATH(portable)
PATH(avx2)
PATH(avx512)
