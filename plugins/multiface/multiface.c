// multiface: Multiface, 13 people, tracked meshes 30 times a second:
// m--20180227--0000--6795937--GHS/tracked_mesh/E001_Neutral_Eyes_Open/000102.obj
#include <facet/plugin.h>

#include "dataset/dataset.h"

#include <string.h>
#include <strings.h>

static const struct dataset_label labels[] = {
    {"E001_Neutral*", "neutral"},
    {"E003_Neutral*", "neutral"},
    {NULL, NULL},
};

static const struct facet_param_spec params[] = {DATASET_PARAMS, {.name = NULL}};

// The person of "m--20180227--0000--6795937--GHS".
static bool read_session(const char *name, struct dataset_place *place) {
    char head[] = "m--20180227--0000--";
    size_t length = sizeof head - 1;
    if (strlen(name) <= length || !dataset_copy(head, sizeof head, name, length)) return false;
    const char *person = name + length, *end = strstr(person, "--");
    return dataset_has_form(head, "m--########--####--") && end && end > person && strcmp(end, "--GHS") == 0 &&
           dataset_copy(place->subject, sizeof place->subject, person, (size_t)(end - person));
}

static void place(const struct facet_params *given, const char *path, struct dataset_place *place) {
    struct dataset_path parts;
    (void)given;
    dataset_take_apart(path, &parts);
    int64_t frame = dataset_whole_number(parts.stem);
    if (strcmp(parts.suffix, ".obj") != 0 || frame < 0 || strcasecmp(parts.name[2], "tracked_mesh") != 0 ||
        !read_session(parts.name[3], place))
        return;
    const char *day = parts.name[3] + sizeof "m--" - 1, *expression = parts.name[1];
    if (!dataset_copy(place->key, sizeof place->key, day, 8) ||
        !dataset_copy(place->code, sizeof place->code, expression, strlen(expression)) || !*expression ||
        !dataset_copy(place->key + 9, sizeof place->key - 9, expression, strlen(expression)))
        return;
    place->key[8] = ' '; // a person may come on several days
    place->frame = frame;
    place->kind = DATASET_SCAN;
}

static struct dataset_counts counts(const struct facet_params *given) {
    (void)given;
    return (struct dataset_counts){.subjects = 13};
}

static const char *const strays[] = {"images", "unwrapped_uv_1024", "audio", NULL};

static const struct dataset_description description = {
    .title = "Multiface",
    .example = "m--20180227--0000--6795937--GHS/tracked_mesh/E001_Neutral_Eyes_Open/000102.obj",
    .place = place,
    .sparse = true,
    .stray_folders = strays,
    .labels = labels,
    .counts = counts,
};

DATASET_SOURCE(description);

const struct facet_plugin facet_plugin_multiface = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_SOURCE,
    .name = "multiface",
    .version = "1.0.0",
    .summary = "Multiface: 13 people in many expressions and sentences, as sequences of tracked meshes",
    .citation = "C. Wuu and others: Multiface: a dataset for neural face rendering. arXiv 2207.11243, 2022",
    .params = params,
    .makes = makes,
    .source = &ops,
};
