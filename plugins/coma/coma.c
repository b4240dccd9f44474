// coma: CoMA, 12 people making 12 extreme expressions, tracked in the topology of FLAME:
// FaceTalk_170725_00137_TA/bareteeth/bareteeth.000001.ply
#include <facet/plugin.h>

#include "dataset/dataset.h"

#include <string.h>
#include <strings.h>

static const struct dataset_label labels[] = {
    {"bareteeth", "bareteeth"},
    {"cheeks_in", "cheeks_in"},
    {"eyebrow", "eyebrow"},
    {"high_smile", "smile"},
    {"lips_back", "lips_back"},
    {"lips_up", "lips_up"},
    {"mouth_down", "mouth_down"},
    {"mouth_extreme", "mouth_extreme"},
    {"mouth_middle", "mouth_middle"},
    {"mouth_open", "mouth_open"},
    {"mouth_side", "mouth_side"},
    {"mouth_up", "mouth_up"},
    {NULL, NULL},
};

static const struct facet_param_spec params[] = {DATASET_PARAMS, {.name = NULL}};

// The expression of a folder; NULL: it is none.
static const char *expression_of(const char *name) {
    const struct dataset_label *label = labels;
    while (label->code && strcasecmp(label->code, name) != 0) label++;
    return label->code;
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    (void)given;
    dataset_take_apart(path, &parts);
    const char *dot = strrchr(parts.stem, '.'), *expression = expression_of(parts.name[1]);
    int64_t frame = dataset_whole_number(dot ? dot + 1 : parts.stem);
    if (strcmp(parts.suffix, ".ply") != 0 || !expression || !*parts.name[2] || frame < 0) return;
    strcpy(place->key, expression);
    strcpy(place->code, expression);
    if (!dataset_copy(place->subject, sizeof place->subject, parts.name[2], strlen(parts.name[2]))) return;
    place->frame = frame;
    place->kind = DATASET_SCAN;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = 12, .sequences = 144, .scans = 20466};
}

static const struct dataset_description description = {
    .title = "CoMA",
    .example = "FaceTalk_170725_00137_TA/bareteeth/bareteeth.000001.ply",
    .place = place,
    .sparse = true,
    .labels = labels,
    .counts = counts,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_coma = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "coma",
    .version = "1.0.0",
    .summary = "CoMA: 12 people, 12 extreme expressions as sequences of FLAME meshes",
    .citation = "A. Ranjan, T. Bolkart, S. Sanyal, M. J. Black: Generating 3D faces using convolutional mesh "
                "autoencoders. ECCV 2018",
    .params = params,
    .makes = makes,
    .source = &ops,
};
