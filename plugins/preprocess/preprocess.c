// preprocess: finds the face in a scan, turns it to the front, cuts it out, cleans it and gives it normals.
#include "preprocess/pose.h"
#include "preprocess/surface.h"
#include "preprocess/template.h"

#include <facet/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { VERTICES, TRIANGLES, NORMALS };

struct preprocess {
    struct preprocess_template face;
    struct preprocess_search search;
    double crop_radius, min_part;
    int64_t max_vertices, min_triangles; // max_vertices 0: as many as the source has
    int smooth;
    bool by_angle;
};

static const struct facet_param_spec params[] = {
    {.name = "crop_radius_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "90.0",
     .unit = "mm",
     .min = 20,
     .max = 400,
     .doc = "What lies farther from the nose tip is cut away."},
    {.name = "pose",
     .type = FACET_PARAM_STRING,
     .fallback = "\"icp\"",
     .choices = "icp|none",
     .doc = "Turn the face to the front by fitting a generic face, or trust that it looks along +z with +y up."},
    {.name = "scale",
     .type = FACET_PARAM_STRING,
     .fallback = "\"size\"",
     .choices = "none|size",
     .doc = "Trust that the scan is in mm, or find its unit and bring every face to the size of the generic one."},
    {.name = "smooth",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .max = 100,
     .doc = "Rounds of smoothing that keeps the size (Taubin)."},
    {.name = "normals",
     .type = FACET_PARAM_STRING,
     .fallback = "\"angle\"",
     .choices = "angle|area",
     .doc = "How the faces around a vertex are weighted in its normal."},
    {.name = "min_part",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.01",
     .max = 1,
     .doc = "Loose pieces with less than this share of the surface are dropped."},
    {.name = "min_triangles",
     .type = FACET_PARAM_INT,
     .fallback = "200",
     .min = 1,
     .max = 1e9,
     .doc = "A face of fewer triangles is set aside."},
    {.name = "max_vertices",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .max = 2e9,
     .doc = "Thin a face of more vertices to this many; 0 keeps them all."},
    {.name = NULL},
};

static int create(const struct facet_params *given, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    struct preprocess *p = calloc(1, sizeof *p);
    if (!p) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the preprocess plugin");
    preprocess_template_fill(&p->face);
    p->search.turn = strcmp(facet_param_string(given, "pose"), "icp") == 0;
    p->search.scale = strcmp(facet_param_string(given, "scale"), "size") == 0;
    p->crop_radius = facet_param_float(given, "crop_radius_mm");
    p->min_part = facet_param_float(given, "min_part");
    p->max_vertices = facet_param_int(given, "max_vertices");
    p->min_triangles = facet_param_int(given, "min_triangles");
    p->smooth = (int)facet_param_int(given, "smooth");
    p->by_angle = strcmp(facet_param_string(given, "normals"), "angle") == 0;
    *self = p;
    return FACET_OK;
}

static bool is_ragged_triples(const struct facet_field *field, enum facet_type type) {
    return field->type == type && field->ragged && field->rank == 2 && field->dims[1] == 3;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct preprocess *p = self;
    if (!is_ragged_triples(&in[VERTICES], FACET_F32) || !is_ragged_triples(&in[TRIANGLES], FACET_I32))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "preprocess needs vertices as ragged f32 (n, 3) and triangles as ragged i32 (n, 3)");
    out[VERTICES] = in[VERTICES];
    out[TRIANGLES] = in[TRIANGLES];
    if (p->max_vertices > 0 && p->max_vertices < out[VERTICES].dims[0]) out[VERTICES].dims[0] = p->max_vertices;
    out[NORMALS] = out[VERTICES];
    strcpy(out[NORMALS].name, "normals");
    return FACET_OK;
}

static int too_few(const struct preprocess *p, const struct preprocess_surface *surface, const char *when,
                   struct facet_error *error) {
    if (surface->n_triangles >= p->min_triangles) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%lld triangles are left %s, %lld are needed",
                           (long long)surface->n_triangles, when, (long long)p->min_triangles);
}

static int cut_out(const struct preprocess *p, struct preprocess_surface *surface, struct facet_error *error) {
    struct preprocess_pose pose;
    int code = preprocess_pose_find(&p->face, surface, p->search, &pose, error);
    if (code) return code;
    preprocess_surface_move(surface, pose.rotation, pose.scale, pose.tip);
    preprocess_surface_crop(surface, p->crop_radius);
    code = preprocess_surface_drop_pieces(surface, p->min_part, error);
    return code ? code : too_few(p, surface, "around the nose", error);
}

static int finish(const struct preprocess *p, struct preprocess_surface *surface, struct facet_error *error) {
    preprocess_surface_face_front(surface);
    int code = preprocess_surface_smooth(surface, p->smooth, error);
    if (!code && p->max_vertices > 0) code = preprocess_surface_thin(surface, p->max_vertices, error);
    if (!code) code = too_few(p, surface, "after thinning", error);
    return code ? code : preprocess_surface_normals(surface, p->by_angle, error);
}

static int prepare(const struct preprocess *p, const struct facet_block *in, int64_t row,
                   struct preprocess_surface *surface, struct facet_error *error) {
    int code = preprocess_surface_copy(facet_block_read(in, VERTICES, row), facet_block_count(in, VERTICES, row),
                                       facet_block_read(in, TRIANGLES, row), facet_block_count(in, TRIANGLES, row),
                                       surface, error);
    if (code) return code;
    code = preprocess_surface_clean(surface, error);
    if (!code && !(preprocess_surface_area(surface) > 0))
        code = facet_error_set(error, FACET_ERROR_DATA, "the mesh is degenerate: no triangle has an area");
    if (!code) code = too_few(p, surface, "once repeated and degenerate ones are gone", error);
    if (!code) code = cut_out(p, surface, error);
    return code ? code : finish(p, surface, error);
}

static int put(struct facet_block *out, int field, int64_t row, int64_t count, const void *data, size_t step,
               struct facet_error *error) {
    int code = facet_block_resize(out, field, row, count, error);
    if (!code) memcpy(facet_block_data(out, field, row), data, (size_t)count * step);
    return code;
}

static int put_surface(struct facet_block *out, int64_t row, const struct preprocess_surface *surface,
                       struct facet_error *error) {
    size_t step = sizeof *surface->vertices;
    int code = put(out, VERTICES, row, surface->n_vertices, surface->vertices, step, error);
    if (!code) code = put(out, TRIANGLES, row, surface->n_triangles, surface->triangles, step, error);
    return code ? code : put(out, NORMALS, row, surface->n_vertices, surface->normals, step, error);
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        if (!facet_block_valid(in, row)) continue;
        struct preprocess_surface surface = {0};
        struct facet_error why = {0};
        int code = prepare(self, in, row, &surface, &why);
        if (!code) code = put_surface(out, row, &surface, &why);
        preprocess_surface_free(&surface);
        if (code == FACET_ERROR_DATA) {
            facet_block_quarantine(out, row, code, "%s", why.text);
        } else if (code) {
            return facet_error_set(error, code, "%s", why.text);
        }
    }
    return FACET_OK;
}

static void destroy(void *self) {
    free(self);
}

static const struct facet_need needs[] = {
    {.name = "vertices", .rows = true}, {.name = "triangles", .rows = true}, {.name = NULL}};
static const char *const makes[] = {"vertices", "triangles", "normals", NULL};
static const struct facet_map_ops ops = {
    .create = create,
    .declare = declare,
    .transform = transform,
    .destroy = destroy,
};

const struct facet_plugin facet_plugin_preprocess = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "preprocess",
    .version = "1.0.0",
    .summary = "finds the face in a scan, turns it to the front, cuts it out and gives it normals",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
