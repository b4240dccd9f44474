// Each view of a row through the image tower of the folds that test the row.
#include "nn/models.h"

#include <facet/plugin.h>
#include <stdlib.h>
#include <string.h>

enum { IN_VIEWS, IN_MASK, IN_TEST_FOLD };

static const struct facet_param_spec params_table[] = {
    {.name = "micro",
     .type = FACET_PARAM_INT,
     .fallback = "8",
     .min = 1,
     .max = 65536,
     .doc = "Rows one thread works on at a time, inside a unit."},
    {0},
};

struct encode {
    struct nn_models *models;
    int64_t micro;
};

static void destroy(void *self) {
    struct encode *encode = self;
    if (!encode) return;
    nn_models_destroy(encode->models);
    free(encode);
}

static int create(const struct facet_params *params, struct facet_stage *stage, void **self,
                  struct facet_error *error) {
    struct encode *encode = calloc(1, sizeof *encode);
    if (!encode) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for encode");
    encode->micro = facet_param_int(params, "micro");
    int code = nn_models_load(stage, &encode->models, error);
    if (code) {
        destroy(encode);
        return code;
    }
    *self = encode;
    return FACET_OK;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct encode *encode = self;
    const struct nn_model_config *c = nn_model_config(nn_models_get(encode->models, 0));
    const int64_t *v = in[IN_VIEWS].dims;
    if (in[IN_VIEWS].type != FACET_U8 || in[IN_VIEWS].rank != 4 || v[0] != c->views || v[1] != c->channels ||
        v[2] != c->size || v[3] != c->size)
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "the model was trained on u8 views of (%lld, %lld, %lld, %lld), these are other ones",
                               (long long)c->views, (long long)c->channels, (long long)c->size, (long long)c->size);
    if (in[IN_TEST_FOLD].type != FACET_I32 || in[IN_TEST_FOLD].rank != 1)
        return facet_error_set(error, FACET_ERROR_CONFIG, "test_fold must be i32 (slots)");
    out[0] = (struct facet_field){.name = "view_embeddings",
                                  .type = FACET_F32,
                                  .rank = 3,
                                  .dims = {in[IN_TEST_FOLD].dims[0], c->views, c->embed}};
    return FACET_OK;
}

// One row waiting for a fold's tower, and where its embeddings go.
struct work {
    const uint8_t *views;
    float *out;
};

static int64_t collect(const struct facet_block *in, struct facet_block *out, int64_t fold, int64_t floats,
                       struct work *work) {
    int64_t n = 0, slots = facet_block_field(in, IN_TEST_FOLD)->dims[0];
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        int64_t slot = nn_models_slot(facet_block_read(in, IN_TEST_FOLD, row), slots, fold);
        if (slot < 0 || !facet_block_valid(out, row)) continue;
        float *place = facet_block_data(out, 0, row);
        work[n++] = (struct work){facet_block_read(in, IN_VIEWS, row), place + slot * floats};
    }
    return n;
}

static int encode_some(const struct encode *encode, int64_t fold, struct nn_tape *tape, const struct work *work,
                       int64_t n, float *pixels, struct facet_error *error) {
    const struct nn_model *model = nn_models_get(encode->models, fold);
    const struct nn_model_config *c = nn_model_config(model);
    int64_t values = c->views * c->channels * c->size * c->size, floats = c->views * c->embed;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < values; j++) pixels[i * values + j] = (float)work[i].views[j] / 127.5f - 1;
    nn_tape_reset(tape);
    const struct nn_tensor *z = nn_model_image(model, tape, pixels, n * c->views);
    int code = nn_tape_status(tape, error);
    for (int64_t i = 0; i < n && !code; i++) memcpy(work[i].out, z->data + i * floats, (size_t)floats * sizeof(float));
    return code;
}

static int encode_fold(const struct encode *encode, int64_t fold, const struct work *work, int64_t n, float *pixels,
                       struct facet_error *error) {
    struct nn_tape *tape = nn_models_take(encode->models, fold);
    if (!tape) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for encoding");
    int code = FACET_OK;
    for (int64_t i = 0; i < n && !code; i += encode->micro)
        code = encode_some(encode, fold, tape, work + i, n - i < encode->micro ? n - i : encode->micro, pixels, error);
    nn_models_give(encode->models, fold, tape);
    return code;
}

static bool is_tested(const struct facet_block *in, int64_t row) {
    const int32_t *folds = facet_block_read(in, IN_TEST_FOLD, row);
    for (int64_t slot = 0; slot < facet_block_field(in, IN_TEST_FOLD)->dims[0]; slot++)
        if (folds[slot] >= 0) return true;
    return false;
}

// A row that no view sees cannot be encoded; if it is wanted, it is set aside before anything else.
static void set_blind_aside(const struct facet_block *in, struct facet_block *out) {
    int64_t views = facet_block_field(in, IN_MASK)->dims[0];
    for (int64_t row = 0; row < facet_block_rows(in); row++) {
        const uint8_t *mask = facet_block_read(in, IN_MASK, row);
        if (facet_block_valid(out, row) && is_tested(in, row) && !memchr(mask, 1, (size_t)views))
            facet_block_quarantine(out, row, FACET_ERROR_DATA, "no view sees anything of the scan");
    }
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct encode *encode = self;
    const struct nn_model_config *c = nn_model_config(nn_models_get(encode->models, 0));
    int64_t values = c->views * c->channels * c->size * c->size;
    set_blind_aside(in, out);
    struct work *work = malloc((size_t)facet_block_rows(in) * sizeof *work + 1);
    float *pixels = malloc((size_t)(encode->micro * values) * sizeof *pixels);
    int code = work && pixels ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for encoding");
    for (int64_t fold = 0; fold < nn_models_folds(encode->models) && !code; fold++) {
        int64_t n = collect(in, out, fold, c->views * c->embed, work);
        if (n > 0) code = encode_fold(encode, fold, work, n, pixels, error);
    }
    free(pixels);
    free(work);
    return code;
}

static const struct facet_need needs[] = {{.name = "views", .rows = true},
                                          {.name = "view_mask", .rows = true},
                                          {.name = "test_fold", .rows = true},
                                          {.name = "model"},
                                          {0}};
static const char *const makes[] = {"view_embeddings", NULL};
static const struct facet_map_ops ops = {
    .create = create, .declare = declare, .transform = transform, .destroy = destroy};

const struct facet_plugin facet_plugin_encode = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "encode",
    .version = "1.0.1",
    .summary = "Turns each rendered view into an embedding, with the models of the folds that test the row",
    .citation = "Vision transformer: Dosovitskiy et al., ICLR 2021; CLIP: Radford et al., ICML 2021",
    .params = params_table,
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
