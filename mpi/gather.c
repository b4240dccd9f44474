// Bytes of all ranks on one of them.
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <string.h>

enum { LARGEST_MESSAGE = 1 << 30, TAG = 1 }; // bytes; MPI counts are int

static int send_bytes(struct facet_comm *comm, const char *bytes, size_t size, int to) {
    int status = MPI_SUCCESS;
    for (size_t done = 0; status == MPI_SUCCESS && done < size; done += LARGEST_MESSAGE) {
        size_t part = size - done < LARGEST_MESSAGE ? size - done : LARGEST_MESSAGE;
        facet_pulse_wait("gatherv");
        status = MPI_TRY(MPI_SEND, MPI_Send(bytes + done, (int)part, MPI_BYTE, to, TAG, comm->mpi));
    }
    return status;
}

static int receive_bytes(struct facet_comm *comm, char *bytes, size_t size, int from) {
    int status = MPI_SUCCESS;
    for (size_t done = 0; status == MPI_SUCCESS && done < size; done += LARGEST_MESSAGE) {
        size_t part = size - done < LARGEST_MESSAGE ? size - done : LARGEST_MESSAGE;
        facet_pulse_wait("gatherv");
        status =
            MPI_TRY(MPI_RECEIVE, MPI_Recv(bytes + done, (int)part, MPI_BYTE, from, TAG, comm->mpi, MPI_STATUS_IGNORE));
    }
    return status;
}

int facet_comm_gatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all, int root,
                       struct facet_error *error) {
    size_t total = 0;
    for (int r = 0; r < comm->size; r++) total += counts[r];
    int code = facet_comm_begin(comm, "gatherv", (int64_t)total, root, error);
    if (code != FACET_OK) return code;
    int status = MPI_SUCCESS;
    if (comm->rank != root) {
        status = send_bytes(comm, mine, counts[comm->rank], root);
        return facet_mpi_check(status, "gatherv", error);
    }
    char *to = all;
    for (int r = 0; status == MPI_SUCCESS && r < comm->size; to += counts[r++])
        if (r != root)
            status = receive_bytes(comm, to, counts[r], r);
        else if (counts[r])
            memcpy(to, mine, counts[r]);
    return facet_mpi_check(status, "gatherv", error);
}
