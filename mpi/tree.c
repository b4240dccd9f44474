// Sums along a fixed binary tree of the shard index: the same bits whichever ranks hold the leaves.
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int64_t facet_comm_shard(int64_t n, int size, int rank) {
    int64_t share = n / size, left = n % size;
    return rank * share + (rank < left ? rank : left);
}

struct tree {
    struct facet_comm *comm;
    char *const *mine;   // this rank's leaves
    int64_t n, first;    // leaves of all ranks; the first of mine
    size_t length, size; // of a vector, elements; bytes of an element
    void *arrived;       // one vector, for a partial sum from another rank
    struct facet_error *error;
};

static int owner(const struct tree *tree, int64_t leaf) {
    int low = 0, high = tree->comm->size - 1; // the last rank whose run starts at or before the leaf
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (facet_comm_shard(tree->n, tree->comm->size, middle) <= leaf)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void add(const struct tree *tree, void *sum, const void *more) {
    if (tree->size == sizeof(double)) {
        double *a = sum;
        const double *b = more;
        for (size_t i = 0; i < tree->length; i++) a[i] += b[i];
    } else {
        float *a = sum;
        const float *b = more;
        for (size_t i = 0; i < tree->length; i++) a[i] += b[i];
    }
}

static char *leaf(const struct tree *tree, int64_t index) {
    return tree->mine[index - tree->first];
}

static int send(const struct tree *tree, const char *data, int to) {
    MPI_Datatype type = tree->size == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;
    facet_pulse_wait_for("tree sum", to);
    int status = MPI_TRY(MPI_SEND, MPI_Send(data, (int)tree->length, type, to, 0, tree->comm->mpi));
    return facet_mpi_check(status, "tree sum", tree->error);
}

static int receive(const struct tree *tree, int from) {
    MPI_Datatype type = tree->size == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;
    facet_pulse_wait_for("tree sum", from);
    int status = MPI_TRY(MPI_RECEIVE,
                         MPI_Recv(tree->arrived, (int)tree->length, type, from, 0, tree->comm->mpi, MPI_STATUS_IGNORE));
    return facet_mpi_check(status, "tree sum", tree->error);
}

// The sum over leaves [low, high) ends in the leaf `low`, on its owner. Every rank walks the whole tree and acts where
// it owns one side, so sends and receives meet in the same order everywhere.
static int reduce(const struct tree *tree, int64_t low, int64_t high) {
    if (high - low <= 1) return FACET_OK;
    int64_t middle = low + (high - low + 1) / 2;
    int code = reduce(tree, low, middle);
    if (code == FACET_OK) code = reduce(tree, middle, high);
    if (code != FACET_OK) return code;
    int left = owner(tree, low), right = owner(tree, middle), rank = tree->comm->rank;
    if (left == rank && right == rank) {
        add(tree, leaf(tree, low), leaf(tree, middle));
    } else if (right == rank) {
        code = send(tree, leaf(tree, middle), left);
    } else if (left == rank) {
        code = receive(tree, right);
        if (code == FACET_OK) add(tree, leaf(tree, low), tree->arrived);
    }
    return code;
}

static int tree_sum(struct facet_comm *comm, int64_t n, char *const *mine, size_t length, size_t size, void *sum,
                    struct facet_error *error) {
    FACET_REQUIRE(length <= INT_MAX);
    int code = facet_comm_begin(comm, "tree_sum", n, (int64_t)length, error);
    if (code != FACET_OK) return code;
    if (n == 0) {
        memset(sum, 0, length * size);
        facet_pulse_work();
        return FACET_OK;
    }
    struct tree tree = {.comm = comm, .mine = mine, .n = n, .length = length, .size = size, .error = error};
    tree.first = facet_comm_shard(n, comm->size, comm->rank);
    tree.arrived = facet_fault(FAULT_MEMORY_TREE) ? NULL : malloc(length * size + 1);
    code = tree.arrived ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a sum over ranks");
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = reduce(&tree, 0, n);
    if (code == FACET_OK && comm->rank == 0) memcpy(sum, mine[0], length * size);
    free(tree.arrived);
    if (code != FACET_OK) return code;
    return facet_comm_bcast(comm, sum, length * size, 0, error);
}

int facet_comm_tree_sum_f32(struct facet_comm *comm, int64_t n_shards, float *const *mine, size_t length, float *sum,
                            struct facet_error *error) {
    return tree_sum(comm, n_shards, (char *const *)mine, length, sizeof(float), sum, error);
}

int facet_comm_tree_sum_f64(struct facet_comm *comm, int64_t n_shards, double *const *mine, size_t length, double *sum,
                            struct facet_error *error) {
    return tree_sum(comm, n_shards, (char *const *)mine, length, sizeof(double), sum, error);
}
