#include "render/cameras.h"

#include <facet/random.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANGLE(NAME, DOC)                                                                                               \
    {                                                                                                                  \
        .name = NAME, .type = FACET_PARAM_FLOAT, .fallback = "0.0", .unit = "degree", .min = -360, .max = 360,         \
        .doc = DOC                                                                                                     \
    }
#define RANGE(NAME, DOC)                                                                                               \
    {                                                                                                                  \
        .name = NAME, .type = FACET_PARAM_FLOATS, .fallback = "[]", .unit = "degree", .min = -360, .max = 360,         \
        .doc = DOC                                                                                                     \
    }

const struct facet_param_spec render_view_params[] = {
    {.name = "set",
     .type = FACET_PARAM_STRING,
     .fallback = "\"one\"",
     .choices = "one|ring|grid|random",
     .doc = "One camera, several around in a ring, rows of a grid of yaw and pitch, or at random."},
    ANGLE("yaw", "The camera goes this far round to the face's left."),
    ANGLE("pitch", "The camera goes up this far."),
    ANGLE("roll", "The camera turns about its line of sight, counter-clockwise seen from behind it."),
    {.name = "count",
     .type = FACET_PARAM_INT,
     .fallback = "8",
     .min = 1,
     .max = RENDER_MAX_VIEWS,
     .doc = "Cameras of a ring, of a row of a grid, or at random."},
    {.name = "rows",
     .type = FACET_PARAM_INT,
     .fallback = "3",
     .min = 1,
     .max = RENDER_MAX_VIEWS,
     .doc = "Rows of a grid, from the top down."},
    RANGE("yaw_range", "Of a set, [from, to]; a ring without one goes all the way round from yaw."),
    RANGE("pitch_range", "Of a set, [from, to]; without one all have pitch."),
    RANGE("roll_range", "Of a random set, [from, to]; without one all have roll."),
    {.name = "seed",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .max = 1e15,
     .doc = "Of a random set; the same number gives the same cameras."},
    {.name = "position_mm",
     .type = FACET_PARAM_FLOATS,
     .fallback = "[]",
     .unit = "mm",
     .min = -1e6,
     .max = 1e6,
     .doc = "Of one camera: where it stands, x y z, in place of yaw, pitch and distance_mm."},
    {.name = NULL},
};

struct lens {
    enum render_projection projection;
    double centre[3], extent, distance, fov, near_mm;
    int size;
};

// ---- one camera -----------------------------------------------------------------------------------------------------

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static struct render_shot shot_of(const struct lens *lens, const struct render_camera *axes, double distance) {
    struct render_shot shot = {.camera = *axes};
    struct render_camera *camera = &shot.camera;
    camera->projection = lens->projection;
    camera->near_mm = lens->near_mm;
    double half = 0.5 * lens->size, scale = half / lens->extent;
    if (lens->projection == RENDER_PERSPECTIVE) {
        shot.depth_at = distance;
        scale = lens->fov > 0 ? half / tan(lens->fov * 3.14159265358979323846 / 360) : half * distance / lens->extent;
    }
    for (int k = 0; k < 3; k++) camera->position[k] = lens->centre[k] + shot.depth_at * camera->toward[k];
    for (int k = 0; k < 2; k++) camera->scale[k] = scale, camera->centre[k] = half;
    return shot;
}

// Turns a camera with the picture's axes right and up by `roll` degrees.
static void roll_camera(struct render_camera *camera, double roll) {
    struct render_camera turn = render_camera_at(0, 0, roll);
    double right[3], up[3];
    for (int k = 0; k < 3; k++) {
        right[k] = turn.right[0] * camera->right[k] + turn.right[1] * camera->up[k];
        up[k] = turn.up[0] * camera->right[k] + turn.up[1] * camera->up[k];
    }
    memcpy(camera->right, right, sizeof right);
    memcpy(camera->up, up, sizeof up);
}

// Upright; from straight above or below, the picture's right is +x. False: it stands in what it looks at.
static bool look_from(const struct lens *lens, const double position[3], struct render_camera *camera,
                      double *distance) {
    double *t = camera->toward;
    for (int k = 0; k < 3; k++) t[k] = position[k] - lens->centre[k];
    *distance = sqrt(dot(t, t));
    if (!(*distance >= 1e-3)) return false;
    for (int k = 0; k < 3; k++) t[k] /= *distance;
    double level = sqrt(t[0] * t[0] + t[2] * t[2]);
    bool upright = level > 1e-9;
    camera->right[0] = upright ? t[2] / level : 1, camera->right[1] = 0, camera->right[2] = upright ? -t[0] / level : 0;
    const double *r = camera->right;
    camera->up[0] = t[1] * r[2] - t[2] * r[1];
    camera->up[1] = t[2] * r[0] - t[0] * r[2];
    camera->up[2] = t[0] * r[1] - t[1] * r[0];
    return true;
}

// ---- sets -----------------------------------------------------------------------------------------------------------

struct range {
    double from, to;
};

struct set {
    const char *kind;
    int64_t count, rows;
    struct range yaw, pitch, roll;
    bool whole_ring;
    uint64_t seed;
    const struct facet_params *given;
};

static int read_range(const struct facet_params *given, const char *name, const char *list, struct range *range,
                      struct facet_error *error) {
    size_t values = facet_param_count(given, list);
    range->from = range->to = facet_param_float(given, name);
    if (values == 0) return FACET_OK;
    if (values != 2)
        return facet_error_set(error, FACET_ERROR_CONFIG, "render.views: %s has %zu values, [from, to] is needed", list,
                               values);
    range->from = facet_param_float_at(given, list, 0), range->to = facet_param_float_at(given, list, 1);
    return FACET_OK;
}

// A range that the set has no use for is a slip: most likely `set` is missing.
static int check_ranges(const struct set *set, struct facet_error *error) {
    static const struct {
        const char *range, *sets;
    } uses[] = {{"yaw_range", "ring grid random"}, {"pitch_range", "grid random"}, {"roll_range", "random"}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (facet_param_count(set->given, uses[i].range) > 0 && !strstr(uses[i].sets, set->kind))
            return facet_error_set(error, FACET_ERROR_CONFIG,
                                   "render.views: set = \"%s\" has no use for %s, which is for: %s", set->kind,
                                   uses[i].range, uses[i].sets);
    return FACET_OK;
}

static int read_set(const struct facet_params *given, struct set *set, struct facet_error *error) {
    *set = (struct set){.kind = facet_param_string(given, "set"),
                        .count = facet_param_int(given, "count"),
                        .rows = facet_param_int(given, "rows"),
                        .whole_ring = facet_param_count(given, "yaw_range") == 0,
                        .seed = facet_random_seed((uint64_t)facet_param_int(given, "seed"), "render.views"),
                        .given = given};
    bool one = strcmp(set->kind, "one") == 0;
    size_t position = facet_param_count(given, "position_mm");
    if (one) set->count = 1;
    if (strcmp(set->kind, "grid") != 0) set->rows = 1;
    if (position > 0 && (position != 3 || !one))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "render.views: position_mm is x, y and z of one camera, not of a set");
    int code = check_ranges(set, error);
    if (!code) code = read_range(given, "yaw", "yaw_range", &set->yaw, error);
    if (!code) code = read_range(given, "pitch", "pitch_range", &set->pitch, error);
    return code ? code : read_range(given, "roll", "roll_range", &set->roll, error);
}

static double along(struct range range, int64_t i, int64_t count) {
    return count > 1 ? range.from + (range.to - range.from) * (double)i / (double)(count - 1)
                     : 0.5 * (range.from + range.to);
}

static double anywhere(const struct set *set, struct range range, int64_t view, uint32_t axis) {
    return range.from + (range.to - range.from) * facet_random_uniform(set->seed, (uint32_t)view, axis, 0);
}

static struct render_camera camera_of_set(const struct set *set, int64_t i) {
    double roll = set->roll.from;
    if (strcmp(set->kind, "random") == 0)
        return render_camera_at(anywhere(set, set->yaw, i, 0), anywhere(set, set->pitch, i, 1),
                                anywhere(set, set->roll, i, 2));
    if (strcmp(set->kind, "grid") == 0)
        return render_camera_at(along(set->yaw, i % set->count, set->count),
                                along(set->pitch, set->rows - 1 - i / set->count, set->rows), roll);
    if (strcmp(set->kind, "ring") == 0 && set->whole_ring)
        return render_camera_at(set->yaw.from + 360.0 * (double)i / (double)set->count, set->pitch.from, roll);
    return render_camera_at(along(set->yaw, i, set->count), set->pitch.from, roll);
}

static int add_one(const struct lens *lens, const struct set *set, struct render_shot *shot,
                   struct facet_error *error) {
    double position[3], distance;
    struct render_camera camera = {0};
    for (size_t k = 0; k < 3; k++) position[k] = facet_param_float_at(set->given, "position_mm", k);
    if (!look_from(lens, position, &camera, &distance))
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "render.views: a camera stands in centre_mm, which it is to look at");
    roll_camera(&camera, set->roll.from);
    *shot = shot_of(lens, &camera, distance);
    return FACET_OK;
}

static int add_set(const struct lens *lens, const struct set *set, struct render_cameras *to,
                   struct facet_error *error) {
    if (facet_param_count(set->given, "position_mm")) return add_one(lens, set, &to->shots[to->count++], error);
    for (int64_t i = 0; i < set->count * set->rows; i++) {
        struct render_camera camera = camera_of_set(set, i);
        to->shots[to->count++] = shot_of(lens, &camera, lens->distance);
    }
    return FACET_OK;
}

static int read_lens(const struct facet_params *given, int size, struct lens *lens, struct facet_error *error) {
    if (facet_param_count(given, "centre_mm") != 3)
        return facet_error_set(error, FACET_ERROR_CONFIG, "render.centre_mm: x, y and z are needed");
    *lens = (struct lens){.size = size,
                          .projection = strcmp(facet_param_string(given, "projection"), "perspective") == 0
                                            ? RENDER_PERSPECTIVE
                                            : RENDER_ORTHOGRAPHIC,
                          .extent = facet_param_float(given, "extent_mm"),
                          .distance = facet_param_float(given, "distance_mm"),
                          .fov = facet_param_float(given, "fov_deg"),
                          .near_mm = facet_param_float(given, "near_mm")};
    for (size_t k = 0; k < 3; k++) lens->centre[k] = facet_param_float_at(given, "centre_mm", k);
    return FACET_OK;
}

static int count_views(const struct facet_params *given, int64_t *views, struct facet_error *error) {
    *views = 0;
    for (size_t g = 0; g < facet_param_count(given, "views"); g++) {
        struct set set;
        int code = read_set(facet_param_group_at(given, "views", g), &set, error);
        if (code) return code;
        *views += set.count * set.rows;
    }
    if (*views >= 1 && *views <= RENDER_MAX_VIEWS) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG, "render.views: %lld views are listed, 1 to %d can be made",
                           (long long)*views, RENDER_MAX_VIEWS);
}

int render_cameras_read(const struct facet_params *given, int size, struct render_cameras **cameras,
                        struct facet_error *error) {
    struct lens lens;
    struct set set;
    int64_t views = 0;
    *cameras = NULL;
    int code = read_lens(given, size, &lens, error);
    if (!code) code = count_views(given, &views, error);
    if (code) return code;
    struct render_cameras *made = calloc(1, sizeof *made + (size_t)views * sizeof made->shots[0]);
    if (!made) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the cameras");
    for (size_t g = 0; g < facet_param_count(given, "views") && !code; g++) {
        code = read_set(facet_param_group_at(given, "views", g), &set, error);
        if (!code) code = add_set(&lens, &set, made, error);
    }
    if (code)
        free(made);
    else
        *cameras = made;
    return code;
}

// ---- what others need of a camera -----------------------------------------------------------------------------------

struct render_camera render_camera_finer(const struct render_camera *camera, int factor) {
    struct render_camera finer = *camera;
    for (int k = 0; k < 2; k++) finer.scale[k] *= factor, finer.centre[k] *= factor;
    return finer;
}

void render_camera_matrices(const struct render_camera *camera, double intrinsics[3][3], double extrinsics[3][4]) {
    memset(intrinsics, 0, 9 * sizeof(double));
    for (int k = 0; k < 2; k++) intrinsics[k][k] = camera->scale[k], intrinsics[k][2] = camera->centre[k];
    intrinsics[2][2] = 1;
    for (int k = 0; k < 3; k++) {
        extrinsics[0][k] = camera->right[k] + 0.0; // no -0
        extrinsics[1][k] = 0.0 - camera->up[k];
        extrinsics[2][k] = 0.0 - camera->toward[k];
    }
    for (int i = 0; i < 3; i++) extrinsics[i][3] = 0.0 - dot(extrinsics[i], camera->position);
}
