#include "preprocess/queue.h"

#include <stdlib.h>

struct entry {
    double key;
    int32_t thing;
};

struct preprocess_queue {
    struct entry *heap; // no child, 4 i + 1 to 4 i + 4, comes before its parent i
    int32_t *place;     // of a thing in the heap
    int32_t n;
};

static int before(struct entry a, struct entry b) {
    return a.key < b.key || (a.key == b.key && a.thing < b.thing);
}

static void put(struct preprocess_queue *queue, int32_t at, struct entry entry) {
    queue->heap[at] = entry;
    queue->place[entry.thing] = at;
}

static void rise(struct preprocess_queue *queue, int32_t at, struct entry entry) {
    while (at > 0 && before(entry, queue->heap[(at - 1) / 4])) {
        put(queue, at, queue->heap[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    put(queue, at, entry);
}

static void sink(struct preprocess_queue *queue, int32_t at, struct entry entry) {
    for (;;) {
        int64_t child = 4 * (int64_t)at + 1, end = child + 4 < queue->n ? child + 4 : queue->n;
        if (child >= queue->n) break;
        for (int64_t c = child + 1; c < end; c++)
            if (before(queue->heap[c], queue->heap[child])) child = c;
        if (!before(queue->heap[child], entry)) break;
        put(queue, at, queue->heap[child]);
        at = (int32_t)child;
    }
    put(queue, at, entry);
}

int preprocess_queue_create(const double *keys, int32_t n, struct preprocess_queue **queue, struct facet_error *error) {
    struct preprocess_queue *made = calloc(1, sizeof *made);
    *queue = NULL;
    if (made) {
        made->heap = malloc(((size_t)n + 1) * sizeof *made->heap);
        made->place = malloc(((size_t)n + 1) * sizeof *made->place);
    }
    if (!made || !made->heap || !made->place) {
        preprocess_queue_destroy(made);
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory for a queue of %d", (int)n);
    }
    made->n = n;
    for (int32_t i = 0; i < n; i++) put(made, i, (struct entry){keys[i], i});
    for (int32_t i = n / 4; i >= 0 && n > 0; i--) sink(made, i, made->heap[i]);
    *queue = made;
    return FACET_OK;
}

void preprocess_queue_destroy(struct preprocess_queue *queue) {
    if (!queue) return;
    free(queue->heap), free(queue->place);
    free(queue);
}

int32_t preprocess_queue_first(const struct preprocess_queue *queue) {
    return queue->n > 0 ? queue->heap[0].thing : -1;
}

double preprocess_queue_key(const struct preprocess_queue *queue, int32_t thing) {
    return queue->heap[queue->place[thing]].key;
}

void preprocess_queue_change(struct preprocess_queue *queue, int32_t thing, double key) {
    int32_t at = queue->place[thing];
    struct entry entry = {key, thing};
    if (before(entry, queue->heap[at]))
        rise(queue, at, entry);
    else
        sink(queue, at, entry);
}

void preprocess_queue_remove(struct preprocess_queue *queue, int32_t thing) {
    int32_t at = queue->place[thing];
    struct entry last = queue->heap[--queue->n], gone = queue->heap[at];
    if (at == queue->n) return;
    if (before(last, gone))
        rise(queue, at, last);
    else
        sink(queue, at, last);
}
