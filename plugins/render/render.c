// render: views of a mesh as 8-bit pictures of its depth, normals and silhouette.
#include "render/shade.h"

#include <facet/image.h>
#include <facet/plugin.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VERTICES, TRIANGLES, NORMALS };
enum { VIEWS, VIEW_MASK, VIEW_PLANES };
enum { MAX_VIEWS = 1024 };

struct render {
    struct render_look look;
    double extent_mm;
    int n_views;
    struct flat_camera cameras[]; // (n_views)
};

static const struct facet_param_spec view_params[] = {
    {.name = "yaw",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "degree",
     .min = -360,
     .max = 360,
     .doc = "The camera goes this far round to the face's left."},
    {.name = "pitch",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "degree",
     .min = -360,
     .max = 360,
     .doc = "The camera goes up this far."},
    {.name = "roll",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "degree",
     .min = -360,
     .max = 360,
     .doc = "The camera turns about its line of sight, counter-clockwise seen from behind it."},
    {.name = NULL},
};

static const struct facet_param_spec params[] = {
    {.name = "size",
     .type = FACET_PARAM_INT,
     .fallback = "112",
     .unit = "pixel",
     .min = 1,
     .max = FLAT_SIDE_MAX / 2,
     .doc = "Width and height of a picture."},
    {.name = "views",
     .type = FACET_PARAM_GROUPS,
     .fallback = "( { yaw = -45.0; }, { yaw = 0.0; }, { yaw = 45.0; } )",
     .doc = "Cameras on a sphere about the origin, looking at it.",
     .members = view_params},
    {.name = "channels",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"depth\", \"normal\" ]",
     .choices = "depth|normal|mask",
     .doc = "What a picture shows, in this order; normal takes three planes."},
    {.name = "extent_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "100.0",
     .unit = "mm",
     .min = 1,
     .max = 10000,
     .doc = "Half the width of what a picture shows, about the origin."},
    {.name = "depth_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "100.0",
     .unit = "mm",
     .min = 1,
     .max = 10000,
     .doc = "Depths from this far behind the origin to this far before it map to 1..255."},
    {.name = "supersample",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .min = 1,
     .max = 2,
     .doc = "Samples along a pixel's side; 2 averages four."},
    {.name = NULL},
};

static bool add_planes(struct render_look *look, uint8_t first, int count) {
    for (int p = 0; p < look->n_planes; p++)
        if (look->planes[p] == first) return false;
    for (int k = 0; k < count; k++) look->planes[look->n_planes++] = (uint8_t)(first + k);
    return true;
}

static bool add_channel(struct render_look *look, const char *channel) {
    if (strcmp(channel, "depth") == 0) return add_planes(look, FACET_PLANE_DEPTH, 1);
    if (strcmp(channel, "mask") == 0) return add_planes(look, FACET_PLANE_MASK, 1);
    return add_planes(look, FACET_PLANE_NORMAL_X, 3);
}

static int set_look(const struct facet_params *given, struct render_look *look, struct facet_error *error) {
    look->size = (int)facet_param_int(given, "size");
    look->supersample = (int)facet_param_int(given, "supersample");
    look->depth_mm = facet_param_float(given, "depth_mm");
    size_t channels = facet_param_count(given, "channels");
    if (channels == 0) return facet_error_set(error, FACET_ERROR_CONFIG, "render.channels: the list is empty");
    for (size_t i = 0; i < channels; i++) {
        const char *channel = facet_param_string_at(given, "channels", i);
        if (!add_channel(look, channel))
            return facet_error_set(error, FACET_ERROR_CONFIG, "render.channels: \"%s\" is listed twice", channel);
    }
    return FACET_OK;
}

static void set_cameras(const struct facet_params *given, struct render *render) {
    for (int v = 0; v < render->n_views; v++) {
        const struct facet_params *view = facet_param_group_at(given, "views", (size_t)v);
        render->cameras[v] = flat_camera_at(facet_param_float(view, "yaw"), facet_param_float(view, "pitch"),
                                            facet_param_float(view, "roll"));
    }
}

static int create(const struct facet_params *given, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    size_t views = facet_param_count(given, "views");
    if (views < 1 || views > MAX_VIEWS)
        return facet_error_set(error, FACET_ERROR_CONFIG, "render.views: %zu views are listed, 1 to %d can be made",
                               views, MAX_VIEWS);
    struct render *render = calloc(1, sizeof *render + views * sizeof render->cameras[0]);
    if (!render) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the render plugin");
    render->n_views = (int)views;
    render->extent_mm = facet_param_float(given, "extent_mm");
    set_cameras(given, render);
    int code = set_look(given, &render->look, error);
    if (code) {
        free(render);
        return code;
    }
    *self = render;
    return FACET_OK;
}

static bool is_ragged_triples(const struct facet_field *field, enum facet_type type) {
    return field->type == type && field->ragged && field->rank == 2 && field->dims[1] == 3;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct render *render = self;
    int64_t planes = render->look.n_planes, size = render->look.size;
    if (!is_ragged_triples(&in[VERTICES], FACET_F32) || !is_ragged_triples(&in[TRIANGLES], FACET_I32) ||
        !is_ragged_triples(&in[NORMALS], FACET_F32))
        return facet_error_set(
            error, FACET_ERROR_CONFIG,
            "render needs vertices and normals as ragged f32 (n, 3), triangles as ragged i32 (n, 3)");
    out[VIEWS] = (struct facet_field){
        .name = "views", .type = FACET_U8, .rank = 4, .dims = {render->n_views, planes, size, size}};
    out[VIEW_MASK] = (struct facet_field){.name = "view_mask", .type = FACET_U8, .rank = 1, .dims = {render->n_views}};
    out[VIEW_PLANES] = (struct facet_field){.name = "view_planes", .type = FACET_U8, .rank = 1, .dims = {planes}};
    return FACET_OK;
}

static struct flat_mesh mesh_of(const struct facet_block *in, int64_t row) {
    return (struct flat_mesh){.vertices = facet_block_read(in, VERTICES, row),
                              .normals = facet_block_read(in, NORMALS, row),
                              .triangles = facet_block_read(in, TRIANGLES, row),
                              .n_vertices = facet_block_count(in, VERTICES, row),
                              .n_triangles = facet_block_count(in, TRIANGLES, row)};
}

static int check_numbers(const struct flat_mesh *mesh, struct facet_error *error) {
    for (int64_t v = 0; v < mesh->n_vertices; v++)
        for (int k = 0; k < 3; k++)
            if (!isfinite(mesh->vertices[v][k]) || !isfinite(mesh->normals[v][k]))
                return facet_error_set(error, FACET_ERROR_DATA, "vertex %lld is not a place with a normal",
                                       (long long)v);
    return FACET_OK;
}

static int check_mesh(const struct facet_block *in, int64_t row, const struct flat_mesh *mesh,
                      struct facet_error *error) {
    if (facet_block_count(in, NORMALS, row) != mesh->n_vertices)
        return facet_error_set(error, FACET_ERROR_DATA, "%lld vertices come with %lld normals",
                               (long long)mesh->n_vertices, (long long)facet_block_count(in, NORMALS, row));
    for (int64_t t = 0; t < mesh->n_triangles; t++)
        for (int k = 0; k < 3; k++)
            if (mesh->triangles[t][k] < 0 || mesh->triangles[t][k] >= mesh->n_vertices)
                return facet_error_set(error, FACET_ERROR_DATA, "triangle %lld names vertex %d of %lld", (long long)t,
                                       (int)mesh->triangles[t][k], (long long)mesh->n_vertices);
    return check_numbers(mesh, error);
}

struct scratch {
    struct render_points points;
    struct render_hits hits;
};

static void draw_views(const struct render *render, const struct flat_mesh *mesh, struct scratch *scratch,
                       uint8_t *views, uint8_t *mask) {
    const struct render_look *look = &render->look;
    size_t bytes = (size_t)look->n_planes * (size_t)look->size * (size_t)look->size;
    for (int v = 0; v < render->n_views; v++) {
        render_project(mesh, &render->cameras[v], render->extent_mm, scratch->hits.side, &scratch->points);
        flat_raster(mesh, &scratch->points, &scratch->hits);
        mask[v] =
            render_shade(mesh, &scratch->points, &render->cameras[v], &scratch->hits, look, views + (size_t)v * bytes);
    }
}

static int draw_row(const struct render *render, const struct facet_block *in, struct facet_block *out, int64_t row,
                    struct scratch *scratch, struct facet_error *error) {
    struct flat_mesh mesh = mesh_of(in, row);
    int code = check_mesh(in, row, &mesh, error);
    if (!code) code = render_points_reserve(&scratch->points, mesh.n_vertices, error);
    if (code) return code;
    draw_views(render, &mesh, scratch, facet_block_data(out, VIEWS, row), facet_block_data(out, VIEW_MASK, row));
    memcpy(facet_block_data(out, VIEW_PLANES, row), render->look.planes, (size_t)render->look.n_planes);
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct render *render = self;
    struct scratch scratch = {0};
    int code = render_hits_create(&scratch.hits, render->look.size * render->look.supersample, error);
    for (int64_t row = 0; row < facet_block_rows(in) && !code; row++) {
        struct facet_error why = {0};
        if (!facet_block_valid(in, row)) continue;
        code = draw_row(render, in, out, row, &scratch, &why);
        if (code == FACET_ERROR_DATA) {
            facet_block_quarantine(out, row, code, "%s", why.text);
            code = FACET_OK;
        } else if (code) {
            facet_error_set(error, code, "%s", why.text);
        }
    }
    render_points_free(&scratch.points);
    render_hits_free(&scratch.hits);
    return code;
}

static void destroy(void *self) {
    free(self);
}

static const struct facet_need needs[] = {{.name = "vertices", .rows = true},
                                          {.name = "triangles", .rows = true},
                                          {.name = "normals", .rows = true},
                                          {.name = NULL}};
static const char *const makes[] = {"views", "view_mask", "view_planes", NULL};
static const struct facet_map_ops ops = {
    .create = create,
    .declare = declare,
    .transform = transform,
    .destroy = destroy,
};

const struct facet_plugin facet_plugin_render = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "render",
    .version = "1.0.0",
    .summary = "draws a mesh from several sides: depth, normals and silhouette as 8-bit pictures",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
