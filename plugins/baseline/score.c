// Probabilities of tested rows, a run of rows a rank.
#include "baseline/session.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 }; // rows read before they are scored

struct room {
    uint8_t *pixels;      // (CHUNK, row_bytes)
    int16_t *features;    // (CHUNK, length)
    float *probabilities; // (CHUNK, slots, classes)
};

static bool is_tested(const struct session *s, int64_t row) {
    const int32_t *tests = s->tests.data;
    return tests[row * s->slots] >= 0 && facet_stage_valid(s->stage)[row];
}

static int check_tests(const struct session *s, struct facet_error *error) {
    const int32_t *tests = s->tests.data;
    for (int64_t i = 0; i < s->rows * s->slots; i++)
        if (tests[i] < -1 || tests[i] >= s->machine.n_folds)
            return facet_error_set(error, FACET_ERROR_DATA, "row %lld is tested by fold %d, which there is none of",
                                   (long long)(i / s->slots), tests[i]);
    return FACET_OK;
}

static void score_row(const struct session *s, struct room *room, int64_t row, int64_t place) {
    const int32_t *tests = s->tests.data;
    int16_t *features = room->features + place * s->task.length;
    float *out = room->probabilities + place * s->slots * s->machine.classes;
    picture_pool(&s->shape, room->pixels + place * s->row_bytes, features);
    for (int64_t slot = 0; slot < s->slots; slot++)
        if (tests[row * s->slots + slot] >= 0)
            machine_apply(&s->machine, tests[row * s->slots + slot], features, out + slot * s->machine.classes);
}

static int score_chunk(struct session *s, struct room *room, int64_t first, int64_t count, struct facet_error *error) {
    int threads = facet_stage_threads(s->stage);
    int code = FACET_OK;
    for (int64_t i = 0; i < count && !code; i++)
        if (is_tested(s, first + i))
            code = facet_stage_read_rows(s->stage, "views", first + i, 1, room->pixels + i * s->row_bytes, error);
    if (code) return code;
    memset(room->probabilities, 0, (size_t)(CHUNK * s->slots * s->machine.classes) * sizeof(float));
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t i = 0; i < count; i++)
        if (is_tested(s, first + i)) score_row(s, room, first + i, i);
    return facet_stage_write(s->stage, "baseline_probabilities", first, count, room->probabilities, error);
}

static int score_share(struct session *s, int64_t from, int64_t to, struct facet_error *error) {
    struct room room = {.pixels = malloc((size_t)(CHUNK * s->row_bytes)),
                        .features = malloc((size_t)(CHUNK * s->task.length) * sizeof(int16_t)),
                        .probabilities = malloc((size_t)(CHUNK * s->slots * s->machine.classes) * sizeof(float))};
    int code = check_tests(s, error);
    if (!room.pixels || !room.features || !room.probabilities)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %d rows of views", CHUNK);
    for (int64_t first = from; first < to && !code; first += CHUNK)
        code = score_chunk(s, &room, first, to - first < CHUNK ? to - first : CHUNK, error);
    free(room.pixels);
    free(room.features);
    free(room.probabilities);
    return code;
}

int baseline_score(struct session *s, struct facet_error *error) {
    const int64_t dims[] = {s->rows, s->slots, s->machine.classes};
    int size = facet_comm_size(s->comm), rank = facet_comm_rank(s->comm);
    int code = facet_stage_create(s->stage, "baseline_probabilities", FACET_F32, 3, dims, error);
    if (!code)
        code = score_share(s, facet_comm_shard(s->rows, size, rank), facet_comm_shard(s->rows, size, rank + 1), error);
    return facet_comm_agree(s->comm, code, error);
}
