#include "train/options.h"

#include <facet/image.h>
#include <stdlib.h>
#include <string.h>

#define INT(NAME, FALLBACK, MIN, MAX, DOC)                                                                             \
    { .name = NAME, .type = FACET_PARAM_INT, .fallback = FALLBACK, .min = MIN, .max = MAX, .doc = DOC }
#define FLOAT(NAME, FALLBACK, UNIT, MIN, MAX, DOC)                                                                     \
    { .name = NAME, .type = FACET_PARAM_FLOAT, .fallback = FALLBACK, .unit = UNIT, .min = MIN, .max = MAX, .doc = DOC }
#define BOOL(NAME, FALLBACK, DOC)                                                                                      \
    { .name = NAME, .type = FACET_PARAM_BOOL, .fallback = FALLBACK, .doc = DOC }
#define CHOICE(NAME, FALLBACK, CHOICES, DOC)                                                                           \
    { .name = NAME, .type = FACET_PARAM_STRING, .fallback = FALLBACK, .choices = CHOICES, .doc = DOC }

const struct facet_param_spec options_table[] = {
    CHOICE("preset", "\"vit-micro\"", "vit-micro|vit-tiny|vit-small|vit-base", "Sizes of both towers."),
    INT("patch", "0", 0, 256, "Side of the squares a picture is cut into, in pixels; 0: chosen from the size."),
    INT("width", "0", 0, 4096, "Width of the image tower; 0: the preset's."),
    INT("depth", "0", 0, 64, "Layers of the image tower; 0: the preset's."),
    INT("heads", "0", 0, 64, "Attention heads of the image tower; 0: the preset's."),
    INT("embed", "0", 0, 4096, "Width both towers end in; 0: the preset's."),
    CHOICE("pool", "\"flat\"", "flat|mean|class",
           "How the image tower's tokens become one vector: all in a row, their mean, or a class token."),
    {.name = "prompts",
     .type = FACET_PARAM_STRINGS,
     .fallback = "[ \"a face showing {}\", \"a 3D scan of a person who feels {}\", \"an expression of {}\", "
                 "\"{}: {face}\" ]",
     .doc = "Prompt templates; {} is the class name, {face} what a face of that emotion does."},
    INT("context", "96", 8, 1024, "Most tokens of a prompt; longer ones are cut."),
    {.name = "merges",
     .type = FACET_PARAM_PATH,
     .fallback = "\"\"",
     .doc = "A file of byte-pair merges for the prompts, such as CLIP's; \"\": every byte is a token."},
    CHOICE("objective", "\"facet\"", "facet", "What is minimised."),
    FLOAT("lambda_itc", "1.0", NULL, 0, 100, "Weight of the image-text contrast; 0 leaves it out."),
    FLOAT("lambda_mvc", "0.5", NULL, 0, 100, "Weight of the multiview consistency; 0 leaves it out."),
    FLOAT("mu", "1.0", NULL, 0, 100, "Weight of the views' divergence inside the consistency; 0 leaves it out."),
    FLOAT("smoothing", "0.1", NULL, 0, 0.9, "Label smoothing of the cross-entropy."),
    CHOICE("class_weights", "\"none\"", "none|balanced", "balanced: rare classes count more in the cross-entropy."),
    BOOL("cvsa", "true", "Aggregate across views (CVSA); false: each view keeps its own embedding."),
    BOOL("mtgf", "true", "Fuse under the guidance of the text (MTGF); false: plain mean over the views."),
    {.name = "epochs",
     .type = FACET_PARAM_INT,
     .fallback = "50",
     .min = 1,
     .max = 100000,
     .doc = "Passes over the training rows.",
     .repeats = true},
    INT("batch", "32", 1, 65536, "Rows of one step, over all ranks; an epoch's batches differ by at most one row."),
    INT("micro", "8", 1, 65536, "Rows one thread works on at a time; part of the result's bits."),
    FLOAT("rate", "0.0005", NULL, 0, 1, "Highest learning rate."),
    FLOAT("warmup", "2.0", "epoch", 0, 100000, "Length of the rise to the highest rate; a cosine to 0 follows."),
    FLOAT("decay", "0.05", NULL, 0, 10, "Weight decay of the matrices (AdamW)."),
    FLOAT("clip", "1.0", NULL, 1e-6, 1e9, "Largest length of the gradient; longer ones are shortened."),
    BOOL("augment", "true", "Change the training pictures at random, differently in each epoch."),
    BOOL("mirror", "true",
         "Augment: swap left and right, view v with view V-1-v; only for cameras that stand symmetrically."),
    FLOAT("rotate_deg", "5.0", "degree", 0, 180, "Augment: largest turn in the picture plane."),
    FLOAT("zoom", "0.05", NULL, 0, 0.5, "Augment: largest change of scale, as a share."),
    FLOAT("shift", "0.03", NULL, 0, 0.5, "Augment: largest move, as a share of the picture's side."),
    FLOAT("erase", "0.1", NULL, 0, 1, "Augment: chance that a view loses a rectangle."),
    FLOAT("drop_view", "0.1", NULL, 0, 1, "Augment: chance that a view is hidden; one view always stays."),
    FLOAT("gain", "0.1", NULL, 0, 0.9, "Augment: largest change of the depth's slope, as a share."),
    FLOAT("offset", "0.05", NULL, 0, 1, "Augment: largest move of the depth, as a share of half its range."),
    FLOAT("noise", "0.06", NULL, 0, 1, "Augment: largest noise on every channel, as a share of half its range."),
    INT("cache_mb", "4096", 0, 1048576,
        "Memory of a rank for the pictures (MiB); if they do not fit, rows are read as "
        "they are wanted."),
    {0},
};

static void override(const struct facet_params *params, const char *name, int64_t *value) {
    int64_t given = facet_param_int(params, name);
    if (given > 0) *value = given;
}

static int set_words(const struct facet_params *params, const struct facet_items *items, struct nn_model_config *model,
                     struct facet_error *error) {
    int64_t classes = facet_items_classes(items), templates = (int64_t)facet_param_count(params, "prompts");
    const char **words = calloc((size_t)(classes + templates) + 1, sizeof *words);
    if (!words) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the class names");
    for (int64_t c = 0; c < classes; c++) words[c] = facet_items_class_name(items, (int)c);
    for (int64_t k = 0; k < templates; k++) words[classes + k] = facet_param_string_at(params, "prompts", (size_t)k);
    int code = nn_model_config_set_classes(model, words, classes, error);
    if (!code) code = nn_model_config_set_templates(model, words + classes, templates, error);
    free(words);
    return code;
}

static int read_model(const struct facet_params *params, const struct facet_items *items, struct nn_model_config *model,
                      struct facet_error *error) {
    FACET_REQUIRE(nn_model_preset(facet_param_string(params, "preset"), model));
    model->patch = nn_model_patch(model->size);
    override(params, "patch", &model->patch);
    override(params, "width", &model->width);
    override(params, "depth", &model->depth);
    override(params, "heads", &model->heads);
    override(params, "embed", &model->embed);
    model->context = facet_param_int(params, "context");
    const char *pool = facet_param_string(params, "pool");
    model->pool = strcmp(pool, "flat") == 0 ? NN_POOL_FLAT : strcmp(pool, "mean") == 0 ? NN_POOL_MEAN : NN_POOL_CLASS;
    model->cvsa = facet_param_bool(params, "cvsa");
    model->mtgf = facet_param_bool(params, "mtgf");
    if (model->views > 64)
        return facet_error_set(error, FACET_ERROR_CONFIG, "at most 64 views can be trained on, there are %lld",
                               (long long)model->views);
    int code = set_words(params, items, model, error);
    return code ? code : nn_model_config_check(model, error);
}

static void read_loss(const struct facet_params *params, struct options *options) {
    options->objective = objective_find(facet_param_string(params, "objective"));
    FACET_REQUIRE(options->objective);
    options->loss = (struct objective_options){
        .smoothing = (float)facet_param_float(params, "smoothing"),
        .lambda_itc = (float)facet_param_float(params, "lambda_itc"),
        .lambda_mvc = (float)facet_param_float(params, "lambda_mvc"),
        .mu = (float)facet_param_float(params, "mu"),
    };
    options->balanced = strcmp(facet_param_string(params, "class_weights"), "balanced") == 0;
}

// What no plane code tells, the augmentation leaves alone.
static void find_planes(const uint8_t *planes, struct augment *augment) {
    augment->depth = augment->normal = -1;
    for (int p = 0; planes && p < augment->channels; p++) {
        if (planes[p] == FACET_PLANE_DEPTH) augment->depth = p;
        if (planes[p] == FACET_PLANE_NORMAL_X && p + 2 < augment->channels && planes[p + 1] == FACET_PLANE_NORMAL_Y)
            augment->normal = p;
    }
}

static void read_augment(const struct facet_params *params, struct augment *augment) {
    augment->on = facet_param_bool(params, "augment");
    augment->mirror = facet_param_bool(params, "mirror");
    augment->rotate_deg = facet_param_float(params, "rotate_deg");
    augment->zoom = facet_param_float(params, "zoom");
    augment->shift = facet_param_float(params, "shift");
    augment->erase = facet_param_float(params, "erase");
    augment->drop_view = facet_param_float(params, "drop_view");
    augment->gain = facet_param_float(params, "gain");
    augment->offset = facet_param_float(params, "offset");
    augment->noise = facet_param_float(params, "noise");
}

int options_read(const struct facet_params *params, const struct facet_items *items, int64_t views, int64_t channels,
                 int64_t size, const uint8_t *planes, struct options *options, struct facet_error *error) {
    *options = (struct options){
        .model = {.views = views, .channels = channels, .size = size},
        .augment = {.views = views, .channels = channels, .size = size},
        .epochs = facet_param_int(params, "epochs"),
        .batch = facet_param_int(params, "batch"),
        .micro = facet_param_int(params, "micro"),
        .warmup = facet_param_float(params, "warmup"),
        .rate = (float)facet_param_float(params, "rate"),
        .decay = (float)facet_param_float(params, "decay"),
        .clip = (float)facet_param_float(params, "clip"),
    };
    read_loss(params, options);
    read_augment(params, &options->augment);
    find_planes(planes, &options->augment);
    int code = read_model(params, items, &options->model, error);
    if (code) options_free(options);
    return code;
}

void options_free(struct options *options) {
    nn_model_config_free(&options->model);
}
