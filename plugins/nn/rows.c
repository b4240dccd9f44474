// Ops that move, repeat or average whole rows.
#include "nn/tape.h"
#include "nn/vector.h"

#include <string.h>

static void copy_row(const struct nn_tensor *from, int64_t row, float *to) {
    memcpy(to, from->data + row * from->cols, (size_t)from->cols * sizeof(float));
}

static void concat_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    for (int64_t r = 0; r < s->out->rows; r++) {
        const float *from = s->out->grad + r * s->out->cols;
        if (s->x->grad) nn_accumulate((size_t)s->x->cols, from, s->x->grad + r * s->x->cols);
        if (s->y->grad) nn_accumulate((size_t)s->y->cols, from + s->x->cols, s->y->grad + r * s->y->cols);
    }
}

struct nn_tensor *nn_concat_columns(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *y) {
    if (!x || !y) return NULL;
    FACET_REQUIRE(x->rows == y->rows);
    struct nn_tensor *out = nn_op(tape, x->rows, x->cols + y->cols, concat_back, x, y, NULL, NULL);
    for (int64_t r = 0; out && r < x->rows; r++) {
        copy_row(x, r, out->data + r * out->cols);
        copy_row(y, r, out->data + r * out->cols + x->cols);
    }
    return out;
}

static void prepend_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    size_t width = (size_t)s->x->cols, block = (size_t)s->n * width;
    int64_t groups = s->x->rows / s->n;
    for (int64_t g = 0; g < groups; g++) {
        const float *from = s->out->grad + (size_t)g * (block + width);
        if (s->y->grad) nn_accumulate(width, from, s->y->grad);
        if (s->x->grad) nn_accumulate(block, from + width, s->x->grad + (size_t)g * block);
    }
}

struct nn_tensor *nn_prepend(struct nn_tape *tape, struct nn_tensor *x, struct nn_tensor *token, int64_t group) {
    if (!x || !token) return NULL;
    FACET_REQUIRE(group > 0 && x->rows % group == 0 && nn_size(token) == (size_t)x->cols);
    int64_t groups = x->rows / group;
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, groups * (group + 1), x->cols, prepend_back, x, token, NULL, &step);
    if (step) step->n = group;
    for (int64_t g = 0; out && g < groups; g++) {
        float *to = out->data + g * (group + 1) * x->cols;
        memcpy(to, token->data, (size_t)x->cols * sizeof(float));
        memcpy(to + x->cols, x->data + g * group * x->cols, (size_t)(group * x->cols) * sizeof(float));
    }
    return out;
}

static void gather_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    int64_t n = s->x->cols;
    for (int64_t r = 0; r < s->out->rows; r++)
        nn_accumulate((size_t)n, s->out->grad + r * n, s->x->grad + s->rows[r] * n);
}

struct nn_tensor *nn_gather(struct nn_tape *tape, struct nn_tensor *x, const int64_t *rows, int64_t count) {
    if (!x) return NULL;
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, count, x->cols, gather_back, x, NULL, NULL, &step);
    if (!out) return NULL;
    if (step && count > 0) {
        int64_t *kept = nn_tape_raw(tape, (size_t)count * sizeof *kept);
        if (!kept) return NULL;
        step->rows = memcpy(kept, rows, (size_t)count * sizeof *kept);
    }
    for (int64_t r = 0; r < count; r++) {
        FACET_REQUIRE(rows[r] >= 0 && rows[r] < x->rows);
        copy_row(x, rows[r], out->data + r * x->cols);
    }
    return out;
}

static void repeat_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    int64_t n = s->x->cols;
    for (int64_t r = 0; r < s->x->rows; r++) nn_sum_rows(s->n, n, s->out->grad + r * s->n * n, s->x->grad + r * n);
}

struct nn_tensor *nn_repeat(struct nn_tape *tape, struct nn_tensor *x, int64_t times) {
    if (!x) return NULL;
    FACET_REQUIRE(times > 0);
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, x->rows * times, x->cols, repeat_back, x, NULL, NULL, &step);
    if (step) step->n = times;
    for (int64_t r = 0; out && r < out->rows; r++) copy_row(x, r / times, out->data + r * x->cols);
    return out;
}

// saved (groups): 1 / rows that count, 0 for a group with none.
static void mean_back(struct nn_tape *tape, void *context) {
    (void)tape;
    struct nn_step *s = context;
    int64_t n = s->x->cols;
    for (int64_t r = 0; r < s->x->rows; r++) {
        int64_t g = r / s->n;
        if (s->mask && !s->mask[r]) continue;
        nn_accumulate_scaled((size_t)n, s->out->grad + g * n, s->saved[g], s->x->grad + r * n);
    }
}

static float mean_weight(int64_t group, const uint8_t *mask) {
    int64_t count = mask ? 0 : group;
    for (int64_t r = 0; mask && r < group; r++) count += mask[r] != 0;
    return count ? 1.0f / (float)count : 0.0f;
}

// What the walk back needs of the mask and the weights; false when out of memory.
static bool mean_keep(struct nn_tape *tape, struct nn_step *step, int64_t group, const float *weights,
                      const uint8_t *mask) {
    size_t rows = (size_t)step->x->rows, groups = (size_t)step->out->rows;
    step->n = group;
    step->saved = nn_tape_raw(tape, groups * sizeof(float));
    uint8_t *kept = mask ? nn_tape_raw(tape, rows) : NULL;
    if (!nn_tape_ok(tape)) return false;
    memcpy(step->saved, weights, groups * sizeof(float));
    if (kept) step->mask = memcpy(kept, mask, rows);
    return true;
}

struct nn_tensor *nn_mean_groups(struct nn_tape *tape, struct nn_tensor *x, int64_t group, const uint8_t *mask) {
    if (!x) return NULL;
    FACET_REQUIRE(group > 0 && x->rows % group == 0);
    int64_t groups = x->rows / group, n = x->cols;
    struct nn_step *step;
    struct nn_tensor *out = nn_op(tape, groups, n, mean_back, x, NULL, NULL, &step);
    float *weights = nn_tape_scratch(tape, (size_t)groups);
    if (!out || !weights) return NULL;
    memset(out->data, 0, nn_size(out) * sizeof(float));
    for (int64_t g = 0; g < groups; g++) weights[g] = mean_weight(group, mask ? mask + g * group : NULL);
    for (int64_t r = 0; r < x->rows; r++) {
        if (mask && !mask[r]) continue;
        nn_accumulate_scaled((size_t)n, x->data + r * n, weights[r / group], out->data + r / group * n);
    }
    return !step || mean_keep(tape, step, group, weights, mask) ? out : NULL;
}
