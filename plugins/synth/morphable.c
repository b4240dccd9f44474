// Reads a morphable face model from a file (layout in docs/synth.md). Its units are cm.
#include "synth/model.h"

#include <facet/store.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double mm = 10; // in a cm
enum { NOSE_TIP = 30 };      // of the 68 Multi-PIE landmarks

// The model's own blendshapes for each action unit; one unit may have several.
static const struct shape {
    const char *name;
    int au, side;
} shapes[] = {
    {"browInnerUp", 1, SYNTH_BOTH},       {"browInnerUp_L", 1, SYNTH_LEFT},      {"browInnerUp_R", 1, SYNTH_RIGHT},
    {"browOuterUp_L", 2, SYNTH_LEFT},     {"browOuterUp_R", 2, SYNTH_RIGHT},     {"browDown_L", 4, SYNTH_LEFT},
    {"browDown_R", 4, SYNTH_RIGHT},       {"eyeWide_L", 5, SYNTH_LEFT},          {"eyeWide_R", 5, SYNTH_RIGHT},
    {"cheekSquint_L", 6, SYNTH_LEFT},     {"cheekSquint_R", 6, SYNTH_RIGHT},     {"eyeSquint_L", 7, SYNTH_LEFT},
    {"eyeSquint_R", 7, SYNTH_RIGHT},      {"noseSneer_L", 9, SYNTH_LEFT},        {"noseSneer_R", 9, SYNTH_RIGHT},
    {"mouthShrugUpper", 10, SYNTH_BOTH},  {"mouthUpperUp_L", 11, SYNTH_LEFT},    {"mouthUpperUp_R", 11, SYNTH_RIGHT},
    {"mouthSmile_L", 12, SYNTH_LEFT},     {"mouthSmile_R", 12, SYNTH_RIGHT},     {"mouthDimple_L", 14, SYNTH_LEFT},
    {"mouthDimple_R", 14, SYNTH_RIGHT},   {"mouthFrown_L", 15, SYNTH_LEFT},      {"mouthFrown_R", 15, SYNTH_RIGHT},
    {"mouthLowerDown_L", 16, SYNTH_LEFT}, {"mouthLowerDown_R", 16, SYNTH_RIGHT}, {"mouthShrugLower", 17, SYNTH_BOTH},
    {"mouthPucker", 18, SYNTH_BOTH},      {"mouthStretch_L", 20, SYNTH_LEFT},    {"mouthStretch_R", 20, SYNTH_RIGHT},
    {"mouthFunnel", 22, SYNTH_BOTH},      {"mouthPress_L", 24, SYNTH_LEFT},      {"mouthPress_R", 24, SYNTH_RIGHT},
    {"jawOpen", 26, SYNTH_BOTH},          {"mouthRollLower", 28, SYNTH_BOTH},    {"mouthRollUpper", 28, SYNTH_BOTH},
    {"jawForward", 29, SYNTH_BOTH},       {"cheekPuff", 33, SYNTH_BOTH},         {"cheekPuff_L", 33, SYNTH_LEFT},
    {"cheekPuff_R", 33, SYNTH_RIGHT},     {"eyeBlink_L", 45, SYNTH_LEFT},        {"eyeBlink_R", 45, SYNTH_RIGHT},
};

static const struct shape *shape_of(const char *name) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (strcmp(shapes[i].name, name) == 0) return &shapes[i];
    }
    return NULL;
}

struct source {
    struct facet_store *store;
    struct facet_array mean, triangles, landmarks;
    char **names; // of the blendshapes
    int64_t n_names, n_identity;
};

static int wrong(struct facet_error *error, const char *what) {
    return facet_error_set(error, FACET_ERROR_DATA, "not a face model: %s", what);
}

static int read_array(struct source *from, const char *name, enum facet_type type, int64_t width,
                      struct facet_array *array, struct facet_error *error) {
    int code = facet_store_read(from->store, name, type, array, error);
    if (code) return code;
    int rank = width ? 2 : 1;
    if (array->rank == rank && array->dims[0] > 0 && (!width || array->dims[1] == width)) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_DATA, "not a face model: %s must have %d dimensions%s", name, rank,
                           width ? ", the second one 3" : "");
}

static int check_indices(const struct facet_array *array, int64_t limit, const char *what, struct facet_error *error) {
    const int32_t *index = array->data;
    for (size_t i = 0; i < facet_array_elements(array); i++) {
        if (index[i] < 0 || index[i] >= limit) {
            return facet_error_set(error, FACET_ERROR_DATA, "not a face model: %s names vertex %d of %lld", what,
                                   (int)index[i], (long long)limit);
        }
    }
    return FACET_OK;
}

// One group of modes: offset of mode m is modes[m] * scale[m], in cm.
static int check_modes(struct source *from, const char *modes, const char *scale, int64_t *n,
                       struct facet_error *error) {
    struct facet_array a = {0}, b = {0};
    int code = facet_store_shape(from->store, modes, &a, error);
    if (!code) code = facet_store_shape(from->store, scale, &b, error);
    if (code) return code;
    if (a.rank != 3 || a.dims[1] != from->mean.dims[0] || a.dims[2] != 3 || b.rank != 1 || b.dims[0] != a.dims[0]) {
        return facet_error_set(error, FACET_ERROR_DATA,
                               "not a face model: %s and %s do not fit the mean's %lld vertices", modes, scale,
                               (long long)from->mean.dims[0]);
    }
    *n = a.dims[0];
    return FACET_OK;
}

static int open_source(const char *path, struct source *from, struct facet_error *error) {
    int64_t n_shapes = 0;
    int code = facet_store_open(path, &from->store, error);
    if (!code) code = read_array(from, "mean", FACET_F32, 3, &from->mean, error);
    if (!code) code = read_array(from, "triangles", FACET_I32, 3, &from->triangles, error);
    if (!code) code = read_array(from, "landmarks68", FACET_I32, 0, &from->landmarks, error);
    if (!code) code = facet_store_read_strings(from->store, "expression/names", &from->names, &from->n_names, error);
    if (!code) code = check_modes(from, "identity/modes", "identity/scale", &from->n_identity, error);
    if (!code) code = check_modes(from, "expression/modes", "expression/scale", &n_shapes, error);
    if (!code && n_shapes != from->n_names)
        code = wrong(error, "expression/names and expression/modes differ in length");
    if (!code && from->landmarks.dims[0] <= NOSE_TIP) code = wrong(error, "landmarks68 has no nose tip (number 30)");
    if (!code) code = check_indices(&from->triangles, from->mean.dims[0], "triangles", error);
    if (!code) code = check_indices(&from->landmarks, from->mean.dims[0], "landmarks68", error);
    return code;
}

static void close_source(struct source *from) {
    facet_array_free(&from->mean);
    facet_array_free(&from->triangles);
    facet_array_free(&from->landmarks);
    free(from->names);
    facet_store_close(from->store);
}

static int read_mode(struct source *from, const char *modes, double scale, int64_t row, float *out, size_t n,
                     struct facet_error *error) {
    struct facet_array array = {0};
    int code = facet_store_read_rows(from->store, modes, FACET_F32, row, 1, &array, error);
    const float *values = array.data;
    for (size_t i = 0; !code && i < n; i++) out[i] = (float)(mm * scale * values[i]);
    facet_array_free(&array);
    return code;
}

static int read_identity(struct source *from, struct synth_model *model, struct facet_error *error) {
    struct facet_array scale = {0};
    size_t values = 3 * (size_t)model->n_vertices;
    int code = facet_store_read(from->store, "identity/scale", FACET_F32, &scale, error);
    for (int64_t d = 0; !code && d < from->n_identity; d++) {
        code = read_mode(from, "identity/modes", ((const float *)scale.data)[d], d,
                         model->identity + (size_t)d * values, values, error);
    }
    facet_array_free(&scale);
    return code;
}

static int read_units(struct source *from, struct synth_model *model, struct facet_error *error) {
    struct facet_array scale = {0};
    int u = 0, code = facet_store_read(from->store, "expression/scale", FACET_F32, &scale, error);
    for (int64_t s = 0; !code && s < from->n_names; s++) {
        const struct shape *shape = shape_of(from->names[s]);
        if (!shape) continue;
        model->units[u].au = shape->au;
        model->units[u].side = shape->side;
        code = read_mode(from, "expression/modes", ((const float *)scale.data)[s], s, model->units[u].offset,
                         3 * (size_t)model->n_vertices, error);
        u++;
    }
    facet_array_free(&scale);
    return code;
}

static int fill(struct source *from, struct synth_model *model, struct facet_error *error) {
    *model = (struct synth_model){
        .n_vertices = from->mean.dims[0], .n_triangles = from->triangles.dims[0], .n_identity = (int)from->n_identity};
    for (int64_t s = 0; s < from->n_names; s++) model->n_units += shape_of(from->names[s]) != NULL;
    if (model->n_units == 0) return wrong(error, "expression/names holds no blendshape known to synth");
    int code = synth_model_allocate(model, error);
    if (code) return code;
    const float *mean = from->mean.data;
    const int32_t nose = ((const int32_t *)from->landmarks.data)[NOSE_TIP];
    for (int64_t i = 0; i < 3 * model->n_vertices; i++) model->mean[i] = (float)(mm * mean[i]);
    for (int k = 0; k < 3; k++) model->nose[k] = model->mean[3 * (int64_t)nose + k];
    memcpy(model->triangles, from->triangles.data, 3 * (size_t)model->n_triangles * sizeof *model->triangles);
    code = read_identity(from, model, error);
    return code ? code : read_units(from, model, error);
}

int synth_model_read(const char *path, struct synth_model *model, struct facet_error *error) {
    struct source from = {0};
    *model = (struct synth_model){0};
    int code = open_source(path, &from, error);
    if (!code) code = fill(&from, model, error);
    close_source(&from);
    if (!code) return FACET_OK;
    synth_model_free(model);
    return facet_error_prefix(error, "%s", path);
}
