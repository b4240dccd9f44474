// Agreement and the plain collectives of facet/comm.h.
#include "mpi/clock.h"
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static double patience(void) {
    const char *seconds = getenv("FACET_PATIENCE");
    return seconds && *seconds ? strtod(seconds, NULL) : 30;
}

// Polls for as long as patience lasts. MPI_ERR_PENDING: some rank has not come.
static int wait_briefly(MPI_Request *request) {
    const struct timespec pause = {.tv_nsec = 1000000};
    double end = facet_clock() + patience();
    int come = 0, status = MPI_Test(request, &come, MPI_STATUS_IGNORE);
    while (status == MPI_SUCCESS && !come && facet_clock() < end) {
        nanosleep(&pause, NULL);
        status = MPI_Test(request, &come, MPI_STATUS_IGNORE);
    }
    return status != MPI_SUCCESS || come ? status : MPI_ERR_PENDING;
}

// The largest of each number over the ranks, in place. Begun without blocking, as a rank that gives up must be able to.
static int reduce_max(struct facet_comm *comm, int64_t *numbers, int count) {
    MPI_Request request;
    int status = MPI_Iallreduce(MPI_IN_PLACE, numbers, count, MPI_INT64_T, MPI_MAX, comm->mpi, &request);
    if (status != MPI_SUCCESS) return status;
    return comm->hurried ? wait_briefly(&request) : MPI_Wait(&request, MPI_STATUS_IGNORE);
}

int facet_comm_begin(struct facet_comm *comm, const char *operation, int64_t a, int64_t b, struct facet_error *error) {
    int broken = facet_ranks_broken(error);
    if (broken != FACET_OK) return broken;
    if (comm->failed.code != FACET_OK) {
        if (error) *error = comm->failed;
        return comm->failed.code;
    }
    facet_pulse_beat();
    if (comm->size > 1) facet_pulse_wait(operation);
    if (!comm->safe || comm->size == 1) return FACET_OK;
    int64_t mine = call_signature(operation, a, b), ends[2] = {mine, -mine};
    int code = facet_mpi_check(MPI_TRY(MPI_CHECK, reduce_max(comm, ends, 2)), operation, error);
    if (code == FACET_OK && ends[0] == -ends[1]) facet_pulse_wait(operation); // now in the operation itself
    if (code != FACET_OK || ends[0] == -ends[1]) return code;
    code = facet_error_set(&comm->failed, FACET_ERROR_INTERNAL,
                           "ranks disagree about a collective call; rank %d calls %s with %lld and %lld", comm->rank,
                           operation, (long long)a, (long long)b);
    if (error) *error = comm->failed;
    return code;
}

static void name_rank(struct facet_error *error, int rank) {
    bool told = strncmp(error->text, "rank ", 5) == 0 || strstr(error->text, ": rank "); // by an earlier agreement
    if (error->code != FACET_INTERRUPTED && !told) facet_error_prefix(error, "rank %d", rank);
}

// Gives all ranks what the rank `first` brings.
static int share_failure(struct facet_comm *comm, int first, struct facet_error *error) {
    struct facet_error common = *error;
    if (comm->rank == first) name_rank(&common, first);
    int status = MPI_TRY(MPI_SHARE, MPI_Bcast(&common, sizeof common, MPI_BYTE, first, comm->mpi));
    if (status != MPI_SUCCESS) return facet_mpi_check(status, "agree", error);
    *error = common;
    return common.code;
}

// Where MPI gives up while it carries a failure of this rank's, that failure is what the rank has to tell.
static int keep_own(const struct facet_comm *comm, struct facet_error *error) {
    name_rank(error, comm->rank);
    facet_mpi_give_up(error);
    return error->code;
}

static int agree(struct facet_comm *comm, int code, bool *uneven, struct facet_error *error) {
    struct facet_error mpi = {0}, scratch = {0};
    if (!error) error = &scratch;
    if (code != FACET_OK) error->code = code;
    *uneven = true; // for all we know, until the others have come
    int64_t ends[2] = {code == FACET_OK ? -INT_MAX : -comm->rank, code == FACET_OK};
    int began = facet_comm_begin(comm, "agree", 0, 0, &mpi);
    if (began == FACET_OK) began = facet_mpi_check(MPI_TRY(MPI_AGREE, reduce_max(comm, ends, 2)), "agree", &mpi);
    if (began != FACET_OK) {
        if (code != FACET_OK && facet_ranks_broken(NULL) != FACET_OK) return keep_own(comm, error);
        if (code == FACET_OK) *error = mpi;
        return error->code;
    }
    bool any = ends[0] > -INT_MAX;
    *uneven = any && ends[1] > 0;
    return any ? share_failure(comm, (int)-ends[0], error) : FACET_OK;
}

int facet_comm_agree(struct facet_comm *comm, int code, struct facet_error *error) {
    bool uneven;
    return comm->size == 1 ? code : agree(comm, code, &uneven, error);
}

int facet_comm_agree_after(struct facet_comm *comm, int code, bool *uneven, struct facet_error *error) {
    *uneven = false;
    if (comm->size == 1) return code;
    comm->hurried = code != FACET_OK;
    code = agree(comm, code, uneven, error);
    comm->hurried = false;
    return code;
}

int facet_comm_bcast(struct facet_comm *comm, void *data, size_t bytes, int root, struct facet_error *error) {
    int code = facet_comm_begin(comm, "bcast", (int64_t)bytes, root, error);
    for (size_t done = 0; code == FACET_OK && done < bytes; done += LARGEST_MESSAGE) {
        size_t part = bytes - done < LARGEST_MESSAGE ? bytes - done : LARGEST_MESSAGE;
        facet_pulse_wait("bcast");
        int status = MPI_TRY(MPI_BCAST, MPI_Bcast((char *)data + done, (int)part, MPI_BYTE, root, comm->mpi));
        code = facet_mpi_check(status, "bcast", error);
    }
    facet_pulse_work();
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
    int status = MPI_TRY(MPI_ALLGATHER, MPI_Allgather(mine, n, MPI_BYTE, all, n, MPI_BYTE, comm->mpi));
    return facet_mpi_check(status, "allgather", error);
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
    int status = MPI_TRY(MPI_ALLGATHERV, MPI_Allgatherv(mine, comm->counts[comm->rank], MPI_BYTE, all, comm->counts,
                                                        comm->places, MPI_BYTE, comm->mpi));
    return facet_mpi_check(status, "allgatherv", error);
}

bool facet_comm_any(struct facet_comm *comm, bool mine) {
    int flag = mine;
    if (facet_comm_begin(comm, "any", 0, 0, NULL) != FACET_OK) return true;
    if (comm->size == 1) return mine;
    int status = MPI_TRY(MPI_ANY, MPI_Allreduce(MPI_IN_PLACE, &flag, 1, MPI_INT, MPI_MAX, comm->mpi));
    return facet_mpi_check(status, "any", NULL) != FACET_OK || flag != 0;
}

int facet_comm_barrier(struct facet_comm *comm, struct facet_error *error) {
    int code = facet_comm_begin(comm, "barrier", 0, 0, error);
    return code == FACET_OK ? facet_mpi_check(MPI_TRY(MPI_BARRIER, MPI_Barrier(comm->mpi)), "barrier", error) : code;
}

int facet_comm_sum_i64(struct facet_comm *comm, int64_t *numbers, int count, struct facet_error *error) {
    int code = facet_comm_begin(comm, "sum", count, 0, error);
    if (code != FACET_OK) return code;
    int status = MPI_TRY(MPI_SUM, MPI_Allreduce(MPI_IN_PLACE, numbers, count, MPI_INT64_T, MPI_SUM, comm->mpi));
    return facet_mpi_check(status, "sum", error);
}

void facet_comm_wait(const struct facet_comm *comm, const char *operation) {
    if (comm->size > 1) facet_pulse_wait(operation);
}
