#include "pipeline/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

struct facet_lock {
    int file;
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

static int refuse(int file, const char *workspace, struct facet_error *error) {
    char holder[512] = "";
    ssize_t length = pread(file, holder, sizeof holder - 1, 0);
    holder[strcspn(holder, "\n")] = '\0';
    if (length <= 0) snprintf(holder, sizeof holder, "another facet");
    return facet_error_set(error, FACET_ERROR_STATE, "%s: %s is at work here; wait for it to end, or stop it",
                           workspace, holder);
}

int facet_lock_take(const char *workspace, const char *who, double seconds, struct facet_lock **lock,
                    struct facet_error *error) {
    char path[4200];
    *lock = NULL;
    snprintf(path, sizeof path, "%s/.lock", workspace);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return facet_error_set(error, FACET_ERROR_IO, "%s: %s", path, strerror(errno));
    int reason = wait_for_lock(file, seconds);
    if (reason == EWOULDBLOCK) {
        int code = refuse(file, workspace, error);
        close(file);
        return code;
    }
    struct facet_lock *made = malloc(sizeof *made);
    if (!made) {
        close(file);
        return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for a lock");
    }
    *made = (struct facet_lock){file, reason == 0};
    write_holder(file, who);
    *lock = made;
    return FACET_OK;
}

void facet_lock_release(struct facet_lock *lock) {
    if (!lock) return;
    close(lock->file);
    free(lock);
}

bool facet_lock_holds(const struct facet_lock *lock) {
    return lock->holds;
}
