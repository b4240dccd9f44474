#include "io/plain.h"

#include "mpi/ranks.h"

#include <stdlib.h>
#include <string.h>

struct facet_plain {
    struct facet_comm *comm;
    MPI_File file;
    char *path;
};

static int check(const struct facet_plain *plain, int status, const char *what, struct facet_error *error) {
    if (status == MPI_SUCCESS) return FACET_OK;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(status, text, &length);
    return facet_error_set(error, FACET_ERROR_IO, "%s: %s: %s", plain->path, what, text);
}

static int open_file(MPI_Comm mpi, const char *path, int mode, struct facet_plain **plain, struct facet_error *error) {
    struct facet_comm *comm;
    *plain = NULL;
    int code = facet_comm_create(mpi, &comm, error);
    if (code != FACET_OK) return code;
    struct facet_plain *p = calloc(1, sizeof *p);
    if (p) *p = (struct facet_plain){.comm = comm, .file = MPI_FILE_NULL, .path = strdup(path)};
    if (!p || !p->path) code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the file %s", path);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK)
        code = check(p, MPI_File_open(facet_comm_mpi(comm), path, mode, MPI_INFO_NULL, &p->file), "cannot open", error);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) {
        *plain = p;
        return FACET_OK;
    }
    if (p) free(p->path);
    free(p);
    facet_comm_destroy(comm);
    return code;
}

int facet_plain_create(MPI_Comm comm, const char *path, int64_t bytes, struct facet_plain **plain,
                       struct facet_error *error) {
    int code = open_file(comm, path, MPI_MODE_CREATE | MPI_MODE_RDWR, plain, error);
    if (code != FACET_OK) return code;
    code = check(*plain, MPI_File_set_size((*plain)->file, 0), "cannot empty", error);
    if (code == FACET_OK) code = check(*plain, MPI_File_set_size((*plain)->file, bytes), "cannot extend", error);
    code = facet_comm_agree((*plain)->comm, code, error);
    if (code == FACET_OK) return FACET_OK;
    facet_plain_close(*plain, NULL);
    *plain = NULL;
    return code;
}

int facet_plain_open(MPI_Comm comm, const char *path, struct facet_plain **plain, struct facet_error *error) {
    return open_file(comm, path, MPI_MODE_RDONLY, plain, error);
}

int facet_plain_close(struct facet_plain *plain, struct facet_error *error) {
    if (!plain) return FACET_OK;
    int code = check(plain, MPI_File_close(&plain->file), "cannot close", error);
    code = facet_comm_agree(plain->comm, code, error);
    facet_comm_destroy(plain->comm);
    free(plain->path);
    free(plain);
    return code;
}

int facet_plain_sync(struct facet_plain *plain, struct facet_error *error) {
    return facet_comm_agree(plain->comm, check(plain, MPI_File_sync(plain->file), "cannot sync", error), error);
}

static int check_moved(const struct facet_plain *plain, const MPI_Status *status, size_t bytes, const char *what,
                       struct facet_error *error) {
    int moved = 0;
    MPI_Get_count(status, MPI_BYTE, &moved);
    if (moved >= 0 && (size_t)moved == bytes) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%s: %s %zu bytes: %d came through", plain->path, what, bytes, moved);
}

int facet_plain_write(struct facet_plain *plain, int64_t offset, const void *from, size_t bytes,
                      struct facet_error *error) {
    MPI_Status status;
    int code = check(plain, MPI_File_write_at(plain->file, offset, from, (int)bytes, MPI_BYTE, &status), "cannot write",
                     error);
    return code == FACET_OK ? check_moved(plain, &status, bytes, "cannot write", error) : code;
}

int facet_plain_read(struct facet_plain *plain, int64_t offset, void *to, size_t bytes, struct facet_error *error) {
    MPI_Status status;
    int code =
        check(plain, MPI_File_read_at(plain->file, offset, to, (int)bytes, MPI_BYTE, &status), "cannot read", error);
    return code == FACET_OK ? check_moved(plain, &status, bytes, "cannot read", error) : code;
}
