// Bytes of all ranks on one of them.
#include "mpi/internal.h"

enum { LARGEST_MESSAGE = 1 << 30 }; // bytes; MPI counts are int

int facet_comm_gatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all, int root,
                       struct facet_error *error) {
    size_t total = 0;
    for (int r = 0; r < comm->size; r++) total += counts[r];
    if (total > LARGEST_MESSAGE)
        return facet_error_set(error, FACET_ERROR_DATA, "%zu bytes are too many to gather at once", total);
    int code = facet_comm_begin(comm, "gatherv", (int64_t)total, root, error);
    if (code != FACET_OK) return code;
    int place = 0;
    for (int r = 0; r < comm->size; r++) {
        comm->counts[r] = (int)counts[r];
        comm->places[r] = place;
        place += comm->counts[r];
    }
    int status = MPI_TRY(MPI_GATHERV, MPI_Gatherv(mine, comm->counts[comm->rank], MPI_BYTE, all, comm->counts,
                                                  comm->places, MPI_BYTE, root, comm->mpi));
    return facet_mpi_check(status, "gatherv", error);
}
