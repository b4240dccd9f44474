// Agreement and the plain collectives of facet/comm.h.
#include "mpi/internal.h"

#include <limits.h>
#include <string.h>

enum { LARGEST_MESSAGE = 1 << 30 }; // bytes; MPI counts are int

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static int64_t call_signature(const char *operation, int64_t a, int64_t b) {
    uint64_t hash = hash_bytes(0xcbf29ce484222325u, operation, strlen(operation));
    hash = hash_bytes(hash, &a, sizeof a);
    return (int64_t)(hash_bytes(hash, &b, sizeof b) >> 1);
}

int facet_comm_end(struct facet_comm *comm, int status, const char *operation, struct facet_error *error) {
    if (status == MPI_SUCCESS) return FACET_OK;
    int code = facet_mpi_check(status, operation, &comm->failed);
    if (error) *error = comm->failed;
    return code;
}

int facet_comm_begin(struct facet_comm *comm, const char *operation, int64_t a, int64_t b, struct facet_error *error) {
    if (comm->failed.code != FACET_OK) {
        if (error) *error = comm->failed;
        return comm->failed.code;
    }
    if (!comm->safe || comm->size == 1) return FACET_OK;
    int64_t mine = call_signature(operation, a, b), ends[2] = {mine, -mine};
    int status = MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_INT64_T, MPI_MAX, comm->mpi);
    int code = facet_comm_end(comm, status, operation, error);
    if (code != FACET_OK || ends[0] == -ends[1]) return code;
    code = facet_error_set(&comm->failed, FACET_ERROR_INTERNAL,
                           "ranks disagree about a collective call; rank %d calls %s with %lld and %lld", comm->rank,
                           operation, (long long)a, (long long)b);
    if (error) *error = comm->failed;
    return code;
}

// Gives all ranks what the rank `first` brings.
static int share_failure(struct facet_comm *comm, int first, int code, struct facet_error *error) {
    struct facet_error common = *error;
    bool told = strncmp(common.text, "rank ", 5) == 0; // an earlier agreement named the rank
    if (comm->rank == first && code != FACET_INTERRUPTED && !told) facet_error_prefix(&common, "rank %d", first);
    common.code = code;
    int status = MPI_Bcast(&common, sizeof common, MPI_BYTE, first, comm->mpi);
    if (status != MPI_SUCCESS) return facet_comm_end(comm, status, "agree", error);
    *error = common;
    return common.code;
}

int facet_comm_agree(struct facet_comm *comm, int code, struct facet_error *error) {
    struct facet_error scratch = {0};
    if (!error) error = &scratch;
    if (comm->size == 1) return code;
    int began = facet_comm_begin(comm, "agree", 0, 0, code == FACET_OK ? error : &scratch);
    if (began != FACET_OK) return code != FACET_OK ? code : began;
    int first = code == FACET_OK ? INT_MAX : comm->rank;
    int status = MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm->mpi);
    if (status != MPI_SUCCESS) return facet_comm_end(comm, status, "agree", error);
    return first == INT_MAX ? FACET_OK : share_failure(comm, first, code, error);
}

int facet_comm_bcast(struct facet_comm *comm, void *data, size_t bytes, int root, struct facet_error *error) {
    int code = facet_comm_begin(comm, "bcast", (int64_t)bytes, root, error);
    for (size_t done = 0; code == FACET_OK && done < bytes; done += LARGEST_MESSAGE) {
        size_t part = bytes - done < LARGEST_MESSAGE ? bytes - done : LARGEST_MESSAGE;
        int status = MPI_Bcast((char *)data + done, (int)part, MPI_BYTE, root, comm->mpi);
        code = facet_comm_end(comm, status, "bcast", error);
    }
    return code;
}

// Rank by rank, for totals that outgrow an int.
static int gather_in_turn(struct facet_comm *comm, const void *mine, const size_t *counts, size_t bytes, char *all,
                          struct facet_error *error) {
    int code = FACET_OK;
    for (int r = 0; code == FACET_OK && r < comm->size; r++) {
        size_t part = counts ? counts[r] : bytes;
        if (r == comm->rank && part) memcpy(all, mine, part);
        code = facet_comm_bcast(comm, all, part, r, error);
        all += part;
    }
    return code;
}

int facet_comm_allgather(struct facet_comm *comm, const void *mine, size_t bytes, void *all,
                         struct facet_error *error) {
    int code = facet_comm_begin(comm, "allgather", (int64_t)bytes, 0, error);
    if (code != FACET_OK) return code;
    if (bytes > (size_t)LARGEST_MESSAGE / (size_t)comm->size)
        return gather_in_turn(comm, mine, NULL, bytes, all, error);
    int n = (int)bytes;
    return facet_comm_end(comm, MPI_Allgather(mine, n, MPI_BYTE, all, n, MPI_BYTE, comm->mpi), "allgather", error);
}

int facet_comm_allgatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all,
                          struct facet_error *error) {
    size_t total = 0;
    for (int r = 0; r < comm->size; r++) total += counts[r];
    uint64_t same = hash_bytes(0, counts, (size_t)comm->size * sizeof *counts);
    int code = facet_comm_begin(comm, "allgatherv", (int64_t)total, (int64_t)same, error);
    if (code != FACET_OK) return code;
    if (total > LARGEST_MESSAGE) return gather_in_turn(comm, mine, counts, 0, all, error);
    int place = 0;
    for (int r = 0; r < comm->size; r++) {
        comm->counts[r] = (int)counts[r];
        comm->places[r] = place;
        place += comm->counts[r];
    }
    int status =
        MPI_Allgatherv(mine, comm->counts[comm->rank], MPI_BYTE, all, comm->counts, comm->places, MPI_BYTE, comm->mpi);
    return facet_comm_end(comm, status, "allgatherv", error);
}

bool facet_comm_any(struct facet_comm *comm, bool mine) {
    int flag = mine;
    if (facet_comm_begin(comm, "any", 0, 0, NULL) != FACET_OK) return true;
    if (comm->size == 1) return mine;
    int status = MPI_Allreduce(MPI_IN_PLACE, &flag, 1, MPI_INT, MPI_MAX, comm->mpi);
    return facet_comm_end(comm, status, "any", NULL) != FACET_OK || flag != 0;
}

int facet_comm_barrier(struct facet_comm *comm, struct facet_error *error) {
    int code = facet_comm_begin(comm, "barrier", 0, 0, error);
    return code == FACET_OK ? facet_comm_end(comm, MPI_Barrier(comm->mpi), "barrier", error) : code;
}

int facet_comm_sum_i64(struct facet_comm *comm, int64_t *numbers, int count, struct facet_error *error) {
    int code = facet_comm_begin(comm, "sum", count, 0, error);
    if (code != FACET_OK) return code;
    int status = MPI_Allreduce(MPI_IN_PLACE, numbers, count, MPI_INT64_T, MPI_SUM, comm->mpi);
    return facet_comm_end(comm, status, "sum", error);
}
