// bu3dfe: BU-3DFE, 100 people with six expressions at four intensities and a neutral face each.
#include "dataset/dataset.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <stdio.h>
#include <string.h>

enum { WOMEN = 56, MEN = 44, CODES = 6, LEVELS = 4 };
static const char *const codes[CODES + 1] = {"AN", "DI", "FE", "HA", "SA", "SU", "NE"};

static bool level_is_wanted(const struct facet_params *given, int64_t level) {
    size_t n = facet_param_count(given, "levels");
    for (size_t i = 0; i < n; i++)
        if ((int64_t)facet_param_float_at(given, "levels", i) == level) return true;
    return n == 0 || level == 0;
}

static int code_of(const char *name) {
    int code = 0;
    while (code <= CODES && strncmp(name, codes[code], 2) != 0) code++;
    return code <= CODES ? code : -1;
}

// F3D: the mesh, its landmarks (.bnd) and its picture, which also belongs to the mesh of RAW. F2D is another photo. The
// eight points of RAW's .pse are numbered unlike all others.
static void set_kind(const char *kind, const char *path, const char *suffix, struct dataset_place *place) {
    bool picture = strcmp(suffix, ".bmp") == 0 || strcmp(suffix, ".png") == 0 || strcmp(suffix, ".jpg") == 0;
    bool whole = strcmp(kind, "F3D") == 0, raw = strcmp(kind, "RAW") == 0;
    if ((whole || raw) && facet_scan_is_named(path))
        place->kind = DATASET_SCAN;
    else if (whole && picture)
        place->kind = DATASET_TEXTURE;
    else if ((whole && strcmp(suffix, ".bnd") == 0) || strcmp(kind, "RAW_84_LMS") == 0)
        place->kind = DATASET_LANDMARKS;
    if (place->kind != DATASET_TEXTURE) snprintf(place->variant, sizeof place->variant, "%s", whole ? "F3D" : "RAW");
}

// F0001_AN01WH_F3D.wrl: person, expression, level and descent, kind. The descent is no part of what tells scans apart.
static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    char head[14];
    dataset_upper(parts.stem);
    snprintf(head, sizeof head, "%s", parts.stem);
    if (!dataset_has_form(head, "@####_@@##@@_")) return;
    int64_t person = dataset_whole_number((char[]){head[1], head[2], head[3], head[4], 0});
    int64_t level = dataset_whole_number((char[]){head[8], head[9], 0});
    int64_t people = head[0] == 'F' ? WOMEN : head[0] == 'M' ? MEN : 0;
    int code = code_of(head + 6);
    bool named = code >= 0 && person >= 1 && person <= people && (code == CODES) == (level == 0) && level <= LEVELS;
    if (!named || !level_is_wanted(given, level)) return;
    dataset_copy(place->subject, sizeof place->subject, head, 5);
    dataset_copy(place->key, sizeof place->key, head + 6, 4);
    dataset_copy(place->code, sizeof place->code, head + 6, 2);
    place->intensity = (float)level / LEVELS;
    set_kind(parts.stem + 13, path, parts.suffix, place);
}

static int levels_wanted(const struct facet_params *given) {
    int n = 0;
    for (int level = 1; level <= LEVELS; level++) n += level_is_wanted(given, level);
    return n;
}

static int wanted_level(const struct facet_params *given, int64_t index) {
    int level = 1;
    for (; !level_is_wanted(given, level) || index > 0; level++) index -= level_is_wanted(given, level);
    return level;
}

static bool expected(const struct facet_params *given, int64_t index, struct dataset_place *place) {
    int n = levels_wanted(given);
    int64_t scans = CODES * n + 1, person = index / scans, scan = index % scans;
    if (person >= WOMEN + MEN) return false;
    bool neutral = scan == CODES * n;
    dataset_name_person(place->subject, person, WOMEN, 4);
    snprintf(place->key, sizeof place->key, "%s%02d", codes[neutral ? CODES : scan / n],
             neutral ? 0 : wanted_level(given, scan % n));
    return true;
}

static struct dataset_counts counts(const struct facet_params *given) {
    int64_t people = WOMEN + MEN;
    return (struct dataset_counts){.subjects = people, .scans = people * (CODES * levels_wanted(given) + 1)};
}

static const struct dataset_label labels[] = {{"AN", "anger"},     {"DI", "disgust"}, {"FE", "fear"},
                                              {"HA", "happiness"}, {"SA", "sadness"}, {"SU", "surprise"},
                                              {"NE", "neutral"},   {NULL, NULL}};

static const char *const stray_folders[] = {"BU_WrlViewer", "BU_WrlViewer_V2", NULL};

static int check(const struct facet_params *given, struct facet_error *error) {
    for (size_t i = 0; i < facet_param_count(given, "levels"); i++) {
        double level = facet_param_float_at(given, "levels", i);
        if (level != (double)(int)level)
            return facet_error_set(error, FACET_ERROR_CONFIG, "levels: %g; whole numbers from 1 to 4 expected", level);
    }
    return FACET_OK;
}

static const struct dataset_description description = {
    .title = "BU-3DFE",
    .example = "F0001/F0001_AN01WH_F3D.wrl",
    .check = check,
    .place = place,
    .stray_folders = stray_folders,
    .labels = labels,
    .points = dataset_points_of_bnd,
    .counts = counts,
    .expected = expected,
};

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    DATASET_PARAM_KIND("F3D|RAW", "F3D"),
    {.name = "levels",
     .type = FACET_PARAM_FLOATS,
     .fallback = "[]",
     .min = 1,
     .max = LEVELS,
     .doc = "Only these levels of intensity, 1 to 4, besides the neutral face. Empty: all."},
    {.name = NULL},
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_bu3dfe = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "bu3dfe",
    .version = "1.0.0",
    .summary = "BU-3DFE: 100 people, six expressions at four intensities",
    .citation = "L. Yin, X. Wei, Y. Sun, J. Wang, M. J. Rosato: A 3D Facial Expression Database for Facial Behavior "
                "Research. IEEE FG 2006.",
    .params = params,
    .makes = makes,
    .source = &ops,
};
