// A picture's way: project, draw, gather what is seen, place it.
#include "render/raster.h"

#include "render/kernel.h"

#include <stdlib.h>
#include <string.h>

struct render_view {
    const struct render_kernel *kernel;
    int side;
    struct render_corner *corners; // (corners_room)
    struct render_spot *spots;     // (corners_room)
    struct render_pin *pins;       // (corners_room)
    int64_t corners_room;
    int32_t *large; // (large_room)
    int64_t large_room;
    uint64_t *keys; // (keys_room)
    size_t keys_room;
    struct render_seen seen; // (seen_room) each
    int64_t seen_room;
    struct render_fragments fragments; // the same, as others see it
};

static const struct render_kernel *const kernels[] = { // fastest first
#if defined(__x86_64__)
    &render_avx512, &render_avx2,
#endif
    &render_portable};

const struct render_kernel *render_kernel_named(const char *name) {
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (kernels[i]->present() && (!name || strcmp(kernels[i]->name, name) == 0)) return kernels[i];
    return NULL;
}

void render_view_use(struct render_view *view, const struct render_kernel *kernel) {
    view->kernel = kernel;
}

const char *render_view_path(const struct render_view *view) {
    return view->kernel->name;
}

int render_view_create(struct render_view **view, int side, struct facet_error *error) {
    FACET_REQUIRE(side >= 1 && side <= RENDER_SIDE_MAX);
    const char *asked = getenv("FACET_ISA");
    const struct render_kernel *kernel = render_kernel_named(asked && *asked ? asked : NULL);
    *view = NULL;
    if (!kernel)
        return facet_error_set(error, FACET_ERROR_USAGE,
                               "FACET_ISA=%s: this processor draws by portable, avx2 or avx512, as far as it has them",
                               asked);
    *view = calloc(1, sizeof **view);
    if (!*view) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw");
    (*view)->side = side;
    (*view)->kernel = kernel;
    return FACET_OK;
}

static void free_seen(struct render_seen *seen) {
    free(seen->sample);
    free(seen->place);
    free(seen->triangle);
    for (int k = 0; k < 3; k++) {
        free(seen->corner[k]);
        free(seen->share[k]);
    }
    free(seen->depth);
    free(seen->from_behind);
    *seen = (struct render_seen){0};
}

void render_view_destroy(struct render_view *view) {
    if (!view) return;
    free(view->corners);
    free(view->spots);
    free(view->pins);
    free(view->large);
    free(view->keys);
    free_seen(&view->seen);
    free(view);
}

static int no_memory(const char *what, int64_t count, struct facet_error *error) {
    return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw %lld %s", (long long)count, what);
}

static void *aligned(size_t bytes) {
    return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static int reserve_corners(struct render_view *view, int64_t count, struct facet_error *error) {
    if (count <= view->corners_room) return FACET_OK;
    free(view->corners);
    free(view->spots);
    free(view->pins);
    view->corners_room = 0;
    view->corners = aligned((size_t)count * sizeof *view->corners);
    view->spots = aligned((size_t)count * sizeof *view->spots);
    view->pins = aligned((size_t)count * sizeof *view->pins);
    if (!view->corners || !view->spots || !view->pins) return no_memory("vertices", count, error);
    view->corners_room = count;
    return FACET_OK;
}

static int reserve_large(struct render_view *view, int64_t count, struct facet_error *error) {
    if (count <= view->large_room) return FACET_OK;
    free(view->large);
    view->large_room = 0;
    view->large = malloc((size_t)count * sizeof *view->large);
    if (!view->large) return no_memory("triangles", count, error);
    view->large_room = count;
    return FACET_OK;
}

static int reserve_keys(struct render_view *view, size_t count, struct facet_error *error) {
    if (count <= view->keys_room) return FACET_OK;
    free(view->keys);
    view->keys_room = 0;
    view->keys = malloc(count * sizeof *view->keys);
    if (!view->keys) return no_memory("samples", (int64_t)count, error);
    view->keys_room = count;
    return FACET_OK;
}

static bool make_seen(struct render_seen *seen, size_t count) {
    bool made = (seen->sample = malloc(count * sizeof *seen->sample)) != NULL;
    made &= (seen->place = malloc(count * sizeof *seen->place)) != NULL;
    made &= (seen->triangle = malloc(count * sizeof *seen->triangle)) != NULL;
    for (int k = 0; k < 3; k++) {
        made &= (seen->corner[k] = malloc(count * sizeof *seen->corner[k])) != NULL;
        made &= (seen->share[k] = malloc(count * sizeof *seen->share[k])) != NULL;
    }
    made &= (seen->depth = malloc(count * sizeof *seen->depth)) != NULL;
    made &= (seen->from_behind = malloc(count * sizeof *seen->from_behind)) != NULL;
    return made;
}

static void show(struct render_view *view) {
    const struct render_seen *seen = &view->seen;
    view->fragments = (struct render_fragments){.sample = seen->sample,
                                                .triangle = seen->triangle,
                                                .corner = {seen->corner[0], seen->corner[1], seen->corner[2]},
                                                .share = {seen->share[0], seen->share[1], seen->share[2]},
                                                .depth = seen->depth,
                                                .from_behind = seen->from_behind};
}

static int reserve_seen(struct render_view *view, int64_t count, struct facet_error *error) {
    if (count <= view->seen_room) return FACET_OK;
    free_seen(&view->seen);
    view->seen_room = 0;
    if (!make_seen(&view->seen, (size_t)count)) {
        free_seen(&view->seen);
        show(view);
        return no_memory("samples", count, error);
    }
    view->seen_room = count;
    show(view);
    return FACET_OK;
}

enum { FEW_SAMPLES = 1 << 20 };

// The most fragments there can be. Counting them first pays for large pictures only.
static int64_t most_covered(const uint64_t *keys, int64_t samples) {
    int64_t count = 0;
    if (samples <= FEW_SAMPLES) return samples;
    for (int64_t i = 0; i < samples; i++) count += keys[i] != RENDER_EMPTY;
    return count;
}

static int see(struct render_view *view, const struct render_mesh *mesh, const struct render_lens *lens,
               const struct render_canvas *canvas, struct facet_error *error) {
    int64_t samples = (int64_t)canvas->window.rows * canvas->window.side;
    int code = reserve_seen(view, most_covered(canvas->keys, samples) + RENDER_LANES, error);
    if (code) return code;
    view->seen.n_vertices = mesh->n_vertices;
    view->kernel->list(canvas, &view->seen);
    view->kernel->place(mesh, lens, view->spots, &view->seen);
    view->fragments.count = view->seen.count;
    return FACET_OK;
}

static void draw(struct render_view *view, const struct render_mesh *mesh, const struct render_camera *camera,
                 const struct render_lens *lens, struct render_canvas *canvas) {
    const struct render_kernel *kernel = view->kernel;
    bool pinned = kernel->pinned && view->side <= RENDER_PINNED_SIDE;
    struct render_places places = {
        .corners = view->corners, .spots = view->spots, .pins = pinned ? view->pins : NULL, .large = view->large};
    int64_t nowhere = kernel->project(mesh, lens, pinned ? NULL : view->corners, view->spots, places.pins);
    kernel->draw(mesh, lens, &places, canvas);
    if (nowhere == 0) return;
    if (pinned) kernel->project(mesh, lens, view->corners, view->spots, NULL);
    render_draw_clipped(mesh, camera, view->corners, canvas);
}

int render_view_draw_rows(struct render_view *view, const struct render_mesh *mesh, const struct render_camera *camera,
                          int first, int rows, struct facet_error *error) {
    FACET_REQUIRE(first >= 0 && rows > 0 && rows <= view->side - first);
    size_t samples = (size_t)rows * (size_t)view->side;
    struct render_canvas canvas = {.window = {.side = view->side, .first = first, .rows = rows}};
    struct render_lens lens = render_lens_of(camera);
    view->fragments.count = 0;
    int code = reserve_corners(view, mesh->n_vertices, error);
    if (!code) code = reserve_large(view, mesh->n_triangles, error);
    if (!code) code = reserve_keys(view, samples, error);
    if (code) return code;
    canvas.keys = view->keys;
    memset(canvas.keys, 0xff, samples * sizeof *canvas.keys); // RENDER_EMPTY
    draw(view, mesh, camera, &lens, &canvas);
    return see(view, mesh, &lens, &canvas, error);
}

int render_view_draw(struct render_view *view, const struct render_mesh *mesh, const struct render_camera *camera,
                     struct facet_error *error) {
    return render_view_draw_rows(view, mesh, camera, 0, view->side, error);
}

const struct render_fragments *render_view_fragments(const struct render_view *view) {
    return &view->fragments;
}

void render_view_interpolate(const struct render_view *view, const float *attribute, int components,
                             float *const out[]) {
    FACET_REQUIRE(components >= 1 && components <= 4);
    view->kernel->interpolate(&view->seen, attribute, components, out);
}

void render_view_normals(const struct render_view *view, const float *normals, const struct render_camera *camera,
                         float *const out[3]) {
    const double *const axis[3] = {camera->right, camera->up, camera->toward};
    float axes[3][3];
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 3; i++) axes[k][i] = (float)axis[k][i];
    view->kernel->normals(&view->seen, normals, axes, out);
}
