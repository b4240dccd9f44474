// A map stage that hands on what a source says of a face besides its mesh.
#include "map.h"

#include <string.h>

enum { N = 2 };
static const struct facet_need needs[] = {
    {.name = "landmarks", .rows = true, .optional = true}, {.name = "colours", .rows = true, .optional = true}, {0}};
static const char *const makes[] = {"carried_landmarks", "carried_colours", NULL};

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)self, (void)error;
    for (int i = 0; i < N; i++) {
        out[i] = in[i].type ? in[i] : (struct facet_field){.type = FACET_U8, .rank = 2, .dims = {1, 1}, .ragged = true};
        strcpy(out[i].name, makes[i]);
    }
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)self;
    for (int64_t row = 0; row < facet_block_rows(in); row++)
        for (int i = 0; i < N && facet_block_valid(in, row); i++) {
            const struct facet_field *field = facet_block_field(in, i);
            int64_t n = field && field->type ? facet_block_count(in, i, row) : 0;
            int code = facet_block_resize(out, i, row, n, error);
            if (code) return code;
            if (n > 0)
                memcpy(facet_block_data(out, i, row), facet_block_read(in, i, row),
                       (size_t)n * facet_field_step(field));
        }
    return FACET_OK;
}

MAP_PLUGIN("carry", "Hands landmarks and colours on.", NULL, create_nothing, free);
