// A counter all ranks draw from: each number is handed out once, to whichever rank asks.
//
// Each rank begins with a share of its own, a run of numbers (facet_comm_shard), and draws from its front without waiting
// for anybody. With its own share used up it draws from the shares of the others, one-sided. Among ranks of one node that
// is an atomic in shared memory. Over a network whose MPI sends one-sided operations as messages, such a draw, and facet_counter_stop, wait
// until the share's rank enters MPI, which it does at each of its own draws: for a few of its units at most, and
// never for ever.
#ifndef FACET_MPI_COUNTER_H
#define FACET_MPI_COUNTER_H

#include <facet/comm.h>

struct facet_counter;

// Numbers 0 .. limit - 1. The communicator must outlive the counter. Collective; limit agrees.
int facet_counter_create(struct facet_comm *comm, int64_t limit, struct facet_counter **counter,
                         struct facet_error *error);
void facet_counter_destroy(struct facet_counter *counter); // collective; NULL is fine
// The numbers *first .. *first + *count - 1: up to `most` of them, and never more than an eighth of what is left of a
// share, so that the end is shared finely. *count 0: there are none left. Not collective; one thread of a rank at a time.
int facet_counter_claim(struct facet_counter *counter, int64_t most, int64_t *first, int64_t *count,
                        struct facet_error *error);
// No rank draws another number once this returns. Not collective; one thread of a rank at a time.
int facet_counter_stop(struct facet_counter *counter, struct facet_error *error);

// Each rank keeps tallies beside its share, for whoever looks on.
enum { FACET_TALLIES = 2 };
// Adds to this rank's tallies. Not collective; one thread of a rank at a time.
int facet_counter_tally(struct facet_counter *counter, const int64_t more[FACET_TALLIES], struct facet_error *error);
// The tallies summed over all ranks, as they were a moment ago. It asks the other ranks and never waits for them: sums
// stay as they are until all have answered, and a later call takes it. Not collective; one thread of a rank at a time.
int facet_counter_hear(struct facet_counter *counter, int64_t sums[FACET_TALLIES], struct facet_error *error);

#endif
