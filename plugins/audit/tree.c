#include "audit/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF = 24, SAMPLE = 200, MOST_VALUES = 256 };

// Subjects and sequences of a node's rows lie between these: a node of nobody wanted is passed over.
struct node {
    int32_t subject[2], sequence[2];
    int axis; // -1: a leaf
    float at; // rows below the middle have at most this, those above at least this
};

struct audit_tree {
    const struct audit_rows *rows;
    int64_t count;
    int64_t *row;      // (count) in the order of the tree
    float *descriptor; // (count, values) likewise
    struct node *node; // children of i: 2 i + 1, 2 i + 2
};

void audit_tree_destroy(struct audit_tree *tree) {
    if (!tree) return;
    free(tree->row);
    free(tree->descriptor);
    free(tree->node);
    free(tree);
}

int64_t audit_tree_count(const struct audit_tree *tree) {
    return tree->count;
}

int64_t audit_tree_row(const struct audit_tree *tree, int64_t at) {
    return tree->row[at];
}

// ---- building ---------------------------------------------------------------------------------------------------------

static float value_of(const struct audit_tree *t, int64_t at, int axis) {
    return t->rows->descriptor[t->row[at] * t->rows->values + axis];
}

// The value that differs most, of some rows.
static int widest(const struct audit_tree *t, int64_t first, int64_t last) {
    int64_t step = (last - first) / SAMPLE + 1;
    int best = 0;
    double most = -1;
    for (int axis = 0; axis < t->rows->values; axis++) {
        double n = 0, sum = 0, squares = 0;
        for (int64_t i = first; i < last; i += step) {
            double v = value_of(t, i, axis);
            n++, sum += v, squares += v * v;
        }
        double spread = squares / n - sum / n * (sum / n);
        if (spread > most) most = spread, best = axis;
    }
    return best;
}

static void swap(int64_t *a, int64_t *b) {
    int64_t c = *a;
    *a = *b, *b = c;
}

// Puts the row that belongs at `middle` there, none larger before it and none smaller behind it (Hoare's selection).
static void select_middle(struct audit_tree *t, int64_t first, int64_t last, int64_t middle, int axis) {
    while (last - first > 1) {
        float pivot = value_of(t, first + (last - first) / 2, axis);
        int64_t i = first, j = last - 1;
        while (i <= j) {
            while (value_of(t, i, axis) < pivot) i++;
            while (value_of(t, j, axis) > pivot) j--;
            if (i <= j) swap(&t->row[i++], &t->row[j--]);
        }
        if (middle <= j)
            last = j + 1;
        else if (middle >= i)
            first = i;
        else
            return;
    }
}

static void take_in(int32_t range[2], int32_t value) {
    if (value < range[0]) range[0] = value;
    if (value > range[1]) range[1] = value;
}

static void build(struct audit_tree *t, int64_t index, int64_t first, int64_t last) {
    struct node *node = &t->node[index];
    *node = (struct node){{INT32_MAX, INT32_MIN}, {INT32_MAX, INT32_MIN}, -1, 0};
    for (int64_t i = first; i < last; i++) {
        take_in(node->subject, t->rows->subject[t->row[i]]);
        take_in(node->sequence, t->rows->sequence[t->row[i]]);
    }
    if (last - first <= LEAF) return;
    int64_t middle = first + (last - first) / 2;
    node->axis = widest(t, first, last);
    select_middle(t, first, last, middle, node->axis);
    node->at = value_of(t, middle, node->axis);
    build(t, 2 * index + 1, first, middle);
    build(t, 2 * index + 2, middle, last);
}

static int64_t nodes_for(int64_t rows) {
    int64_t nodes = 1;
    for (int64_t left = rows; left > LEAF; left -= left / 2) nodes = 2 * nodes + 1;
    return nodes;
}

// Descriptors move to where the tree wants them, in the memory they have: a million of them are a quarter of a gigabyte.
static int arrange(const struct audit_tree *t, float *descriptor, struct facet_error *error) {
    int64_t n = t->rows->count;
    size_t width = (size_t)t->rows->values * sizeof *descriptor;
    uint8_t *done = calloc((size_t)n + 1, 1);
    float spare[MOST_VALUES];
    if (!done) return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for comparing %lld rows", (long long)n);
    for (int64_t first = 0; first < n; first++) {
        int64_t to = first;
        if (done[first]) continue;
        memcpy(spare, descriptor + first * t->rows->values, width);
        for (; t->row[to] != first; to = t->row[to]) {
            memcpy(descriptor + to * t->rows->values, descriptor + t->row[to] * t->rows->values, width);
            done[to] = 1;
        }
        memcpy(descriptor + to * t->rows->values, spare, width);
        done[to] = 1;
    }
    free(done);
    return FACET_OK;
}

// Those that have none go last, outside the tree.
static void list_rows(struct audit_tree *t) {
    int64_t n = 0;
    for (int has = 1; has >= 0; has--) {
        for (int64_t row = 0; row < t->rows->count; row++)
            if (audit_rows_has(t->rows, row) == has) t->row[n++] = row;
        if (has) t->count = n;
    }
}

int audit_tree_create(struct audit_rows *rows, struct audit_tree **tree, struct facet_error *error) {
    if (rows->values > MOST_VALUES)
        return facet_error_set(error, FACET_ERROR_DATA, "descriptors of up to %d values are compared, not of %d",
                               MOST_VALUES, rows->values);
    struct audit_tree *t = calloc(1, sizeof *t);
    if (t) t->rows = rows, t->row = malloc((size_t)rows->count * sizeof *t->row + 1);
    if (t && t->row) list_rows(t), t->node = malloc((size_t)nodes_for(t->count) * sizeof *t->node);
    int code = t && t->row && t->node ? FACET_OK
                                      : facet_error_set(error, FACET_ERROR_MEMORY, "no memory for comparing %lld rows",
                                                        (long long)rows->count);
    if (!code) build(t, 0, 0, t->count);
    if (!code) code = arrange(t, rows->descriptor, error);
    if (code) {
        audit_tree_destroy(t);
        return code;
    }
    t->descriptor = rows->descriptor;
    rows->descriptor = NULL;
    *tree = t;
    return FACET_OK;
}

// ---- searching --------------------------------------------------------------------------------------------------------

struct search {
    const struct audit_tree *tree;
    const float *from;
    int64_t row, best; // best: -1 none
    int32_t subject, sequence;
    enum audit_whose whose;
    double least;            // squared distance of the best, or reach
    double off[MOST_VALUES]; // how far the node at hand is from the row along each axis, at least
};

static bool wants(const struct search *s, int64_t row) {
    const struct audit_rows *rows = s->tree->rows;
    bool own = rows->subject[row] == s->subject;
    return s->whose == AUDIT_OTHERS ? !own : own && rows->sequence[row] != s->sequence;
}

static bool may_hold(const struct search *s, const struct node *node) {
    if (s->whose == AUDIT_OTHERS) return node->subject[0] != s->subject || node->subject[1] != s->subject;
    return node->subject[0] <= s->subject && s->subject <= node->subject[1] &&
           (node->sequence[0] != s->sequence || node->sequence[1] != s->sequence);
}

static void look_at(struct search *s, int64_t at) {
    const struct audit_tree *t = s->tree;
    int64_t row = t->row[at];
    if (!wants(s, row)) return;
    double apart = audit_distance(s->from, t->descriptor + at * t->rows->values, t->rows->values, s->least);
    if (apart > s->least || (apart == s->least && s->best >= 0 && s->best < row)) return;
    s->least = apart, s->best = row;
}

// The nearer half first; the other when the cell it fills may reach as near (Arya and Mount's running distance). The little that
// rounding may have added to that distance is given back.
static void search(struct search *s, int64_t index, int64_t first, int64_t last, double gap) {
    const struct node *node = &s->tree->node[index];
    if (!may_hold(s, node)) return;
    if (node->axis < 0) {
        for (int64_t i = first; i < last; i++) look_at(s, i);
        return;
    }
    int64_t middle = first + (last - first) / 2;
    double along = (double)s->from[node->axis] - node->at, before = s->off[node->axis];
    double other = gap - before * before + along * along;
    bool below = along < 0;
    search(s, 2 * index + (below ? 1 : 2), below ? first : middle, below ? middle : last, gap);
    if (other * (1 - 1e-9) > s->least) return;
    s->off[node->axis] = along;
    search(s, 2 * index + (below ? 2 : 1), below ? middle : first, below ? last : middle, other);
    s->off[node->axis] = before;
}

struct audit_found audit_tree_nearest(const struct audit_tree *tree, int64_t at, double reach, enum audit_whose whose) {
    struct search s = {.tree = tree,
                       .from = tree->descriptor + at * tree->rows->values,
                       .row = tree->row[at],
                       .best = -1,
                       .whose = whose,
                       .least = reach * reach};
    s.subject = tree->rows->subject[s.row], s.sequence = tree->rows->sequence[s.row];
    search(&s, 0, 0, tree->count, 0);
    return (struct audit_found){s.best, s.best < 0 ? NAN : (float)sqrt(s.least)};
}
