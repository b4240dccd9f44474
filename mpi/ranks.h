// The ranks of a run: start, stop, and communicators. Only files of mpi/ call MPI.
#ifndef FACET_MPI_RANKS_H
#define FACET_MPI_RANKS_H

#include <facet/comm.h>
#include <mpi.h>
#include <stdbool.h>

// Starts MPI (threads may call it one at a time) and gives the communicator of all ranks, owned by the caller until
// facet_ranks_stop. Works without a launcher as one rank. Arms the faults that FACET_FAULT asks for. Collective.
int facet_ranks_start(int *argc, char ***argv, struct facet_comm **world, struct facet_error *error);
void facet_ranks_stop(struct facet_comm *world); // collective; NULL stops MPI alone, if it was started
bool facet_ranks_started(void);                  // MPI was; not collective
int facet_ranks_own(void);                       // this process's among all ranks; not collective
// From now on this process ends at once when the launcher that started it does (mpirun killed, a node's daemon lost), so
// that no rank of a dead run writes beside the ranks of the next. Nothing without a launcher: a shell may end before its
// job. Where there is a wrapper between the two, MPI's own notice, a second or so later, is what ends the rank.
void facet_ranks_end_with_launcher(void);
// Ends every rank, this process at once and without what is done at an exit. Not collective.
FACET_NORETURN void facet_ranks_abort(struct facet_comm *world, int exit_status);

// After an MPI call failed on a rank, others may wait for it for ever. So from then on every collective here fails at
// once on this rank, whatever its communicator, and the process has to end by facet_ranks_abort. Gives the code of the
// failure and its sentence, or FACET_OK.
int facet_ranks_broken(struct facet_error *error);
// Says that ending MPI in an orderly way would hang or crash (HDF5 closes at that time what it could not close before).
void facet_ranks_leave_unclean(void);
bool facet_ranks_unclean(void); // said so, or broken: end by facet_ranks_abort; facet_ranks_stop leaves MPI alone then

// A communicator of one's own on top of an MPI one, which is duplicated. Collective.
int facet_comm_create(MPI_Comm mpi, struct facet_comm **comm, struct facet_error *error);
void facet_comm_destroy(struct facet_comm *comm); // collective; NULL is fine
// For the watchdog: this rank enters an operation of another library that all ranks have to come to. The next agreement
// ends it. Not collective.
void facet_comm_wait(const struct facet_comm *comm, const char *operation);
MPI_Comm facet_comm_mpi(const struct facet_comm *comm);

// The ranks that share this node's memory, in the order they have in comm. Collective.
int facet_comm_of_node(struct facet_comm *comm, struct facet_comm **node, struct facet_error *error);
const char *facet_ranks_library(void); // "Open MPI v4.1.4"

// With FACET_SAFE_MODE=1 ranks that make different calls all get an error that names the call, and so does each later
// call on that communicator.

// facet_comm_agree for the outcome of a call that all ranks have just made together and that may wait inside for a rank
// that failed, as HDF5's on a shared file do: a rank that failed waits FACET_PATIENCE seconds (30) for the others, and
// is broken when they have not come. *uneven: some ranks failed and some did not, so what they share is in disorder.
// Collective.
int facet_comm_agree_after(struct facet_comm *comm, int code, bool *uneven, struct facet_error *error);

// True on all ranks when it is on any; true also when the ranks cannot agree, which the next call then reports.
// Collective.
bool facet_comm_any(struct facet_comm *comm, bool mine);
int facet_comm_barrier(struct facet_comm *comm, struct facet_error *error);
// Sums of whole numbers over the ranks, in place; exact, so the order does not matter. Collective, count agrees.
int facet_comm_sum_i64(struct facet_comm *comm, int64_t *numbers, int count, struct facet_error *error);

// counts[rank] bytes from each rank, 1 GiB at most, packed in rank order into `all` of the rank `root`. Collective,
// counts agree.
int facet_comm_gatherv(struct facet_comm *comm, const void *mine, const size_t *counts, void *all, int root,
                       struct facet_error *error);

#endif
