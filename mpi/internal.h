// Shared by the files of mpi/ alone.
#ifndef FACET_MPI_INTERNAL_H
#define FACET_MPI_INTERNAL_H

#include "mpi/ranks.h"

struct facet_comm {
    MPI_Comm mpi;
    int rank, size;
    bool safe;                 // FACET_SAFE_MODE: check that all ranks make the same call
    int *counts, *places;      // room for one number a rank each
    struct facet_error failed; // code FACET_OK until a call fails; then what every later call gives
};

// Turns an MPI return value into a code and a sentence.
int facet_mpi_check(int status, const char *what, struct facet_error *error);
// Before a collective: fails at once if an earlier one failed on this communicator, so that no rank waits for one that
// gave up; in safe mode, fails on all ranks unless all call `operation` with the same numbers. Collective.
int facet_comm_begin(struct facet_comm *comm, const char *operation, int64_t a, int64_t b, struct facet_error *error);
// After it: facet_mpi_check, and a failure is remembered.
int facet_comm_end(struct facet_comm *comm, int status, const char *operation, struct facet_error *error);

#endif
