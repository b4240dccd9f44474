#include "pipeline/run.h"

#include <signal.h>

static volatile sig_atomic_t stop_signal;

static void remember(int signal) {
    stop_signal = signal;
}

void facet_stop_on_signals(void) {
    const int signals[] = {SIGTERM, SIGINT, SIGUSR1};
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}

bool facet_stop_requested(void) {
    return stop_signal != 0;
}
