// debug.log: what each rank does, for whoever must find out what went wrong. The ranks of rank 0's node share
// <workspace>/debug.log, those of another node <workspace>/debug.<node>.log: whole lines appended by processes of one
// node stay whole on every file system, which those of several nodes do not.
#include "pipeline/run_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct facet_run *at_work; // whose debug.log the last words of the process go to

int facet_debug_open(struct facet_run *run, struct facet_error *error) {
    char host[128] = "", first[128], path[4400];
    gethostname(host, sizeof host - 1);
    memcpy(first, host, sizeof first);
    int code = facet_comm_bcast(run->comm, first, sizeof first, 0, error);
    if (code != FACET_OK || run->options->dry_run) return code;
    if (strcmp(host, first) == 0)
        snprintf(path, sizeof path, "%s/debug.log", run->config->workspace);
    else
        snprintf(path, sizeof path, "%s/debug.%s.log", run->config->workspace, host);
    run->debug = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (run->debug < 0) code = facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    code = facet_comm_agree(run->comm, code, error);
    at_work = run;
    if (code == FACET_OK)
        facet_run_debug(run, "run", "rank %d of %d, process %d on %s, %d threads, %s: %s", facet_comm_rank(run->comm),
                        facet_comm_size(run->comm), (int)getpid(), host, run->threads, run->isa,
                        run->options->command ? run->options->command : "");
    return code;
}

void facet_run_debug(const struct facet_run *run, const char *stage, const char *format, ...) {
    char line[FACET_ERROR_TEXT + 400], when[32];
    struct timespec t;
    struct tm utc;
    if (run->debug < 0) return;
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    int n =
        snprintf(line, sizeof line, "%s.%03ldZ %d %s ", when, t.tv_nsec / 1000000, facet_comm_rank(run->comm), stage);
    va_list args;
    va_start(args, format);
    vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
    va_end(args);
    size_t length = strlen(line);
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\n') line[i] = ' ';
    line[length] = '\n';
    // One call, one line. A full disk must not stop a run for its log's sake.
    if (write(run->debug, line, length + 1) < 0) return;
}

void facet_run_last_words(const char *text) {
    if (at_work) facet_run_debug(at_work, "run", "%s", text);
}

void facet_debug_close(struct facet_run *run) {
    at_work = NULL;
    if (run->debug >= 0) close(run->debug);
    run->debug = -1;
}
