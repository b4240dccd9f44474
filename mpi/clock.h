// The one clock that durations are measured by.
#ifndef FACET_MPI_CLOCK_H
#define FACET_MPI_CLOCK_H

double facet_clock(void); // seconds, monotonic

#endif
