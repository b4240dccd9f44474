// Shared by the files of mpi/ alone.
#ifndef FACET_MPI_INTERNAL_H
#define FACET_MPI_INTERNAL_H

#include "mpi/ranks.h"

struct facet_comm {
    MPI_Comm mpi;
    int rank, size;
    bool safe; // FACET_SAFE_MODE: check that all ranks make the same call
};

// Turns an MPI return value into a code and a sentence.
int facet_mpi_check(int status, const char *what, struct facet_error *error);
// In safe mode, fails on all ranks unless all call `operation` with the same numbers. Collective.
int facet_comm_same_call(struct facet_comm *comm, const char *operation, int64_t a, int64_t b,
                         struct facet_error *error);

#endif
