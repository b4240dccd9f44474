// synth: labelled faces that nobody had to sit for, from a built-in face or a morphable model in a file.
#include "synth/course.h"
#include "synth/emotion.h"
#include "synth/model.h"
#include "synth/wear.h"

#include <facet/plugin.h>
#include <facet/random.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERTICES, TRIANGLES };
static const double face_radius = 96;    // mm from the nose tip, what region "face" keeps
static const double identity_most = 2.5; // deviations; nobody's face is odder than this

struct synth {
    struct synth_model model;
    struct wear wear;
    struct course course;
    uint64_t identity_key, expression_key, style_key, wear_key;
    int64_t subjects, samples;
    int emotions;
    double intensity[2], identity_scale, style;
};

#define RANGE(key, low_high, units, least, most, text)                                                                 \
    {                                                                                                                  \
        .name = key, .type = FACET_PARAM_FLOATS, .fallback = low_high, .unit = units, .min = least, .max = most,       \
        .doc = text                                                                                                    \
    }

static const struct facet_param_spec params[] = {
    {.name = "model",
     .type = FACET_PARAM_PATH,
     .fallback = "\"builtin\"",
     .doc = "\"builtin\", or an HDF5 file with a morphable face model."},
    {.name = "subjects", .type = FACET_PARAM_INT, .fallback = "20", .min = 1, .max = 100000, .doc = "How many people."},
    {.name = "samples",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .min = 1,
     .max = 10000,
     .doc = "Scans (or sequences) of each expression of each person."},
    {.name = "expressions",
     .type = FACET_PARAM_STRING,
     .fallback = "\"basic6\"",
     .choices = "basic6|basic6+neutral",
     .doc = "What is shown: anger, disgust, fear, happiness, sadness, surprise, and perhaps nothing."},
    RANGE("intensity", "[0.4, 1.0]", NULL, 0, 1, "Lowest and highest strength of an expression at its apex."),
    {.name = "style",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .min = 0,
     .max = 2,
     .doc = "How far this population's way of showing an emotion departs from the prototypes."},
    {.name = "identity_scale",
     .type = FACET_PARAM_FLOAT,
     .fallback = "1.0",
     .min = 0,
     .max = 3,
     .doc = "How much people differ, as a multiple of the model's own spread."},
    {.name = "frames",
     .type = FACET_PARAM_INT,
     .fallback = "1",
     .min = 1,
     .max = 10000,
     .doc = "1: still scans; more: sequences from rest to the apex and back."},
    {.name = "rest",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .max = 0.4,
     .doc = "Share of a sequence, at its beginning and at its end, in which nothing is shown yet or any more."},
    {.name = "motion_deg",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "degree",
     .max = 90,
     .doc = "How far a head turns at most, about each axis, in the course of a sequence."},
    {.name = "motion_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "mm",
     .max = 1e4,
     .doc = "How far it moves at most along each axis."},
    {.name = "region",
     .type = FACET_PARAM_STRING,
     .fallback = "\"head\"",
     .choices = "face|head",
     .doc = "The whole model, or what lies within 96 mm of the nose tip."},
    {.name = "density",
     .type = FACET_PARAM_FLOAT,
     .fallback = "1.0",
     .min = 0.05,
     .max = 16,
     .doc = "Factor on the number of vertices; a model from a file can only be thinned."},
    RANGE("yaw_deg", "[0.0, 0.0]", "degree", -180, 180, "Turn to the person's left, drawn from this range."),
    RANGE("pitch_deg", "[0.0, 0.0]", "degree", -180, 180, "Nod, drawn from this range; positive looks down."),
    RANGE("roll_deg", "[0.0, 0.0]", "degree", -180, 180, "Tilt, drawn from this range."),
    RANGE("scale", "[1.0, 1.0]", NULL, 0.01, 100, "Factor on all sizes, drawn from this range."),
    {.name = "translate_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "mm",
     .max = 1e4,
     .doc = "Largest shift along each axis."},
    {.name = "noise_mm",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .unit = "mm",
     .max = 10,
     .doc = "Deviation of the scanner's error along its line of sight."},
    {.name = "holes",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .max = 20,
     .doc = "Expected number of round holes in a scan."},
    {.name = "bad",
     .type = FACET_PARAM_FLOAT,
     .fallback = "0.0",
     .max = 1,
     .doc = "Share of scans broken on purpose: empty, with a vertex that is no number, or squeezed flat."},
    {.name = "licence",
     .type = FACET_PARAM_STRING,
     .fallback = "\"synthetic\"",
     .doc = "The licence that travels with the rows."},
    {.name = "seed",
     .type = FACET_PARAM_INT,
     .fallback = "0",
     .min = 0,
     .max = INT_MAX,
     .doc = "Other people under the same name; sources of different names show different people anyway."},
    {.name = NULL},
};

static int read_range(const struct facet_params *given, const char *name, double range[2], struct facet_error *error) {
    size_t n = facet_param_count(given, name);
    if (n != 2) {
        return facet_error_set(error, FACET_ERROR_CONFIG, "synth: %s must be [lowest, highest], not a list of %zu",
                               name, n);
    }
    for (size_t i = 0; i < 2; i++) range[i] = facet_param_float_at(given, name, i);
    if (range[0] <= range[1]) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG, "synth: %s = [%g, %g] has its lowest value last", name, range[0],
                           range[1]);
}

static int read_ranges(const struct facet_params *given, struct synth *synth, struct facet_error *error) {
    int code = read_range(given, "intensity", synth->intensity, error);
    if (!code) code = read_range(given, "yaw_deg", synth->wear.angle[0], error);
    if (!code) code = read_range(given, "pitch_deg", synth->wear.angle[1], error);
    if (!code) code = read_range(given, "roll_deg", synth->wear.angle[2], error);
    return code ? code : read_range(given, "scale", synth->wear.scale, error);
}

// name: of the source, so that two of them do not show the same people.
static void read_numbers(const struct facet_params *given, uint64_t seed, const char *name, struct synth *synth) {
    synth->subjects = facet_param_int(given, "subjects");
    synth->samples = facet_param_int(given, "samples");
    synth->course = (struct course){.frames = facet_param_int(given, "frames"),
                                    .rest = facet_param_float(given, "rest"),
                                    .motion_deg = facet_param_float(given, "motion_deg"),
                                    .motion_mm = facet_param_float(given, "motion_mm")};
    synth->emotions = strcmp(facet_param_string(given, "expressions"), "basic6") == 0 ? EMOTION_NEUTRAL : EMOTIONS;
    synth->identity_scale = facet_param_float(given, "identity_scale");
    synth->style = facet_param_float(given, "style");
    synth->wear.translate_mm = facet_param_float(given, "translate_mm");
    synth->wear.noise_mm = facet_param_float(given, "noise_mm");
    synth->wear.holes = facet_param_float(given, "holes");
    synth->wear.bad = facet_param_float(given, "bad");
    uint64_t own = facet_random_u64(facet_random_seed(seed, name), (uint32_t)facet_param_int(given, "seed"), 0, 0);
    synth->identity_key = facet_random_seed(own, "identity");
    synth->expression_key = facet_random_seed(own, "expression");
    synth->style_key = facet_random_seed(own, "style");
    synth->wear_key = facet_random_seed(own, "wear");
}

static int read_model(const struct facet_params *given, struct synth_model *model, struct facet_error *error) {
    const char *name = facet_param_string(given, "model");
    double density = facet_param_float(given, "density");
    bool builtin = strcmp(name, "builtin") == 0;
    if (!builtin && density > 1) {
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "synth: density = %g, but a model from a file can only be thinned", density);
    }
    int code = builtin ? synth_model_builtin(density, model, error) : synth_model_read(name, model, error);
    bool crop = strcmp(facet_param_string(given, "region"), "face") == 0;
    if (!code && crop) code = synth_model_crop(model, face_radius, error);
    if (!code && !builtin && density < 1) code = synth_model_thin(model, density, error);
    if (!code && model->n_triangles == 0) code = facet_error_set(error, FACET_ERROR_DATA, "%s: no face is left", name);
    return code;
}

// Row numbers count frames fastest, then samples, expressions, subjects.
struct place {
    int64_t subject, sample, frame;
    int emotion;
};

static struct place place_of(const struct synth *synth, int64_t index) {
    struct place at = {.frame = index % synth->course.frames};
    index /= synth->course.frames;
    at.sample = index % synth->samples;
    index /= synth->samples;
    at.emotion = (int)(index % synth->emotions);
    at.subject = index / synth->emotions;
    return at;
}

// The same for any number of samples and whether or not neutral faces are asked for.
static uint32_t clip_of(const struct place *at) {
    return (uint32_t)at->sample * EMOTIONS + (uint32_t)at->emotion;
}

enum { DRAW_INTENSITY = 1 << 20 };

static struct course_clip clip_at(const struct synth *synth, const struct place *at) {
    return (struct course_clip){synth->expression_key, (uint32_t)at->subject, clip_of(at)};
}

static double intensity_of(const struct synth *synth, const struct place *at) {
    if (at->emotion == EMOTION_NEUTRAL) return 0;
    struct course_clip clip = clip_at(synth, at);
    double u = facet_random_uniform(clip.key, clip.subject, clip.clip, DRAW_INTENSITY);
    return (synth->intensity[0] + (synth->intensity[1] - synth->intensity[0]) * u) *
           course_progress(&synth->course, &clip, at->frame);
}

static void tell_phases(const struct synth *synth, const struct place *at, struct facet_item *item) {
    struct course_clip clip = clip_at(synth, at);
    if (at->emotion != EMOTION_NEUTRAL && synth->course.frames > 1)
        course_phases(&synth->course, &clip, &item->onset, &item->apex, &item->offset);
}

static int add_items(const struct synth *synth, const struct facet_params *given, struct facet_items *items,
                     struct facet_error *error) {
    const char *model = facet_param_string(given, "model"), *slash = strrchr(model, '/');
    char path[1088];
    snprintf(path, sizeof path, "%.1023s#%016llx", slash ? slash + 1 : model,
             (unsigned long long)synth_model_hash(&synth->model));
    int64_t rows = synth->subjects * synth->emotions * synth->samples * synth->course.frames;
    if (rows > INT32_MAX) {
        return facet_error_set(error, FACET_ERROR_CONFIG, "synth: %lld scans are too many", (long long)rows);
    }
    struct facet_item item = facet_item_unknown();
    for (int64_t i = 0; i < rows; i++) {
        struct place at = place_of(synth, i);
        char subject[24];
        snprintf(subject, sizeof subject, "s%03lld", (long long)at.subject + 1);
        if (at.frame == 0) {
            item = facet_item_unknown();
            tell_phases(synth, &at, &item);
        }
        item.subject = subject;
        item.label = emotion_names[at.emotion];
        item.path = path;
        item.licence = facet_param_string(given, "licence");
        item.consent = "synthetic";
        item.sequence = (int32_t)(i / synth->course.frames);
        item.frame = (int32_t)at.frame;
        item.intensity = (float)intensity_of(synth, &at);
        int code = facet_items_add(items, &item, error);
        if (code) return code;
    }
    return FACET_OK;
}

static void close_synth(void *self) {
    struct synth *synth = self;
    if (!synth) return;
    synth_model_free(&synth->model);
    free(synth);
}

static int open_synth(const struct facet_params *given, uint64_t seed, struct facet_items *items,
                      struct facet_field *fields, int *n_fields, void **self, struct facet_error *error) {
    struct synth *synth = calloc(1, sizeof *synth);
    if (!synth) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for synth");
    read_numbers(given, seed, facet_items_dataset_name(items, facet_items_datasets(items) - 1), synth);
    int code = read_ranges(given, synth, error);
    if (!code) code = read_model(given, &synth->model, error);
    if (!code) code = add_items(synth, given, items, error);
    if (code) {
        close_synth(synth);
        return code;
    }
    fields[VERTICES] = (struct facet_field){
        .name = "vertices", .type = FACET_F32, .rank = 2, .dims = {synth->model.n_vertices, 3}, .ragged = true};
    fields[TRIANGLES] = (struct facet_field){
        .name = "triangles", .type = FACET_I32, .rank = 2, .dims = {synth->model.n_triangles, 3}, .ragged = true};
    *n_fields = 2;
    *self = synth;
    return FACET_OK;
}

static void add_scaled(float *restrict to, const float *restrict from, double weight, int64_t n) {
    float w = (float)weight;
    for (int64_t i = 0; i < n; i++) to[i] += w * from[i];
}

static void add_person(const struct synth *synth, const struct place *at, float *vertices) {
    const struct synth_model *model = &synth->model;
    int64_t values = 3 * model->n_vertices;
    for (int d = 0; d < model->n_identity; d++) {
        double w = facet_random_normal(synth->identity_key, (uint32_t)at->subject, (uint32_t)d, 0);
        w = synth->identity_scale * fmin(fmax(w, -identity_most), identity_most);
        add_scaled(vertices, model->identity + d * values, w, values);
    }
}

static void add_expression(const struct synth *synth, const struct place *at, float *vertices) {
    const struct synth_model *model = &synth->model;
    struct emotion_draw draw = {.key = synth->expression_key,
                                .style_key = synth->style_key,
                                .subject = (uint32_t)at->subject,
                                .clip = clip_of(at),
                                .style = synth->style};
    struct emotion_units units;
    emotion_units_draw(&draw, at->emotion, intensity_of(synth, at), &units);
    for (int u = 0; u < model->n_units; u++) {
        const float *strength = units.strength[model->units[u].au];
        int side = model->units[u].side;
        double w = side == SYNTH_BOTH ? 0.5 * (strength[0] + strength[1]) : strength[side == SYNTH_LEFT];
        if (w != 0) add_scaled(vertices, model->units[u].offset, w, 3 * model->n_vertices);
    }
}

// One face in buffers of its own: how large it is in the end is known only after it was worn.
static void make_face(const struct synth *synth, int64_t index, struct wear_mesh *mesh, int32_t *room) {
    const struct synth_model *model = &synth->model;
    struct place at = place_of(synth, index);
    uint32_t moment = clip_of(&at) * (uint32_t)synth->course.frames + (uint32_t)at.frame;
    mesh->n_vertices = model->n_vertices;
    mesh->n_triangles = model->n_triangles;
    memcpy(mesh->vertices, model->mean, 3 * (size_t)model->n_vertices * sizeof *mesh->vertices);
    memcpy(mesh->triangles, model->triangles, 3 * (size_t)model->n_triangles * sizeof *mesh->triangles);
    add_person(synth, &at, mesh->vertices);
    add_expression(synth, &at, mesh->vertices);
    const struct wear_draw draw = {synth->wear_key, (uint32_t)at.subject, moment - (uint32_t)at.frame, moment};
    struct course_clip clip = clip_at(synth, &at);
    const struct wear_motion motion = course_motion(&synth->course, &clip, at.frame);
    wear_apply(&synth->wear, &draw, &motion, mesh, room);
}

static int hand_over(const struct wear_mesh *mesh, struct facet_block *block, int64_t row, struct facet_error *error) {
    int code = facet_block_resize(block, VERTICES, row, mesh->n_vertices, error);
    if (!code) code = facet_block_resize(block, TRIANGLES, row, mesh->n_triangles, error);
    if (code || mesh->n_vertices == 0) return code;
    memcpy(facet_block_data(block, VERTICES, row), mesh->vertices, 3 * (size_t)mesh->n_vertices * sizeof(float));
    if (mesh->n_triangles == 0) return FACET_OK;
    memcpy(facet_block_data(block, TRIANGLES, row), mesh->triangles, 3 * (size_t)mesh->n_triangles * sizeof(int32_t));
    return FACET_OK;
}

static int load(const void *self, int64_t index, struct facet_block *block, int64_t row, struct facet_error *error) {
    const struct synth *synth = self;
    size_t vertices = (size_t)synth->model.n_vertices, triangles = (size_t)synth->model.n_triangles;
    struct wear_mesh mesh = {.vertices = malloc(3 * vertices * sizeof *mesh.vertices),
                             .triangles = malloc(3 * triangles * sizeof *mesh.triangles)};
    int32_t *room = malloc(vertices * sizeof *room);
    int code = FACET_ERROR_MEMORY;
    if (mesh.vertices && mesh.triangles && room) {
        make_face(synth, index, &mesh, room);
        code = hand_over(&mesh, block, row, error);
    } else {
        facet_error_set(error, code, "out of memory for a face");
    }
    free(mesh.vertices);
    free(mesh.triangles);
    free(room);
    return code;
}

static const struct facet_source_ops ops = {.open = open_synth, .load = load, .close = close_synth};
static const char *const makes[] = {"vertices", "triangles", NULL};

const struct facet_plugin facet_plugin_synth = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "synth",
    .version = "1.1.0",
    .summary = "made-up faces with labelled expressions, from a built-in face or a morphable model",
    .citation = "P. Ekman, W. V. Friesen, J. C. Hager, Facial Action Coding System, 2002",
    .params = params,
    .makes = makes,
    .source = &ops,
};
