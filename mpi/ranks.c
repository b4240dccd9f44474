#include "mpi/internal.h"

#include <stdlib.h>
#include <string.h>

int facet_mpi_check(int status, const char *what, struct facet_error *error) {
    if (status == MPI_SUCCESS) return FACET_OK;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(status, text, &length);
    return facet_error_set(error, FACET_ERROR_MPI, "%s: %s", what, text);
}

int facet_ranks_start(int *argc, char ***argv, struct facet_comm **world, struct facet_error *error) {
    *world = NULL;
    int provided = 0;
    int code = facet_mpi_check(MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided), "MPI_Init", error);
    if (code != FACET_OK) return code;
    if (provided < MPI_THREAD_SERIALIZED)
        return facet_error_set(error, FACET_ERROR_MPI, "this MPI does not let threads take turns in calling it");
    return facet_comm_create(MPI_COMM_WORLD, world, error);
}

void facet_ranks_stop(struct facet_comm *world) {
    facet_comm_destroy(world);
    MPI_Finalize();
}

void facet_ranks_abort(struct facet_comm *world, int exit_status) {
    MPI_Abort(world ? world->mpi : MPI_COMM_WORLD, exit_status);
}

static int describe(struct facet_comm *comm) {
    int status = MPI_Comm_set_errhandler(comm->mpi, MPI_ERRORS_RETURN);
    if (status == MPI_SUCCESS) status = MPI_Comm_rank(comm->mpi, &comm->rank);
    if (status == MPI_SUCCESS) status = MPI_Comm_size(comm->mpi, &comm->size);
    return status;
}

int facet_comm_create(MPI_Comm mpi, struct facet_comm **comm, struct facet_error *error) {
    *comm = NULL;
    struct facet_comm *c = calloc(1, sizeof *c);
    if (!c) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a communicator");
    c->mpi = MPI_COMM_NULL;
    int code = facet_mpi_check(MPI_Comm_dup(mpi, &c->mpi), "MPI_Comm_dup", error);
    if (code == FACET_OK) code = facet_mpi_check(describe(c), "MPI_Comm_size", error);
    if (code != FACET_OK) goto error;
    const char *safe = getenv("FACET_SAFE_MODE");
    c->safe = safe && *safe && strcmp(safe, "0") != 0;
    c->counts = calloc(2 * (size_t)c->size, sizeof *c->counts);
    c->places = c->counts ? c->counts + c->size : NULL;
    if (!c->counts) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %d ranks", c->size);
    code = facet_comm_agree(c, code, error);
    if (code != FACET_OK) goto error;
    *comm = c;
    return FACET_OK;
error:
    facet_comm_destroy(c);
    return code;
}

void facet_comm_destroy(struct facet_comm *comm) {
    if (!comm) return;
    if (comm->mpi != MPI_COMM_NULL) MPI_Comm_free(&comm->mpi);
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

int facet_comm_ranks_on_node(const struct facet_comm *comm) {
    MPI_Comm node;
    int ranks = 1;
    if (MPI_Comm_split_type(comm->mpi, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node) != MPI_SUCCESS) return 1;
    MPI_Comm_size(node, &ranks);
    MPI_Comm_free(&node);
    return ranks;
}

const char *facet_ranks_library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    return text;
}
