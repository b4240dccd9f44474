// bp4d: BP4D-Spontaneous and BP4D+, sequences of people at tasks that move them, with action units.
#include "bp4d/occurrence.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <stdio.h>
#include <string.h>

enum { WOMEN = 23, MEN = 18, TASKS = 8, PLUS_PEOPLE = 140 };

static bool is_plus(const struct facet_params *given) {
    return strcmp(facet_param_string(given, "edition"), "BP4D+") == 0;
}

// "T01" is T1.
static bool read_task(const char *name, char key[DATASET_TEXT]) {
    int64_t task = *name == 'T' || *name == 't' ? dataset_whole_number(name + 1) : -1;
    snprintf(key, DATASET_TEXT, "T%lld", (long long)task);
    return task > 0 && task < 100;
}

// AU_OCC/F001_T1.csv. Those of AU_INT are called otherwise, F001_T1_AU12.csv.
static void set_annotation(const struct dataset_path *parts, struct dataset_place *place) {
    const char *stem = parts->stem;
    if (strcmp(parts->suffix, ".csv") != 0 || strlen(stem) < 7 || stem[4] != '_') return;
    dataset_copy(place->subject, sizeof place->subject, stem, 4);
    dataset_upper(place->subject);
    if (dataset_has_form(place->subject, "@###") && read_task(stem + 5, place->key)) place->kind = DATASET_ANNOTATION;
}

// F001/T1/0000.obj. The same task moves otherwise in BP4D+: its codes begin with "plus-".
static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    set_annotation(&parts, place);
    dataset_upper(parts.name[2]);
    place->frame = dataset_whole_number(parts.stem);
    if (place->kind != DATASET_STRAY || place->frame < 0 || !dataset_has_form(parts.name[2], "@###") ||
        !read_task(parts.name[1], place->key))
        return;
    dataset_copy(place->subject, sizeof place->subject, parts.name[2], 4);
    snprintf(place->code, sizeof place->code, "%.8s%.16s", is_plus(given) ? "plus-" : "", place->key);
    if (strcmp(parts.suffix, ".jpg") == 0 || strcmp(parts.suffix, ".png") == 0 || strcmp(parts.suffix, ".bmp") == 0)
        place->kind = DATASET_TEXTURE;
    else if (facet_scan_is_named(path))
        place->kind = DATASET_SCAN;
}

// In BP4D+ frames of the tables are numbered from 1, those of the pictures from 0.
static int annotate(const struct facet_params *given, const char *path, const void *bytes, size_t size,
                    struct dataset_annotations *to, struct facet_error *error) {
    struct dataset_path parts;
    struct dataset_place place = {.kind = DATASET_STRAY};
    dataset_take_apart(path, &parts);
    set_annotation(&parts, &place);
    return occurrence_read(path, bytes, size, place.subject, place.key, is_plus(given) ? -1 : 0, to, error);
}

static bool expected(const struct facet_params *given, int64_t index, struct dataset_place *place) {
    int64_t person = index / TASKS;
    if (person >= WOMEN + MEN || is_plus(given)) return false;
    dataset_name_person(place->subject, person, WOMEN, 3);
    snprintf(place->key, sizeof place->key, "T%d", (int)(index % TASKS) + 1);
    return true;
}

static struct dataset_counts counts(const struct facet_params *given) {
    if (is_plus(given)) return (struct dataset_counts){.subjects = PLUS_PEOPLE};
    return (struct dataset_counts){.subjects = WOMEN + MEN, .sequences = (WOMEN + MEN) * TASKS};
}

static const struct dataset_label labels[] = {
    {"T1", "happiness"}, {"T2", "sadness"}, {"T3", "surprise"}, {"T4", "embarrassment"}, {"T5", "fear"},
    {"T6", "pain"},      {"T7", "anger"},   {"T8", "disgust"},  {"plus-T8", "pain"},     {NULL, NULL}};

static const char *const more_roots[] = {"annotation_root", NULL};

static const struct dataset_description description = {
    .title = "BP4D",
    .example = "F001/T1/0000.obj",
    .place = place,
    .more_roots = more_roots,
    .labels = labels,
    .annotations = "tables of action units (AU_OCC/F001_T1.csv)",
    .annotate = annotate,
    .counts = counts,
    .expected = expected,
};

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    {.name = "edition",
     .type = FACET_PARAM_STRING,
     .fallback = "\"BP4D\"",
     .choices = "BP4D|BP4D+",
     .doc = "Which of the two; in BP4D+ tables count frames from 1, and codes are written \"plus-T8\"."},
    {.name = "annotation_root",
     .type = FACET_PARAM_PATH,
     .fallback = "\"\"",
     .doc = "The folder or archive that holds AU_OCC when it does not lie below root."},
    {.name = NULL},
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_bp4d = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "bp4d",
    .version = "1.0.0",
    .summary = "BP4D-Spontaneous and BP4D+: tasks that move people, with action units of each frame",
    .citation = "X. Zhang, L. Yin, J. F. Cohn, S. Canavan, M. Reale, A. Horowitz, P. Liu, J. M. Girard: "
                "BP4D-Spontaneous: a high-resolution spontaneous 3D dynamic facial expression database. Image and "
                "Vision Computing 32(10), 2014.",
    .params = params,
    .makes = makes,
    .source = &ops,
};
