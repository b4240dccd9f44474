// vocaset: VOCASET, 12 people speaking sentences, 60 frames a second, in the topology of FLAME:
// FaceTalk_170725_00137_TA/sentence01/sentence01.000001.ply, below registereddata/ or unposedcleaneddata/.
#include <facet/plugin.h>

#include "dataset/dataset.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    DATASET_PARAM_KIND("registered|unposed", "registered"),
    {.name = "train",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"FaceTalk_170728_03272_TA\", \"FaceTalk_170904_00128_TA\", \"FaceTalk_170725_00137_TA\", "
                 "\"FaceTalk_170915_00223_TA\", \"FaceTalk_170811_03274_TA\", \"FaceTalk_170913_03279_TA\", "
                 "\"FaceTalk_170904_03276_TA\", \"FaceTalk_170912_03278_TA\" ]",
     .doc = "The people of the dataset's own training part."},
    {.name = "validation",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"FaceTalk_170811_03275_TA\", \"FaceTalk_170908_03277_TA\" ]",
     .doc = "The people of its validation part."},
    {.name = "test",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"FaceTalk_170809_00138_TA\", \"FaceTalk_170731_00024_TA\" ]",
     .doc = "The people of its test part."},
    {.name = NULL},
};

static void tell(const struct facet_params *given, const char *subject, const char *code, struct dataset_told *told) {
    (void)code;
    static const char *const parts[] = {"train", "validation", "test"};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (size_t i = 0; i < facet_param_count(given, parts[p]); i++)
            if (strcmp(facet_param_string_at(given, parts[p], i), subject) == 0) told->split = parts[p];
}

// The tree that a path or the root names: both hold the same frames. "" when neither does.
static const char *tree_of(const char *path, const char *root) {
    if (strcasestr(path, "unposedcleaneddata")) return "unposed";
    if (strcasestr(path, "registereddata")) return "registered";
    return root ? tree_of(root, NULL) : "";
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    dataset_take_apart(path, &parts);
    for (char *c = parts.name[1]; *c; c++) *c = (char)tolower((unsigned char)*c);
    const char *dot = strrchr(parts.stem, '.');
    int64_t frame = dot ? dataset_whole_number(dot + 1) : -1;
    if (strcmp(parts.suffix, ".ply") != 0 || !dataset_has_form(parts.name[1], "sentence##") || !*parts.name[2] ||
        frame < 0 || strncasecmp(parts.stem, parts.name[1], strlen(parts.name[1])) != 0)
        return;
    strcpy(place->key, parts.name[1]);
    if (!dataset_copy(place->subject, sizeof place->subject, parts.name[2], strlen(parts.name[2]))) return;
    strcpy(place->variant, tree_of(path, facet_param_string(given, "root")));
    place->frame = frame;
    place->kind = DATASET_SCAN;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = 12, .sequences = 480};
}

static const struct dataset_description description = {
    .title = "VOCASET",
    .example = "FaceTalk_170725_00137_TA/sentence01/sentence01.000001.ply",
    .place = place,
    .sparse = true,
    .tell = tell,
    .counts = counts,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_vocaset = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "vocaset",
    .version = "1.0.0",
    .summary = "VOCASET: 12 people speaking, as sequences of FLAME meshes, with its own split",
    .citation = "D. Cudeiro, T. Bolkart, C. Laidlaw, A. Ranjan, M. J. Black: Capture, learning, and synthesis of 3D "
                "speaking styles. CVPR 2019",
    .params = params,
    .makes = makes,
    .source = &ops,
};
