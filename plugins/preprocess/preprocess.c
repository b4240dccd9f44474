// preprocess: finds the face in a scan, turns it to the front, cuts it out, cleans it and gives it normals.
#include "preprocess/curvature.h"
#include "preprocess/edges.h"
#include "preprocess/pose.h"
#include "preprocess/quality.h"
#include "preprocess/repair.h"
#include "preprocess/surface.h"
#include "preprocess/template.h"

#include <facet/landmark.h>
#include <facet/plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_VERTICES, IN_TRIANGLES, IN_LANDMARKS, IN_COLOURS, IN_TEXCOORDS, IN_TEXTURE, IN_TEXTURE_SIZE };
enum {
    VERTICES,
    TRIANGLES,
    NORMALS,
    CURVATURES,
    LANDMARKS,
    COLOURS,
    TEXCOORDS,
    TEXTURE,
    TEXTURE_SIZE,
    QUALITY,
    CONTENT,
    POSE
};

struct preprocess {
    struct preprocess_template face;
    struct preprocess_search search;
    double crop_radius, min_part, spike_edges, longest_hole;
    int64_t max_vertices, min_triangles; // max_vertices 0: as many as the source has
    int smooth;
    bool by_angle, has_landmarks, has_colours, has_pictures;
    bool trust, see; // landmarks that a scan comes with: the pose begins with them; they are looked at
    struct preprocess_limits limits;
    double curvature_scale; // below 0: none are wanted
};

// A scan on its way through the steps.
struct scan {
    struct preprocess_surface surface;
    float (*curvatures)[PREPROCESS_CURVATURES];
    float landmarks[FACET_LANDMARKS][4];
    int64_t n_landmarks;
    float quality[FACET_METRICS];
    double pose[3][4]; // from the scan's frame to the face's
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
     .doc = "Loose pieces with less than this share of the surface are dropped; 1 keeps the largest alone."},
    {.name = "spike_edges",
     .type = FACET_PARAM_FLOAT,
     .fallback = "2.0",
     .max = 1e6,
     .doc = "Vertices that stand farther out of their neighbours than so many of their edges go; 0 keeps all."},
    {.name = "fill_holes_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "60.0",
     .unit = "mm",
     .max = 1000,
     .doc = "Holes are filled whose boundary is no longer; the rim of the face is no hole. 0 fills none."},
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
    {.name = "curvatures",
     .type = FACET_PARAM_BOOL,
     .fallback = "true",
     .doc = "Give each vertex its mean and Gaussian curvature, shape index and curvedness."},
    {.name = "curvature_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "3.0",
     .unit = "mm",
     .max = 20,
     .doc = "The scale of curvatures: normals are first averaged over a Gaussian of this width; 0 does not."},
    {.name = "landmarks",
     .type = FACET_PARAM_STRING,
     .fallback = "\"use\"",
     .choices = "use|check|ignore",
     .doc =
         "Those a scan comes with: begin with them, only compare the nose tip with the one found, or pass over them."},
    PREPROCESS_LIMIT_PARAMS,
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
    p->spike_edges = facet_param_float(given, "spike_edges");
    p->longest_hole = facet_param_float(given, "fill_holes_mm");
    p->max_vertices = facet_param_int(given, "max_vertices");
    p->min_triangles = facet_param_int(given, "min_triangles");
    p->smooth = (int)facet_param_int(given, "smooth");
    p->curvature_scale = facet_param_bool(given, "curvatures") ? facet_param_float(given, "curvature_mm") : -1.0;
    p->trust = strcmp(facet_param_string(given, "landmarks"), "use") == 0;
    p->see = strcmp(facet_param_string(given, "landmarks"), "ignore") != 0;
    preprocess_limits_read(given, &p->limits);
    p->by_angle = strcmp(facet_param_string(given, "normals"), "angle") == 0;
    *self = p;
    return FACET_OK;
}

static bool is_ragged(const struct facet_field *field, enum facet_type type, int64_t width) {
    return field->type == type && field->ragged && field->rank == 2 && field->dims[1] == width;
}

static int check_fields(const struct facet_field *in, struct facet_error *error) {
    if (!is_ragged(&in[IN_VERTICES], FACET_F32, 3) || !is_ragged(&in[IN_TRIANGLES], FACET_I32, 3))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "preprocess needs vertices as ragged f32 (n, 3) and triangles as ragged i32 (n, 3)");
    if (in[IN_LANDMARKS].type && !is_ragged(&in[IN_LANDMARKS], FACET_F32, 4))
        return facet_error_set(error, FACET_ERROR_CONFIG, "preprocess takes landmarks as ragged f32 (n, 4)");
    if (in[IN_COLOURS].type && !is_ragged(&in[IN_COLOURS], FACET_U8, 3))
        return facet_error_set(error, FACET_ERROR_CONFIG, "preprocess takes colours as ragged u8 (n, 3)");
    if (!in[IN_TEXTURE].type) return FACET_OK;
    if (!is_ragged(&in[IN_TEXCOORDS], FACET_F32, 6) || !is_ragged(&in[IN_TEXTURE], FACET_U8, 3) ||
        !is_ragged(&in[IN_TEXTURE_SIZE], FACET_I32, 2))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "preprocess takes a texture as ragged u8 (n, 3), its texture_size as ragged i32 (1, 2) "
                               "and texcoords as ragged f32 (n, 6)");
    return FACET_OK;
}

static struct facet_field field_like(const char *name, const struct facet_field *vertices, enum facet_type type,
                                     int64_t width) {
    struct facet_field field = *vertices;
    snprintf(field.name, sizeof field.name, "%s", name);
    field.type = type, field.dims[1] = width;
    return field;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct preprocess *p = self;
    int code = check_fields(in, error);
    if (code) return code;
    out[VERTICES] = in[IN_VERTICES];
    out[TRIANGLES] = in[IN_TRIANGLES];
    for (int f = VERTICES; p->longest_hole > 0 && f <= TRIANGLES; f++)
        out[f].dims[0] += out[f].dims[0] / 4 + 1000; // what fills holes
    if (p->max_vertices > 0 && p->max_vertices < out[VERTICES].dims[0]) out[VERTICES].dims[0] = p->max_vertices;
    out[NORMALS] = field_like("normals", &out[VERTICES], FACET_F32, 3);
    out[CURVATURES] = field_like("curvatures", &out[VERTICES], FACET_F32, PREPROCESS_CURVATURES);
    out[LANDMARKS] = field_like("landmarks", &out[VERTICES], FACET_F32, 4);
    out[LANDMARKS].dims[0] = FACET_LANDMARKS;
    out[COLOURS] = field_like("colours", &out[VERTICES], FACET_U8, 3);
    out[TEXCOORDS] = field_like("texcoords", &out[TRIANGLES], FACET_F32, 6);
    out[TEXTURE] = field_like("texture", &in[IN_TEXTURE], FACET_U8, 3);
    out[TEXTURE_SIZE] = field_like("texture_size", &out[VERTICES], FACET_I32, 2);
    out[TEXTURE_SIZE].dims[0] = 1;
    out[QUALITY] = (struct facet_field){.name = "quality", .type = FACET_F32, .rank = 1, .dims = {FACET_METRICS}};
    out[CONTENT] = (struct facet_field){.name = "content", .type = FACET_I64, .rank = 1, .dims = {2}};
    out[POSE] = (struct facet_field){.name = "pose", .type = FACET_F64, .rank = 2, .dims = {3, 4}};
    if (p->curvature_scale < 0) out[CURVATURES].dims[0] = 1;
    if (!in[IN_COLOURS].type) out[COLOURS].dims[0] = 1;
    if (!in[IN_TEXTURE].type) {
        out[TEXCOORDS].dims[0] = 1;
        out[TEXTURE] = field_like("texture", &out[TEXTURE_SIZE], FACET_U8, 3);
    }
    return FACET_OK;
}

static int too_few(const struct preprocess *p, const struct preprocess_surface *surface, const char *when,
                   struct facet_error *error) {
    if (surface->n_triangles >= p->min_triangles) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "%lld triangles are left %s, %lld are needed",
                           (long long)surface->n_triangles, when, (long long)p->min_triangles);
}

// ---- landmarks --------------------------------------------------------------------------------------------------------

static void add_landmark(struct scan *scan, int landmark, const double at[3]) {
    float *entry = scan->landmarks[scan->n_landmarks++];
    entry[0] = (float)landmark;
    for (int k = 0; k < 3; k++) entry[1 + k] = (float)at[k];
}

static void move_landmark(const struct preprocess_pose *pose, const double from[3], double to[3]) {
    double p[3];
    for (int k = 0; k < 3; k++) p[k] = from[k] - pose->tip[k];
    for (int k = 0; k < 3; k++) {
        const double *r = pose->rotation[k];
        to[k] = pose->scale * (r[0] * p[0] + r[1] * p[1] + r[2] * p[2]);
    }
}

static void tell_pose(const struct preprocess_pose *pose, double told[3][4]) {
    for (int k = 0; k < 3; k++) {
        told[k][3] = 0;
        for (int i = 0; i < 3; i++) {
            told[k][i] = pose->scale * pose->rotation[k][i];
            told[k][3] -= told[k][i] * pose->tip[i];
        }
    }
}

struct given {
    const float (*all)[4]; // number, x, y, z in the frame of the scan
    int64_t n;
};

static struct given given_landmarks(const struct preprocess *p, const struct facet_block *in, int64_t row) {
    struct given given = {NULL, p->has_landmarks && p->see ? facet_block_count(in, IN_LANDMARKS, row) : 0};
    if (given.n) given.all = facet_block_read(in, IN_LANDMARKS, row);
    return given;
}

// Those the scan came with, moved along with the face, then those that were found besides.
static void place_landmarks(const struct given *given, const struct preprocess_pose *pose, struct scan *scan) {
    bool seen[FACET_LANDMARKS] = {false};
    double at[3];
    for (int64_t i = 0; i < given->n; i++) {
        const float *entry = given->all[i];
        int landmark = entry[0] >= 0 && entry[0] < FACET_LANDMARKS ? (int)entry[0] : -1;
        if (landmark < 0 || seen[landmark]) continue;
        seen[landmark] = true;
        move_landmark(pose, (double[3]){entry[1], entry[2], entry[3]}, at);
        add_landmark(scan, landmark, at);
    }
    for (int l = 0; l < FACET_LANDMARKS; l++) {
        if (seen[l] || isnan(pose->landmarks[l][0])) continue;
        move_landmark(pose, pose->landmarks[l], at);
        add_landmark(scan, l, at);
    }
}

// ---- the steps --------------------------------------------------------------------------------------------------------

static int take(const struct preprocess *p, const struct facet_block *in, int64_t row,
                struct preprocess_surface *surface, struct facet_error *error) {
    int64_t vertices = facet_block_count(in, IN_VERTICES, row);
    int code = preprocess_surface_copy(facet_block_read(in, IN_VERTICES, row), vertices,
                                       facet_block_read(in, IN_TRIANGLES, row),
                                       facet_block_count(in, IN_TRIANGLES, row), surface, error);
    if (!code && p->has_colours && facet_block_count(in, IN_COLOURS, row) == vertices)
        code = preprocess_surface_paint(facet_block_read(in, IN_COLOURS, row), surface, error);
    if (!code && p->has_pictures && facet_block_count(in, IN_TEXCOORDS, row) == surface->n_triangles)
        code = preprocess_surface_drape(facet_block_read(in, IN_TEXCOORDS, row), surface, error);
    return code;
}

static int clean(const struct preprocess *p, struct scan *scan, struct facet_error *error) {
    struct preprocess_surface *surface = &scan->surface;
    int64_t spikes = 0, pieces = 0;
    int code = preprocess_surface_clean(surface, error);
    if (!code) code = preprocess_surface_pieces(surface, &pieces, error);
    scan->quality[FACET_METRIC_VERTICES] = (float)surface->n_vertices;
    scan->quality[FACET_METRIC_PIECES] = (float)pieces;
    if (!code && p->spike_edges > 0) code = preprocess_spikes_remove(surface, p->spike_edges, &spikes, error);
    scan->quality[FACET_METRIC_SPIKES] = (float)spikes;
    if (!code && !(preprocess_surface_area(surface) > 0))
        code = facet_error_set(error, FACET_ERROR_DATA, "the mesh is degenerate: no triangle has an area");
    return code ? code : too_few(p, surface, "once repeated and degenerate ones are gone", error);
}

static int cut_out(const struct preprocess *p, struct preprocess_pose *pose, struct preprocess_surface *surface,
                   struct facet_error *error) {
    preprocess_surface_move(surface, pose->rotation, pose->scale, pose->tip);
    preprocess_surface_crop(surface, p->crop_radius);
    int code = preprocess_surface_drop_pieces(surface, p->min_part, error);
    return code ? code : too_few(p, surface, "around the nose", error);
}

// Measured before it is filled, so that patches do not pass for a good scan.
static int mend(const struct preprocess *p, struct scan *scan, struct facet_error *error) {
    struct preprocess_holes holes = {0};
    int code = preprocess_surface_orient(&scan->surface, error);
    if (code) return code;
    preprocess_surface_face_front(&scan->surface);
    code = preprocess_surface_normals(&scan->surface, p->by_angle, error);
    if (!code) code = preprocess_quality_of_face(&scan->surface, scan->quality, error);
    if (!code) code = preprocess_holes_fill(&scan->surface, p->longest_hole, &holes, error);
    scan->quality[FACET_METRIC_HOLES] = (float)holes.filled;
    scan->quality[FACET_METRIC_HOLES_LEFT] = (float)holes.left;
    scan->quality[FACET_METRIC_HOLE_AREA] = (float)holes.area;
    if (!code) code = preprocess_limits_check(&p->limits, scan->quality, error);
    return code || holes.filled == 0 ? code : preprocess_surface_normals(&scan->surface, p->by_angle, error);
}

static int finish(const struct preprocess *p, struct preprocess_surface *surface, struct facet_error *error) {
    int code = preprocess_surface_smooth(surface, p->smooth, error);
    if (!code && p->max_vertices > 0) code = preprocess_surface_thin(surface, p->max_vertices, error);
    if (!code) code = too_few(p, surface, "after thinning", error);
    bool moved = p->smooth > 0 || p->max_vertices > 0;
    return code || !moved ? code : preprocess_surface_normals(surface, p->by_angle, error);
}

static int bend(const struct preprocess *p, struct scan *scan, struct facet_error *error) {
    if (p->curvature_scale < 0) return FACET_OK;
    scan->curvatures = malloc((size_t)scan->surface.n_vertices * sizeof *scan->curvatures);
    if (!scan->curvatures) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the curvatures of a mesh");
    return preprocess_curvatures(&scan->surface, p->curvature_scale, scan->curvatures, error);
}

static int find(const struct preprocess *p, const struct given *given, struct scan *scan, struct preprocess_pose *pose,
                struct facet_error *error) {
    int code = p->trust && given->n
                   ? preprocess_pose_given(&p->face, &scan->surface, p->search, given->all, given->n, pose, error)
                   : preprocess_pose_find(&p->face, &scan->surface, p->search, pose, error);
    if (code) return code;
    preprocess_quality_of_pose(pose, scan->quality);
    scan->quality[FACET_METRIC_LANDMARK_GAP] = (float)preprocess_pose_apart(pose, given->all, given->n);
    place_landmarks(given, pose, scan);
    tell_pose(pose, scan->pose);
    return FACET_OK;
}

static int prepare(const struct preprocess *p, const struct facet_block *in, int64_t row, struct scan *scan,
                   struct facet_error *error) {
    struct preprocess_pose pose;
    struct given given = given_landmarks(p, in, row);
    int code = take(p, in, row, &scan->surface, error);
    if (!code) code = clean(p, scan, error);
    if (!code) code = find(p, &given, scan, &pose, error);
    if (!code) code = cut_out(p, &pose, &scan->surface, error);
    if (!code) code = mend(p, scan, error);
    if (!code) code = finish(p, &scan->surface, error);
    return code ? code : bend(p, scan, error);
}

// ---- the unit ---------------------------------------------------------------------------------------------------------

static int put(struct facet_block *out, int field, int64_t row, int64_t count, const void *data, size_t step,
               struct facet_error *error) {
    int code = facet_block_resize(out, field, row, count, error);
    if (!code && count) memcpy(facet_block_data(out, field, row), data, (size_t)count * step);
    return code;
}

static int put_scan(struct facet_block *out, int64_t row, const struct scan *scan, struct facet_error *error) {
    const struct preprocess_surface *s = &scan->surface;
    const struct {
        int64_t count;
        const void *data;
        size_t step;
    } all[] = {
        [VERTICES] = {s->n_vertices, s->vertices, sizeof *s->vertices},
        [TRIANGLES] = {s->n_triangles, s->triangles, sizeof *s->triangles},
        [NORMALS] = {s->n_vertices, s->normals, sizeof *s->normals},
        [CURVATURES] = {scan->curvatures ? s->n_vertices : 0, scan->curvatures, sizeof *scan->curvatures},
        [LANDMARKS] = {scan->n_landmarks, scan->landmarks, sizeof *scan->landmarks},
        [COLOURS] = {s->colours ? s->n_vertices : 0, s->colours, sizeof *s->colours},
        [TEXCOORDS] = {s->texcoords ? s->n_triangles : 0, s->texcoords, sizeof *s->texcoords},
    };
    int code = FACET_OK;
    memcpy(facet_block_data(out, QUALITY, row), scan->quality, sizeof scan->quality);
    memcpy(facet_block_data(out, POSE, row), scan->pose, sizeof scan->pose);
    for (int f = 0; !code && f <= TEXCOORDS; f++)
        code = put(out, f, row, all[f].count, all[f].data, all[f].step, error);
    return code;
}

// The picture stays as it is.
static int pass_picture(const struct facet_block *in, struct facet_block *out, int64_t row, struct facet_error *error) {
    int code =
        put(out, TEXTURE, row, facet_block_count(in, IN_TEXTURE, row), facet_block_read(in, IN_TEXTURE, row), 3, error);
    return code ? code
                : put(out, TEXTURE_SIZE, row, facet_block_count(in, IN_TEXTURE_SIZE, row),
                      facet_block_read(in, IN_TEXTURE_SIZE, row), 2 * sizeof(int32_t), error);
}

static int transform_row(const struct preprocess *p, const struct facet_block *in, struct facet_block *out, int64_t row,
                         struct facet_error *error) {
    struct scan scan = {.n_landmarks = 0};
    int code = prepare(p, in, row, &scan, error);
    if (!code) code = put_scan(out, row, &scan, error);
    if (!code && scan.surface.texcoords) code = pass_picture(in, out, row, error);
    if (!code)
        facet_scan_content(facet_block_read(in, IN_VERTICES, row), facet_block_count(in, IN_VERTICES, row),
                           facet_block_read(in, IN_TRIANGLES, row), facet_block_count(in, IN_TRIANGLES, row),
                           facet_block_data(out, CONTENT, row));
    preprocess_surface_free(&scan.surface);
    free(scan.curvatures);
    return code;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    struct preprocess p = *(const struct preprocess *)self;
    p.has_landmarks = facet_block_field(in, IN_LANDMARKS) != NULL;
    p.has_colours = facet_block_field(in, IN_COLOURS) != NULL;
    p.has_pictures = facet_block_field(in, IN_TEXTURE) != NULL;
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        struct facet_error why = {0};
        int code = facet_block_valid(in, row) ? transform_row(&p, in, out, row, &why) : FACET_OK;
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
    [IN_VERTICES] = {.name = "vertices", .rows = true},
    [IN_TRIANGLES] = {.name = "triangles", .rows = true},
    [IN_LANDMARKS] = {.name = "landmarks", .rows = true, .optional = true},
    [IN_COLOURS] = {.name = "colours", .rows = true, .optional = true},
    [IN_TEXCOORDS] = {.name = "texcoords", .rows = true, .optional = true},
    [IN_TEXTURE] = {.name = "texture", .rows = true, .optional = true},
    [IN_TEXTURE_SIZE] = {.name = "texture_size", .rows = true, .optional = true},
    {.name = NULL},
};
static const char *const makes[] = {"vertices", "triangles", "normals", "curvatures",   "landmarks",
                                    "colours",  "texcoords", "texture", "texture_size", "quality",
                                    "content",  "pose",      NULL};
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
    .version = "2.8.0",
    .summary = "finds the face in a scan, turns it to the front, cuts it out and gives it normals",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
