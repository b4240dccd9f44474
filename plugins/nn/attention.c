// Scaled dot-product attention, several heads in each group (Vaswani et al., NeurIPS 2017, section 3.2). Heads are read
// and written where they lie, as strided batches.
#include "nn/tape.h"
#include "nn/vector.h"

#include <math.h>
#include <string.h>

struct attend {
    struct nn_tensor *out, *q, *k, *v;
    struct nn_attention how;
    const float *queries; // (G*Tq, D), also when the groups share q
    float *weights;       // (G*heads*Tq, Tk)
};

// ---- strides of one group and head: group, head, row, column ------------------------------------------------------------

static void by_heads(const struct nn_attention *how, int64_t tokens, int64_t width, bool transposed, int64_t s[4]) {
    s[0] = tokens * width;
    s[1] = width / how->heads;
    s[2] = transposed ? 1 : width;
    s[3] = transposed ? width : 1;
}

static void by_weights(const struct nn_attention *how, bool transposed, int64_t s[4]) {
    s[0] = how->heads * how->queries * how->keys;
    s[1] = how->queries * how->keys;
    s[2] = transposed ? 1 : how->keys;
    s[3] = transposed ? how->keys : 1;
}

static struct dense_shape in_heads(const struct nn_attention *how, int64_t m, int64_t n, int64_t k) {
    return (struct dense_shape){.groups = how->groups, .heads = how->heads, .m = m, .n = n, .k = k};
}

// weights-shaped = x y^T inside each head, for x (G*Tq, width), y (G*Tk, width)
static bool compare(struct nn_tape *tape, const struct nn_attention *how, int64_t width, const float *x, const float *y,
                    float *out) {
    struct dense_shape shape = in_heads(how, how->queries, how->keys, width / how->heads);
    by_heads(how, how->queries, width, false, shape.a);
    by_heads(how, how->keys, width, true, shape.b);
    by_weights(how, false, shape.c);
    return nn_tape_product(tape, &shape, x, y, NULL, out);
}

// out (G*Tq, width) = weights y, y (G*Tk, width)
static bool mix(struct nn_tape *tape, const struct nn_attention *how, int64_t width, const float *weights,
                const float *y, bool accumulate, float *out) {
    struct dense_shape shape = in_heads(how, how->queries, width / how->heads, how->keys);
    by_weights(how, false, shape.a);
    by_heads(how, how->keys, width, false, shape.b);
    by_heads(how, how->queries, width, false, shape.c);
    shape.accumulate = accumulate;
    return nn_tape_product(tape, &shape, weights, y, NULL, out);
}

// out (G*Tk, width) += weights^T y, y (G*Tq, width)
static bool mix_back(struct nn_tape *tape, const struct nn_attention *how, int64_t width, const float *weights,
                     const float *y, float *out) {
    struct dense_shape shape = in_heads(how, how->keys, width / how->heads, how->queries);
    by_weights(how, true, shape.a);
    by_heads(how, how->queries, width, false, shape.b);
    by_heads(how, how->keys, width, false, shape.c);
    shape.accumulate = 1;
    return nn_tape_product(tape, &shape, weights, y, NULL, out);
}

// ---- softmax -----------------------------------------------------------------------------------------------------------

NN_INLINE float largest(int64_t n, const float *x) {
    float lane[NN_LANES];
    for (int j = 0; j < NN_LANES; j++) lane[j] = x[0];
    int64_t i = 0;
    for (; i + NN_LANES <= n; i += NN_LANES)
        for (int j = 0; j < NN_LANES; j++) lane[j] = x[i + j] > lane[j] ? x[i + j] : lane[j];
    for (int j = 0; i + j < n; j++) lane[j] = x[i + j] > lane[j] ? x[i + j] : lane[j];
    float top = lane[0];
    for (int j = 1; j < NN_LANES; j++) top = lane[j] > top ? lane[j] : top;
    return top;
}

NN_INLINE float sum_exponentials(int64_t n, float *x, float scale, float top) {
    float lane[NN_LANES] = {0};
    int64_t i = 0;
    for (; i + NN_LANES <= n; i += NN_LANES) {
        for (int j = 0; j < NN_LANES; j++) {
            x[i + j] = nn_exp((x[i + j] - top) * scale);
            lane[j] += x[i + j];
        }
    }
    for (int j = 0; i + j < n; j++) {
        x[i + j] = nn_exp((x[i + j] - top) * scale);
        lane[j] += x[i + j];
    }
    return nn_join_lanes(lane);
}

// Rows of n (strided): x = softmax(scale x).
NN_KERNEL static void softmax(int64_t n, float scale, float *restrict x) {
    float inverse = 1.0f / sum_exponentials(n, x, scale, largest(n, x));
    for (int64_t i = 0; i < n; i++) x[i] *= inverse;
}

// As softmax over the keys the mask shows; the hidden ones get 0, and all do when none is shown.
static void softmax_masked(int64_t n, float scale, const uint8_t *mask, float *packed, float *x) {
    int64_t shown = 0;
    for (int64_t i = 0; i < n; i++)
        if (mask[i]) packed[shown++] = x[i];
    if (shown) softmax(shown, scale, packed);
    for (int64_t i = 0, at = 0; i < n; i++) x[i] = mask[i] ? packed[at++] : 0.0f;
}

static void softmax_rows(const struct nn_attention *how, float scale, float *packed, float *weights) {
    int64_t n = how->keys;
    for (int64_t row = 0; row < how->groups * how->heads * how->queries; row++, weights += n) {
        int64_t last = row % how->queries + 1, group = row / (how->heads * how->queries);
        int64_t shown = how->causal && last < n ? last : n;
        if (how->mask)
            softmax_masked(shown, scale, how->mask + group * n, packed, weights);
        else
            softmax(shown, scale, weights);
        memset(weights + shown, 0, (size_t)(n - shown) * sizeof(float));
    }
}

// Slope of the logits from that of the weights, in place: d = scale w (d - w . d).
NN_KERNEL static void softmax_slope(int64_t n, float scale, float along, const float *restrict w, float *restrict d) {
    for (int64_t i = 0; i < n; i++) d[i] = scale * (w[i] * (d[i] - along));
}

// ---- the op ------------------------------------------------------------------------------------------------------------

static float scale_of(const struct attend *a) {
    return 1.0f / sqrtf((float)(a->q->cols / a->how.heads));
}

static size_t weight_count(const struct nn_attention *how) {
    return (size_t)(how->groups * how->heads * how->queries * how->keys);
}

// dq += slope k; summed over the groups when they share q. `work` holds (G*Tq, D).
static bool query_back(struct nn_tape *tape, const struct attend *a, const float *slope, float *work) {
    int64_t width = a->q->cols;
    if (!a->how.shared_q) return mix(tape, &a->how, width, slope, a->k->data, true, a->q->grad);
    if (!mix(tape, &a->how, width, slope, a->k->data, false, work)) return false;
    nn_sum_rows(a->how.groups, (int64_t)nn_size(a->q), work, a->q->grad);
    return true;
}

static void attend_back(struct nn_tape *tape, void *context) {
    const struct attend *a = context;
    const struct nn_attention *how = &a->how;
    size_t count = weight_count(how), n = (size_t)how->keys;
    float *slope = nn_tape_scratch(tape, count + (size_t)(how->groups * how->queries * a->q->cols));
    if (!slope) return;
    if (a->v->grad) mix_back(tape, how, a->v->cols, a->weights, a->out->grad, a->v->grad);
    if (!a->q->grad && !a->k->grad) return;
    if (!compare(tape, how, a->v->cols, a->out->grad, a->v->data, slope)) return;
    for (size_t i = 0; i < count; i += n)
        softmax_slope(how->keys, scale_of(a), nn_dot(n, a->weights + i, slope + i), a->weights + i, slope + i);
    if (a->q->grad && !query_back(tape, a, slope, slope + count)) return;
    if (a->k->grad) mix_back(tape, how, a->q->cols, slope, a->queries, a->k->grad);
}

static void check_shapes(const struct attend *a) {
    const struct nn_attention *how = &a->how;
    FACET_REQUIRE(how->groups >= 0 && how->heads > 0 && how->queries > 0 && how->keys > 0);
    FACET_REQUIRE(a->q->rows == (how->shared_q ? 1 : how->groups) * how->queries);
    FACET_REQUIRE(a->k->rows == how->groups * how->keys && a->v->rows == a->k->rows && a->k->cols == a->q->cols);
    FACET_REQUIRE(a->q->cols % how->heads == 0 && a->v->cols % how->heads == 0);
}

static const float *queries_of_groups(struct nn_tape *tape, const struct attend *a) {
    if (!a->how.shared_q) return a->q->data;
    float *all = nn_tape_raw(tape, (size_t)a->how.groups * nn_size(a->q) * sizeof(float));
    for (int64_t g = 0; all && g < a->how.groups; g++)
        memcpy(all + (size_t)g * nn_size(a->q), a->q->data, nn_size(a->q) * sizeof(float));
    return all;
}

static bool forward(struct nn_tape *tape, struct attend *a) {
    a->queries = queries_of_groups(tape, a);
    a->weights = nn_tape_raw(tape, weight_count(&a->how) * sizeof(float));
    float *packed = nn_tape_scratch(tape, (size_t)a->how.keys);
    if (!packed || !compare(tape, &a->how, a->q->cols, a->queries, a->k->data, a->weights)) return false;
    softmax_rows(&a->how, scale_of(a), packed, a->weights);
    return mix(tape, &a->how, a->v->cols, a->weights, a->v->data, false, a->out->data);
}

struct nn_tensor *nn_attend(struct nn_tape *tape, struct nn_tensor *q, struct nn_tensor *k, struct nn_tensor *v,
                            const struct nn_attention *how, const float **weights) {
    if (!q || !k || !v) return NULL;
    struct attend *a = nn_tape_raw(tape, sizeof *a);
    struct nn_tensor *out =
        nn_op_of(tape, how->groups * how->queries, v->cols, attend_back, a, q->grad || k->grad || v->grad);
    if (!a || !out) return NULL;
    *a = (struct attend){.out = out, .q = q, .k = k, .v = v, .how = *how};
    check_shapes(a);
    if (!forward(tape, a)) return NULL;
    if (weights) *weights = a->weights;
    return out;
}
