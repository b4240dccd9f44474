// A plugin that misbehaves on demand on one rank, to see that no rank hangs and the sentence arrives.
#include "../map.h"

#include <string.h>

struct hostile {
    char where[16];
    bool here; // this rank is the one
};

static int create(const struct facet_params *params, struct facet_stage *stage, void **self,
                  struct facet_error *error) {
    struct hostile *h = calloc(1, sizeof *h);
    if (!h) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory");
    strncpy(h->where, facet_param_string(params, "where"), sizeof h->where - 1);
    h->here = facet_comm_rank(facet_stage_comm(stage)) == facet_param_int(params, "rank");
    *self = h;
    if (h->here && strcmp(h->where, "create") == 0) return facet_error_set(error, FACET_ERROR_DATA, "hostile create");
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    (void)in;
    const struct hostile *h = self;
    out[0] = (struct facet_field){.name = "nothing", .type = FACET_F32};
    if (h->here && strcmp(h->where, "declare") == 0) out[0].type = 0;
    (void)error;
    return FACET_OK;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    (void)in, (void)out;
    const struct hostile *h = self;
    if (h->here && strcmp(h->where, "transform") == 0)
        return facet_error_set(error, FACET_ERROR_INTERNAL, "hostile transform");
    return FACET_OK;
}

static const struct facet_param_spec params[] = {
    {.name = "where", .type = FACET_PARAM_STRING, .choices = "create|declare|transform", .doc = "What fails."},
    {.name = "rank", .type = FACET_PARAM_INT, .fallback = "1", .max = 64, .doc = "Where it fails."},
    {0},
};
static const struct facet_need needs[] = {{.name = "views", .rows = true}, {0}};
static const char *const makes[] = {"nothing", NULL};

MAP_PLUGIN("hostile", "Fails on demand.", params, create, free);
