// The scratch folder of a pilot, and the process that removes it when nobody else can.
#include "pipeline/plan_internal.h"
#include "pipeline/tombstone.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

void plan_scratch_remove(const char *path) {
    enum { OPEN_FOLDERS = 16 };
    if (*path) nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

// Cuts the last part off until what is left is a folder: the workspace itself need not be there yet.
static void nearest_folder(char *path) {
    for (;;) {
        char *slash = strrchr(path, '/');
        if (!slash) {
            strcpy(path, ".");
            return;
        }
        *(slash == path ? slash + 1 : slash) = '\0';
        if (access(path, X_OK) == 0 || slash == path) return;
    }
}

int plan_scratch_create(const char *workspace, int sweeper, char *path, size_t size, struct facet_error *error) {
    char beside[4096];
    size_t length = (size_t)snprintf(beside, sizeof beside, "%s", workspace);
    while (length > 1 && length < sizeof beside && beside[length - 1] == '/') beside[--length] = '\0';
    nearest_folder(beside);
    snprintf(path, size, "%s/.facet-plan-XXXXXX", beside);
    if (!mkdtemp(path)) {
        *path = '\0';
        return facet_error_set(error, FACET_ERROR_IO, "a scratch folder in %s, beside the workspace: %s", beside,
                               strerror(errno));
    }
    char *whole = realpath(path, NULL);
    if (whole && sweeper >= 0) dprintf(sweeper, "%s", whole);
    free(whole);
    return FACET_OK;
}

int plan_scratch_begin(const char *workspace, const char *folder, struct facet_error *error) {
    struct facet_tombstone *tombstone = NULL;
    if (mkdir(folder, 0777) != 0)
        return facet_error_set(error, FACET_ERROR_IO, "scratch folder %s: %s", folder, strerror(errno));
    int code = facet_tombstone_load(workspace, &tombstone, error);
    if (code == FACET_OK && facet_tombstone_count(tombstone)) code = facet_tombstone_save(tombstone, folder, error);
    facet_tombstone_destroy(tombstone);
    return code;
}

// ---- the sweeper ----------------------------------------------------------------------------------------------------

// Reads a path until nobody is left who could write one, then removes it.
static void sweep(int from) {
    char path[4200] = "";
    size_t length = 0;
    for (ssize_t got = 1; got != 0 && length + 1 < sizeof path;) {
        got = read(from, path + length, sizeof path - 1 - length);
        if (got > 0) length += (size_t)got;
        if (got < 0 && errno != EINTR) break;
    }
    path[length] = '\0';
    plan_scratch_remove(path);
}

static void leave_the_others(void) {
    setsid(); // what ends the run's process group does not end this
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    int nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; nothing >= 0 && fd <= 2; fd++) dup2(nothing, fd);
}

int facet_sweeper_start(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        leave_the_others();
        sweep(ends[0]);
        _exit(0);
    }
    close(ends[0]);
    if (child > 0) return ends[1];
    close(ends[1]);
    return -1;
}
