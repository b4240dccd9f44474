#include "mpi/ranks.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static pid_t launcher;

// The kernel tells too when only the thread that started us ended.
static void end_if_orphan(int signal) {
    (void)signal;
    if (getppid() != launcher) _exit(1);
}

void facet_ranks_end_with_launcher(void) {
    static const char *const marks[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
    bool launched = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) launched |= getenv(marks[i]) != NULL;
    if (!launched) return;
    struct sigaction action = {.sa_handler = end_if_orphan, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    launcher = getppid();
    if (sigaction(SIGRTMIN, &action, NULL) == 0) prctl(PR_SET_PDEATHSIG, SIGRTMIN);
    end_if_orphan(0); // it may have ended meanwhile
}
