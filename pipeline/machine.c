// What a run finds where it runs: cores, instruction set, the clock.
#include "pipeline/run_internal.h"

#include <hwloc.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

double facet_run_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int cores_of_this_node(void) {
    hwloc_topology_t topology;
    int cores = 0;
    if (hwloc_topology_init(&topology) != 0) return 1;
    if (hwloc_topology_load(topology) == 0) cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    hwloc_topology_destroy(topology);
    return cores > 0 ? cores : 1;
}

int facet_run_choose_threads(const struct facet_run *run) {
    int ranks = facet_comm_ranks_on_node(run->comm);
    if (run->config->threads > 0) return (int)run->config->threads;
    if (getenv("OMP_NUM_THREADS")) return omp_get_max_threads();
    int threads = cores_of_this_node() / ranks;
    return threads > 0 ? threads : 1;
}

static const char *instruction_set(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return "x86-64 AVX-512";
    if (__builtin_cpu_supports("avx2")) return "x86-64 AVX2";
    return "x86-64";
#else
    return "portable";
#endif
}

void facet_run_note_circumstances(struct facet_run *run) {
    time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(run->created, sizeof run->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(run->isa, sizeof run->isa, "%s", instruction_set());
    snprintf(run->ranks_text, sizeof run->ranks_text, "%d", facet_comm_size(run->comm));
    snprintf(run->threads_text, sizeof run->threads_text, "%d", run->threads);
    snprintf(run->seed_text, sizeof run->seed_text, "%lld", (long long)run->config->seed);
}
