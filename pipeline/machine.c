// What a run finds where it runs: instruction set, time of day.
#include "pipeline/run_internal.h"

#include <time.h>

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
