// A counter all ranks draw from: each number is handed out once, to whichever rank asks next.
//
// It lives on rank 0 and is drawn from by one-sided operations. On one node these are plain atomics in shared memory. Over
// a network some MPI builds need rank 0 to enter MPI before they complete: rank 0 does so at each of its own draws, so
// a draw then waits at most for the unit that rank 0 is working on, and never for ever.
#ifndef FACET_MPI_COUNTER_H
#define FACET_MPI_COUNTER_H

#include <facet/comm.h>

struct facet_counter;

// Numbers 0 .. limit - 1. Collective; limit agrees.
int facet_counter_create(struct facet_comm *comm, int64_t limit, struct facet_counter **counter,
                         struct facet_error *error);
void facet_counter_destroy(struct facet_counter *counter); // collective; NULL is fine
// The next number, or -1 when there are none left. Not collective; one thread of a rank at a time.
int facet_counter_claim(struct facet_counter *counter, int64_t *number, struct facet_error *error);
// No rank draws another number. Not collective; one thread of a rank at a time.
int facet_counter_stop(struct facet_counter *counter, struct facet_error *error);

#endif
