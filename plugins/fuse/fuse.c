// Fuses a row's view embeddings under the guidance of the class texts (CVSA, MTGF), for each fold that tests the row.
#include "nn/loss.h"
#include "nn/models.h"

#include <facet/plugin.h>
#include <stdlib.h>
#include <string.h>

enum { IN_EMBEDDINGS, IN_MASK, IN_TEST_FOLD };
enum { OUT_FUSED, OUT_PROBABILITIES, OUT_ATTENTION };

static int create(const struct facet_params *params, struct facet_stage *stage, void **self,
                  struct facet_error *error) {
    (void)params;
    struct nn_models *models = NULL;
    int code = nn_models_load(stage, &models, error);
    *self = models;
    return code;
}

static void destroy(void *self) {
    nn_models_destroy(self);
}

static struct facet_field field(const char *name, int rank, int64_t slots, int64_t second, int64_t third) {
    struct facet_field made = {.type = FACET_F32, .rank = rank, .dims = {slots, second, third}};
    memcpy(made.name, name, strlen(name) + 1);
    return made;
}

static int declare(const void *self, const struct facet_field *in, struct facet_field *out, struct facet_error *error) {
    const struct nn_model_config *c = nn_model_config(nn_models_get(self, 0));
    const struct facet_field *e = &in[IN_EMBEDDINGS];
    int64_t slots = e->dims[0];
    if (e->type != FACET_F32 || e->rank != 3 || e->dims[1] != c->views || e->dims[2] != c->embed)
        return facet_error_set(error, FACET_ERROR_CONFIG, "the model fuses f32 embeddings of (slots, %lld, %lld)",
                               (long long)c->views, (long long)c->embed);
    if (in[IN_TEST_FOLD].type != FACET_I32 || in[IN_TEST_FOLD].dims[0] != slots)
        return facet_error_set(error, FACET_ERROR_CONFIG, "test_fold must be i32 (%lld), as the embeddings have slots",
                               (long long)slots);
    out[OUT_FUSED] = field("fused", 2, slots, c->embed, 0);
    out[OUT_PROBABILITIES] = field("probabilities", 2, slots, c->n_classes, 0);
    out[OUT_ATTENTION] = field("attention", 3, slots, c->n_classes, c->views);
    return FACET_OK;
}

// Without MTGF all seen views count alike.
static void write_attention(const float *alpha, const uint8_t *mask, const struct nn_model_config *c, float *out) {
    float seen = 0;
    for (int64_t v = 0; v < c->views; v++) seen += mask[v] ? 1 : 0;
    for (int64_t i = 0; i < c->n_classes * c->views; i++) out[i] = alpha ? alpha[i] : mask[i % c->views] ? 1 / seen : 0;
}

// fused is h of the class found most probable.
static void write_row(const struct nn_fusion *fusion, const uint8_t *mask, int64_t slot,
                      const struct nn_model_config *c, struct facet_block *out, int64_t row) {
    float *fused = facet_block_data(out, OUT_FUSED, row), *p = facet_block_data(out, OUT_PROBABILITIES, row);
    float *attention = facet_block_data(out, OUT_ATTENTION, row);
    int64_t best = 0;
    p += slot * c->n_classes;
    nn_softmax(fusion->logits->data, c->n_classes, p);
    for (int64_t k = 1; k < c->n_classes; k++) best = p[k] > p[best] ? k : best;
    memcpy(fused + slot * c->embed, fusion->fused->data + best * c->embed, (size_t)c->embed * sizeof *fused);
    write_attention(fusion->attention, mask, c, attention + slot * c->n_classes * c->views);
}

static int fuse_row(const struct nn_models *models, int64_t fold, struct nn_tape *tape, const struct facet_block *in,
                    struct facet_block *out, int64_t row, int64_t slot, struct facet_error *error) {
    const struct nn_model *model = nn_models_get(models, fold);
    const struct nn_model_config *c = nn_model_config(model);
    const float *embeddings = facet_block_read(in, IN_EMBEDDINGS, row);
    const uint8_t *mask = facet_block_read(in, IN_MASK, row);
    struct nn_fusion fusion;
    nn_tape_reset(tape);
    struct nn_tensor *z = nn_input(tape, embeddings + slot * c->views * c->embed, c->views, c->embed, false);
    struct nn_tensor *t = nn_input(tape, nn_models_classes(models, fold), c->n_classes, c->embed, false);
    nn_model_fuse(model, tape, z, t, mask, 1, &fusion);
    int code = nn_tape_status(tape, error);
    if (!code) write_row(&fusion, mask, slot, c, out, row);
    return code;
}

static int transform(const void *self, const struct facet_block *in, struct facet_block *out,
                     struct facet_error *error) {
    const struct nn_models *models = self;
    int64_t slots = facet_block_field(in, IN_TEST_FOLD)->dims[0];
    int code = FACET_OK;
    for (int64_t fold = 0; fold < nn_models_folds(models) && !code; fold++) {
        struct nn_tape *tape = nn_models_take(models, fold);
        if (!tape) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for fusing");
        for (int64_t row = 0; row < facet_block_rows(in) && !code; row++) {
            int64_t slot = nn_models_slot(facet_block_read(in, IN_TEST_FOLD, row), slots, fold);
            if (slot >= 0 && facet_block_valid(out, row))
                code = fuse_row(models, fold, tape, in, out, row, slot, error);
        }
        nn_models_give(models, fold, tape);
    }
    return code;
}

static const struct facet_need needs[] = {{.name = "view_embeddings", .rows = true},
                                          {.name = "view_mask", .rows = true},
                                          {.name = "test_fold", .rows = true},
                                          {.name = "model"},
                                          {0}};
static const char *const makes[] = {"fused", "probabilities", "attention", NULL};
static const struct facet_map_ops ops = {
    .create = create, .declare = declare, .transform = transform, .destroy = destroy};

const struct facet_plugin facet_plugin_fuse = {
    .abi = FACET_PLUGIN_ABI,
    .size = sizeof(struct facet_plugin),
    .kind = FACET_MAP,
    .name = "fuse",
    .version = "1.0.0",
    .summary = "Fuses a row's views under the guidance of the class texts and gives class probabilities",
    .citation = "FACET-VLM, arXiv:2507.01673, 2025",
    .needs = needs,
    .makes = makes,
    .map = &ops,
};
