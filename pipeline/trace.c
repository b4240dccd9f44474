#include "pipeline/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct facet_trace {
    int file, rank;
};

int facet_trace_create(int rank, struct facet_trace **trace, struct facet_error *error) {
    const char *path = getenv("FACET_TRACE");
    *trace = NULL;
    if (!path || !*path) return FACET_OK;
    struct facet_trace *t = malloc(sizeof *t);
    if (!t) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a trace");
    *t = (struct facet_trace){.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), .rank = rank};
    if (t->file < 0) {
        free(t);
        return facet_error_set(error, FACET_ERROR_IO, "FACET_TRACE: %s: %s", path, strerror(errno));
    }
    *trace = t;
    return FACET_OK;
}

void facet_trace_destroy(struct facet_trace *trace) {
    if (!trace) return;
    close(trace->file);
    free(trace);
}

void facet_trace_add(struct facet_trace *trace, const char *stage, const char *event, int64_t number) {
    if (!trace) return;
    struct timespec t;
    char line[160];
    clock_gettime(CLOCK_REALTIME, &t);
    int length = snprintf(line, sizeof line, "%lld.%06ld %d %s %s %lld\n", (long long)t.tv_sec, t.tv_nsec / 1000,
                          trace->rank, stage, event, (long long)number);
    ssize_t written = length > 0 && (size_t)length < sizeof line ? write(trace->file, line, (size_t)length) : 0;
    (void)written;
}
