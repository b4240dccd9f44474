// When does the batch job end that this process runs in?
#include "pipeline/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PATIENCE_MS = 15000 }; // a scheduler that does not answer must not hold up the job

static double wall_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Seconds since 1970; 0 when text is no such number. Zero is never a job's end.
static double read_moment(const char *text) {
    char *end;
    double moment = text ? strtod(text, &end) : 0;
    return text && end != text && *end == '\0' && isfinite(moment) && moment > 0 ? moment : 0;
}

// Reads what `in` gives within the patience; false when it takes longer or fails.
static bool read_line(int in, char *line, size_t size) {
    size_t got = 0;
    double until = wall_clock() + PATIENCE_MS / 1000.0;
    for (;;) {
        struct pollfd ready = {.fd = in, .events = POLLIN};
        int left = (int)((until - wall_clock()) * 1000);
        int answered = left > 0 ? poll(&ready, 1, left) : 0;
        if (answered < 0 && errno == EINTR) continue;
        if (answered <= 0) return false;
        ssize_t more = read(in, line + got, size - 1 - got);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0 || (got += (size_t)more) == size - 1) break;
    }
    line[got] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return got > 0;
}

// posix_spawn, not fork: the memory of a process that talks to a network card must not be copied.
static bool ask(char *const *command, char *line, size_t size) {
    int ends[2];
    pid_t child;
    if (pipe(ends) != 0) return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    bool started = posix_spawnp(&child, command[0], &actions, NULL, command, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    bool answered = started && read_line(ends[0], line, size);
    close(ends[0]);
    if (started && !answered) kill(child, SIGKILL);
    while (started && waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    return answered;
}

// squeue answers in this machine's local time; a job without an end has a word there instead.
static double ask_slurm(const char *job) {
    char id[32], line[64];
    if (!*job || strspn(job, "0123456789") != strlen(job) || strlen(job) >= sizeof id) return 0;
    strcpy(id, job);
    char *const command[] = {"squeue", "-h", "-j", id, "-o", "%e", NULL};
    if (!ask(command, line, sizeof line)) return 0;
    struct tm local = {.tm_isdst = -1};
    const char *rest = strptime(line, "%Y-%m-%dT%H:%M:%S", &local);
    return rest && *rest == '\0' ? (double)mktime(&local) : 0;
}

int facet_batch_seconds_left(double *left, struct facet_error *error) {
    const char *given = getenv("FACET_END_TIME"), *slurm = getenv("SLURM_JOB_END_TIME"), *job = getenv("SLURM_JOB_ID");
    double end = read_moment(given);
    *left = 0;
    if (given && *given && end == 0)
        return facet_error_set(error, FACET_ERROR_USAGE, "FACET_END_TIME = %s is no time in seconds since 1970", given);
    if (end == 0) end = read_moment(slurm);
    if (end == 0 && job) end = ask_slurm(job);
    if (end != 0) *left = end - wall_clock();
    return FACET_OK;
}
