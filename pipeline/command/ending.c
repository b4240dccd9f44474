// How a command of many ranks ends: one sentence and one status, whichever ranks failed, and none left waiting.
#include "pipeline/command/command.h"

#include "mpi/ranks.h"
#include "pipeline/run.h"

#include <stdio.h>
#include <unistd.h>

// Of ranks that each believe to be alone, the first to speak ends the others before their turn comes. What interrupts
// the wait is the launcher doing so.
static void complain_in_turn(const struct facet_error *error) {
    int rank = facet_ranks_own();
    if (rank > 0 && sleep(rank < 8 ? 2 + (unsigned)rank : 10) > 0) return;
    facet_complain(error);
}

// Where MPI failed on this rank, the others may not have come this far, and wait.
static void end_if_broken(struct facet_comm *world, int code, struct facet_error *error) {
    struct facet_error broken;
    if (facet_ranks_broken(&broken) == FACET_OK) return;
    if (code == FACET_OK || code == FACET_INTERRUPTED) *error = broken;
    complain_in_turn(error);
    facet_ranks_abort(world, facet_code_exit_status(error->code));
}

int facet_finish_unstarted(int code, struct facet_error *error) {
    end_if_broken(NULL, code, error);
    if (!facet_ranks_started())
        complain_in_turn(error);
    else if (facet_ranks_own() == 0) // all ranks have agreed
        facet_complain(error);
    facet_ranks_stop(NULL);
    return facet_code_exit_status(code);
}

int facet_finish(struct facet_comm *world, int code, int interrupted, struct facet_error *error) {
    int status = code == FACET_INTERRUPTED ? interrupted : facet_code_exit_status(code);
    end_if_broken(world, code, error);
    if (code != FACET_OK && facet_comm_rank(world) == 0) facet_complain(error);
    bool unclean = facet_comm_any(world, code != FACET_OK && facet_ranks_unclean());
    end_if_broken(world, code, error);
    if (!unclean) return status;
    if (facet_comm_rank(world) == 0) facet_ranks_abort(world, status);
    facet_comm_barrier(world, NULL); // until rank 0 ends this one too
    return status;
}

void facet_end_all_ranks(const char *file, int line, const char *text) {
    char words[FACET_ERROR_TEXT];
    snprintf(words, sizeof words, "%s:%d: %s", file, line, text);
    facet_run_last_words(words);
    fprintf(stderr, "facet: %s\n", words);
    facet_ranks_abort(NULL, 1);
}
