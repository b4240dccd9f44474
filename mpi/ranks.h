// The ranks of a run: start, stop, and communicators. Only files of mpi/ call MPI.
#ifndef FACET_MPI_RANKS_H
#define FACET_MPI_RANKS_H

#include <facet/comm.h>
#include <mpi.h>
#include <stdbool.h>

// Starts MPI (threads may call it one at a time) and gives the communicator of all ranks, owned by the caller until
// facet_ranks_stop. Works without a launcher as one rank. Collective.
int facet_ranks_start(int *argc, char ***argv, struct facet_comm **world, struct facet_error *error);
void facet_ranks_stop(struct facet_comm *world); // collective; NULL stops MPI alone
// From now on this process ends at once when the launcher that started it does (mpirun killed, a node's daemon lost), so
// that no rank of a dead run writes beside the ranks of the next. Nothing without a launcher: a shell may end before its
// job. Where there is a wrapper between the two, MPI's own notice, a second or so later, is what ends the rank.
void facet_ranks_end_with_launcher(void);
void facet_ranks_abort(struct facet_comm *world, int exit_status); // not collective: ends every rank

// A communicator of one's own on top of an MPI one, which is duplicated. Collective.
int facet_comm_create(MPI_Comm mpi, struct facet_comm **comm, struct facet_error *error);
void facet_comm_destroy(struct facet_comm *comm); // collective; NULL is fine
MPI_Comm facet_comm_mpi(const struct facet_comm *comm);

int facet_comm_ranks_on_node(const struct facet_comm *comm); // ranks that share this node's memory; collective
const char *facet_ranks_library(void);                       // "Open MPI v4.1.4"

// Every collective below and in facet/comm.h: a communicator that failed once stays failed, and each later call on it
// gives that first error at once. With FACET_SAFE_MODE=1 ranks that make different calls all get an error that names
// the call.

// True on all ranks when it is on any; true also when the ranks cannot agree, which the next call then reports.
// Collective.
bool facet_comm_any(struct facet_comm *comm, bool mine);
int facet_comm_barrier(struct facet_comm *comm, struct facet_error *error);
// Sums of whole numbers over the ranks, in place; exact, so the order does not matter. Collective, count agrees.
int facet_comm_sum_i64(struct facet_comm *comm, int64_t *numbers, int count, struct facet_error *error);

#endif
