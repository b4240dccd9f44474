// The watchdog of a run: its limits, and where its sentences go.
#include "pipeline/run_internal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// Outlives the run: a sentence may still be on its way when it ends.
static struct {
    struct facet_run_events events;
    char log[4200];
} told;

// From any rank, so it does not go through rank 0's open log. The user first: the file system may be what hangs.
static void tell(void *context, const char *text) {
    (void)context;
    char line[700];
    if (told.events.alarm) told.events.alarm(told.events.context, text);
    int log = open(told.log, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (log < 0) return; // none yet
    int length = snprintf(line, sizeof line, "watchdog: %s\n", text);
    ssize_t written = write(log, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    (void)written; // the user was told
    close(log);
}

int facet_run_watch(const struct facet_run *run, struct facet_watchdog **watchdog, struct facet_error *error) {
    told.events = run->options->events;
    snprintf(told.log, sizeof told.log, "%s/user.log", run->config->workspace);
    struct facet_watchdog_options options = {.warn = run->config->watchdog_warn,
                                             .abort = run->config->watchdog_abort,
                                             .threads = run->threads,
                                             .tell = tell};
    return facet_watchdog_start(run->comm, &options, watchdog, error);
}
