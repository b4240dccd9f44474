#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct facet_error broken; // code FACET_OK until an MPI call fails
static bool unclean;
static int world_rank, world_size = 1;

int facet_ranks_broken(struct facet_error *error) {
    if (error && broken.code != FACET_OK) *error = broken;
    return broken.code;
}

void facet_mpi_give_up(const struct facet_error *error) {
    broken = *error;
}

int facet_mpi_check(int status, const char *what, struct facet_error *error) {
    facet_pulse_work(); // what the call waited for has come
    if (status == MPI_SUCCESS) return FACET_OK;
    char text[MPI_MAX_ERROR_STRING] = "";
    struct facet_error failed;
    int length = 0;
    if (MPI_TRY(MPI_ERROR_TEXT, MPI_Error_string(status, text, &length)) != MPI_SUCCESS)
        snprintf(text, sizeof text, "MPI error %d", status);
    facet_error_set(&failed, FACET_ERROR_MPI, "MPI failed in %s: %s", what, text);
    if (world_size > 1) facet_error_prefix(&failed, "rank %d", world_rank);
    if (broken.code == FACET_OK) broken = failed;
    if (error) *error = failed;
    return FACET_ERROR_MPI;
}

// Before MPI has started only the launcher knows; each has a name of its own for it.
static int rank_by_launcher(void) {
    static const char *const names[] = {"PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) return atoi(getenv(names[i]));
    return 0;
}

int facet_ranks_own(void) {
    return world_rank;
}

static int start(int *argc, char ***argv, struct facet_error *error) {
    int provided = 0;
    int status = MPI_TRY(MPI_INIT, MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided));
    if (status != MPI_SUCCESS) return facet_error_set(error, FACET_ERROR_MPI, "MPI cannot be started");
    if (provided < MPI_THREAD_SERIALIZED)
        return facet_error_set(error, FACET_ERROR_MPI, "this MPI does not let threads take turns in calling it");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    status = MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    if (status == MPI_SUCCESS) status = MPI_Comm_size(MPI_COMM_WORLD, &world_size);
    facet_fault_set_rank(world_rank);
    return facet_mpi_check(status, "MPI_Comm_rank", error);
}

int facet_ranks_start(int *argc, char ***argv, struct facet_comm **world, struct facet_error *error) {
    *world = NULL;
    world_rank = rank_by_launcher();
    facet_fault_set_rank(world_rank);
    int code = facet_fault_arm(getenv("FACET_FAULT"), error);
    if (code == FACET_OK) code = start(argc, argv, error);
    return code == FACET_OK ? facet_comm_create(MPI_COMM_WORLD, world, error) : code;
}

bool facet_ranks_started(void) {
    int started = 0;
    MPI_Initialized(&started);
    return started;
}

// Without MPI_Finalize a launcher takes the process for a failed one, and ends the others.
void facet_ranks_stop(struct facet_comm *world) {
    facet_comm_destroy(world);
    if (facet_ranks_started() && !facet_ranks_unclean()) MPI_Finalize();
}

void facet_ranks_abort(struct facet_comm *world, int exit_status) {
    facet_fault_report();
    MPI_Abort(world ? world->mpi : MPI_COMM_WORLD, exit_status);
    _exit(exit_status);
}

void facet_ranks_leave_unclean(void) {
    unclean = true;
}

bool facet_ranks_unclean(void) {
    return unclean || broken.code != FACET_OK;
}

static int describe(struct facet_comm *comm) {
    int status = MPI_Comm_set_errhandler(comm->mpi, MPI_ERRORS_RETURN);
    if (status == MPI_SUCCESS) status = MPI_Comm_rank(comm->mpi, &comm->rank);
    if (status == MPI_SUCCESS) status = MPI_Comm_size(comm->mpi, &comm->size);
    return status;
}

// Memory comes after the ranks can agree on whether all of them got it.
static struct facet_comm *allocate(const struct facet_comm *like) {
    struct facet_comm *comm = facet_fault(FAULT_MEMORY_COMM) ? NULL : malloc(sizeof *comm);
    if (!comm) return NULL;
    *comm = *like;
    comm->counts = facet_fault(FAULT_MEMORY_COUNTS) ? NULL : calloc(2 * (size_t)comm->size, sizeof *comm->counts);
    comm->places = comm->counts ? comm->counts + comm->size : NULL;
    if (comm->counts) return comm;
    free(comm);
    return NULL;
}

int facet_comm_create(MPI_Comm mpi, struct facet_comm **comm, struct facet_error *error) {
    *comm = NULL;
    int code = facet_ranks_broken(error);
    if (code != FACET_OK) return code;
    const char *safe = getenv("FACET_SAFE_MODE");
    struct facet_comm plain = {.mpi = MPI_COMM_NULL, .safe = safe && *safe && strcmp(safe, "0") != 0}, *c = NULL;
    code = facet_mpi_check(MPI_TRY(MPI_DUP, MPI_Comm_dup(mpi, &plain.mpi)), "MPI_Comm_dup", error);
    if (code == FACET_OK) code = facet_mpi_check(MPI_TRY(MPI_DESCRIBE, describe(&plain)), "MPI_Comm_size", error);
    if (code != FACET_OK) return code;
    c = allocate(&plain);
    if (!c) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a communicator");
    code = facet_comm_agree(&plain, code, error);
    if (code == FACET_OK) {
        *comm = c;
        return FACET_OK;
    }
    if (facet_ranks_broken(NULL) == FACET_OK) MPI_Comm_free(&plain.mpi);
    if (c) free(c->counts);
    free(c);
    return code;
}

void facet_comm_destroy(struct facet_comm *comm) {
    if (!comm) return;
    if (facet_ranks_broken(NULL) == FACET_OK) MPI_Comm_free(&comm->mpi);
    free(comm->counts);
    free(comm);
}

MPI_Comm facet_comm_mpi(const struct facet_comm *comm) {
    return comm->mpi;
}

int facet_comm_rank(const struct facet_comm *comm) {
    return comm->rank;
}

int facet_comm_size(const struct facet_comm *comm) {
    return comm->size;
}

int facet_comm_of_node(struct facet_comm *comm, struct facet_comm **node, struct facet_error *error) {
    MPI_Comm mpi = MPI_COMM_NULL;
    *node = NULL;
    int code = facet_comm_begin(comm, "of_node", 0, 0, error);
    if (code != FACET_OK) return code;
    int status =
        MPI_TRY(MPI_SPLIT, MPI_Comm_split_type(comm->mpi, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL, &mpi));
    code = facet_mpi_check(status, "of_node", error);
    if (code == FACET_OK) code = facet_comm_create(mpi, node, error);
    if (mpi != MPI_COMM_NULL) MPI_Comm_free(&mpi);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) return FACET_OK;
    facet_comm_destroy(*node);
    *node = NULL;
    return code;
}

const char *facet_ranks_library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    return text;
}
