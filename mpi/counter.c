#include "mpi/counter.h"
#include "mpi/internal.h"

#include <stdlib.h>

struct facet_counter {
    MPI_Win window;
    int64_t *next; // on rank 0
    int64_t limit;
};

int facet_counter_create(struct facet_comm *comm, int64_t limit, struct facet_counter **counter,
                         struct facet_error *error) {
    *counter = NULL;
    int code = facet_comm_same_call(comm, "counter", limit, 0, error);
    if (code != FACET_OK) return code;
    struct facet_counter *c = calloc(1, sizeof *c);
    code = c ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a work counter");
    code = facet_comm_agree(comm, code, error);
    if (code != FACET_OK) goto error;
    c->limit = limit;
    MPI_Aint bytes = comm->rank == 0 ? sizeof *c->next : 0;
    code = facet_mpi_check(MPI_Win_allocate(bytes, sizeof *c->next, MPI_INFO_NULL, comm->mpi, &c->next, &c->window),
                           "work counter", error);
    if (code != FACET_OK) goto error;
    MPI_Win_set_errhandler(c->window, MPI_ERRORS_RETURN);
    if (comm->rank == 0) *c->next = 0;
    MPI_Win_lock_all(MPI_MODE_NOCHECK, c->window);
    MPI_Win_sync(c->window);
    code = facet_comm_barrier(comm, error);
    *counter = c;
    return code;
error:
    free(c);
    return code;
}

void facet_counter_destroy(struct facet_counter *counter) {
    if (!counter) return;
    MPI_Win_unlock_all(counter->window);
    MPI_Win_free(&counter->window);
    free(counter);
}

static int fetch_and_add(struct facet_counter *counter, int64_t more, int64_t *before, struct facet_error *error) {
    int status = MPI_Fetch_and_op(&more, before, MPI_INT64_T, 0, 0, MPI_SUM, counter->window);
    if (status == MPI_SUCCESS) status = MPI_Win_flush(0, counter->window);
    return facet_mpi_check(status, "work counter", error);
}

int facet_counter_claim(struct facet_counter *counter, int64_t *number, struct facet_error *error) {
    int code = fetch_and_add(counter, 1, number, error);
    if (code == FACET_OK && *number >= counter->limit) *number = -1;
    return code;
}

int facet_counter_stop(struct facet_counter *counter, struct facet_error *error) {
    int64_t before;
    return fetch_and_add(counter, counter->limit, &before, error);
}
