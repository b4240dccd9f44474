// render: pictures of a mesh from several sides.
#include "render/settings.h"

#include <facet/image.h>
#include <facet/plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERTICES, TRIANGLES, NORMALS, CURVATURES, COLOURS, TEXCOORDS, TEXTURE, TEXTURE_SIZE, NEEDS };
enum {
    VIEWS,
    VIEW_MASK,
    VIEW_PLANES,
    VIEW_RANGES,
    VIEW_INTRINSICS,
    VIEW_EXTRINSICS,
    VIEW_PROJECTION,
    VIEWS_U16,
    VIEWS_F32,
    VIEW_TRIANGLES,
    VIEW_VERTICES,
};
static const char *const makes[] = {
    [VIEWS] = "views",
    [VIEW_MASK] = "view_mask",
    [VIEW_PLANES] = "view_planes",
    [VIEW_RANGES] = "view_ranges",
    [VIEW_INTRINSICS] = "view_intrinsics",
    [VIEW_EXTRINSICS] = "view_extrinsics",
    [VIEW_PROJECTION] = "view_projection",
    [VIEWS_U16] = "views_u16",
    [VIEWS_F32] = "views_f32",
    [VIEW_TRIANGLES] = "view_triangles",
    [VIEW_VERTICES] = "view_vertices",
    NULL,
};

static int create(const struct facet_params *given, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    struct render_settings *settings = calloc(1, sizeof *settings);
    if (!settings) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the render plugin");
    int code = render_settings_read(given, settings, error);
    if (code)
        free(settings);
    else
        *self = settings;
    return code;
}

static void destroy(void *self) {
    render_settings_free(self);
    free(self);
}

// ---- what comes in, what goes out -----------------------------------------------------------------------------------

static bool is_ragged(const struct facet_field *field, enum facet_type type, int64_t width) {
    return field->type == type && field->ragged && field->rank == 2 && field->dims[1] == width;
}

static int check_mesh_fields(const struct facet_field *in, struct facet_error *error) {
    if (is_ragged(&in[VERTICES], FACET_F32, 3) && is_ragged(&in[TRIANGLES], FACET_I32, 3) &&
        is_ragged(&in[NORMALS], FACET_F32, 3))
        return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG,
                           "render needs vertices and normals as ragged f32 (n, 3), triangles as ragged i32 (n, 3)");
}

// A field of the vertices that an earlier stage was told to leave empty has room for less than they have.
static bool has_each_vertex(const struct facet_field *in, int field, enum facet_type type, int64_t width) {
    return is_ragged(&in[field], type, width) && in[field].dims[0] >= in[VERTICES].dims[0];
}

static bool has_texture(const struct facet_field *in) {
    return is_ragged(&in[TEXCOORDS], FACET_F32, 6) && is_ragged(&in[TEXTURE], FACET_U8, 3) &&
           is_ragged(&in[TEXTURE_SIZE], FACET_I32, 2) && in[TEXTURE].dims[0] > 1;
}

static int check_fields(const struct render_look *look, const struct facet_field *in, struct facet_error *error) {
    bool bends = render_look_needs(look, RENDER_CURVATURE) || render_look_needs(look, RENDER_PRINCIPAL);
    int code = check_mesh_fields(in, error);
    if (code) return code;
    if (bends && !has_each_vertex(in, CURVATURES, FACET_F32, 4))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "render.channels: curvatures are not there; give preprocess curvatures = true");
    bool colours = has_each_vertex(in, COLOURS, FACET_U8, 3);
    if (render_look_needs(look, RENDER_COLOUR) && !colours)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "render.channels: colours are not there; give the sources textures = true");
    if (render_look_needs(look, RENDER_TEXTURE) && !colours && !has_texture(in))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "render.channels: there is no texture and no colours; give the sources textures = true");
    return FACET_OK;
}

static struct facet_field fixed(enum facet_type type, int rank, const int64_t *dims) {
    struct facet_field field = {.type = type, .rank = rank};
    memcpy(field.dims, dims, (size_t)rank * sizeof *dims);
    return field;
}

// What is not asked for is an array of which every row is empty.
static struct facet_field when(bool wanted, struct facet_field field) {
    return wanted ? field : (struct facet_field){.type = field.type, .rank = 1, .dims = {1}, .ragged = true};
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct render_settings *s = self;
    int64_t views = s->cameras->count, planes = s->look.n_planes, size = s->look.size;
    const int64_t pictures[] = {views, planes, size, size}, names[] = {views, size, size};
    int code = check_fields(&s->look, in, error);
    if (code) return code;
    out[VIEWS] = when(s->u8, fixed(FACET_U8, 4, pictures));
    out[VIEWS_U16] = when(s->u16, fixed(FACET_U16, 4, pictures));
    out[VIEWS_F32] = when(s->f32, fixed(FACET_F32, 4, pictures));
    out[VIEW_MASK] = out[VIEW_PROJECTION] = fixed(FACET_U8, 1, &views);
    out[VIEW_PLANES] = fixed(FACET_U8, 1, &planes);
    out[VIEW_RANGES] = fixed(FACET_F64, 2, (const int64_t[]){planes, 3});
    out[VIEW_INTRINSICS] = fixed(FACET_F64, 3, (const int64_t[]){views, 3, 3});
    out[VIEW_EXTRINSICS] = fixed(FACET_F64, 3, (const int64_t[]){views, 3, 4});
    out[VIEW_TRIANGLES] = when(s->triangles, fixed(FACET_I32, 3, names));
    out[VIEW_VERTICES] = when(s->vertices, fixed(FACET_I32, 3, names));
    for (int f = 0; makes[f]; f++) snprintf(out[f].name, sizeof out[f].name, "%s", makes[f]);
    return FACET_OK;
}

// ---- a row's mesh ---------------------------------------------------------------------------------------------------

struct scratch { // of one thread
    struct render_easel *easel;
    struct render_texture texture;
    float *principal, *colours;
    int64_t room; // vertices
};

static int check_numbers(const struct render_subject *subject, struct facet_error *error) {
    const struct render_mesh *mesh = &subject->mesh;
    for (int64_t v = 0; v < mesh->n_vertices; v++)
        for (int k = 0; k < 3; k++)
            if (!isfinite(mesh->vertices[v][k]) || !isfinite(subject->normals[3 * v + k]))
                return facet_error_set(error, FACET_ERROR_DATA, "vertex %lld is not a place with a normal",
                                       (long long)v);
    return FACET_OK;
}

static int check_mesh(const struct facet_block *in, int64_t row, const struct render_subject *subject,
                      struct facet_error *error) {
    const struct render_mesh *mesh = &subject->mesh;
    if (facet_block_count(in, NORMALS, row) != mesh->n_vertices)
        return facet_error_set(error, FACET_ERROR_DATA, "%lld vertices come with %lld normals",
                               (long long)mesh->n_vertices, (long long)facet_block_count(in, NORMALS, row));
    for (int64_t t = 0; t < mesh->n_triangles; t++)
        for (int k = 0; k < 3; k++)
            if (mesh->triangles[t][k] < 0 || mesh->triangles[t][k] >= mesh->n_vertices)
                return facet_error_set(error, FACET_ERROR_DATA, "triangle %lld names vertex %d of %lld", (long long)t,
                                       (int)mesh->triangles[t][k], (long long)mesh->n_vertices);
    return check_numbers(subject, error);
}

static int reserve(struct scratch *scratch, int64_t vertices, struct facet_error *error) {
    if (vertices <= scratch->room) return FACET_OK;
    free(scratch->principal), free(scratch->colours);
    scratch->room = 0;
    scratch->principal = malloc((size_t)vertices * 2 * sizeof *scratch->principal);
    scratch->colours = malloc((size_t)vertices * 3 * sizeof *scratch->colours);
    if (!scratch->principal || !scratch->colours)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw %lld vertices", (long long)vertices);
    scratch->room = vertices;
    return FACET_OK;
}

static int64_t count_of(const struct facet_block *in, int field, int64_t row) {
    return facet_block_field(in, field) ? facet_block_count(in, field, row) : 0;
}

static int take_curvatures(const struct facet_block *in, int64_t row, struct scratch *scratch,
                           struct render_subject *subject, struct facet_error *error) {
    if (count_of(in, CURVATURES, row) != subject->mesh.n_vertices)
        return facet_error_set(error, FACET_ERROR_DATA, "%lld vertices come with %lld curvatures",
                               (long long)subject->mesh.n_vertices, (long long)count_of(in, CURVATURES, row));
    subject->curvatures = facet_block_read(in, CURVATURES, row);
    render_principal(subject->curvatures, subject->mesh.n_vertices, scratch->principal);
    subject->principal = scratch->principal;
    return FACET_OK;
}

static void take_colours(const struct facet_block *in, int64_t row, struct scratch *scratch,
                         struct render_subject *subject) {
    int64_t values = 3 * subject->mesh.n_vertices;
    if (count_of(in, COLOURS, row) != subject->mesh.n_vertices) return; // the scan came without
    const uint8_t *colours = facet_block_read(in, COLOURS, row);
    for (int64_t i = 0; i < values; i++) scratch->colours[i] = colours[i];
    subject->colours = scratch->colours;
}

static int take_texture(const struct facet_block *in, int64_t row, struct scratch *scratch,
                        struct render_subject *subject, struct facet_error *error) {
    bool there = count_of(in, TEXTURE, row) > 0 && count_of(in, TEXTURE_SIZE, row) == 1;
    if (!there || count_of(in, TEXCOORDS, row) != subject->mesh.n_triangles) return FACET_OK;
    const int32_t *size = facet_block_read(in, TEXTURE_SIZE, row); // height, width
    if (size[0] < 1 || size[1] < 1 || (int64_t)size[0] * size[1] != count_of(in, TEXTURE, row))
        return facet_error_set(error, FACET_ERROR_DATA, "a texture of %d x %d texels has %lld", size[1], size[0],
                               (long long)count_of(in, TEXTURE, row));
    int code = render_texture_build(&scratch->texture, facet_block_read(in, TEXTURE, row), size[1], size[0], error);
    subject->texture = &scratch->texture;
    subject->texcoords = facet_block_read(in, TEXCOORDS, row);
    return code;
}

static int take(const struct render_settings *s, const struct facet_block *in, int64_t row, struct scratch *scratch,
                struct render_subject *subject, struct facet_error *error) {
    const struct render_look *look = &s->look;
    *subject = (struct render_subject){.mesh = {.vertices = facet_block_read(in, VERTICES, row),
                                                .triangles = facet_block_read(in, TRIANGLES, row),
                                                .n_vertices = facet_block_count(in, VERTICES, row),
                                                .n_triangles = facet_block_count(in, TRIANGLES, row)},
                                       .normals = facet_block_read(in, NORMALS, row)};
    int code = check_mesh(in, row, subject, error);
    if (!code) code = reserve(scratch, subject->mesh.n_vertices, error);
    if (!code && (render_look_needs(look, RENDER_CURVATURE) || render_look_needs(look, RENDER_PRINCIPAL)))
        code = take_curvatures(in, row, scratch, subject, error);
    if (!code && (render_look_needs(look, RENDER_COLOUR) || render_look_needs(look, RENDER_TEXTURE)))
        take_colours(in, row, scratch, subject);
    if (!code && render_look_needs(look, RENDER_TEXTURE)) code = take_texture(in, row, scratch, subject, error);
    return code;
}

// ---- a row's pictures -----------------------------------------------------------------------------------------------

// The arrays of pictures that are asked for.
static void open_pictures(const struct render_settings *s, struct facet_block *out, int64_t row,
                          struct render_planes *planes) {
    if (s->u8) planes->u8 = facet_block_data(out, VIEWS, row);
    if (s->u16) planes->u16 = facet_block_data(out, VIEWS_U16, row);
    if (s->f32) planes->f32 = facet_block_data(out, VIEWS_F32, row);
    if (s->triangles) planes->triangles = facet_block_data(out, VIEW_TRIANGLES, row);
    if (s->vertices) planes->vertices = facet_block_data(out, VIEW_VERTICES, row);
}

static struct render_planes planes_of_view(const struct render_planes *all, const struct render_look *look, int view) {
    size_t pixels = (size_t)look->size * (size_t)look->size * (size_t)view, values = pixels * (size_t)look->n_planes;
    struct render_planes one = *all;
    if (one.u8) one.u8 += values;
    if (one.u16) one.u16 += values;
    if (one.f32) one.f32 += values;
    if (one.triangles) one.triangles += pixels;
    if (one.vertices) one.vertices += pixels;
    return one;
}

static void describe(const struct render_settings *s, struct facet_block *out, int64_t row) {
    const struct render_cameras *cameras = s->cameras;
    double(*ranges)[3] = facet_block_data(out, VIEW_RANGES, row);
    double(*intrinsics)[3][3] = facet_block_data(out, VIEW_INTRINSICS, row);
    double(*extrinsics)[3][4] = facet_block_data(out, VIEW_EXTRINSICS, row);
    uint8_t *projection = facet_block_data(out, VIEW_PROJECTION, row);
    memcpy(facet_block_data(out, VIEW_PLANES, row), s->look.planes, (size_t)s->look.n_planes);
    for (int p = 0; p < s->look.n_planes; p++) {
        const struct render_scale *scale = &s->look.scales[p];
        ranges[p][0] = scale->low, ranges[p][1] = scale->high, ranges[p][2] = scale->first;
    }
    for (int v = 0; v < cameras->count; v++) {
        render_camera_matrices(&cameras->shots[v].camera, intrinsics[v], extrinsics[v]);
        projection[v] = cameras->shots[v].camera.projection == RENDER_PERSPECTIVE;
    }
}

static void note(const struct render_settings *s, const struct render_subject *subject, const uint8_t *mask,
                 struct facet_block *out, int64_t row) {
    int empty = 0, first = -1;
    for (int v = 0; v < s->cameras->count; v++) {
        if (!mask[v] && first < 0) first = v;
        empty += !mask[v];
    }
    if (empty)
        facet_block_note(out, row, "%d of %d views see nothing, the first is view %d", empty, s->cameras->count, first);
    bool painted = render_look_needs(&s->look, RENDER_COLOUR) && !subject->colours;
    bool textured = render_look_needs(&s->look, RENDER_TEXTURE) && !subject->colours && !subject->texture;
    if (painted || textured) facet_block_note(out, row, "the scan has no colours: they are drawn as black");
}

static int draw_row(const struct render_settings *s, const struct facet_block *in, struct facet_block *out, int64_t row,
                    struct scratch *scratch, struct facet_error *error) {
    struct render_subject subject;
    struct render_planes planes = {0};
    int code = take(s, in, row, scratch, &subject, error);
    if (code) return code;
    uint8_t *mask = facet_block_data(out, VIEW_MASK, row);
    open_pictures(s, out, row, &planes);
    describe(s, out, row);
    for (int v = 0; v < s->cameras->count && !code; v++) {
        const struct render_shot *shot = &s->cameras->shots[v];
        struct render_planes one = planes_of_view(&planes, &s->look, v);
        bool seen;
        code = render_easel_draw(scratch->easel, &subject, &shot->camera, shot->depth_at, &one, &seen, error);
        mask[v] = seen;
    }
    if (!code) note(s, &subject, mask, out, row);
    return code;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct render_settings *s = self;
    struct scratch scratch = {0};
    int code = render_easel_create(&s->look, &scratch.easel, error);
    for (int64_t row = 0; row < facet_block_rows(in) && !code; row++) {
        struct facet_error why = {0};
        if (!facet_block_valid(in, row)) continue;
        code = draw_row(s, in, out, row, &scratch, &why);
        if (code == FACET_ERROR_DATA) {
            facet_block_quarantine(out, row, code, "%s", why.text);
            code = FACET_OK;
        } else if (code) {
            facet_error_set(error, code, "%s", why.text);
        }
    }
    render_easel_destroy(scratch.easel);
    render_texture_free(&scratch.texture);
    free(scratch.principal), free(scratch.colours);
    return code;
}

static const struct facet_need needs[] = {
    [VERTICES] = {.name = "vertices", .rows = true},
    [TRIANGLES] = {.name = "triangles", .rows = true},
    [NORMALS] = {.name = "normals", .rows = true},
    [CURVATURES] = {.name = "curvatures", .rows = true, .optional = true},
    [COLOURS] = {.name = "colours", .rows = true, .optional = true},
    [TEXCOORDS] = {.name = "texcoords", .rows = true, .optional = true},
    [TEXTURE] = {.name = "texture", .rows = true, .optional = true},
    [TEXTURE_SIZE] = {.name = "texture_size", .rows = true, .optional = true},
    [NEEDS] = {.name = NULL},
};
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
    .version = "2.0.0",
    .summary = "draws a mesh from several sides: depth, normals, curvatures, colours and more",
    .params = render_params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
