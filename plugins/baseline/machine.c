#include "baseline/machine.h"

#include "baseline/gram.h"

#include <facet/field.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 };

void machine_free(struct machine *machine) {
    free(machine->weight);
    free(machine->offset);
    *machine = (struct machine){0};
}

// What one fold's fit works on: the anchors it trains on, and their part of the Gram matrix.
struct part {
    int64_t n, *row;
    int32_t *labels;
    double *gram, *weight;
};

static void part_free(struct part *part) {
    free(part->row);
    free(part->labels);
    free(part->gram);
    free(part->weight);
}

static int part_create(const struct machine_task *task, const double *gram, int fold, struct part *part,
                       struct facet_error *error) {
    *part = (struct part){.row = malloc((size_t)task->anchors * sizeof *part->row + 1)};
    if (!part->row) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the rows of a fold");
    for (int64_t i = 0; i < task->anchors; i++)
        if (task->trained[fold * task->anchors + i]) part->row[part->n++] = i;
    size_t n = (size_t)part->n;
    part->labels = malloc(n * sizeof *part->labels + 1);
    part->gram = malloc(n * n * sizeof *part->gram + 1);
    part->weight = malloc(n * (size_t)task->classes * sizeof *part->weight + 1);
    if (!part->labels || !part->gram || !part->weight)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a fold of %zu rows", n);
    for (int64_t i = 0; i < part->n; i++) {
        part->labels[i] = task->labels[part->row[i]];
        for (int64_t j = 0; j < part->n; j++)
            part->gram[i * part->n + j] = gram[part->row[i] * task->anchors + part->row[j]];
    }
    return FACET_OK;
}

// weight (classes, length) of values = sum over training rows of weight (classes, rows) times the row
static void to_values(const struct machine_task *task, const struct part *part, double *weight) {
    for (int64_t c = 0; c < task->classes; c++, weight += task->length)
        for (int64_t i = 0; i < part->n; i++) {
            const int16_t *x = task->features + part->row[i] * task->length;
            double w = part->weight[c * part->n + i];
            for (int64_t j = 0; j < task->length; j++) weight[j] += w * x[j];
        }
}

static int fit_fold(const struct machine_task *task, const struct discriminant_options *options, const double *gram,
                    int fold, double *weight, double *offset, struct facet_error *error) {
    struct part part;
    int code = part_create(task, gram, fold, &part, error);
    if (!code)
        code = discriminant_fit(options, part.gram, part.labels, part.n, task->classes, part.weight, offset, error);
    if (!code) to_values(task, &part, weight);
    if (code) facet_error_prefix(error, "fold %d", fold);
    part_free(&part);
    return code;
}

// This rank's folds, one a thread; the lowest that fails speaks.
static int fit_mine(const struct machine_task *task, const struct discriminant_options *options, const double *gram,
                    int from, int to, int threads, double *weight, double *offset, struct facet_error *error) {
    struct facet_error *errors = calloc((size_t)(to - from) + 1, sizeof *errors);
    if (!errors) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %d folds", to - from);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int f = from; f < to; f++)
        errors[f - from].code = fit_fold(task, options, gram, f, weight + (f - from) * task->classes * task->length,
                                         offset + (f - from) * task->classes, &errors[f - from]);
    int code = FACET_OK;
    for (int f = from; f < to && !code; f++)
        if ((code = errors[f - from].code)) *error = errors[f - from];
    free(errors);
    return code;
}

static int share(struct facet_comm *comm, int n_folds, int64_t values, const double *mine, double *all,
                 struct facet_error *error) {
    int size = facet_comm_size(comm);
    size_t *counts = malloc((size_t)size * sizeof *counts);
    int code = counts ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory to share the folds");
    code = facet_comm_agree(comm, code, error);
    for (int r = 0; r < size && !code; r++)
        counts[r] = (size_t)((facet_comm_shard(n_folds, size, r + 1) - facet_comm_shard(n_folds, size, r)) * values) *
                    sizeof *mine;
    if (!code) code = facet_comm_allgatherv(comm, mine, counts, all, error);
    free(counts);
    return code;
}

static int fit_and_share(const struct machine_task *task, const struct discriminant_options *options,
                         struct facet_comm *comm, int threads, const double *gram, struct machine *machine,
                         struct facet_error *error) {
    int from = (int)facet_comm_shard(task->n_folds, facet_comm_size(comm), facet_comm_rank(comm));
    int to = (int)facet_comm_shard(task->n_folds, facet_comm_size(comm), facet_comm_rank(comm) + 1);
    double *weight = calloc((size_t)((to - from) * task->classes * task->length) + 1, sizeof *weight);
    double *offset = calloc((size_t)((to - from) * task->classes) + 1, sizeof *offset);
    int code = FACET_OK;
    if (!weight || !offset)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %d discriminants", to - from);
    if (!code) code = fit_mine(task, options, gram, from, to, threads, weight, offset, error);
    code = facet_comm_agree(comm, code, error);
    if (!code) code = share(comm, task->n_folds, task->classes * task->length, weight, machine->weight, error);
    if (!code) code = share(comm, task->n_folds, task->classes, offset, machine->offset, error);
    free(weight);
    free(offset);
    return code;
}

int machine_fit(const struct machine_task *task, const struct discriminant_options *options, struct facet_comm *comm,
                int threads, struct machine *machine, struct facet_error *error) {
    size_t lines = (size_t)(task->n_folds * task->classes);
    *machine = (struct machine){.classes = task->classes, .length = task->length, .n_folds = task->n_folds};
    double *gram = malloc((size_t)(task->anchors * task->anchors) * sizeof *gram + 1);
    machine->weight = malloc(lines * (size_t)task->length * sizeof(double) + 1);
    machine->offset = malloc(lines * sizeof(double) + 1);
    int code = FACET_OK;
    if (!gram || !machine->weight || !machine->offset)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the discriminants of %d folds", task->n_folds);
    code = facet_comm_agree(comm, code, error);
    if (!code) code = gram_matrix(comm, threads, task->features, task->anchors, task->length, gram, error);
    if (!code) code = fit_and_share(task, options, comm, threads, gram, machine, error);
    free(gram);
    if (code) machine_free(machine);
    return code;
}

// In lanes, so that it may be vectorised without changing the order of summation.
static double dot(const double *weight, const int16_t *x, int64_t n) {
    double lane[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int j = 0; j < LANES; j++) lane[j] += weight[i + j] * x[i + j];
    for (; i < n; i++) lane[0] += weight[i] * x[i];
    for (int j = 0; j < LANES; j++) sum += lane[j];
    return sum;
}

void machine_apply(const struct machine *machine, int fold, const int16_t *features, float *probabilities) {
    double most = -INFINITY, total = 0, score[256];
    FACET_REQUIRE(machine->classes <= 256);
    for (int64_t c = 0; c < machine->classes; c++) {
        int64_t line = fold * machine->classes + c;
        score[c] = dot(machine->weight + line * machine->length, features, machine->length) + machine->offset[line];
        most = score[c] > most ? score[c] : most;
    }
    for (int64_t c = 0; c < machine->classes; c++) total += score[c] = exp(score[c] - most);
    for (int64_t c = 0; c < machine->classes; c++) probabilities[c] = (float)(score[c] / total);
}
