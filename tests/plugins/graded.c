// A map stage for tests of the report: made-up metrics of scans, some far out, some missing.
#include <facet/plugin.h>
#include <facet/quality.h>
#include <facet/random.h>

#include <math.h>

static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"quality", NULL};

static int create(const struct facet_params *p, struct facet_stage *stage, void **self, struct facet_error *error) {
    (void)p, (void)stage, (void)self, (void)error;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "quality", .type = FACET_F32, .rank = 1, .dims = {FACET_METRICS}};
    return FACET_OK;
}

// Each metric in another magnitude; the noise of one scan in a thousand is a million times as large.
static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self, (void)error;
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        if (!facet_block_valid(in, row)) continue;
        float *quality = facet_block_data(out, 0, row);
        uint32_t number = (uint32_t)(facet_block_first(in) + row);
        for (uint32_t m = 0; m < FACET_METRICS; m++)
            quality[m] = (float)(facet_random_normal(1, number, m, 0) * pow(10, m / 2.0));
        quality[FACET_METRIC_PIECES] = floorf(fabsf(quality[FACET_METRIC_PIECES]));
        if (number % 1000 == 7) quality[FACET_METRIC_NOISE] *= 1e6F;
        if (number % 10 == 3) quality[FACET_METRIC_LANDMARK_GAP] = NAN;
    }
    return FACET_OK;
}

static void destroy(void *self) {
    (void)self;
}

static const struct facet_map_ops ops = {
    .create = create, .declare = declare, .transform = transform, .destroy = destroy};

const struct facet_plugin facet_plugin = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "graded",
    .version = "1",
    .summary = "Made-up metrics of scans.",
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
