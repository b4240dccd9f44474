// A thread a rank that looks whether anything still moves. It makes no MPI call but the one that ends all ranks.
#ifndef FACET_MPI_WATCHDOG_H
#define FACET_MPI_WATCHDOG_H

#include <facet/comm.h>

struct facet_watchdog;

struct facet_watchdog_options {
    double warn, abort; // seconds without a beat; 0: never
    int threads;        // of this rank
    // Hands on a sentence; called from threads of the watchdog's own. Should it never return, the ranks end all the same.
    void (*tell)(void *context, const char *text);
    void *context;
};

// From now on a thread that works without a beat, or a process that does not run at all, is told of after `warn`
// seconds; after `abort` seconds all ranks end with exit status 1. A rank that only waits for others is given twice the
// time, and none of that counts in which a rank of its node still moves. Time in which this process itself did not run
// (suspended by the batch system) does not count. Collective; the limits agree. *watchdog stays NULL without limits.
int facet_watchdog_start(struct facet_comm *comm, const struct facet_watchdog_options *options,
                         struct facet_watchdog **watchdog, struct facet_error *error);
void facet_watchdog_stop(struct facet_watchdog *watchdog); // collective; NULL is fine

#endif
