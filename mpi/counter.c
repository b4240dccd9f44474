#include "mpi/counter.h"
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <stdlib.h>
#include <string.h>

struct facet_counter {
    struct facet_comm *comm;
    MPI_Win window;
    int64_t *slots; // this rank's in the window: how many of its share are drawn, then its tallies
    int64_t limit;
    int turn;     // the share drawn from, counted from this rank's own
    int64_t left; // of that share, when this rank last drew from it
    bool stopped; // by this rank
    int64_t (*heard)[FACET_TALLIES];
    MPI_Request *asked; // one a rank, once anybody wants to hear; until then NULL
    bool asking;
};

enum { NEXT, TALLIES, SLOTS = TALLIES + FACET_TALLIES };

static int open_window(struct facet_counter *counter) {
    int status =
        MPI_TRY(MPI_WINDOW, MPI_Win_allocate(SLOTS * sizeof *counter->slots, sizeof *counter->slots, MPI_INFO_NULL,
                                             counter->comm->mpi, &counter->slots, &counter->window));
    if (status != MPI_SUCCESS) return status;
    status = MPI_Win_set_errhandler(counter->window, MPI_ERRORS_RETURN);
    memset(counter->slots, 0, SLOTS * sizeof *counter->slots);
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
    code = facet_mpi_check(
        open_window(c), "the work counter, which needs one-sided operations (docs/guide.md, \"Several nodes\")", error);
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
        if (counter->asking) MPI_Waitall(counter->comm->size, counter->asked, MPI_STATUSES_IGNORE);
        MPI_Win_unlock_all(counter->window);
        MPI_Win_free(&counter->window);
        facet_pulse_work();
    }
    free(counter->heard);
    free(counter->asked);
    free(counter);
}

// A request is done when the answer is here; flushing the window instead would cost a second round trip.
static int fetch_and_add(struct facet_counter *counter, int owner, int64_t more, int64_t *before,
                         struct facet_error *error) {
    MPI_Request request;
    int broken = facet_ranks_broken(error);
    if (broken != FACET_OK) return broken;
    facet_pulse_wait_for("counter", owner);
    int status = MPI_TRY(MPI_FETCH, MPI_Rget_accumulate(&more, 1, MPI_INT64_T, before, 1, MPI_INT64_T, owner, NEXT, 1,
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

// ---- what all ranks have done so far --------------------------------------------------------------------------------

int facet_counter_tally(struct facet_counter *counter, const int64_t more[FACET_TALLIES], struct facet_error *error) {
    MPI_Request request;
    int broken = facet_ranks_broken(error);
    if (broken != FACET_OK) return broken;
    int status = MPI_TRY(MPI_TALLY, MPI_Raccumulate(more, FACET_TALLIES, MPI_INT64_T, counter->comm->rank, TALLIES,
                                                    FACET_TALLIES, MPI_INT64_T, MPI_SUM, counter->window, &request));
    if (status == MPI_SUCCESS) status = MPI_TRY(MPI_WAIT, MPI_Wait(&request, MPI_STATUS_IGNORE));
    return facet_mpi_check(status, "work counter", error);
}

static int ask(struct facet_counter *counter) {
    static const int64_t nothing[FACET_TALLIES];
    int status = MPI_SUCCESS;
    for (int owner = 0; owner < counter->comm->size; owner++) counter->asked[owner] = MPI_REQUEST_NULL;
    for (int owner = 0; status == MPI_SUCCESS && owner < counter->comm->size; owner++)
        status = MPI_Rget_accumulate(nothing, FACET_TALLIES, MPI_INT64_T, counter->heard[owner], FACET_TALLIES,
                                     MPI_INT64_T, owner, TALLIES, FACET_TALLIES, MPI_INT64_T, MPI_NO_OP,
                                     counter->window, &counter->asked[owner]);
    counter->asking = true;
    return status;
}

static int make_room(struct facet_counter *counter, struct facet_error *error) {
    size_t size = (size_t)counter->comm->size;
    counter->heard = calloc(size, sizeof *counter->heard);
    counter->asked = counter->heard ? calloc(size, sizeof *counter->asked) : NULL;
    if (counter->asked) return FACET_OK;
    free(counter->heard);
    counter->heard = NULL;
    return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for hearing %zu ranks", size);
}

// Takes what was asked for, if all of it is here.
static int take(struct facet_counter *counter, int64_t sums[FACET_TALLIES]) {
    int size = counter->comm->size, all_here = 0;
    int status = MPI_Testall(size, counter->asked, &all_here, MPI_STATUSES_IGNORE);
    if (status != MPI_SUCCESS || !all_here) return status;
    counter->asking = false;
    memset(sums, 0, FACET_TALLIES * sizeof *sums);
    for (int owner = 0; owner < size; owner++)
        for (int i = 0; i < FACET_TALLIES; i++) sums[i] += counter->heard[owner][i];
    return status;
}

int facet_counter_hear(struct facet_counter *counter, int64_t sums[FACET_TALLIES], struct facet_error *error) {
    int broken = facet_ranks_broken(error);
    if (broken != FACET_OK) return broken;
    if (!counter->asked) {
        int code = make_room(counter, error);
        if (code != FACET_OK) return code;
    }
    int status = counter->asking ? take(counter, sums) : MPI_SUCCESS;
    if (status == MPI_SUCCESS && !counter->asking) {
        status = ask(counter);
        if (status == MPI_SUCCESS) status = take(counter, sums); // at once, where ranks share memory
    }
    return facet_mpi_check(status, "work counter", error);
}
