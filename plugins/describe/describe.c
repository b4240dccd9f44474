// describe: a face's relief in a few dozen numbers, so that scans can be compared without their meshes; docs/quality.md.
#include "describe/place.h"
#include "describe/waves.h"

#include <facet/plugin.h>
#include <facet/quality.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IN_VERTICES, IN_TRIANGLES, IN_QUALITY, IN_CONTENT };
enum { DESCRIPTOR, QUALITY, CONTENT };

struct describe {
    struct waves *waves;
    double radius, least;
    int degree;
};

static const struct facet_param_spec params[] = {
    {.name = "radius_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "55.0",
     .unit = "mm",
     .min = 20,
     .max = 80,
     .doc = "What lies within it of the nose, seen from the front, is described."},
    {.name = "degree",
     .type = FACET_PARAM_INT,
     .fallback = "10",
     .min = 2,
     .max = 16,
     .doc = "Highest degree of the polynomials: n takes (n + 1) (n + 2) / 2 - 3 numbers."},
    {.name = "min_coverage",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.75",
     .max = 1,
     .doc = "Faces with surface in less of the disc are not described: their numbers are NaN."},
    {.name = NULL},
};

static void destroy(void *self) {
    struct describe *d = self;
    if (!d) return;
    waves_destroy(d->waves);
    free(d);
}

static int create(const struct facet_params *given, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)stage;
    struct describe *d = calloc(1, sizeof *d);
    if (!d) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the describe plugin");
    d->radius = facet_param_float(given, "radius_mm");
    d->least = facet_param_float(given, "min_coverage");
    d->degree = (int)facet_param_int(given, "degree");
    int code = waves_create(d->degree, &d->waves, error);
    if (code) {
        destroy(d);
        return code;
    }
    *self = d;
    return FACET_OK;
}

static bool is_mesh(const struct facet_field *field, enum facet_type type) {
    return field->type == type && field->ragged && field->rank == 2 && field->dims[1] == 3;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct describe *d = self;
    const struct facet_field *quality = &in[IN_QUALITY], *content = &in[IN_CONTENT];
    if (!is_mesh(&in[IN_VERTICES], FACET_F32) || !is_mesh(&in[IN_TRIANGLES], FACET_I32))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "describe needs vertices as ragged f32 (n, 3) and triangles as ragged i32 (n, 3)");
    if (quality->type != FACET_F32 || quality->rank != 1 || quality->ragged || content->type != FACET_I64 ||
        content->rank != 1 || content->ragged)
        return facet_error_set(error, FACET_ERROR_CONFIG, "describe needs quality as f32 (n) and content as i64 (2)");
    out[DESCRIPTOR] =
        (struct facet_field){.name = "descriptor", .type = FACET_F32, .rank = 1, .dims = {waves_count(d->degree)}};
    out[QUALITY] = *quality;
    out[CONTENT] = *content;
    return FACET_OK;
}

// What is far from any face (the inside of a mouth, a strand of hair) counts as a gap. Gaps are filled over the plain face.
static void flatten(double radius, struct relief *relief) {
    const double far = 20; // mm
    for (int y = 0; y < RELIEF_SIDE; y++) {
        for (int x = 0; x < RELIEF_SIDE; x++) {
            relief->height[y][x] -= plain_face(radius * relief_middle(x), radius * relief_middle(y)).height;
            relief->has[y][x] &= fabs(relief->height[y][x]) < far;
        }
    }
}

static int describe_row(const struct describe *d, const struct facet_block *in, int64_t row, float *values,
                        struct facet_error *error) {
    struct relief relief;
    const struct mesh mesh = {.vertices = facet_block_read(in, IN_VERTICES, row),
                              .triangles = facet_block_read(in, IN_TRIANGLES, row),
                              .n_vertices = facet_block_count(in, IN_VERTICES, row),
                              .n_triangles = facet_block_count(in, IN_TRIANGLES, row)};
    int code = place_relief(&mesh, d->radius, &relief, error);
    if (code) return code;
    flatten(d->radius, &relief);
    if (waves_covered(d->waves, &relief) < d->least) {
        for (int i = 0; i < waves_count(d->degree); i++) values[i] = NAN;
        return FACET_OK;
    }
    relief_fill(&relief);
    waves_measure(d->waves, &relief, values);
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    static const int handed_on[][2] = {{IN_QUALITY, QUALITY}, {IN_CONTENT, CONTENT}};
    int code = FACET_OK;
    for (int64_t row = 0; row < facet_block_rows(in) && !code; row++) {
        if (!facet_block_valid(in, row)) continue;
        code = describe_row(self, in, row, facet_block_data(out, DESCRIPTOR, row), error);
        for (int i = 0; i < 2; i++)
            memcpy(facet_block_data(out, handed_on[i][1], row), facet_block_read(in, handed_on[i][0], row),
                   facet_field_bytes(facet_block_field(in, handed_on[i][0])));
    }
    return code;
}

static const struct facet_need needs[] = {
    [IN_VERTICES] = {.name = "vertices", .rows = true},
    [IN_TRIANGLES] = {.name = "triangles", .rows = true},
    [IN_QUALITY] = {.name = "quality", .rows = true},
    [IN_CONTENT] = {.name = "content", .rows = true},
    {.name = NULL},
};
static const char *const makes[] = {"descriptor", "quality", "content", NULL};
static const struct facet_map_ops ops = {
    .create = create, .declare = declare, .transform = transform, .destroy = destroy};

const struct facet_plugin facet_plugin_describe = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "describe",
    .version = "1.0.0",
    .summary = "puts a face's relief into a few dozen numbers, by which audit finds scans that are there twice",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
