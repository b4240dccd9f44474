#include "audit/pairs.h"

#include <stdlib.h>
#include <string.h>

const char *const audit_kind_names[AUDIT_KINDS] = {"datasets", "subjects", "labels", "repeat"};

void audit_pairs_free(struct audit_pairs *pairs) {
    free(pairs->all);
    *pairs = (struct audit_pairs){.all = NULL};
}

static int add(struct audit_pairs *pairs, struct audit_pair pair, struct facet_error *error) {
    if (pairs->count == pairs->room) {
        int64_t room = pairs->room ? 2 * pairs->room : 256;
        struct audit_pair *all = realloc(pairs->all, (size_t)room * sizeof *all);
        if (!all) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %lld pairs", (long long)room);
        pairs->all = all, pairs->room = room;
    }
    pairs->all[pairs->count++] = pair;
    return FACET_OK;
}

static enum audit_kind kind_of(const struct audit_rows *rows, int64_t a, int64_t b) {
    if (facet_items_dataset_of(rows->items, a) != facet_items_dataset_of(rows->items, b)) return AUDIT_DATASETS;
    if (rows->subject[a] != rows->subject[b]) return AUDIT_SUBJECTS;
    bool same = facet_items_class_of(rows->items, a) == facet_items_class_of(rows->items, b);
    return same ? AUDIT_REPEAT : AUDIT_LABELS;
}

// ---- exact ------------------------------------------------------------------------------------------------------------

struct keyed {
    int64_t content[2], row;
};

static int by_content(const void *a, const void *b) {
    const struct keyed *x = a, *y = b;
    for (int k = 0; k < 2; k++)
        if (x->content[k] != y->content[k]) return x->content[k] < y->content[k] ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int add_group(const struct audit_rows *rows, const struct keyed *group, int64_t size, struct audit_pairs *pairs,
                     struct facet_error *error) {
    int code = FACET_OK;
    for (int64_t i = 1; i < size && !code; i++) {
        int64_t first = group[0].row, row = group[i].row;
        if (rows->sequence[first] == rows->sequence[row])
            pairs->frames_same++;
        else
            code = add(pairs, (struct audit_pair){{first, row}, 0, true, kind_of(rows, first, row), 0}, error);
    }
    return code;
}

int audit_pairs_exact(const struct audit_rows *rows, struct audit_pairs *pairs, struct facet_error *error) {
    struct keyed *keyed = malloc((size_t)rows->count * sizeof *keyed + 1);
    int64_t n = 0;
    int code = FACET_OK;
    if (!keyed) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for the contents of rows");
    for (int64_t row = 0; row < rows->count; row++)
        if (rows->valid[row]) keyed[n++] = (struct keyed){{rows->content[2 * row], rows->content[2 * row + 1]}, row};
    qsort(keyed, (size_t)n, sizeof *keyed, by_content);
    for (int64_t first = 0, last; first < n && !code; first = last) {
        for (last = first + 1; last < n && audit_rows_same(rows, keyed[first].row, keyed[last].row);) last++;
        code = add_group(rows, keyed + first, last - first, pairs, error);
    }
    free(keyed);
    return code;
}

// ---- near -------------------------------------------------------------------------------------------------------------

int audit_pairs_near(const struct audit_rows *rows, int64_t row, struct audit_found found, struct audit_pairs *pairs,
                     struct facet_error *error) {
    if (found.row < 0 || audit_rows_same(rows, row, found.row)) return FACET_OK;
    struct audit_pair pair = {{row, found.row}, found.distance, false, kind_of(rows, row, found.row), 0};
    if (found.row < row) pair.rows[0] = found.row, pair.rows[1] = row;
    return add(pairs, pair, error);
}

void audit_pairs_count_frames(const struct audit_rows *rows, double reach, struct audit_pairs *pairs) {
    int values = rows->values;
    for (int64_t row = 0; row < rows->count; row++) {
        bool has = audit_rows_has(rows, row);
        pairs->compared += has, pairs->undescribed += rows->valid[row] && !has;
        if (row == 0 || !has || rows->sequence[row] != rows->sequence[row - 1] || !audit_rows_has(rows, row - 1))
            continue;
        const float *mine = rows->descriptor + row * values;
        pairs->frames_near += audit_distance(mine, mine - values, values, reach * reach) <= reach * reach;
    }
}

// ---- all --------------------------------------------------------------------------------------------------------------

static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int by_alarm(const void *a, const void *b) {
    const struct audit_pair *x = a, *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->exact != y->exact) return x->exact ? -1 : 1;
    if (x->distance != y->distance) return x->distance < y->distance ? -1 : 1;
    int first = order(x->rows[0], y->rows[0]);
    return first ? first : order(x->rows[1], y->rows[1]);
}

int audit_pairs_finish(const struct audit_rows *rows, struct audit_pairs *pairs, struct facet_error *error) {
    uint8_t *seen = calloc((size_t)rows->count + 1, 1);
    int64_t kept = 0;
    if (!seen) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for counting pairs");
    if (pairs->count) qsort(pairs->all, (size_t)pairs->count, sizeof *pairs->all, by_alarm);
    for (int64_t i = 0; i < pairs->count; i++) {
        const struct audit_pair *pair = &pairs->all[i];
        if (kept && by_alarm(pair, &pairs->all[kept - 1]) == 0) continue;
        for (int k = 0; k < 2; k++) pairs->in_pairs += !seen[pair->rows[k]], seen[pair->rows[k]] = 1;
        pairs->all[kept++] = *pair;
    }
    pairs->count = kept;
    free(seen);
    return FACET_OK;
}

int64_t audit_pairs_of(const struct audit_pairs *pairs, enum audit_kind kind, bool exact) {
    int64_t n = 0;
    for (int64_t i = 0; i < pairs->count; i++) n += pairs->all[i].kind == kind && pairs->all[i].exact == exact;
    return n;
}
