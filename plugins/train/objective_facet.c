// L = L_ce + lambda_itc L_itc + lambda_mvc L_mvc; formulas in docs/method.md.
#include "nn/loss.h"
#include "train/objective.h"

enum part { PART_CE, PART_ITC, PART_MVC, N_PARTS };
static const char *const part_names[] = {"cross_entropy", "image_text", "consistency"};

static void weights(const struct objective_options *options, float *out) {
    out[PART_CE] = 1, out[PART_ITC] = options->lambda_itc, out[PART_MVC] = options->lambda_mvc;
}

static struct nn_tensor *consistency(const struct objective_options *options, const struct objective_shard *s,
                                     struct nn_tensor *views) {
    int64_t n = nn_model_config(s->model)->views;
    struct nn_tensor *agreement = nn_loss_view_agreement(s->tape, nn_normalize(s->tape, views), s->mask, n, s->share);
    if (options->mu <= 0) return agreement;
    struct nn_tensor *logits = nn_model_view_logits(s->model, s->tape, views, s->t);
    return nn_add(s->tape, agreement, nn_loss_view_divergence(s->tape, logits, s->mask, n, options->mu * s->share));
}

static void shard(const struct objective_options *options, const struct objective_shard *s,
                  struct objective_result *result) {
    struct nn_fusion fusion;
    *result = (struct objective_result){0};
    if (!nn_model_fuse(s->model, s->tape, s->z, s->t, s->mask, s->rows, &fusion)) return;
    result->logits = fusion.logits->data;
    result->parts[PART_CE] = nn_loss_cross_entropy(s->tape, fusion.logits, s->labels, s->weights, options->smoothing);
    if (options->lambda_mvc > 0) result->parts[PART_MVC] = consistency(options, s, fusion.views);
    if (options->lambda_itc > 0) {
        int64_t views = nn_model_config(s->model)->views;
        result->joint = nn_normalize(s->tape, nn_mean_groups(s->tape, s->z, views, s->mask));
    }
}

static struct nn_tensor *whole(const struct objective_whole *w) {
    struct nn_tensor *text = nn_gather(w->tape, w->text, w->prompts, w->joint ? w->joint->rows : 0);
    struct nn_tensor *cosines = nn_matmul_nt(w->tape, w->joint, text);
    struct nn_tensor *scale = nn_param(w->tape, nn_model_log_scale(w->model));
    return nn_loss_image_text(w->tape, nn_scale_exp(w->tape, cosines, scale), w->labels);
}

const struct objective objective_facet = {
    .name = "facet",
    .citation = "FACET-VLM, arXiv:2507.01673, 2025; contrast after Radford et al., ICML 2021, and Khosla et al., "
                "NeurIPS 2020",
    .n_parts = N_PARTS,
    .part_names = part_names,
    .weights = weights,
    .shard = shard,
    .whole_part = PART_ITC,
    .whole = whole,
};
