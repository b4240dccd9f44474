// Agreement and the plain collectives of facet/comm.h.
#include "mpi/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_MESSAGE = 1 << 30 }; // bytes; MPI counts are int

static int64_t call_signature(const char *operation, int64_t a, int64_t b) {
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a
    for (const char *p = operation; *p; p++) h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    h = (h ^ (uint64_t)a) * 0x100000001b3u;
    h = (h ^ (uint64_t)b) * 0x100000001b3u;
    return (int64_t)(h >> 1);
}

int facet_comm_same_call(struct facet_comm *comm, const char *operation, int64_t a, int64_t b,
                         struct facet_error *error) {
    if (!comm->safe || comm->size == 1) return FACET_OK;
    int64_t mine = call_signature(operation, a, b), ends[2] = {mine, -mine};
    int code = facet_mpi_check(MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_INT64_T, MPI_MAX, comm->mpi), operation, error);
    if (code != FACET_OK || ends[0] == -ends[1]) return code;
    return facet_error_set(error, FACET_ERROR_INTERNAL,
                           "ranks disagree about a collective call; rank %d calls %s with %lld and %lld", comm->rank,
                           operation, (long long)a, (long long)b);
}

int facet_comm_agree(struct facet_comm *comm, int code, struct facet_error *error) {
    struct facet_error scratch = {0};
    if (!error) error = &scratch;
    if (comm->size == 1) return code;
    int mismatch = facet_comm_same_call(comm, "agree", 0, 0, error);
    if (mismatch != FACET_OK) return mismatch;
    int first = code == FACET_OK ? INT_MAX : comm->rank;
    int status = facet_mpi_check(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm->mpi), "agree", error);
    if (status != FACET_OK || first == INT_MAX) return status;
    struct facet_error common = *error;
    common.code = code;
    if (comm->rank == first && code != FACET_INTERRUPTED) facet_error_prefix(&common, "rank %d", first);
    common.code = code;
    status = facet_mpi_check(MPI_Bcast(&common, sizeof common, MPI_BYTE, first, comm->mpi), "agree", error);
    if (status != FACET_OK) return status;
    *error = common;
    return common.code;
}

int facet_comm_bcast(struct facet_comm *comm, void *data, size_t bytes, int root, struct facet_error *error) {
    int code = facet_comm_same_call(comm, "bcast", (int64_t)bytes, root, error);
    for (size_t done = 0; code == FACET_OK && done < bytes; done += LARGEST_MESSAGE) {
        size_t part = bytes - done < LARGEST_MESSAGE ? bytes - done : LARGEST_MESSAGE;
        code = facet_mpi_check(MPI_Bcast((char *)data + done, (int)part, MPI_BYTE, root, comm->mpi), "bcast", error);
    }
    return code;
}

int facet_comm_allgather(struct facet_comm *comm, const void *mine, size_t bytes, void *all,
                         struct facet_error *error) {
    int code = facet_comm_same_call(comm, "allgather", (int64_t)bytes, 0, error);
    if (code != FACET_OK) return code;
    if (bytes > LARGEST_MESSAGE)
        return facet_error_set(error, FACET_ERROR_MPI, "allgather of %zu bytes a rank; the limit is %d", bytes,
                               LARGEST_MESSAGE);
    int n = (int)bytes;
    return facet_mpi_check(MPI_Allgather(mine, n, MPI_BYTE, all, n, MPI_BYTE, comm->mpi), "allgather", error);
}

// Rank by rank, so that no count or place outgrows an int.
int facet_comm_allgatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all,
                          struct facet_error *error) {
    size_t total = 0;
    for (int r = 0; r < comm->size; r++) total += counts[r];
    int code = facet_comm_same_call(comm, "allgatherv", (int64_t)total, 0, error);
    size_t place = 0;
    for (int r = 0; code == FACET_OK && r < comm->size; place += counts[r], r++) {
        if (r == comm->rank && counts[r]) memcpy((char *)all + place, mine, counts[r]);
        code = facet_comm_bcast(comm, (char *)all + place, counts[r], r, error);
    }
    return code;
}

bool facet_comm_any(struct facet_comm *comm, bool mine) {
    int flag = mine;
    if (comm->size > 1) MPI_Allreduce(MPI_IN_PLACE, &flag, 1, MPI_INT, MPI_MAX, comm->mpi);
    return flag != 0;
}

int facet_comm_barrier(struct facet_comm *comm, struct facet_error *error) {
    return facet_mpi_check(MPI_Barrier(comm->mpi), "barrier", error);
}

int facet_comm_sum_i64(struct facet_comm *comm, int64_t *numbers, int count, struct facet_error *error) {
    int code = facet_comm_same_call(comm, "sum", count, 0, error);
    if (code != FACET_OK) return code;
    return facet_mpi_check(MPI_Allreduce(MPI_IN_PLACE, numbers, count, MPI_INT64_T, MPI_SUM, comm->mpi), "sum", error);
}
