// 4dme: the 4D clips of 4DME, micro-expressions with action units and several classes at once. How its meshes are named no
// public text says: the parameter `pattern` does.
#include <facet/plugin.h>
#include <facet/scan.h>

#include "dataset/dataset.h"
#include "fourdme/pattern.h"
#include "fourdme/table.h"
#include "fourdme/xlsx.h"

#include <string.h>
#include <strings.h>

static const struct dataset_label labels[] = {
    {"Negative", "negative"}, {"Positive", "positive"}, {"Repression", "repression"},
    {"Surprise", "surprise"}, {"Others", "others"},     {NULL, NULL},
};

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    {.name = "pattern",
     .type = FACET_PARAM_STRING,
     .fallback = "\"{subject}/{clip}/{frame}.*\"",
     .doc = "How the path of a mesh ends: {subject}, {clip} and {frame} as in the table, * for anything."},
    {.name = "table",
     .type = FACET_PARAM_STRING,
     .fallback = "\"4DME_Labelling_Micro_release v1.xlsx\"",
     .doc = "The name of the table of clips below root, .xlsx or .csv with the same columns."},
    {.name = "swapped_rows",
     .type = FACET_PARAM_BOOL,
     .fallback = "true",
     .doc = "Whether the action units of rows 144 and 145 of the table (from 0) stand in each other's place, as in the "
            "published one."},
    {.name = NULL},
};

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    struct pattern_match match;
    char digits[16];
    dataset_take_apart(path, &parts);
    if (strcasecmp(parts.name[0], facet_param_string(given, "table")) == 0) place->kind = DATASET_ANNOTATION;
    if (!facet_scan_is_named(parts.name[0]) || !pattern_matches(facet_param_string(given, "pattern"), path, &match))
        return;
    if (!match.subject.at || !match.clip.at ||
        !dataset_copy(place->key, sizeof place->key, match.clip.at, match.clip.length))
        return;
    fourdme_subject(match.subject.at, match.subject.length, place->subject);
    if (!*place->subject) return;
    if (match.frame.at && dataset_copy(digits, sizeof digits, match.frame.at, match.frame.length))
        place->frame = dataset_whole_number(digits);
    place->kind = DATASET_SCAN;
}

static int annotate(const struct facet_params *given, const char *path, const void *bytes, size_t size,
                    struct dataset_annotations *to, struct facet_error *error) {
    const char *dot = strrchr(path, '.');
    struct sheet sheet;
    int code = dot && strcasecmp(dot, ".xlsx") == 0 ? xlsx_read(path, bytes, size, &sheet, error)
                                                    : sheet_read_csv(path, bytes, size, &sheet, error);
    if (!code) code = fourdme_read_table(path, &sheet, facet_param_bool(given, "swapped_rows"), to, error);
    sheet_free(&sheet);
    return code;
}

static int check(const struct facet_params *given, struct facet_error *error) {
    const char *pattern = facet_param_string(given, "pattern");
    if (strstr(pattern, "{subject}") && strstr(pattern, "{clip}")) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG,
                           "pattern: \"%s\" must have {subject} and {clip}, such as \"{subject}/{clip}/{frame}.*\"",
                           pattern);
}

static const struct dataset_description description = {
    .title = "4DME",
    .example = "SUBJECT/CLIP/FRAME.obj (parameter pattern)",
    .check = check,
    .place = place,
    .sparse = true,
    .labels = labels,
    .annotations = "tables of clips (parameter table)",
    .annotate = annotate,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_fourdme = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "4dme",
    .version = "1.0.0",
    .summary = "4DME: micro-expressions as 4D clips, with several classes, action units and phases",
    .citation = "X. Li and others: 4DME: a spontaneous 4D micro-expression dataset with multimodalities. IEEE "
                "Transactions on Affective Computing, 2022",
    .params = params,
    .makes = makes,
    .source = &ops,
};
