#include "pipeline/stop.h"

#include "mpi/clock.h"
#include "pipeline/duration.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    int signal;
} signals[] = {{"TERM", SIGTERM}, {"INT", SIGINT},   {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"HUP", SIGHUP},
               {"QUIT", SIGQUIT}, {"ALRM", SIGALRM}, {"XCPU", SIGXCPU}, {"PWR", SIGPWR},   {"URG", SIGURG}};
enum { N_SIGNALS = sizeof signals / sizeof *signals };

enum reason { NOBODY, TIME_LIMIT, BATCH_END };

static volatile sig_atomic_t stop_signal;
static struct {
    struct facet_stop_rules rules;
    double began;           // of the process, by the monotonic clock
    double limit, end;      // moments by the same clock; 0: none
    atomic_llong longest;   // unit or step so far, nanoseconds
    atomic_int reason;      // the first limit that was met
    atomic_llong left_then; // nanoseconds that were left of it
} stop;

// ---- signals ----------------------------------------------------------------------------------------------------------

int facet_stop_signal_named(const char *name, const char **names) {
    *names = "TERM, INT, USR1, USR2, HUP, QUIT, ALRM, XCPU, PWR, URG";
    if (strncasecmp(name, "SIG", 3) == 0) name += 3;
    for (int i = 0; i < N_SIGNALS; i++)
        if (strcasecmp(name, signals[i].name) == 0) return signals[i].signal;
    return 0;
}

static void remember(int signal) {
    stop_signal = signal;
}

void facet_stop_on_signals(int another) {
    const int asking[] = {SIGTERM, SIGINT, SIGUSR1, another};
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (asking[i]) sigaction(asking[i], &action, NULL);
    if (stop.began == 0) stop.began = facet_clock();
}

// ---- limits -----------------------------------------------------------------------------------------------------------

static void tell_limits(char *about, size_t size) {
    double moment = stop.limit, t = facet_clock();
    char left[32];
    if (stop.end && (!moment || stop.end - stop.rules.before_end < moment)) moment = stop.end - stop.rules.before_end;
    *about = '\0';
    if (!moment) return;
    facet_duration_write(moment > t ? moment - t : 0, left, sizeof left);
    snprintf(about, size, "stops by itself in %s, %s", left,
             moment == stop.limit ? "at its time limit" : "before the batch job ends");
}

int facet_stop_set_limits(struct facet_comm *comm, const struct facet_stop_rules *rules, char *about,
                          struct facet_error *error) {
    double left[2] = {0, 0}; // of the time limit, of the batch job; ranks start at different moments
    int code = FACET_OK;
    if (facet_comm_rank(comm) == 0) {
        code = facet_batch_seconds_left(&left[1], error);
        left[0] = stop.began + rules->max_time - facet_clock();
    }
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = facet_comm_bcast(comm, left, sizeof left, 0, error);
    if (code != FACET_OK) return code;
    stop.rules = *rules;
    stop.limit = rules->max_time > 0 ? facet_clock() + left[0] : 0;
    stop.end = left[1] != 0 ? facet_clock() + left[1] : 0;
    tell_limits(about, 200);
    return FACET_OK;
}

void facet_stop_note_work(double seconds) {
    long long took = (long long)(seconds * 1e9), before = atomic_load(&stop.longest);
    while (took > before && !atomic_compare_exchange_weak(&stop.longest, &before, took)) continue;
}

static void note_reason(enum reason reason, double left) {
    int nobody = NOBODY;
    atomic_store(&stop.left_then, (long long)(left * 1e9));
    atomic_compare_exchange_strong(&stop.reason, &nobody, reason);
}

bool facet_stop_requested(void) {
    if (stop_signal != 0 || atomic_load(&stop.reason) != NOBODY) return true;
    if (!stop.limit && !stop.end) return false;
    double t = facet_clock(), longest = 1e-9 * (double)atomic_load(&stop.longest);
    if (stop.limit && t + longest >= stop.limit) note_reason(TIME_LIMIT, stop.limit - t);
    if (stop.end && t + longest + stop.rules.before_end >= stop.end) note_reason(BATCH_END, stop.end - t);
    return atomic_load(&stop.reason) != NOBODY;
}

// ---- agreement --------------------------------------------------------------------------------------------------------

static const char *name_of(int signal) {
    for (int i = 0; i < N_SIGNALS; i++)
        if (signals[i].signal == signal) return signals[i].name;
    return "?";
}

static int say_why(struct facet_error *error) {
    char left[32], limit[32], longest[32];
    double seconds = 1e-9 * (double)atomic_load(&stop.left_then);
    facet_duration_write(seconds > 0 ? seconds : 0, left, sizeof left);
    facet_duration_write(stop.rules.max_time, limit, sizeof limit);
    facet_duration_write(1e-9 * (double)atomic_load(&stop.longest), longest, sizeof longest);
    if (stop_signal) return facet_error_set(error, FACET_INTERRUPTED, "stopped on SIG%s", name_of(stop_signal));
    if (atomic_load(&stop.reason) == BATCH_END)
        return facet_error_set(error, FACET_INTERRUPTED, "stopped: the batch job ends in %s", left);
    if (seconds <= 0)
        return facet_error_set(error, FACET_INTERRUPTED, "stopped: the time limit of %s is reached", limit);
    return facet_error_set(error, FACET_INTERRUPTED,
                           "stopped: the time limit of %s leaves %s, and the next unit or step may take %s", limit,
                           left, longest);
}

int facet_stop_agree(struct facet_comm *comm, struct facet_error *error) {
    return facet_comm_agree(comm, facet_stop_requested() ? say_why(error) : FACET_OK, error);
}
