// Which rows a pilot takes.
#include "pipeline/plan_internal.h"

#include <facet/random.h>
#include <stdlib.h>

// Over all datasets; subjects and classes are the item table's numbers.
struct pick {
    const struct facet_items *items;
    int n_subjects, n_classes, n_datasets;
    int64_t *order;  // (subjects) drawn from the seed
    int64_t *length; // (subjects) rows
    int *home;       // (subjects) dataset
    int *number;     // (subjects) 1, 2, ... among those taken; 0: not taken
    int taken;
    int64_t rows; // of the subjects taken
    uint8_t *has; // (subjects, classes + 1) 1: has rows of the class; the last: without one
};

static void pick_free(struct pick *p) {
    free(p->order), free(p->length), free(p->home), free(p->number), free(p->has);
}

static int pick_create(const struct facet_items *items, uint64_t seed, struct pick *p, struct facet_error *error) {
    *p = (struct pick){.items = items,
                       .n_subjects = facet_items_subjects(items),
                       .n_classes = facet_items_classes(items),
                       .n_datasets = facet_items_datasets(items)};
    size_t n = (size_t)p->n_subjects + 1, classes = (size_t)p->n_classes + 1;
    p->order = calloc(n, sizeof *p->order), p->length = calloc(n, sizeof *p->length);
    p->home = calloc(n, sizeof *p->home), p->number = calloc(n, sizeof *p->number);
    p->has = calloc(n * classes, 1);
    if (!p->order || !p->length || !p->home || !p->number || !p->has)
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory to pick among %d subjects", p->n_subjects);
    for (int64_t row = 0; row < facet_items_count(items); row++) {
        int subject = facet_items_subject_of(items, row), class = facet_items_class_of(items, row);
        p->length[subject]++;
        p->home[subject] = facet_items_dataset_of(items, row);
        p->has[(size_t)subject * classes + (size_t)(class < 0 ? p->n_classes : class)] = 1;
    }
    facet_random_permutation(facet_random_seed(seed, "pilot"), 0, p->n_subjects, p->order);
    return FACET_OK;
}

static void take(struct pick *p, int64_t subject) {
    if (p->number[subject]) return;
    p->number[subject] = ++p->taken;
    p->rows += p->length[subject];
}

// Of each dataset the first few subjects of the order, then more until it has its share of the rows.
static void take_share(struct pick *p, int dataset, int64_t target, int subjects) {
    int64_t all = 0, rows = 0;
    int count = 0;
    for (int s = 0; s < p->n_subjects; s++) all += p->home[s] == dataset ? p->length[s] : 0;
    double share = (double)target * (double)all / (double)facet_items_count(p->items);
    for (int i = 0; i < p->n_subjects; i++) {
        int64_t s = p->order[i];
        if (p->home[s] != dataset || (count >= subjects && (double)rows >= share)) continue;
        take(p, s);
        rows += p->length[s], count++;
    }
}

static void cover_classes(struct pick *p) {
    size_t width = (size_t)p->n_classes + 1;
    for (size_t class = 0; class < width; class ++) {
        int64_t found = -1;
        for (int i = p->n_subjects - 1; i >= 0; i--) {
            int64_t s = p->order[i];
            if (!p->has[(size_t)s * width + class]) continue;
            found = s;
            if (p->number[s]) break; // there is one already
        }
        if (found >= 0) take(p, found);
    }
}

// Of very long subjects whole sequences only, so many of each class.
static int copy_rows(const struct pick *p, int64_t target, int64_t *rows, int64_t *count, struct facet_error *error) {
    size_t width = (size_t)p->n_classes + 1;
    int64_t most = p->rows > 2 * target ? target / (int64_t)((size_t)p->taken * width) + 1 : p->rows;
    int64_t *kept = calloc((size_t)p->taken * width + 1, sizeof *kept), sequence = -1;
    if (!kept) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory to pick among %d subjects", p->taken);
    bool taken = false;
    *count = 0;
    for (int64_t row = 0; row < facet_items_count(p->items); row++) {
        int number = p->number[facet_items_subject_of(p->items, row)];
        if (!number) continue;
        int class = facet_items_class_of(p->items, row);
        int64_t *of_class = &kept[(size_t)(number - 1) * width + (size_t)(class < 0 ? p->n_classes : class)];
        int64_t now = facet_items_get(p->items, row).sequence;
        if (now != sequence) taken = *of_class < most;
        sequence = now;
        *of_class += taken;
        if (taken) rows[(*count)++] = row;
    }
    free(kept);
    return FACET_OK;
}

int plan_pick(const struct facet_items *items, int64_t target, int subjects, uint64_t seed, int64_t **rows,
              int64_t *count, struct facet_error *error) {
    struct pick p;
    *rows = NULL;
    int code = pick_create(items, seed, &p, error);
    for (int d = 0; code == FACET_OK && d < p.n_datasets; d++) take_share(&p, d, target, subjects);
    if (code == FACET_OK) {
        cover_classes(&p);
        *rows = malloc((size_t)p.rows * sizeof **rows + 1);
        if (!*rows)
            code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory to pick %lld rows", (long long)p.rows);
    }
    if (code == FACET_OK) code = copy_rows(&p, target, *rows, count, error);
    if (code != FACET_OK) free(*rows), *rows = NULL;
    pick_free(&p);
    return code;
}
