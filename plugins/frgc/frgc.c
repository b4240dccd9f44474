// frgc: the range images of FRGC v2: nd1/Fall2003range/02463d550.abs.gz. Names say whose face it is, not what it shows; a
// table of labels may be added.
#include <facet/plugin.h>

#include "dataset/dataset.h"
#include "frgc/labels.h"

#include <string.h>
#include <strings.h>

static const struct facet_param_spec params[] = {
    DATASET_PARAMS,
    {.name = "table",
     .type = FACET_PARAM_STRING,
     .fallback = "\"labels.csv\"",
     .doc =
         "The name of a CSV table below root with the columns scan (such as 02463d550) and label; it may be missing."},
    {.name = NULL},
};

bool frgc_is_scan(const char *stem) {
    const char *at = stem;
    return dataset_number(&at) >= 0 && *at++ == 'd' && dataset_whole_number(at) >= 0;
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    char stem[DATASET_TEXT];
    dataset_take_apart(path, &parts);
    if (strcasecmp(parts.name[0], facet_param_string(given, "table")) == 0) place->kind = DATASET_ANNOTATION;
    size_t length = strcspn(parts.name[0], ".");
    const char *suffix = parts.name[0] + length;
    if ((strcasecmp(suffix, ".abs") != 0 && strcasecmp(suffix, ".abs.gz") != 0) ||
        !dataset_copy(stem, sizeof stem, parts.name[0], length))
        return;
    for (char *c = stem; *c; c++) *c = *c == 'D' ? 'd' : *c;
    if (!frgc_is_scan(stem)) return;
    strcpy(place->key, stem);
    dataset_copy(place->subject, sizeof place->subject, stem, strcspn(stem, "d"));
    place->kind = DATASET_SCAN;
}

static int annotate(const struct facet_params *given, const char *path, const void *bytes, size_t size,
                    struct dataset_annotations *to, struct facet_error *error) {
    (void)given;
    return frgc_read_labels(path, bytes, size, to, error);
}

static const struct dataset_description description = {
    .title = "FRGC v2",
    .example = "nd1/Fall2003range/02463d550.abs.gz",
    .place = place,
    .codes_are_labels = true,
    .annotations = "tables of labels (parameter table)",
    .annotate = annotate,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_frgc = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "frgc",
    .version = "1.0.0",
    .summary = "FRGC v2: range images of faces, labelled by a table of one's own",
    .citation = "P. J. Phillips and others: Overview of the face recognition grand challenge. CVPR 2005",
    .params = params,
    .makes = makes,
    .source = &ops,
};
