#include "baseline/session.h"

#include "split/folds.h"

#include <facet/random.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 256 };

void baseline_close(struct session *s) {
    machine_free(&s->machine);
    facet_array_free(&s->role);
    facet_array_free(&s->tests);
    free(s->seen);
    free(s->anchor);
    free(s->features);
    free(s->labels);
    free(s->trained);
    *s = (struct session){0};
}

// ---- what the split says -------------------------------------------------------------------------------------------
static int read_folds(struct session *s, struct facet_error *error) {
    int code = facet_stage_read(s->stage, "folds/role", &s->role, error);
    if (!code) code = facet_stage_read(s->stage, "test_fold", &s->tests, error);
    if (code) return code;
    if (s->role.type != FACET_U8 || s->role.rank != 2 || s->role.dims[1] != s->rows || s->tests.type != FACET_I32 ||
        s->tests.rank != 2 || s->tests.dims[0] != s->rows)
        return facet_error_set(error, FACET_ERROR_DATA,
                               "folds/role must be u8 (folds, %lld), test_fold i32 (%lld, slots)", (long long)s->rows,
                               (long long)s->rows);
    s->slots = s->tests.dims[1];
    if (facet_items_classes(s->items) <= MOST_CLASSES) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_CONFIG, "%d classes are more than the %d the baseline can tell apart",
                           facet_items_classes(s->items), MOST_CLASSES);
}

static int read_shape(struct session *s, int64_t downsample, struct facet_error *error) {
    struct facet_field views, mask;
    int code = facet_stage_field(s->stage, "views", &views, error);
    if (!code) code = facet_stage_field(s->stage, "view_mask", &mask, error);
    if (code) return code;
    if (views.type != FACET_U8 || views.rank != 4 || views.dims[2] != views.dims[3] || mask.type != FACET_U8 ||
        mask.rank != 1 || mask.dims[0] != views.dims[0])
        return facet_error_set(error, FACET_ERROR_CONFIG,
                               "views must be u8 (views, channels, size, size) and view_mask u8 (views)");
    int64_t size = views.dims[2];
    s->row_bytes = (int64_t)facet_field_bytes(&views);
    s->shape = (struct picture_shape){.planes = views.dims[0] * views.dims[1],
                                      .size = size,
                                      .block = downsample ? downsample : picture_block_for(size)};
    s->task.length = picture_features(&s->shape);
    uint8_t *masks = malloc((size_t)(s->rows * mask.dims[0]) + 1);
    s->seen = calloc((size_t)s->rows + 1, 1);
    if (!masks || !s->seen) code = facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the views' masks");
    if (!code) code = facet_stage_read_rows(s->stage, "view_mask", 0, s->rows, masks, error);
    for (int64_t i = 0; i < s->rows * mask.dims[0] && !code; i++) s->seen[i / mask.dims[0]] |= masks[i];
    free(masks);
    return code;
}

// ---- who is trained on ---------------------------------------------------------------------------------------------
static bool is_trained(const struct session *s, int64_t fold, int64_t row) {
    const uint8_t *role = s->role.data;
    return role[fold * s->rows + row] == ROLE_TRAIN;
}

static bool may_train(const struct session *s, int64_t row) {
    bool any = false;
    for (int64_t f = 0; f < s->role.dims[0]; f++) any |= is_trained(s, f, row);
    return any && s->seen[row] && facet_stage_valid(s->stage)[row] && facet_items_class_of(s->items, row) >= 0;
}

double baseline_trained(const struct facet_array *roles) {
    const uint8_t *role = roles->data;
    double rows = 0;
    for (int64_t row = 0; row < roles->dims[1]; row++) {
        bool any = false;
        for (int64_t f = 0; f < roles->dims[0]; f++) any |= role[f * roles->dims[1] + row] == ROLE_TRAIN;
        rows += any;
    }
    return rows;
}

static int by_number(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Keeps max_rows of the anchors, drawn from the seed, in rising order.
static int sample(struct session *s, int64_t max_rows, struct facet_error *error) {
    int64_t *order = malloc((size_t)s->n_anchors * sizeof *order), *kept = malloc((size_t)max_rows * sizeof *kept);
    int code = order && kept ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory to draw rows");
    if (!code) {
        uint64_t seed = facet_random_seed(facet_stage_seed(s->stage), "baseline");
        facet_random_permutation(seed, 0, s->n_anchors, order);
        for (int64_t i = 0; i < max_rows; i++) kept[i] = s->anchor[order[i]];
        qsort(kept, (size_t)max_rows, sizeof *kept, by_number);
        memcpy(s->anchor, kept, (size_t)max_rows * sizeof *kept);
        s->n_anchors = max_rows;
    }
    free(order);
    free(kept);
    return code;
}

static int choose_anchors(struct session *s, int64_t max_rows, struct facet_error *error) {
    s->anchor = malloc((size_t)s->rows * sizeof *s->anchor + 1);
    if (!s->anchor) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the rows trained on");
    for (int64_t row = 0; row < s->rows; row++)
        if (may_train(s, row)) s->anchor[s->n_anchors++] = row;
    return s->n_anchors > max_rows ? sample(s, max_rows, error) : FACET_OK;
}

static int describe_anchors(struct session *s, struct facet_error *error) {
    size_t n = (size_t)s->n_anchors, folds = (size_t)s->role.dims[0];
    s->features = malloc(n * (size_t)s->task.length * sizeof *s->features + 1);
    s->labels = malloc(n * sizeof *s->labels + 1);
    s->trained = malloc(folds * n + 1);
    if (!s->features || !s->labels || !s->trained)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu pictures; lower max_rows", n);
    for (size_t i = 0; i < n; i++) {
        s->labels[i] = facet_items_class_of(s->items, s->anchor[i]);
        for (size_t f = 0; f < folds; f++) s->trained[f * n + i] = is_trained(s, (int64_t)f, s->anchor[i]);
    }
    return FACET_OK;
}

// Reads this rank's share of the anchors' pictures, packed.
static int read_share(struct session *s, int64_t from, int64_t to, int16_t *mine, struct facet_error *error) {
    uint8_t *pixels = malloc((size_t)s->row_bytes);
    int code = pixels ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a row of views");
    for (int64_t i = from; i < to && !code; i++) {
        code = facet_stage_read_rows(s->stage, "views", s->anchor[i], 1, pixels, error);
        if (!code) picture_pool(&s->shape, pixels, mine + (i - from) * s->task.length);
    }
    free(pixels);
    return code;
}

// Each picture is read by one rank, then all ranks hold all.
static int gather_pictures(struct session *s, struct facet_error *error) {
    int size = facet_comm_size(s->comm), rank = facet_comm_rank(s->comm);
    int64_t from = facet_comm_shard(s->n_anchors, size, rank), to = facet_comm_shard(s->n_anchors, size, rank + 1);
    size_t row = (size_t)s->task.length * sizeof(int16_t), *counts = malloc((size_t)size * sizeof *counts);
    int16_t *mine = malloc((size_t)(to - from) * row + 1);
    int code = counts && mine ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the pictures");
    if (!code) code = read_share(s, from, to, mine, error);
    code = facet_comm_agree(s->comm, code, error);
    for (int r = 0; r < size && !code; r++)
        counts[r] =
            (size_t)(facet_comm_shard(s->n_anchors, size, r + 1) - facet_comm_shard(s->n_anchors, size, r)) * row;
    if (!code) code = facet_comm_allgatherv(s->comm, mine, counts, s->features, error);
    free(counts);
    free(mine);
    return code;
}

int baseline_open(struct facet_stage *stage, int64_t downsample, int64_t max_rows, struct session *session,
                  struct facet_error *error) {
    *session = (struct session){.stage = stage, .comm = facet_stage_comm(stage), .items = facet_stage_items(stage)};
    session->rows = facet_items_count(session->items);
    int code = read_folds(session, error);
    if (!code) code = read_shape(session, downsample, error);
    if (!code) code = choose_anchors(session, max_rows, error);
    if (!code) code = describe_anchors(session, error);
    code = facet_comm_agree(session->comm, code, error);
    if (!code) code = gather_pictures(session, error);
    session->task.anchors = session->n_anchors, session->task.features = session->features;
    session->task.labels = session->labels, session->task.trained = session->trained;
    session->task.classes = facet_items_classes(session->items), session->task.n_folds = (int)session->role.dims[0];
    return code;
}
