// The cores of a rank: those its process may use (a launcher's binding, a cgroup), shared out among the ranks of the node
// that may use the same ones; and the threads that work on them.
#ifndef FACET_PIPELINE_CORES_H
#define FACET_PIPELINE_CORES_H

#include <facet/comm.h>
#include <facet/error.h>
#include <stdbool.h>
#include <stdint.h>

struct facet_cores;

// threads 0: OMP_NUM_THREADS, or one a core of the share. With bind the calling thread, and every thread it starts from
// now on, stays on the share, unless OpenMP binds threads itself or the node has fewer cores than ranks. Collective.
int facet_cores_create(struct facet_comm *comm, int64_t threads, bool bind, struct facet_cores **cores,
                       struct facet_error *error);
void facet_cores_destroy(struct facet_cores *cores); // gives the thread back what it had; NULL is fine
int facet_cores_threads(const struct facet_cores *cores);
// "2 ranks on this node, 1 thread each, on processors 0 / 1", numbered as taskset does.
const char *facet_cores_text(const struct facet_cores *cores);

// The calling thread, number `thread` of facet_cores_threads, stays on its part of the share: a core, when there are as
// many threads as cores.
void facet_cores_take_part(const struct facet_cores *cores, int thread);
void facet_cores_take_all(const struct facet_cores *cores); // back on the whole share
// The threads of the caller's OpenMP team each take their part; the caller itself stays free, for threads it may start.
void facet_cores_place_team(const struct facet_cores *cores);

#endif
