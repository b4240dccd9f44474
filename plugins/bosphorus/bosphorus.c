// bosphorus: the Bosphorus database, 105 people with expressions, action units, head poses and occlusions.
#include "dataset/dataset.h"

#include <facet/plugin.h>
#include <facet/scan.h>

#include <stdio.h>
#include <string.h>

static const char *const emotions[] = {"E_ANGER", "E_DISGUST", "E_FEAR", "E_HAPPY", "E_SADNESS", "E_SURPRISE"};
enum { EMOTIONS = sizeof emotions / sizeof *emotions };

// LFAU_12LW, CAU_22A25: every number of a code of action units is one that shows.
static void tell(const struct facet_params *given, const char *subject, const char *code, struct dataset_told *told) {
    (void)given, (void)subject;
    if (strncmp(code, "LFAU_", 5) != 0 && strncmp(code, "UFAU_", 5) != 0 && strncmp(code, "CAU_", 4) != 0) return;
    for (const char *c = strchr(code, '_'); *c;) {
        int64_t unit = dataset_number(&c);
        if (unit > 0 && unit <= FACET_AU_MAX) dataset_au_set(told->au, (int)unit, '1');
        if (unit < 0) c++;
    }
}

// BS000_E_ANGER_0, whatever the case of its letters was: person, type, code (which may hold more of "_"), repetition. IGN marks what is to be ignored.
static bool read_name(const char *stem, struct dataset_place *place) {
    const char *last = strrchr(stem, '_');
    if (strlen(stem) < 9 ||
        !dataset_has_form((char[]){stem[0], stem[1], stem[2], stem[3], stem[4], stem[5], 0}, "BS###_"))
        return false;
    const char *code = stem + 6, *second = strchr(code, '_');
    if (!second || second == code || last <= second + 1 || strstr(stem, "IGN") || dataset_whole_number(last + 1) < 0)
        return false;
    memcpy(place->subject, "bs", sizeof "bs");
    return dataset_copy(place->subject + 2, sizeof place->subject - 2, stem + 2, 3) &&
           dataset_copy(place->key, sizeof place->key, code, strlen(code)) &&
           dataset_copy(place->code, sizeof place->code, code, (size_t)(last - code));
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    (void)given;
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    dataset_upper(parts.stem);
    if (!read_name(parts.stem, place)) return;
    if (strcmp(parts.suffix, ".lm3") == 0)
        place->kind = DATASET_LANDMARKS;
    else if (strcmp(parts.suffix, ".png") == 0)
        place->kind = DATASET_TEXTURE;
    else if (facet_scan_is_named(path))
        place->kind = DATASET_SCAN;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = 105, .scans = 4666};
}

static bool has_code(const char *const *codes, int64_t count, const char *code) {
    for (int64_t i = 0; i < count; i++)
        if (strcmp(codes[i], code) == 0) return true;
    return false;
}

static bool subject_wanted(const struct facet_params *given, const char *const *codes, int64_t count) {
    bool all = true;
    if (!facet_param_bool(given, "emotions_complete")) return true;
    for (int i = 0; all && i < EMOTIONS; i++) all = has_code(codes, count, emotions[i]);
    return all;
}

static const struct dataset_label labels[] = {
    {"E_ANGER", "anger"},     {"E_DISGUST", "disgust"},   {"E_FEAR", "fear"}, {"E_HAPPY", "happiness"},
    {"E_SADNESS", "sadness"}, {"E_SURPRISE", "surprise"}, {"N_N", "neutral"}, {NULL, NULL}};

static const struct dataset_point points[] = {{.name = "Nose tip", .landmark = FACET_NOSE_TIP},
                                              {.name = "Left nose peak", .landmark = FACET_ALAR_LEFT},
                                              {.name = "Right nose peak", .landmark = FACET_ALAR_RIGHT},
                                              {.name = "Inner left eye corner", .landmark = FACET_EYE_LEFT_INNER},
                                              {.name = "Outer left eye corner", .landmark = FACET_EYE_LEFT_OUTER},
                                              {.name = "Inner right eye corner", .landmark = FACET_EYE_RIGHT_INNER},
                                              {.name = "Outer right eye corner", .landmark = FACET_EYE_RIGHT_OUTER},
                                              {.name = "Left mouth corner", .landmark = FACET_MOUTH_LEFT},
                                              {.name = "Right mouth corner", .landmark = FACET_MOUTH_RIGHT},
                                              {.name = "Upper lip outer middle", .landmark = FACET_LIP_UPPER},
                                              {.name = "Lower lip outer middle", .landmark = FACET_LIP_LOWER},
                                              {.name = "Chin middle", .landmark = FACET_CHIN},
                                              {.name = NULL}};

static const struct dataset_description description = {
    .title = "Bosphorus",
    .example = "bs000/bs000_E_ANGER_0.bnt",
    .place = place,
    .labels = labels,
    .points = points,
    .tell = tell,
    .counts = counts,
    .subject_wanted = subject_wanted,
};

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    {.name = "emotions_complete",
     .type = FACET_PARAM_BOOL,
     .fallback = "false",
     .doc = "Whether only people are taken of whom all six emotions are there (65 of the whole dataset)."},
    {.name = NULL},
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_bosphorus = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "bosphorus",
    .version = "1.0.0",
    .summary = "Bosphorus: 105 people with emotions, action units, head poses and occlusions",
    .citation = "A. Savran, N. Alyuz, H. Dibeklioglu, O. Celiktutan, B. Gokberk, B. Sankur, L. Akarun: Bosphorus "
                "Database for 3D Face Analysis. BIOID 2008.",
    .params = params,
    .makes = makes,
    .source = &ops,
};
