#include "mpi/counter.h"
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <stdlib.h>

struct facet_counter {
    struct facet_comm *comm;
    MPI_Win window;
    int64_t *next; // how many of this rank's share are drawn
    int64_t limit;
    int turn;     // the share drawn from, counted from this rank's own
    int64_t left; // of that share, when this rank last drew from it
    bool stopped; // by this rank
};

static int open_window(struct facet_counter *counter) {
    int status = MPI_TRY(MPI_WINDOW, MPI_Win_allocate(sizeof *counter->next, sizeof *counter->next, MPI_INFO_NULL,
                                                      counter->comm->mpi, &counter->next, &counter->window));
    if (status != MPI_SUCCESS) return status;
    status = MPI_Win_set_errhandler(counter->window, MPI_ERRORS_RETURN);
    *counter->next = 0;
    if (status == MPI_SUCCESS) status = MPI_TRY(MPI_LOCK, MPI_Win_lock_all(MPI_MODE_NOCHECK, counter->window));
    if (status == MPI_SUCCESS) status = MPI_Win_sync(counter->window);
    return status;
}

static int64_t first_of(const struct facet_counter *counter, int owner) {
    return facet_comm_shard(counter->limit, counter->comm->size, owner);
}

static int64_t share(const struct facet_counter *counter, int owner) {
    return first_of(counter, owner + 1) - first_of(counter, owner);
}

int facet_counter_create(struct facet_comm *comm, int64_t limit, struct facet_counter **counter,
                         struct facet_error *error) {
    *counter = NULL;
    int code = facet_comm_begin(comm, "counter", limit, 0, error);
    if (code != FACET_OK) return code;
    struct facet_counter *c = facet_fault(FAULT_MEMORY_COUNTER) ? NULL : calloc(1, sizeof *c);
    code = c ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a work counter");
    code = facet_comm_agree(comm, code, error);
    if (code != FACET_OK) goto error;
    *c = (struct facet_counter){.comm = comm, .limit = limit};
    c->left = share(c, comm->rank);
    facet_pulse_wait("counter");
    code = facet_mpi_check(open_window(c), "work counter", error);
    if (code == FACET_OK) code = facet_comm_barrier(comm, error);
    if (code != FACET_OK) goto error;
    *counter = c;
    return FACET_OK;
error:
    free(c);
    return code;
}

void facet_counter_destroy(struct facet_counter *counter) {
    if (!counter) return;
    if (facet_ranks_broken(NULL) == FACET_OK) {
        facet_pulse_wait("counter");
        MPI_Win_unlock_all(counter->window);
        MPI_Win_free(&counter->window);
        facet_pulse_work();
    }
    free(counter);
}

// A request is done when the answer is here; flushing the window instead would cost a second round trip.
static int fetch_and_add(struct facet_counter *counter, int owner, int64_t more, int64_t *before,
                         struct facet_error *error) {
    MPI_Request request;
    int broken = facet_ranks_broken(error);
    if (broken != FACET_OK) return broken;
    facet_pulse_wait("counter");
    int status = MPI_TRY(MPI_FETCH, MPI_Rget_accumulate(&more, 1, MPI_INT64_T, before, 1, MPI_INT64_T, owner, 0, 1,
                                                        MPI_INT64_T, MPI_SUM, counter->window, &request));
    if (status == MPI_SUCCESS) status = MPI_TRY(MPI_WAIT, MPI_Wait(&request, MPI_STATUS_IGNORE));
    return facet_mpi_check(status, "work counter", error);
}

// Lets MPI carry out what other ranks ask of this rank's share; drawing from one's own share does not.
static int serve_others(struct facet_counter *counter, struct facet_error *error) {
    int waiting;
    int status =
        MPI_TRY(MPI_PROBE, MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, counter->comm->mpi, &waiting, MPI_STATUS_IGNORE));
    return facet_mpi_check(status, "work counter", error);
}

int facet_counter_claim(struct facet_counter *counter, int64_t most, int64_t *first, int64_t *count,
                        struct facet_error *error) {
    enum { PARTS = 8 };
    int rank = counter->comm->rank, size = counter->comm->size;
    *count = 0;
    int code = serve_others(counter, error);
    for (; code == FACET_OK && !counter->stopped && counter->turn < size; counter->turn++, counter->left = 0) {
        int owner = (rank + counter->turn) % size;
        int64_t wanted = counter->left / PARTS < most ? counter->left / PARTS : most, drawn;
        if (wanted < 1) wanted = 1;
        code = fetch_and_add(counter, owner, wanted, &drawn, error);
        counter->left = share(counter, owner) - drawn;
        if (code != FACET_OK || counter->left <= 0) continue;
        *first = first_of(counter, owner) + drawn;
        *count = wanted < counter->left ? wanted : counter->left;
        counter->left -= *count;
        break;
    }
    return code;
}

int facet_counter_stop(struct facet_counter *counter, struct facet_error *error) {
    int code = FACET_OK;
    if (counter->stopped) return FACET_OK;
    counter->stopped = true;
    for (int owner = 0; owner < counter->comm->size; owner++) {
        int64_t drawn;
        int done = fetch_and_add(counter, owner, counter->limit, &drawn, code == FACET_OK ? error : NULL);
        if (code == FACET_OK) code = done;
    }
    return code;
}
