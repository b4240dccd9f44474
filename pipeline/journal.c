#include "pipeline/journal_internal.h"

#include "mpi/pulse.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static const double tick = 0.5, between_writes = 2, heartbeat = 10; // seconds

void journal_time(char text[32]) {
    time_t t = time(NULL);
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

// ---- how fast ---------------------------------------------------------------------------------------------------------

struct facet_run_progress journal_speed(const struct facet_journal *j) {
    double now = facet_clock(), spent = j->moved - j->taken_up;
    int64_t done = j->done - j->done_before, left = j->total - j->done_before;
    struct facet_run_progress p = {.stage = j->run->graph.nodes[j->last].name,
                                   .what = j->what,
                                   .done = j->done,
                                   .total = j->total,
                                   .set_aside = j->set_aside,
                                   .seconds_left = -1};
    if (done > 0 && spent > 0) {
        p.rate = (double)done / spent;
        p.rows_per_second = left > 0 ? p.rate * (double)j->rows / (double)left : 0;
        p.seconds_left = (double)(j->total - j->done) / p.rate - (now - j->moved);
        if (p.seconds_left < 0) p.seconds_left = 0;
    }
    return p;
}

static void show(struct facet_journal *j, enum facet_progress_event event) {
    const struct facet_run_events *events = &j->run->options->events;
    if (!events->progress) return;
    struct facet_run_progress progress = journal_speed(j);
    progress.event = event;
    events->progress(events->context, &progress);
}

// ---- the file, and the thread that keeps it -----------------------------------------------------------------------

static void write_now(struct facet_journal *j) {
    struct facet_error error = {0};
    int code = journal_write(j, &error);
    j->written = facet_clock();
    j->changed = false;
    if (code == FACET_OK || j->complained) return;
    j->complained = true; // once: a run does not end because nobody can look on
    if (j->run->log) fprintf(j->run->log, "%s\n", error.text), fflush(j->run->log);
}

static void moved(struct facet_journal *j, int64_t done) {
    if (done == j->done) return;
    j->done = done;
    j->moved = facet_clock();
    journal_time(j->moved_at);
    j->changed = true;
}

static void ask_all(struct facet_journal *j, double now) {
    int64_t units = 0, set_aside = 0;
    if (!j->ask || now - j->asked < 1) return;
    j->asked = now;
    if (!j->ask(j->context, &units, &set_aside)) return;
    set_aside += j->set_aside_before;
    j->changed |= set_aside != j->set_aside;
    j->set_aside = set_aside;
    moved(j, j->done_before + units);
}

static void *keep(void *journal) {
    struct facet_journal *j = journal;
    facet_pulse_thread(-1);
    pthread_mutex_lock(&j->lock);
    while (!j->ending) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)(tick * 1e9);
        until.tv_sec += until.tv_nsec / 1000000000, until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&j->wake, &j->lock, &until);
        double now = facet_clock();
        if (j->ending || j->first < 0) continue;
        ask_all(j, now);
        show(j, FACET_PROGRESS_GOES_ON);
        if (now - j->written >= (j->changed ? between_writes : heartbeat)) write_now(j);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

// Signals are for the thread that runs the stages.
static int start_thread(struct facet_journal *j, struct facet_error *error) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&j->thread, NULL, keep, j);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    j->has_thread = !failed;
    return failed ? facet_error_set(error, FACET_ERROR_MEMORY, "no thread for run.json: %s", strerror(failed))
                  : FACET_OK;
}

// A random UUID (RFC 4122, version 4).
static void make_id(char id[40]) {
    uint8_t b[16] = {0};
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
        uint64_t clock = (uint64_t)(facet_clock() * 1e9), pid = (uint64_t)getpid();
        memcpy(b, &clock, sizeof clock), memcpy(b + sizeof clock, &pid, sizeof pid);
    }
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40), b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    for (int i = 0, at = 0; i < 16; i++)
        at += snprintf(id + at, 40 - (size_t)at, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
}

static int create(struct facet_run *run, struct facet_error *error) {
    struct facet_journal *j = calloc(1, sizeof *j);
    if (!j) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for run.json");
    j->run = run, j->state = "running", j->first = -1;
    make_id(j->id);
    gethostname(j->host, sizeof j->host - 1);
    snprintf(j->began, sizeof j->began, "%s", run->created);
    snprintf(j->moved_at, sizeof j->moved_at, "%s", run->created);
    for (int node = 0; node < run->graph.n_nodes; node++) j->stages[node].account = run->nodes[node].account;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    run->journal = j;
    pthread_mutex_lock(&j->lock);
    write_now(j);
    pthread_mutex_unlock(&j->lock);
    return start_thread(j, error);
}

int facet_journal_begin(struct facet_run *run, struct facet_error *error) {
    double before[FACET_MAX_NODES][2] = {{0}};
    bool root = facet_comm_rank(run->comm) == 0;
    if (root) journal_read_before(run, before);
    int code = facet_comm_bcast(run->comm, before, sizeof before, 0, error);
    for (int node = 0; code == FACET_OK && node < run->graph.n_nodes; node++)
        run->nodes[node].account =
            (struct facet_account){.seconds_before = before[node][0], .core_hours_before = before[node][1]};
    if (code == FACET_OK && root && !run->options->dry_run) code = create(run, error);
    return facet_comm_agree(run->comm, code, error);
}

// ---- what the run says ------------------------------------------------------------------------------------------------

static struct facet_journal *hold(struct facet_run *run) {
    if (run->journal) pthread_mutex_lock(&run->journal->lock);
    return run->journal;
}

static void release(struct facet_journal *j) {
    pthread_mutex_unlock(&j->lock);
}

void facet_journal_take_up(struct facet_run *run, const struct facet_journal_task *task) {
    struct facet_journal *j = hold(run);
    if (!j) return;
    j->first = task->first, j->last = task->last;
    j->done = j->done_before = task->done, j->total = task->total, j->rows = task->rows;
    j->set_aside = j->set_aside_before = task->set_aside;
    j->taken_up = j->moved = facet_clock();
    snprintf(j->what, sizeof j->what, "%s", task->what);
    journal_time(j->moved_at);
    for (int node = j->first; node <= j->last; node++) {
        j->stages[node].account = run->nodes[node].account;
        j->stages[node].account.phase = FACET_AT_WORK;
        memcpy(j->stages[node].began, j->moved_at, sizeof j->moved_at);
    }
    if (!task->preparing) show(j, FACET_PROGRESS_BEGINS);
    write_now(j);
    release(j);
}

void facet_journal_progress(struct facet_run *run, int64_t done, int64_t total, const char *what) {
    struct facet_journal *j = hold(run);
    if (!j) return;
    if (j->total == 0) { // the first word of how far an earlier run came
        j->done_before = done;
        j->taken_up = facet_clock();
    }
    j->total = total;
    snprintf(j->what, sizeof j->what, "%s", what);
    moved(j, done);
    show(j, FACET_PROGRESS_STEP);
    release(j);
}

void facet_journal_listen(struct facet_run *run, facet_journal_ask *ask, void *context) {
    struct facet_journal *j = hold(run);
    if (!j) return;
    j->ask = ask, j->context = context;
    release(j);
}

void facet_journal_lay_down(struct facet_run *run, int first, int last, bool done) {
    struct facet_journal *j = hold(run);
    if (!j) return;
    if (done && j->total) moved(j, j->total);
    show(j, FACET_PROGRESS_ENDS);
    for (int node = first; node <= last; node++) {
        struct journal_stage *stage = &j->stages[node];
        stage->account = run->nodes[node].account;
        journal_time(stage->ended);
        stage->account.phase = done ? FACET_DONE : FACET_AT_WORK;
        stage->done = j->done, stage->total = j->total;
        snprintf(stage->what, sizeof stage->what, "%s", j->what);
        stage->set_aside = run->nodes[node].quarantined;
        memcpy(stage->content_hash, run->nodes[node].content_hash, sizeof stage->content_hash);
    }
    j->first = -1;
    j->set_aside = 0;
    write_now(j);
    release(j);
}

void facet_journal_note(struct facet_run *run, const char *text) {
    const struct facet_run_events *events = &run->options->events;
    struct facet_journal *j = hold(run);
    if (events->note) events->note(events->context, text);
    if (j) release(j);
}

void facet_journal_end(struct facet_run *run, int code, const struct facet_error *error) {
    struct facet_journal *j = hold(run);
    if (!j) return;
    j->ending = true;
    j->state = code == FACET_OK ? "finished" : code == FACET_INTERRUPTED ? "stopped" : "failed";
    if (code != FACET_OK) j->outcome = *error;
    j->outcome.code = code;
    pthread_cond_signal(&j->wake);
    release(j);
    if (j->has_thread) pthread_join(j->thread, NULL);
    write_now(j);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->wake);
    run->journal = NULL;
    free(j);
}

const char *facet_journal_run_id(const struct facet_run *run) {
    return run->journal ? run->journal->id : "";
}
