#include "train/trainer_parts.h"

#include <facet/random.h>
#include <math.h>
#include <string.h>

// This rank's part of a batch: its micro-batches and their rows.
struct run {
    int64_t shards, first, last, first_row, last_row;
};

static struct run find_run(const struct trainer *trainer, int64_t rows) {
    struct run run = {.shards = trainer_shards(trainer, rows)};
    trainer_run(trainer, run.shards, &run.first, &run.last);
    trainer_share(trainer, rows, &run.first_row, &run.last_row);
    return run;
}

static int64_t rows_of(const struct trainer *trainer, const struct batch *batch, int64_t shard) {
    int64_t micro = trainer->options->micro, left = batch->rows - shard * micro;
    return left < micro ? left : micro;
}

static void forward_all(struct trainer *trainer, const struct batch *batch, const struct run *run, const float *t,
                        bool train) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(trainer->threads)
    for (int64_t shard = run->first; shard < run->last; shard++) {
        struct slot *slot = &trainer->slots[shard - run->first];
        if (train) memset(slot->leaf, 0, (trainer->size + trainer->tail) * sizeof *slot->leaf);
        slot_forward(trainer, batch, shard, t, train, slot);
    }
}

// ---- agreement -------------------------------------------------------------------------------------------------------
static int agree_tapes(struct trainer *trainer, const struct run *run, const char *what, struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 0; i < run->last - run->first && !code; i++) code = nn_tape_status(trainer->slots[i].tape, error);
    if (!code) code = nn_tape_status(trainer->text, error);
    if (!code) code = nn_tape_status(trainer->whole, error);
    if (code) facet_error_prefix(error, "%s", what);
    return facet_comm_agree(trainer->comm, code, error);
}

// ---- what the shards tell the whole batch --------------------------------------------------------------------------
static void fill_stats(const struct trainer *trainer, const struct batch *batch, const struct run *run, double *stats) {
    for (int64_t shard = run->first; shard < run->last; shard++, stats += STATS) {
        const struct slot *slot = &trainer->slots[shard - run->first];
        for (int p = 0; p < OBJECTIVE_MAX_PARTS; p++)
            stats[p] = slot->result.parts[p] ? slot->result.parts[p]->data[0] : 0;
        stats[OBJECTIVE_MAX_PARTS] =
            (double)slot_correct(slot, batch->labels + shard * trainer->options->micro, rows_of(trainer, batch, shard),
                                 trainer->options->model.n_classes);
    }
}

// Gathers `unit` bytes a row, or a shard, of the batch; every rank's count follows from the batch's size alone.
static int gather(struct trainer *trainer, const struct batch *batch, bool by_row, size_t unit, const void *mine,
                  void *all, struct facet_error *error) {
    int size = facet_comm_size(trainer->comm);
    int64_t shards = trainer_shards(trainer, batch->rows), micro = trainer->options->micro;
    for (int r = 0; r < size; r++) {
        int64_t first = facet_comm_shard(shards, size, r), last = facet_comm_shard(shards, size, r + 1);
        if (by_row) first *= micro, last = last * micro < batch->rows ? last * micro : batch->rows;
        trainer->counts[r] = last > first ? (size_t)(last - first) * unit : 0;
    }
    return facet_comm_allgatherv(trainer->comm, mine, trainer->counts, all, error);
}

static int gather_stats(struct trainer *trainer, const struct batch *batch, const struct run *run,
                        struct step_result *result, struct facet_error *error) {
    *result = (struct step_result){0};
    fill_stats(trainer, batch, run, trainer->my_stats);
    int code = gather(trainer, batch, false, STATS * sizeof(double), trainer->my_stats, trainer->stats, error);
    for (int64_t shard = 0; shard < run->shards && !code; shard++) {
        const double *stats = trainer->stats + shard * STATS;
        for (int p = 0; p < OBJECTIVE_MAX_PARTS; p++) result->parts[p] += stats[p];
        result->correct += (int64_t)stats[OBJECTIVE_MAX_PARTS];
    }
    return code;
}

static bool has_whole(const struct trainer *trainer) {
    int part = trainer->options->objective->whole_part;
    return part >= 0 && trainer->weights[part] > 0;
}

static int gather_joint(struct trainer *trainer, const struct batch *batch, const struct run *run,
                        struct facet_error *error) {
    float *out = trainer->mine;
    size_t width = (size_t)trainer->options->model.embed;
    for (int64_t i = 0; i < run->last - run->first; i++) {
        const struct nn_tensor *joint = trainer->slots[i].result.joint;
        memcpy(out, joint->data, (size_t)joint->rows * width * sizeof *out);
        out += (size_t)joint->rows * width;
    }
    return gather(trainer, batch, true, width * sizeof *out, trainer->mine, trainer->joint, error);
}

// ---- what the whole batch gives together -----------------------------------------------------------------------------
// Each sample stands beside one prompt of its class, another one in another epoch.
static int64_t *choose_prompts(struct trainer *trainer, const struct batch *batch) {
    int64_t k = trainer->options->model.n_templates;
    int64_t *prompts = nn_tape_alloc(trainer->whole, (size_t)batch->rows * sizeof *prompts);
    uint64_t seed = facet_random_seed(trainer->seed, "prompt");
    for (int64_t i = 0; prompts && i < batch->rows; i++)
        prompts[i] = batch->labels[i] * k +
                     (int64_t)(facet_random_u64(seed, batch->epoch, (uint32_t)batch->row[i], 0) % (uint64_t)k);
    return prompts;
}

// Walks the whole-batch part back at once: its gradients reach the shards' joint tensors and the prompts.
static int whole_pass(struct trainer *trainer, const struct batch *batch, const struct run *run,
                      struct nn_tensor *prompts, struct step_result *result, struct facet_error *error) {
    nn_tape_reset(trainer->whole);
    int code = gather_joint(trainer, batch, run, error);
    if (code) return code;
    struct objective_whole whole = {
        .model = trainer->model,
        .tape = trainer->whole,
        .labels = batch->labels,
        .prompts = choose_prompts(trainer, batch),
        .joint = nn_input(trainer->whole, trainer->joint, batch->rows, trainer->options->model.embed, true),
        .text = nn_input(trainer->whole, prompts->data, prompts->rows, prompts->cols, true),
    };
    int part = trainer->options->objective->whole_part;
    struct nn_tensor *loss = trainer->options->objective->whole(&whole);
    if ((code = agree_tapes(trainer, run, "the batch's common loss", error))) return code;
    result->parts[part] = loss->data[0];
    loss->grad[0] = trainer->weights[part];
    nn_tape_backward(trainer->whole);
    const float *from = whole.joint->grad + run->first_row * whole.joint->cols;
    for (int64_t i = 0; i < run->last - run->first; i++) {
        struct nn_tensor *joint = trainer->slots[i].result.joint;
        for (int64_t j = 0; j < joint->rows * joint->cols; j++) joint->grad[j] += *from++;
    }
    for (int64_t j = 0; j < prompts->rows * prompts->cols; j++) prompts->grad[j] += whole.text->grad[j];
    return FACET_OK;
}

// ---- the way back ------------------------------------------------------------------------------------------------------
static void backward_slot(const struct trainer *trainer, struct slot *slot) {
    for (int p = 0; p < OBJECTIVE_MAX_PARTS; p++)
        if (slot->result.parts[p]) slot->result.parts[p]->grad[0] += trainer->weights[p];
    nn_tape_backward(slot->tape);
    memcpy(slot->leaf + trainer->size, slot->t->grad, trainer->tail * sizeof *slot->leaf);
}

// The shards' sum, with the gradient of t walked on through the text tower; all of it in trainer->sum.
static int backward_all(struct trainer *trainer, const struct run *run, struct nn_tensor *t,
                        struct facet_error *error) {
    int64_t n = run->last - run->first;
#pragma omp parallel for schedule(dynamic, 1) num_threads(trainer->threads)
    for (int64_t i = 0; i < n; i++) backward_slot(trainer, &trainer->slots[i]);
    int code = agree_tapes(trainer, run, "gradient", error);
    if (!code)
        code = facet_comm_tree_sum_f32(trainer->comm, run->shards, trainer->leaves, trainer->size + trainer->tail,
                                       trainer->sum, error);
    if (code) return code;
    for (size_t i = 0; i < trainer->tail; i++) t->grad[i] += trainer->sum[trainer->size + i];
    nn_tape_backward(trainer->text);
    for (size_t i = 0; i < trainer->size; i++) trainer->sum[i] += trainer->own[i];
    return agree_tapes(trainer, run, "gradient of the text tower", error);
}

static void update(struct trainer *trainer, int64_t step, float rate) {
    struct nn_params *params = nn_model_params(trainer->model);
    float *values = nn_params_values(params);
    const struct nn_adamw adamw = {
        .rate = rate, .beta1 = 0.9f, .beta2 = 0.98f, .epsilon = 1e-6f, .decay = trainer->options->decay};
    float scale = (float)nn_clip_scale(trainer->sum, trainer->size, trainer->options->clip);
    for (size_t i = 0; i < trainer->size && scale < 1; i++) trainer->sum[i] *= scale;
    nn_adamw_step(&adamw, params, step, trainer->sum, values, trainer->m, trainer->v);
    // As CLIP: s never exceeds 100.
    float *log_scale = values + nn_params_info(params, nn_model_log_scale(trainer->model)).offset;
    if (*log_scale > logf(100)) *log_scale = logf(100);
}

static int check_finite(struct trainer *trainer, const struct step_result *result, struct facet_error *error) {
    for (int p = 0; p < trainer->options->objective->n_parts; p++)
        if (!isfinite(result->parts[p]))
            return facet_error_set(error, FACET_ERROR_DATA, "the loss (%s) is no finite number; a lower rate may help",
                                   trainer->options->objective->part_names[p]);
    return FACET_OK;
}

static struct nn_tensor *text_pass(struct trainer *trainer, struct nn_tensor **prompts) {
    memset(trainer->own, 0, trainer->size * sizeof *trainer->own);
    nn_tape_reset(trainer->text);
    *prompts = nn_model_prompts(trainer->model, trainer->text);
    return nn_model_classes(trainer->model, trainer->text, *prompts);
}

int trainer_step(struct trainer *trainer, const struct batch *batch, int64_t step, float rate,
                 struct step_result *result, struct facet_error *error) {
    FACET_REQUIRE(batch->rows > 0 && batch->rows <= trainer->options->batch);
    const struct run run = find_run(trainer, batch->rows);
    struct nn_tensor *prompts, *t = text_pass(trainer, &prompts);
    int code = facet_comm_agree(trainer->comm, nn_tape_status(trainer->text, error), error);
    if (code) return code;
    forward_all(trainer, batch, &run, t->data, true);
    if ((code = agree_tapes(trainer, &run, "forward pass", error))) return code;
    if ((code = gather_stats(trainer, batch, &run, result, error))) return code;
    if (has_whole(trainer) && (code = whole_pass(trainer, batch, &run, prompts, result, error))) return code;
    if ((code = check_finite(trainer, result, error))) return code;
    for (int p = 0; p < OBJECTIVE_MAX_PARTS; p++) result->total += trainer->weights[p] * result->parts[p];
    if ((code = backward_all(trainer, &run, t, error))) return code;
    update(trainer, step, rate);
    return FACET_OK;
}

int trainer_count_right(struct trainer *trainer, const struct batch *batch, int64_t *correct,
                        struct facet_error *error) {
    const struct run run = find_run(trainer, batch->rows);
    struct nn_tensor *prompts, *t = text_pass(trainer, &prompts);
    struct step_result result;
    int code = facet_comm_agree(trainer->comm, nn_tape_status(trainer->text, error), error);
    if (code) return code;
    forward_all(trainer, batch, &run, t->data, false);
    code = agree_tapes(trainer, &run, "validation", error);
    if (!code) code = gather_stats(trainer, batch, &run, &result, error);
    *correct = code ? 0 : result.correct;
    return code;
}
