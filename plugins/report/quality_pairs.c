#include "report/quality.h"

#include <math.h>
#include <string.h>

enum { ROWS, DISTANCE, EXACT, ARRAYS };

static bool is(const struct facet_array *array, enum facet_type type, int rank, int64_t pairs) {
    return array->type == type && array->rank == rank && array->dims[0] == pairs && (rank < 2 || array->dims[1] == 2);
}

static int check(const struct facet_array arrays[ARRAYS], int64_t rows, struct facet_error *error) {
    int64_t pairs = arrays[ROWS].dims[0];
    if (!is(&arrays[ROWS], FACET_I64, 2, pairs) || !is(&arrays[DISTANCE], FACET_F32, 1, pairs) ||
        !is(&arrays[EXACT], FACET_U8, 1, pairs))
        return facet_error_set(error, FACET_ERROR_DATA,
                               "duplicates has not rows i64 (n, 2), distance f32 (n) and exact u8 (n)");
    for (int64_t i = 0; i < 2 * pairs; i++)
        if (((const int64_t *)arrays[ROWS].data)[i] < 0 || ((const int64_t *)arrays[ROWS].data)[i] >= rows)
            return facet_error_set(error, FACET_ERROR_DATA, "duplicates/rows: pair %lld has row %lld of %lld",
                                   (long long)i / 2, (long long)((const int64_t *)arrays[ROWS].data)[i],
                                   (long long)rows);
    return FACET_OK;
}

static bool between_people(const struct facet_items *items, const struct quality_pair *pair) {
    return facet_items_subject_of(items, pair->rows[0]) != facet_items_subject_of(items, pair->rows[1]);
}

// Whether `a` is to be seen before `b`; of those as remarkable, the one told first.
static bool comes_before(const struct facet_items *items, const struct quality_pair *a, const struct quality_pair *b) {
    bool people = between_people(items, a);
    if (people != between_people(items, b)) return people;
    if (a->exact != b->exact) return a->exact;
    return a->distance < b->distance || (isnan(b->distance) && !isnan(a->distance));
}

static void keep(struct quality_pairs *pairs, const struct facet_items *items, const struct quality_pair *pair) {
    int at = pairs->n_first;
    while (at > 0 && comes_before(items, pair, &pairs->first[at - 1])) at--;
    if (at == QUALITY_PAIRS) return;
    int moved = (pairs->n_first < QUALITY_PAIRS ? pairs->n_first : QUALITY_PAIRS - 1) - at;
    memmove(pairs->first + at + 1, pairs->first + at, (size_t)moved * sizeof *pair);
    pairs->first[at] = *pair;
    if (pairs->n_first < QUALITY_PAIRS) pairs->n_first++;
}

static void take(const struct facet_array arrays[ARRAYS], const struct facet_items *items,
                 struct quality_pairs *pairs) {
    for (int64_t i = 0; i < arrays[ROWS].dims[0]; i++) {
        const int64_t *rows = (const int64_t *)arrays[ROWS].data + 2 * i;
        struct quality_pair pair = {.rows = {rows[0], rows[1]},
                                    .distance = ((const float *)arrays[DISTANCE].data)[i],
                                    .exact = ((const uint8_t *)arrays[EXACT].data)[i] != 0};
        pairs->exact += pair.exact, pairs->near += !pair.exact;
        pairs->between_people += between_people(items, &pair);
        keep(pairs, items, &pair);
    }
}

int quality_pairs_gather(struct facet_stage *stage, struct quality_pairs *pairs, struct facet_error *error) {
    static const char *const names[ARRAYS] = {"duplicates/rows", "duplicates/distance", "duplicates/exact"};
    const struct facet_items *items = facet_stage_items(stage);
    struct facet_array arrays[ARRAYS] = {0};
    int code = FACET_OK;
    if (!(pairs->searched = facet_stage_has(stage, "duplicates"))) return FACET_OK;
    for (int i = 0; i < ARRAYS && !code; i++) code = facet_stage_read(stage, names[i], &arrays[i], error);
    if (!code) code = check(arrays, facet_items_count(items), error);
    if (!code) take(arrays, items, pairs);
    for (int i = 0; i < ARRAYS; i++) facet_array_free(&arrays[i]);
    return code;
}
