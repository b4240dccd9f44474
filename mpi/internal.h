// Shared by the files of mpi/ alone.
#ifndef FACET_MPI_INTERNAL_H
#define FACET_MPI_INTERNAL_H

#include "fault/fault.h"
#include "mpi/ranks.h"

// The status of `call`, which is not made when its point is to fail.
#define MPI_TRY(point, call) (facet_fault(FAULT_##point) ? MPI_ERR_OTHER : (call))

struct facet_comm {
    MPI_Comm mpi;
    int rank, size;
    bool safe;                 // FACET_SAFE_MODE: check that all ranks make the same call
    bool hurried;              // do not wait for ever in an agreement
    int *counts, *places;      // room for one number a rank each
    struct facet_error failed; // code FACET_OK until ranks disagree about a call; then what every later call gives
};

// Turns an MPI return value into a code and a sentence. A failure is remembered: facet_ranks_broken.
int facet_mpi_check(int status, const char *what, struct facet_error *error);
// Remembers that this rank goes on without the others, and why, whatever was remembered before.
void facet_mpi_give_up(const struct facet_error *error);
// Before a collective: fails at once if MPI failed earlier or the ranks disagreed on this communicator, so that no rank
// waits for one that gave up; in safe mode, fails on all ranks unless all call `operation` with the same numbers.
// From there on the watchdog sees this thread wait for others, until facet_mpi_check. Collective.
int facet_comm_begin(struct facet_comm *comm, const char *operation, int64_t a, int64_t b, struct facet_error *error);

#endif
