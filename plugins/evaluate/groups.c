#include "evaluate/groups.h"
#include "split/folds.h"

#include <stdlib.h>

bool evaluation_trains(const struct evaluation *e, int fold, int dataset) {
    for (int64_t row = 0; row < e->rows; row++)
        if (e->role[fold * e->rows + row] == ROLE_TRAIN && facet_items_dataset_of(e->items, row) == dataset)
            return true;
    return false;
}

// trains (folds, datasets): what evaluation_trains says, looked up once.
static bool *look_up_training(const struct evaluation *e) {
    int datasets = facet_items_datasets(e->items);
    bool *trains = calloc((size_t)e->folds * (size_t)datasets + 1, sizeof *trains);
    for (int f = 0; trains && f < e->folds; f++)
        for (int d = 0; d < datasets; d++) trains[f * datasets + d] = evaluation_trains(e, f, d);
    return trains;
}

static bool belongs(const struct evaluation *e, const bool *trains, const struct group *group, int64_t entry) {
    int64_t row = entry / e->slots;
    int fold = e->test_fold[entry], dataset = facet_items_dataset_of(e->items, row);
    if (fold < 0 || !e->valid[row]) return false;
    if (group->fold >= 0 && (group->fold != fold || group->dataset != dataset)) return false;
    return trains[fold * facet_items_datasets(e->items) + dataset] == group->within;
}

static int fill(const struct evaluation *e, const bool *trains, struct group *group, struct facet_error *error) {
    int64_t n = 0, all = e->rows * e->slots;
    for (int64_t i = 0; i < all; i++) n += belongs(e, trains, group, i);
    group->n = n;
    if (n == 0) return FACET_OK;
    group->entries = malloc((size_t)n * sizeof *group->entries);
    group->confusion = calloc((size_t)(e->methods * e->classes * e->classes), sizeof *group->confusion);
    if (!group->entries || !group->confusion)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a group of %lld rows", (long long)n);
    n = 0;
    for (int64_t i = 0; i < all; i++)
        if (belongs(e, trains, group, i)) group->entries[n++] = i;
    return FACET_OK;
}

static void free_group(struct group *group) {
    free(group->entries);
    free(group->confusion);
}

// Keeps the group when it has a row.
static int add(const struct evaluation *e, const bool *trains, struct group group, struct groups *groups,
               struct facet_error *error) {
    int code = fill(e, trains, &group, error);
    if (code || group.n == 0) {
        free_group(&group);
        return code;
    }
    groups->all[groups->count++] = group;
    return FACET_OK;
}

static int add_all(const struct evaluation *e, const bool *trains, struct groups *groups, struct facet_error *error) {
    int code = FACET_OK, datasets = facet_items_datasets(e->items);
    for (int f = 0; f < e->folds; f++)
        for (int d = 0; d < datasets && !code; d++)
            code = add(e, trains, (struct group){.fold = f, .dataset = d, .within = trains[f * datasets + d]}, groups,
                       error);
    for (int within = 0; within < 2 && !code; within++)
        code = add(e, trains, (struct group){.fold = -1, .dataset = -1, .within = within}, groups, error);
    if (!code && groups->count == 0)
        code = facet_error_set(error, FACET_ERROR_DATA, "no tested row is left: all %lld were set aside after split",
                               (long long)groups->set_aside);
    return code;
}

static int64_t count_set_aside(const struct evaluation *e) {
    int64_t n = 0;
    for (int64_t row = 0; row < e->rows; row++) {
        bool tested = false;
        for (int64_t s = 0; s < e->slots; s++) tested |= e->test_fold[row * e->slots + s] >= 0;
        n += tested && !e->valid[row];
    }
    return n;
}

int groups_create(const struct evaluation *e, struct groups *groups, struct facet_error *error) {
    bool *trains = look_up_training(e);
    size_t most = (size_t)e->folds * (size_t)facet_items_datasets(e->items) + 2;
    *groups = (struct groups){.all = calloc(most, sizeof *groups->all), .set_aside = count_set_aside(e)};
    int code = trains && groups->all ? add_all(e, trains, groups, error)
                                     : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for %zu groups", most);
    free(trains);
    if (code) groups_free(groups);
    return code;
}

void groups_free(struct groups *groups) {
    for (int g = 0; g < groups->count; g++) free_group(&groups->all[g]);
    free(groups->all);
    *groups = (struct groups){0};
}
