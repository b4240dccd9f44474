// facescape: the uniform-topology models of FaceScape, 847 people in 20 expressions: 122/models_reg/1_neutral.obj, or
// models_reg/122_1.obj as its description has it.
#include <facet/plugin.h>

#include "dataset/dataset.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// In the order of their numbers, from 1.
static const char *const expressions[] = {
    "neutral",    "smile",       "mouth_stretch", "anger",       "jaw_left",     "jaw_right",    "jaw_forward",
    "mouth_left", "mouth_right", "dimpler",       "chin_raiser", "lip_puckerer", "lip_funneler", "sadness",
    "lip_roll",   "grin",        "cheek_blowing", "eye_closed",  "brow_raiser",  "brow_lower",
};
enum { EXPRESSIONS = sizeof expressions / sizeof *expressions, PEOPLE = 847 };

static const struct dataset_label labels[] = {
    {"neutral", "neutral"}, {"smile", "happiness"}, {"anger", "anger"}, {"sadness", "sadness"}, {NULL, NULL},
};

static const struct facet_param_spec params[] = {DATASET_PARAMS, {.name = NULL}};

// The number of an expression by name, '-' and '_' alike; 0: it is none.
static int expression_named(const char *name) {
    for (int e = 0; e < EXPRESSIONS; e++) {
        const char *a = name, *b = expressions[e];
        while (*a && (tolower((unsigned char)*a) == *b || (*a == '-' && *b == '_'))) a++, b++;
        if (!*a && !*b) return e + 1;
    }
    return 0;
}

static enum dataset_kind kind_of(const char *suffix) {
    if (strcmp(suffix, ".obj") == 0) return DATASET_SCAN;
    return strcmp(suffix, ".jpg") == 0 ? DATASET_TEXTURE : DATASET_STRAY;
}

// "122/models_reg/1_neutral", "models_reg/122_1", "models_reg/122_neutral": person and expression; false: neither.
static bool read_name(const struct dataset_path *parts, int64_t *person, int *expression) {
    const char *bar = strchr(parts->stem, '_'), *at = parts->stem;
    int64_t first = dataset_number(&at), second = bar ? dataset_whole_number(bar + 1) : -1;
    int64_t folder = dataset_whole_number(parts->name[2]);
    if (!bar || at != bar || strcasecmp(parts->name[1], "models_reg") != 0) return false;
    *expression = second >= 1 && second <= EXPRESSIONS ? (int)second : expression_named(bar + 1);
    *person = folder > 0 && second < 0 && first == *expression ? folder : first;
    return *expression > 0 && *person > 0;
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    int64_t person;
    int expression;
    (void)given;
    dataset_take_apart(path, &parts);
    enum dataset_kind kind = kind_of(parts.suffix);
    if (kind == DATASET_STRAY || !read_name(&parts, &person, &expression)) return;
    snprintf(place->subject, sizeof place->subject, "%lld", (long long)person);
    strcpy(place->key, expressions[expression - 1]);
    strcpy(place->code, expressions[expression - 1]);
    place->kind = kind;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = PEOPLE, .scans = PEOPLE * EXPRESSIONS};
}

static bool expected(const struct facet_params *given, int64_t index, struct dataset_place *place) {
    (void)given;
    if (index >= PEOPLE * EXPRESSIONS) return false;
    snprintf(place->subject, sizeof place->subject, "%lld", (long long)(index / EXPRESSIONS + 1));
    strcpy(place->key, expressions[index % EXPRESSIONS]);
    return true;
}

static const char *const strays[] = {"dpmap", NULL};

static const struct dataset_description description = {
    .title = "FaceScape",
    .example = "122/models_reg/1_neutral.obj",
    .place = place,
    .stray_folders = strays,
    .labels = labels,
    .counts = counts,
    .expected = expected,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_facescape = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "facescape",
    .version = "1.0.0",
    .summary = "FaceScape: 847 people in 20 expressions, models of one topology",
    .citation =
        "H. Yang, H. Zhu, Y. Wang, M. Huang, Q. Shen, R. Yang, X. Cao: FaceScape: a large-scale high quality 3D "
        "face dataset and detailed riggable 3D face prediction. CVPR 2020",
    .params = params,
    .makes = makes,
    .source = &ops,
};
