// bu4dfe: BU-4DFE, 101 people with a sequence of each of six expressions.
#include "dataset/dataset.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { WOMEN = 58, MEN = 43, EXPRESSIONS = 6 };
static const char *const expressions[EXPRESSIONS] = {"Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise"};

static bool read_person(char *name, char subject[DATASET_TEXT]) {
    dataset_upper(name);
    if (!dataset_has_form(name, "@###")) return false;
    int64_t number = dataset_whole_number(name + 1), people = *name == 'F' ? WOMEN : *name == 'M' ? MEN : 0;
    return number >= 1 && number <= people && dataset_copy(subject, DATASET_TEXT, name, 4);
}

// What landmark files are called is not certain: the number at the end of the name counts.
static int64_t last_number(const char *stem) {
    const char *c = stem + strlen(stem);
    while (c > stem && c[-1] >= '0' && c[-1] <= '9') c--;
    return dataset_whole_number(c);
}

// F001/Angry/000.wrl
static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    (void)given;
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    int e = 0;
    while (e < EXPRESSIONS && strcasecmp(parts.name[1], expressions[e]) != 0) e++;
    if (e == EXPRESSIONS || !read_person(parts.name[2], place->subject)) return;
    bool landmarks = strcmp(parts.suffix, ".bnd") == 0;
    place->frame = landmarks ? last_number(parts.stem) : dataset_whole_number(parts.stem);
    if (place->frame < 0) return;
    snprintf(place->key, sizeof place->key, "%s", expressions[e]);
    snprintf(place->code, sizeof place->code, "%s", expressions[e]);
    if (landmarks)
        place->kind = DATASET_LANDMARKS;
    else if (strcmp(parts.suffix, ".jpg") == 0 || strcmp(parts.suffix, ".png") == 0 ||
             strcmp(parts.suffix, ".bmp") == 0)
        place->kind = DATASET_TEXTURE;
    else if (facet_scan_is_named(path))
        place->kind = DATASET_SCAN;
}

static bool expected(const struct facet_params *given, int64_t index, struct dataset_place *place) {
    (void)given;
    int64_t person = index / EXPRESSIONS;
    if (person >= WOMEN + MEN) return false;
    dataset_name_person(place->subject, person, WOMEN, 3);
    snprintf(place->key, sizeof place->key, "%s", expressions[index % EXPRESSIONS]);
    return true;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = WOMEN + MEN, .sequences = (WOMEN + MEN) * EXPRESSIONS};
}

static const struct dataset_label labels[] = {
    {"Angry", "anger"}, {"Disgust", "disgust"},   {"Fear", "fear"}, {"Happy", "happiness"},
    {"Sad", "sadness"}, {"Surprise", "surprise"}, {NULL, NULL}};

static const char *const stray_folders[] = {"BU_WrlViewer", "BU_WrlViewer_V2", NULL};
static const char *const more_roots[] = {"landmark_root", NULL};

static const struct dataset_description description = {
    .title = "BU-4DFE",
    .example = "F001/Angry/000.wrl",
    .place = place,
    .stray_folders = stray_folders,
    .more_roots = more_roots,
    .labels = labels,
    .points = dataset_points_of_bnd,
    .counts = counts,
    .expected = expected,
};

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    {.name = "landmark_root",
     .type = FACET_PARAM_PATH,
     .fallback = "\"\"",
     .doc = "The folder or archive of the .bnd files (BU4DFE_BND_V1.1) when it does not lie below root."},
    {.name = NULL},
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_bu4dfe = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "bu4dfe",
    .version = "1.0.0",
    .summary = "BU-4DFE: 101 people, a sequence of each of six expressions",
    .citation = "L. Yin, X. Chen, Y. Sun, T. Worm, M. Reale: A High-Resolution 3D Dynamic Facial Expression Database. "
                "IEEE FG 2008.",
    .params = params,
    .makes = makes,
    .source = &ops,
};
