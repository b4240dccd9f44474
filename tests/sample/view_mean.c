// A sample map plugin: the mean of every channel of every view over the pixels that see the face.
#include <facet/plugin.h>

#include <stdlib.h>
#include <string.h>

struct view_mean {
    int64_t views, channels, pixels;
    float scale;
};

static int create(const struct facet_params *params, struct facet_stage *stage, void **self,
                  struct facet_error *error) {
    struct facet_field views;
    int code = facet_stage_field(stage, "views", &views, error);
    if (code != FACET_OK) return code;
    if (views.rank != 4 || views.type != FACET_U8)
        return facet_error_set(error, FACET_ERROR_CONFIG, "views must be u8 (views, channels, height, width)");
    struct view_mean *mean = malloc(sizeof *mean);
    if (!mean) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    *mean = (struct view_mean){.views = views.dims[0],
                               .channels = views.dims[1],
                               .pixels = views.dims[2] * views.dims[3],
                               .scale = (float)facet_param_float(params, "scale")};
    *self = mean;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)in, (void)error;
    const struct view_mean *mean = self;
    out[0] =
        (struct facet_field){.name = "view_mean", .type = FACET_F32, .rank = 2, .dims = {mean->views, mean->channels}};
    return FACET_OK;
}

// Background is 0 in every channel.
static float channel_mean(const uint8_t *pixels, int64_t count) {
    int64_t sum = 0, seen = 0;
    for (int64_t i = 0; i < count; i++) sum += pixels[i], seen += pixels[i] != 0;
    return seen ? (float)sum / (float)seen : 0.0f;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)error;
    const struct view_mean *mean = self;
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        if (!facet_block_valid(in, row)) continue;
        const uint8_t *views = facet_block_read(in, 0, row);
        float *means = facet_block_data(out, 0, row);
        for (int64_t c = 0; c < mean->views * mean->channels; c++)
            means[c] = mean->scale * channel_mean(views + c * mean->pixels, mean->pixels);
    }
    return FACET_OK;
}

static const struct facet_map_ops ops = {.create = create, .declare = declare, .transform = transform, .destroy = free};

static const struct facet_param_spec params[] = {
    {.name = "scale",
     .type = FACET_PARAM_FLOAT,
     .fallback = "1.0",
     .min = 0.0,
     .max = 10.0,
     .doc = "Factor on the means."},
    {0},
};
static const struct facet_need needs[] = {{.name = "views", .rows = true}, {0}};
static const char *const makes[] = {"view_mean", NULL};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "view_mean",
    .version = "1.0",
    .summary = "Mean of each channel of each view.",
    .params = params,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
