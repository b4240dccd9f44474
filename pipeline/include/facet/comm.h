// What a collective plugin may ask of the ranks running with it. Every call is collective over the communicator: all
// ranks call it, in the same order, with sizes that agree. The outcome is agreed too: all ranks return the same code.
#ifndef FACET_COMM_H
#define FACET_COMM_H

#include <facet/error.h>
#include <stddef.h>
#include <stdint.h>

struct facet_comm;

int facet_comm_rank(const struct facet_comm *comm); // not collective
int facet_comm_size(const struct facet_comm *comm); // not collective

// The one agreement step: every rank brings the outcome of its local work; all leave with the outcome of the lowest
// rank that failed, its sentence included, or FACET_OK.
int facet_comm_agree(struct facet_comm *comm, int code, struct facet_error *error);
int facet_comm_bcast(struct facet_comm *comm, void *data, size_t bytes, int root, struct facet_error *error);
// `all` holds size * bytes, in rank order.
int facet_comm_allgather(struct facet_comm *comm, const void *mine, size_t bytes, void *all, struct facet_error *error);
// counts[rank] bytes from each rank, packed in rank order; counts agree on all ranks.
int facet_comm_allgatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all,
                          struct facet_error *error);

// Shards 0..n-1 are dealt out in contiguous runs: rank r holds facet_comm_shard(n, size, r) up to the next rank's.
// Not collective.
int64_t facet_comm_shard(int64_t n, int size, int rank);

// Sums one vector of `length` a shard over all shards along a fixed binary tree of the shard index: node [lo, hi) is
// sum[lo, mid) + sum[mid, hi), mid = lo + (hi - lo + 1) / 2. The same bits whichever ranks hold the leaves, and on all
// ranks. mine[i] is this rank's i-th shard (contiguous run as above); the leaves are overwritten. sum may not overlap.
int facet_comm_tree_sum_f32(struct facet_comm *comm, int64_t n_shards, float *const *mine, size_t length, float *sum,
                            struct facet_error *error);
int facet_comm_tree_sum_f64(struct facet_comm *comm, int64_t n_shards, double *const *mine, size_t length, double *sum,
                            struct facet_error *error);

#endif
