#include "nn/loss.h"

#include <math.h>

double nn_softmax(const float *x, int64_t n, float *out) {
    float top = x[0];
    for (int64_t i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += out[i] = expf(x[i] - top);
    for (int64_t i = 0; i < n; i++) out[i] = (float)(out[i] / sum);
    return top + log(sum);
}

// Both losses below have a gradient that the forward pass knows already: it is kept and scaled by what comes from above.
struct known {
    struct nn_tensor *x, *loss;
    float *slope; // d loss / d x, shape of x
};

static void known_backward(struct nn_tape *tape, void *context) {
    (void)tape;
    struct known *known = context;
    float above = known->loss->grad[0];
    for (int64_t i = 0; i < known->x->rows * known->x->cols; i++) known->x->grad[i] += above * known->slope[i];
}

static struct known *known_create(struct nn_tape *tape, struct nn_tensor *x) {
    struct known *known = nn_tape_alloc(tape, sizeof *known);
    if (!known) return NULL;
    known->x = x;
    known->loss = nn_tensor_new(tape, 1, 1, x->grad != NULL);
    known->slope = nn_tape_alloc(tape, (size_t)(x->rows * x->cols) * sizeof *known->slope);
    if (!known->loss || !known->slope) return NULL;
    if (x->grad) nn_tape_record(tape, known_backward, known);
    return known;
}

struct nn_tensor *nn_loss_cross_entropy(struct nn_tape *tape, struct nn_tensor *logits, const int32_t *labels,
                                        const float *weights, float smoothing) {
    struct known *known = logits ? known_create(tape, logits) : NULL;
    if (!known) return NULL;
    int64_t classes = logits->cols;
    double total = 0;
    for (int64_t m = 0; m < logits->rows; m++) {
        const float *x = logits->data + m * classes;
        float *slope = known->slope + m * classes;
        double log_sum = nn_softmax(x, classes, slope);
        for (int64_t c = 0; c < classes; c++) {
            float target = smoothing / (float)classes + (c == labels[m] ? 1 - smoothing : 0);
            total += weights[m] * target * (log_sum - x[c]);
            slope[c] = weights[m] * (slope[c] - target);
        }
    }
    known->loss->data[0] = (float)total;
    return known->loss;
}

// One line of the similarity (a row: step 1, a column: step B) against its class; adds the slope, returns the loss.
static double contrast_line(const float *x, int64_t n, int64_t step, const int32_t *labels, int32_t label, double scale,
                            float *slope) {
    double top = x[0], sum = 0, positives = 0, loss = 0;
    for (int64_t i = 1; i < n; i++) top = x[i * step] > top ? x[i * step] : top;
    for (int64_t i = 0; i < n; i++) sum += exp(x[i * step] - top), positives += labels[i] == label;
    for (int64_t i = 0; i < n; i++) {
        double target = labels[i] == label ? 1 / positives : 0;
        loss += target * (top + log(sum) - x[i * step]);
        slope[i * step] += (float)(scale * (exp(x[i * step] - top) / sum - target));
    }
    return scale * loss;
}

struct nn_tensor *nn_loss_image_text(struct nn_tape *tape, struct nn_tensor *similarity, const int32_t *labels) {
    struct known *known = similarity ? known_create(tape, similarity) : NULL;
    if (!known) return NULL;
    int64_t n = similarity->rows;
    double total = 0, scale = 0.5 / (double)n;
    for (int64_t i = 0; i < n; i++) {
        total += contrast_line(similarity->data + i * n, n, 1, labels, labels[i], scale, known->slope + i * n);
        total += contrast_line(similarity->data + i, n, n, labels, labels[i], scale, known->slope + i);
    }
    known->loss->data[0] = (float)total;
    return known->loss;
}

// Adds one row's slope; returns its loss. unit (V, D).
static double agreement_row(const float *unit, const uint8_t *mask, int64_t views, int64_t d, float weight,
                            float *slope) {
    int64_t seen = 0;
    for (int64_t v = 0; v < views; v++) seen += mask[v] != 0;
    if (seen < 2) return 0;
    double scale = weight / (double)(seen * (seen - 1) / 2), total = 0;
    for (int64_t u = 0; u < views; u++)
        for (int64_t v = u + 1; v < views; v++) {
            if (!mask[u] || !mask[v]) continue;
            const float *a = unit + u * d, *b = unit + v * d;
            double dot = 0;
            for (int64_t j = 0; j < d; j++) {
                dot += (double)a[j] * b[j];
                slope[u * d + j] -= (float)scale * b[j];
                slope[v * d + j] -= (float)scale * a[j];
            }
            total += scale * (1 - dot);
        }
    return total;
}

struct nn_tensor *nn_loss_view_agreement(struct nn_tape *tape, struct nn_tensor *unit, const uint8_t *mask,
                                         int64_t views, float weight) {
    struct known *known = unit ? known_create(tape, unit) : NULL;
    if (!known) return NULL;
    double total = 0;
    int64_t d = unit->cols;
    for (int64_t i = 0; i < unit->rows / views; i++)
        total +=
            agreement_row(unit->data + i * views * d, mask + i * views, views, d, weight, known->slope + i * views * d);
    known->loss->data[0] = (float)total;
    return known->loss;
}

// Keeps log finite where a probability underflows.
static const double tiny = 1e-30;

// Of one view: p (C) becomes d loss / d logits = p (g - sum_c p_c g_c), g = dL/dp.
static void divergence_slope(float *p, bool seen, int64_t classes, const double *q, const double *q_slope, double half,
                             double part) {
    double inner = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t c = 0; c < classes; c++) {
            double a = p[c] + tiny, g = half * log(2 * a / (a + q[c] + tiny)) + part * q_slope[c];
            if (pass == 0)
                inner += p[c] * g;
            else
                p[c] = seen ? (float)(p[c] * (g - inner)) : 0;
        }
}

// p (V, C) becomes d loss / d logits. With m = (p + q)/2 and q the mean of p_v: JS = KL(p||m)/2 + KL(q||m)/2,
// dJS/dp = log(p/m)/2 and dJS/dq = log(q/m)/2, whose share comes back to every view; then through the softmax.
static double divergence_row(float *p, const uint8_t *mask, int64_t views, int64_t classes, float weight, double *q,
                             double *q_slope) {
    int64_t seen = 0;
    for (int64_t v = 0; v < views; v++) seen += mask[v] != 0;
    for (int64_t c = 0; c < classes; c++) {
        q[c] = q_slope[c] = 0;
        for (int64_t v = 0; v < views; v++) q[c] += mask[v] ? p[v * classes + c] / (double)seen : 0;
    }
    double total = 0, share = weight / (double)seen;
    for (int64_t v = 0; v < views; v++)
        for (int64_t c = 0; c < classes && mask[v]; c++) {
            double a = p[v * classes + c] + tiny, b = q[c] + tiny, m = (a + b) / 2;
            total += share * 0.5 * (a * log(a / m) + b * log(b / m));
            q_slope[c] += share * 0.5 * log(b / m);
        }
    for (int64_t v = 0; v < views; v++)
        divergence_slope(p + v * classes, mask[v], classes, q, q_slope, share * 0.5, 1 / (double)seen);
    return total;
}

struct nn_tensor *nn_loss_view_divergence(struct nn_tape *tape, struct nn_tensor *logits, const uint8_t *mask,
                                          int64_t views, float weight) {
    struct known *known = logits ? known_create(tape, logits) : NULL;
    double *q = known ? nn_tape_alloc(tape, 2 * (size_t)logits->cols * sizeof *q) : NULL;
    if (!q) return NULL;
    int64_t classes = logits->cols;
    double total = 0;
    for (int64_t i = 0; i < logits->rows; i++)
        nn_softmax(logits->data + i * classes, classes, known->slope + i * classes);
    for (int64_t i = 0; i < logits->rows / views; i++)
        total += divergence_row(known->slope + i * views * classes, mask + i * views, views, classes, weight, q,
                                q + classes);
    known->loss->data[0] = (float)total;
    return known->loss;
}
