#include "train/trainer_parts.h"

#include <stdlib.h>
#include <string.h>

static bool create_slot(struct trainer *trainer, struct slot *slot) {
    const struct nn_model_config *c = &trainer->options->model;
    size_t micro = (size_t)trainer->options->micro;
    slot->leaf = malloc((trainer->size + trainer->tail) * sizeof *slot->leaf);
    slot->tape = slot->leaf ? nn_tape_create(nn_model_params(trainer->model), slot->leaf) : NULL;
    slot->pixels = malloc(micro * (size_t)(c->views * c->channels * c->size * c->size) * sizeof *slot->pixels);
    slot->used = malloc(micro * (size_t)c->views);
    slot->weights = malloc(micro * sizeof *slot->weights);
    return slot->tape && slot->pixels && slot->used && slot->weights;
}

// The most micro-batches a rank may hold of one batch.
static int64_t most_shards(const struct trainer *trainer) {
    int64_t n = trainer_shards(trainer, trainer->options->batch), size = facet_comm_size(trainer->comm);
    return (n + size - 1) / size + 1;
}

static bool create_buffers(struct trainer *trainer) {
    const struct nn_model_config *c = &trainer->options->model;
    size_t joint = (size_t)(trainer->options->batch * c->embed) + 1;
    trainer->m = calloc(trainer->size, sizeof(float));
    trainer->v = calloc(trainer->size, sizeof(float));
    trainer->own = malloc(trainer->size * sizeof(float));
    trainer->sum = malloc((trainer->size + trainer->tail) * sizeof(float));
    trainer->mine = malloc(joint * sizeof(float));
    trainer->joint = malloc(joint * sizeof(float));
    trainer->stats = malloc((size_t)trainer_shards(trainer, trainer->options->batch) * STATS * sizeof(double));
    trainer->my_stats = malloc((size_t)trainer_shards(trainer, trainer->options->batch) * STATS * sizeof(double));
    trainer->n_slots = most_shards(trainer);
    trainer->slots = calloc((size_t)trainer->n_slots, sizeof *trainer->slots);
    trainer->leaves = calloc((size_t)trainer->n_slots, sizeof *trainer->leaves);
    trainer->counts = calloc((size_t)facet_comm_size(trainer->comm), sizeof *trainer->counts);
    if (!trainer->m || !trainer->v || !trainer->own || !trainer->sum || !trainer->mine || !trainer->joint ||
        !trainer->stats || !trainer->my_stats || !trainer->slots || !trainer->leaves || !trainer->counts)
        return false;
    for (int64_t i = 0; i < trainer->n_slots; i++) {
        if (!create_slot(trainer, &trainer->slots[i])) return false;
        trainer->leaves[i] = trainer->slots[i].leaf;
    }
    trainer->text = nn_tape_create(nn_model_params(trainer->model), trainer->own);
    trainer->whole = nn_tape_create(nn_model_params(trainer->model), trainer->own);
    return trainer->text && trainer->whole;
}

static int set_class_weights(struct trainer *trainer, const float *given) {
    int64_t n = trainer->options->model.n_classes;
    trainer->class_weights = malloc((size_t)n * sizeof(float));
    for (int64_t c = 0; trainer->class_weights && c < n; c++) trainer->class_weights[c] = given ? given[c] : 1;
    return trainer->class_weights ? FACET_OK : FACET_ERROR_MEMORY;
}

int trainer_create(const struct options *options, const float *class_weights, uint64_t seed, struct facet_comm *comm,
                   int threads, struct trainer **trainer, struct facet_error *error) {
    *trainer = NULL;
    struct trainer *t = calloc(1, sizeof *t);
    if (!t) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for training");
    t->options = options, t->comm = comm, t->threads = threads, t->seed = seed;
    options->objective->weights(&options->loss, t->weights);
    int code = nn_model_create(&options->model, &t->model, error);
    if (!code) code = nn_model_init(t->model, seed, error);
    if (code) goto error;
    t->size = nn_params_size(nn_model_params(t->model));
    t->tail = (size_t)(options->model.n_classes * options->model.embed);
    if (set_class_weights(t, class_weights) || !create_buffers(t)) {
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for training batches of %lld rows",
                               (long long)options->batch);
        goto error;
    }
    *trainer = t;
    return FACET_OK;
error:
    trainer_destroy(t);
    return code;
}

static void destroy_slot(struct slot *slot) {
    nn_tape_destroy(slot->tape);
    free(slot->leaf);
    free(slot->pixels);
    free(slot->used);
    free(slot->weights);
}

void trainer_destroy(struct trainer *trainer) {
    if (!trainer) return;
    for (int64_t i = 0; trainer->slots && i < trainer->n_slots; i++) destroy_slot(&trainer->slots[i]);
    nn_tape_destroy(trainer->text);
    nn_tape_destroy(trainer->whole);
    free(trainer->slots);
    free(trainer->class_weights);
    free(trainer->m);
    free(trainer->v);
    free(trainer->own);
    free(trainer->sum);
    free(trainer->mine);
    free(trainer->joint);
    free(trainer->stats);
    free(trainer->my_stats);
    free(trainer->leaves);
    free(trainer->counts);
    nn_model_destroy(trainer->model);
    free(trainer);
}

struct nn_model *trainer_model(struct trainer *trainer) {
    return trainer->model;
}

float *trainer_m(struct trainer *trainer) {
    return trainer->m;
}

float *trainer_v(struct trainer *trainer) {
    return trainer->v;
}

void trainer_share(const struct trainer *trainer, int64_t rows, int64_t *first, int64_t *last) {
    int64_t micro = trainer->options->micro;
    trainer_run(trainer, trainer_shards(trainer, rows), first, last);
    *first = *first * micro < rows ? *first * micro : rows;
    *last = *last * micro < rows ? *last * micro : rows;
}

static void load_pixels(const struct trainer *trainer, const struct batch *batch, int64_t first, int64_t rows,
                        bool train, struct slot *slot) {
    const struct nn_model_config *c = &trainer->options->model;
    int64_t values = c->views * c->channels * c->size * c->size;
    struct augment augment = trainer->options->augment;
    augment.seed = trainer->seed;
    augment.on = augment.on && train;
    for (int64_t i = 0; i < rows; i++)
        augment_row(&augment, batch->epoch, (uint32_t)batch->row[first + i], batch->pictures[first + i],
                    batch->masks + batch->row[first + i] * c->views, slot->pixels + i * values,
                    slot->used + i * c->views);
}

static void weigh_rows(const struct trainer *trainer, const struct batch *batch, int64_t first, int64_t rows,
                       float *weights) {
    double sum = 0;
    for (int64_t i = 0; i < batch->rows; i++) sum += trainer->class_weights[batch->labels[i]];
    for (int64_t i = 0; i < rows; i++) weights[i] = (float)(trainer->class_weights[batch->labels[first + i]] / sum);
}

void slot_forward(struct trainer *trainer, const struct batch *batch, int64_t shard, const float *t, bool train,
                  struct slot *slot) {
    const struct nn_model_config *c = &trainer->options->model;
    int64_t first = shard * trainer->options->micro, rows = batch->rows - first;
    if (rows > trainer->options->micro) rows = trainer->options->micro;
    load_pixels(trainer, batch, first, rows, train, slot);
    weigh_rows(trainer, batch, first, rows, slot->weights);
    nn_tape_reset(slot->tape);
    nn_tape_set_gradient(slot->tape, train ? slot->leaf : NULL);
    slot->t = nn_input(slot->tape, t, c->n_classes, c->embed, train);
    const struct objective_shard s = {
        .model = trainer->model,
        .tape = slot->tape,
        .rows = rows,
        .labels = batch->labels + first,
        .weights = slot->weights,
        .share = 1 / (float)batch->rows,
        .mask = slot->used,
        .z = nn_model_image(trainer->model, slot->tape, slot->pixels, rows * c->views),
        .t = slot->t,
    };
    trainer->options->objective->shard(&trainer->options->loss, &s, &slot->result);
}

int64_t slot_correct(const struct slot *slot, const int32_t *labels, int64_t rows, int64_t classes) {
    int64_t correct = 0;
    for (int64_t i = 0; slot->result.logits && i < rows; i++) {
        const float *x = slot->result.logits + i * classes;
        int64_t best = 0;
        for (int64_t c = 1; c < classes; c++) best = x[c] > x[best] ? c : best;
        correct += best == labels[i];
    }
    return correct;
}
