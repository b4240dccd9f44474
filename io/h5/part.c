// Files that appear whole or not at all, and what the system says when they cannot.
#include "io/h5/h5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int h5_part_path(const char *path, char part[H5_PATH], struct facet_error *error) {
    if (snprintf(part, H5_PATH, "%s.part", path) < H5_PATH) return FACET_OK;
    return facet_error_set(error, FACET_ERROR_IO, "%.200s...: the path is too long", path);
}

int h5_make_file(const char *path, struct facet_error *error) {
    int file = facet_fault(FAULT_FILE_MAKE) ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return h5_system_failed(path, "cannot make the file", errno, error);
    close(file);
    return FACET_OK;
}

static int sync_path(const char *path, int flags, enum facet_fault_point point) {
    int file = facet_fault(point) ? -1 : open(path, flags | O_CLOEXEC);
    if (file < 0) return errno;
    int reason = fsync(file) == 0 ? 0 : errno;
    close(file);
    return reason;
}

static int sync_folder_of(const char *path) {
    char folder[H5_PATH] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return sync_path(folder, O_RDONLY | O_DIRECTORY, FAULT_FILE_SYNC_FOLDER);
}

int facet_container_sync_file(const char *path, struct facet_error *error) {
    int reason = sync_path(path, O_RDONLY, FAULT_FILE_SYNC);
    return reason ? h5_system_failed(path, "cannot sync", reason, error) : FACET_OK;
}

int facet_container_rename(const char *from, const char *to, struct facet_error *error) {
    return h5_move_into_place(from, to, error);
}

int facet_container_sync_folder(const char *path, struct facet_error *error) {
    int reason = sync_folder_of(path);
    return reason ? h5_system_failed(path, "cannot sync its folder", reason, error) : FACET_OK;
}

int h5_move_into_place(const char *part, const char *path, struct facet_error *error) {
    int reason = sync_path(part, O_RDONLY, FAULT_FILE_SYNC);
    if (reason) return h5_system_failed(part, "cannot sync", reason, error);
    if (facet_fault(FAULT_FILE_RENAME) || rename(part, path) != 0)
        return h5_system_failed(path, "cannot rename the new file into place", errno, error);
    return facet_container_sync_folder(path, error);
}

// 0 or errno of writing so many bytes; room is what matters, so they are zeros but no hole.
static int write_zeros(int file, size_t bytes) {
    static const char zeros[65536];
    while (bytes > 0) {
        ssize_t n = write(file, zeros, bytes < sizeof zeros ? bytes : sizeof zeros);
        if (n < 0 && errno != EINTR) return errno;
        if (n > 0) bytes -= (size_t)n;
    }
    return fsync(file) == 0 ? 0 : errno;
}

// A nameless file beside `path`, on the same file system and under the same quota; -1 and errno.
static int open_beside(const char *path) {
    char beside[H5_PATH];
    if (snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int file = mkstemp(beside);
    if (file >= 0) unlink(beside);
    return file;
}

int h5_take_ballast(const char *path, size_t bytes, int *ballast, struct facet_error *error) {
    *ballast = facet_fault(FAULT_FILE_BALLAST) ? -1 : open_beside(path);
    int reason = *ballast < 0 ? errno : write_zeros(*ballast, bytes);
    if (!reason) return FACET_OK;
    h5_drop_ballast(ballast);
    return h5_system_failed(path, "no room for the structure of the file", reason, error);
}

void h5_drop_ballast(int *ballast) {
    if (*ballast >= 0) close(*ballast);
    *ballast = -1;
}

static int why_no_write(const char *path, size_t bytes) {
    enum { SLACK = 65536, MOST = 64 << 20 };
    int file = open_beside(path);
    if (file < 0) return errno;
    int reason = write_zeros(file, bytes < MOST ? bytes + SLACK : MOST);
    close(file);
    return reason;
}

int h5_write_failed(const char *path, const char *what, size_t bytes, struct facet_error *error) {
    int reason = why_no_write(path, bytes);
    if (!reason) return h5_failed(path, what, error);
    H5Eclear2(H5E_DEFAULT);
    return h5_system_failed(path, what, reason, error);
}
