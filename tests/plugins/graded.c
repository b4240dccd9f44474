// A map stage for tests of the report: made-up metrics of scans, some far out, some missing.
#include "map.h"

#include <facet/quality.h>
#include <facet/random.h>

#include <math.h>

static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"quality", NULL};

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

MAP_PLUGIN("graded", "Made-up metrics of scans.", NULL, create_nothing, free);
