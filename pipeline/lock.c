#include "pipeline/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct facet_lock {
    int file;
    char *path;
    bool holds;
};

// 0, EWOULDBLOCK (held), or why this file system cannot.
static int try_to_lock(int file) {
    while (flock(file, LOCK_EX | LOCK_NB) != 0)
        if (errno != EINTR) return errno;
    return 0;
}

static int wait_for_lock(int file, double seconds) {
    const struct timespec nap = {.tv_nsec = 100000000};
    int reason = try_to_lock(file);
    for (double waited = 0; reason == EWOULDBLOCK && waited < seconds; waited += 0.1) {
        nanosleep(&nap, NULL);
        reason = try_to_lock(file);
    }
    return reason;
}

static void write_holder(int file, const char *who) {
    char host[256] = "", text[512];
    gethostname(host, sizeof host - 1);
    int length = snprintf(text, sizeof text, "%s, process %ld on %s", who, (long)getpid(), host);
    // For people to read: without it the lock is as good.
    if (ftruncate(file, 0) != 0 || pwrite(file, text, (size_t)length, 0) != length) return;
}

static int refuse(int file, const char *place, struct facet_error *error) {
    char holder[512] = "";
    ssize_t length = pread(file, holder, sizeof holder - 1, 0);
    holder[strcspn(holder, "\n")] = '\0';
    if (length <= 0) snprintf(holder, sizeof holder, "another facet");
    return facet_error_set(error, FACET_ERROR_STATE, "%s: %s is at work here; wait for it to end, or stop it", place,
                           holder);
}

// A holder that removed the file may have done so after we opened it: then what we locked is no longer what others see.
static bool is_at(int file, const char *path) {
    struct stat ours, there;
    return fstat(file, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

static int lock_file(const char *path, const char *place, double seconds, struct facet_lock *lock,
                     struct facet_error *error) {
    for (;;) {
        lock->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock->file < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
        int reason = wait_for_lock(lock->file, seconds);
        if (reason == EWOULDBLOCK) return refuse(lock->file, place, error);
        lock->holds = reason == 0;
        if (!lock->holds || is_at(lock->file, path)) return FACET_OK;
        close(lock->file);
    }
}

int facet_lock_take_file(const char *path, const char *place, const char *who, double seconds, struct facet_lock **lock,
                         struct facet_error *error) {
    struct facet_lock *made = calloc(1, sizeof *made);
    *lock = NULL;
    if (made) made->file = -1, made->path = strdup(path);
    int code = made && made->path ? lock_file(path, place, seconds, made, error)
                                  : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a lock");
    if (code) return facet_lock_release(made), code;
    write_holder(made->file, who);
    *lock = made;
    return FACET_OK;
}

int facet_lock_take(const char *workspace, const char *who, double seconds, struct facet_lock **lock,
                    struct facet_error *error) {
    char path[4200];
    snprintf(path, sizeof path, "%s/.lock", workspace);
    return facet_lock_take_file(path, workspace, who, seconds, lock, error);
}

void facet_lock_release(struct facet_lock *lock) {
    if (!lock) return;
    if (lock->file >= 0) close(lock->file);
    free(lock->path);
    free(lock);
}

void facet_lock_remove(struct facet_lock *lock) {
    if (lock && lock->holds) unlink(lock->path);
    facet_lock_release(lock);
}

bool facet_lock_holds(const struct facet_lock *lock) {
    return lock->holds;
}
