// A map stage for measuring audit: made-up descriptors, one in a thousand almost that of a row before, one in two thousand its copy.
#include "map.h"

#include <facet/random.h>

#include <string.h>

enum { VALUES = 63, BEFORE = 777 };

static const struct facet_need needs[] = {{.name = "number", .rows = true}, {0}};
static const char *const makes[] = {"descriptor", "content", NULL};

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "descriptor", .type = FACET_F32, .rank = 1, .dims = {VALUES}};
    out[1] = (struct facet_field){.name = "content", .type = FACET_I64, .rank = 1, .dims = {2}};
    return FACET_OK;
}

// mm: the first numbers tell most, as those of faces do.
static void describe(uint32_t number, float *values) {
    for (uint32_t i = 0; i < VALUES; i++)
        values[i] = (float)(facet_random_normal(1, number, i, 0) * 1.6 / (1 + i / 8.0));
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self, (void)error;
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        if (!facet_block_valid(in, row)) continue;
        float *values = facet_block_data(out, 0, row);
        uint32_t number = (uint32_t)(facet_block_first(in) + row), of = number;
        if (number % 1000 == 999) of = number - BEFORE;
        describe(of, values);
        if (number % 2000 == 999) values[0] += 0.1f;
        const int64_t content[2] = {number % 2000 == 1999 ? of : number, 1};
        memcpy(facet_block_data(out, 1, row), content, sizeof content);
    }
    return FACET_OK;
}

MAP_PLUGIN("described", "Made-up descriptors of scans.", NULL, create_nothing, free);
