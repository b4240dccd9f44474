// d3dfacs: D3DFACS, 10 people showing action units, named by the folder: Joe/1+2/1+2_175.ply (or .obj with a .bmp).
#include <facet/plugin.h>

#include "dataset/dataset.h"
#include "dataset/units.h"

#include <string.h>

static const struct facet_param_spec params[] = {DATASET_PARAMS, {.name = NULL}};

static enum dataset_kind kind_of(const char *suffix) {
    if (strcmp(suffix, ".ply") == 0 || strcmp(suffix, ".obj") == 0) return DATASET_SCAN;
    return strcmp(suffix, ".bmp") == 0 ? DATASET_TEXTURE : DATASET_STRAY;
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    (void)given;
    dataset_take_apart(path, &parts);
    const char *units = parts.name[1], *bar = strrchr(parts.stem, '_');
    int64_t frame = bar ? dataset_whole_number(bar + 1) : -1;
    bool same = bar && strlen(units) == (size_t)(bar - parts.stem) && strncmp(units, parts.stem, strlen(units)) == 0;
    if (frame < 0 || !same || !*parts.name[2] || !strpbrk(units, "0123456789")) return;
    if (!dataset_copy(place->subject, sizeof place->subject, parts.name[2], strlen(parts.name[2])) ||
        !dataset_copy(place->key, sizeof place->key, units, strlen(units)))
        return;
    strcpy(place->code, place->key);
    place->frame = frame;
    place->kind = kind_of(parts.suffix);
}

// A name with a remark ("4 slow") says nothing for sure; its scans count.
static void tell(const struct facet_params *given, const char *subject, const char *code, struct dataset_told *told) {
    (void)given, (void)subject;
    if (!dataset_units(code, told->au)) told->au[0] = '\0';
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = 10, .sequences = 519};
}

static const struct dataset_description description = {
    .title = "D3DFACS",
    .example = "Joe/1+2/1+2_175.ply",
    .place = place,
    .sparse = true,
    .tell = tell,
    .counts = counts,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_d3dfacs = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "d3dfacs",
    .version = "1.0.0",
    .summary = "D3DFACS: 10 people showing single and combined action units, as sequences",
    .citation = "D. Cosker, E. Krumhuber, A. Hilton: A FACS valid 3D dynamic action unit database with applications to "
                "3D dynamic morphable facial modeling. ICCV 2011",
    .params = params,
    .makes = makes,
    .source = &ops,
};
