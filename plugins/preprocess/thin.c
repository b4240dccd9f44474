// Thinning a surface to a number of vertices: the two neighbours that cost least to merge are merged, again and again.
#include "preprocess/queue.h"
#include "preprocess/surface.h"
#include "preprocess/thinning.h"

#include <math.h>
#include <stdlib.h>

enum { NONE = PREPROCESS_NONE, TRIES = 16 };

// Each vertex waits in the queue with what it costs to merge it with its partner, the cheapest of its neighbours. Costs grow as
// quadrics do: a partner that has changed makes a vertex stale, and its partner is sought again when its turn comes.
struct choice {
    struct preprocess_thinning mesh;
    struct preprocess_queue *queue;
    int32_t *partner;
    uint8_t *stale;
    double
        *cost; // of all vertices at first; of the neighbours of one when those that may not be merged are passed over
    int32_t *others; // those neighbours
};

static void offer(struct choice *choice, int32_t v, int32_t partner, double cost) {
    if (cost > choice->cost[v] || (cost == choice->cost[v] && partner >= choice->partner[v])) return;
    choice->cost[v] = cost, choice->partner[v] = partner;
}

// Every edge once from each of its triangles, which does no harm.
static void choose_all(struct choice *choice) {
    struct preprocess_thinning *m = &choice->mesh;
    double to[3];
    for (int32_t v = 0; v < m->n_vertices; v++) choice->cost[v] = INFINITY, choice->partner[v] = INT32_MAX;
    for (int32_t v = 0; v < m->n_vertices; v++) {
        int32_t n = preprocess_thinning_ring(m, v);
        for (int32_t i = 0; i < n; i++) {
            int32_t w = m->ring[i];
            if (w < v) continue;
            double cost = preprocess_thinning_cost(m, v, w, m->mark[w].shared, to);
            offer(choice, v, w, cost), offer(choice, w, v, cost);
        }
    }
}

// The cheapest neighbour of v, whether or not it may be merged.
static void choose_again(struct choice *choice, int32_t v) {
    struct preprocess_thinning *m = &choice->mesh;
    double least = INFINITY, to[3];
    int32_t n = preprocess_thinning_ring(m, v), partner = NONE;
    for (int32_t i = 0; i < n; i++) {
        int32_t w = m->ring[i];
        double cost = preprocess_thinning_cost(m, v, w, m->mark[w].shared, to);
        if (cost < least || (cost == least && w < partner)) least = cost, partner = w;
    }
    choice->partner[v] = partner, choice->stale[v] = 0;
    preprocess_queue_change(choice->queue, v, least);
}

// The cheapest neighbour of v that may be merged; v waits for ever when there is none, or until its surroundings change.
static void choose_allowed(struct choice *choice, int32_t v) {
    struct preprocess_thinning *m = &choice->mesh;
    double to[3], least = INFINITY;
    int32_t n = preprocess_thinning_ring(m, v), best = NONE;
    for (int32_t i = 0; i < n; i++) {
        choice->others[i] = m->ring[i];
        choice->cost[i] = preprocess_thinning_cost(m, v, m->ring[i], m->mark[m->ring[i]].shared, to);
    }
    for (int tries = 0; tries < TRIES; tries++) {
        least = INFINITY, best = NONE;
        for (int32_t i = 0; i < n; i++)
            if (choice->cost[i] < least ||
                (best != NONE && choice->cost[i] == least && choice->others[i] < choice->others[best]))
                least = choice->cost[i], best = i;
        if (best == NONE) break;
        int32_t w = choice->others[best];
        preprocess_thinning_cost(m, v, w, 1, to); // it was not forbidden, so only the place is asked for
        if (preprocess_thinning_allows(m, v, w, to)) break;
        choice->cost[best] = INFINITY, best = NONE, least = INFINITY;
    }
    choice->partner[v] = best == NONE ? NONE : choice->others[best], choice->stale[v] = 0;
    preprocess_queue_change(choice->queue, v, least);
}

// Around a vertex that took in another: it is dearer than either was, but may still be somebody's cheapest neighbour.
static void look_around(struct choice *choice, int32_t v, int32_t gone) {
    struct preprocess_thinning *m = &choice->mesh;
    double least = INFINITY, to[3];
    int32_t n = preprocess_thinning_ring(m, v), partner = NONE;
    for (int32_t i = 0; i < n; i++) {
        int32_t w = m->ring[i];
        double cost = preprocess_thinning_cost(m, v, w, m->mark[w].shared, to);
        if (cost < least || (cost == least && w < partner)) least = cost, partner = w;
        if (cost < preprocess_queue_key(choice->queue, w)) {
            choice->partner[w] = v, choice->stale[w] = 0;
            preprocess_queue_change(choice->queue, w, cost);
        } else if (choice->partner[w] == v || choice->partner[w] == gone) {
            choice->stale[w] = 1;
        }
    }
    choice->partner[v] = partner, choice->stale[v] = 0;
    preprocess_queue_change(choice->queue, v, least);
}

// Merges the vertex whose turn it is, or finds it another partner.
static void step(struct choice *choice, int32_t v) {
    struct preprocess_thinning *m = &choice->mesh;
    int32_t partner = choice->partner[v];
    double to[3];
    if (choice->stale[v]) {
        choose_again(choice, v);
        return;
    }
    if (isinf(preprocess_thinning_cost(m, v, partner, 1, to)) || !preprocess_thinning_allows(m, v, partner, to)) {
        choose_allowed(choice, v);
        return;
    }
    int32_t keep = v < partner ? v : partner, gone = v < partner ? partner : v;
    preprocess_thinning_merge(m, keep, gone, to);
    preprocess_queue_remove(choice->queue, gone);
    look_around(choice, keep, gone);
}

static int begin(const struct preprocess_surface *surface, struct choice *choice, struct facet_error *error) {
    size_t n = (size_t)surface->n_vertices + 1;
    int code = preprocess_thinning_create(surface, &choice->mesh, error);
    if (code) return code;
    choice->partner = malloc(n * sizeof *choice->partner), choice->others = malloc(n * sizeof *choice->others);
    choice->stale = calloc(n, 1), choice->cost = malloc(n * sizeof *choice->cost);
    if (!choice->partner || !choice->others || !choice->stale || !choice->cost)
        return facet_error_set(error, FACET_ERROR_MEMORY, "no memory to thin a mesh");
    choose_all(choice);
    return preprocess_queue_create(choice->cost, (int32_t)surface->n_vertices, &choice->queue, error);
}

int preprocess_surface_thin(struct preprocess_surface *surface, int64_t max_vertices, struct facet_error *error) {
    struct choice choice = {.queue = NULL};
    int code = preprocess_surface_compact(surface, error);
    if (code || surface->n_vertices <= max_vertices) return code;
    code = begin(surface, &choice, error);
    if (code) goto error;
    while (choice.mesh.left > max_vertices) {
        int32_t v = preprocess_queue_first(choice.queue);
        if (v < 0 || isinf(preprocess_queue_key(choice.queue, v))) break;
        step(&choice, v);
    }
    if (choice.mesh.left > max_vertices)
        code = facet_error_set(
            error, FACET_ERROR_DATA,
            "%lld vertices are left where max_vertices asks for %lld: to merge more would fold the mesh",
            (long long)choice.mesh.left, (long long)max_vertices);
    else
        code = preprocess_thinning_finish(&choice.mesh, surface, error);
error:
    preprocess_thinning_free(&choice.mesh);
    preprocess_queue_destroy(choice.queue);
    free(choice.partner), free(choice.others), free(choice.stale), free(choice.cost);
    return code;
}
