// A map stage that does nothing but hand a number on: what is left is the engine.
#include "map.h"

static const struct facet_need needs[] = {{.name = "x", .rows = true}, {0}};
static const char *const makes[] = {"copy", NULL};

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)in, (void)error;
    out[0] = (struct facet_field){.name = "copy", .type = FACET_F32};
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self, (void)error;
    for (int64_t row = 0; row < facet_block_rows(in); row++)
        if (facet_block_valid(in, row))
            *(float *)facet_block_data(out, 0, row) = *(const float *)facet_block_read(in, 0, row);
    return FACET_OK;
}

MAP_PLUGIN("copy", "Hands a number on.", NULL, create_nothing, free);
