#include "mpi/watchdog.h"

#include "mpi/clock.h"
#include "mpi/internal.h"
#include "mpi/pulse.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A number that should change, and since when it has not, in seconds that the watchdog ran.
struct seen {
    uint64_t last;
    double since;
};

struct facet_watchdog {
    struct facet_comm *comm;
    struct facet_watchdog_options options;
    char host[64];
    MPI_Comm node;
    MPI_Win window;
    void *own;                  // the board's memory where MPI shares none
    struct facet_pulse **board; // of the ranks of this node
    int n_node, me;             // me: this rank's place on the board
    struct seen *threads, *processes;
    double ran, period; // seconds this thread was awake for; between two looks
    bool warned;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t leave;
    bool leaving;
};

// What is wrong, the worst there is.
struct trouble {
    enum { NOTHING, STUCK, FROZEN, WAITING } kind;
    int process, thread;
    double age, patience; // patience: how many times the limits it is given
};

static double age_of(const struct facet_watchdog *w, struct seen *seen, uint64_t number) {
    if (number != seen->last) seen->last = number, seen->since = w->ran;
    return w->ran - seen->since;
}

// ---- looking ------------------------------------------------------------------------------------------------------------

// The threads of this rank: one that works and does not move, or, if none works, how long the last has waited.
static struct trouble look_at_threads(struct facet_watchdog *w, double *quiet) {
    struct facet_pulse *mine = w->board[w->me];
    struct trouble stuck = {.process = w->me}, waiting = {.process = w->me};
    bool works = false;
    *quiet = w->ran;
    for (int i = 0; i < facet_pulse_threads(mine); i++) {
        double age = age_of(w, &w->threads[i], facet_pulse_beats(mine, i));
        enum facet_pulse_doing doing = facet_pulse_doing(mine, i);
        if (age < *quiet) *quiet = age;
        works |= doing == FACET_PULSE_WORKS;
        struct trouble *of = doing == FACET_PULSE_WORKS ? &stuck : &waiting;
        if (doing != FACET_PULSE_RESTS && age >= of->age)
            of->kind = doing == FACET_PULSE_WORKS ? STUCK : WAITING, of->thread = i, of->age = age;
    }
    return works ? stuck : waiting;
}

static int working_thread(const struct facet_pulse *pulse) {
    for (int i = 0; i < facet_pulse_threads(pulse); i++)
        if (facet_pulse_doing(pulse, i) == FACET_PULSE_WORKS) return i;
    return 0;
}

// The other ranks of the node: *frozen is one that shows no sign of life, *mine whether it is this rank's to tell, which
// it is for the first that does. Returns how long nothing moved on any of them.
static double look_at_node(struct facet_watchdog *w, double quiet, struct trouble *frozen, bool *mine) {
    *mine = true;
    double limit = 4 * w->period;
    for (int i = 0; i < w->n_node; i++) {
        if (i == w->me || facet_pulse_left(w->board[i])) continue;
        double age = age_of(w, &w->processes[i], facet_pulse_ticks(w->board[i]));
        double its_quiet = age > limit ? age : 1e-3 * (double)facet_pulse_quiet(w->board[i]);
        if (its_quiet < quiet) quiet = its_quiet;
        if (age <= limit && i < w->me) *mine = false;
        if (age > limit && age > frozen->age)
            *frozen = (struct trouble){FROZEN, i, working_thread(w->board[i]), age, 1};
    }
    return quiet;
}

static struct trouble look(struct facet_watchdog *w) {
    double quiet;
    struct trouble frozen = {0}, own = look_at_threads(w, &quiet);
    facet_pulse_tick(w->board[w->me], (int64_t)(1000 * quiet));
    bool mine;
    quiet = look_at_node(w, quiet, &frozen, &mine);
    if (own.kind == WAITING && quiet < own.age) own.age = quiet;
    // Who does not move while another is frozen may wait for it in some library.
    own.patience = own.kind == WAITING || frozen.kind == FROZEN ? 2 : 1;
    return mine && frozen.kind == FROZEN && frozen.age >= own.age / own.patience ? frozen : own;
}

// ---- telling ------------------------------------------------------------------------------------------------------------

static void describe(const struct facet_watchdog *w, const struct trouble *trouble, char *text, size_t size) {
    const struct facet_pulse *pulse = w->board[trouble->process];
    char doing[200], operation[FACET_PULSE_TEXT];
    int rank = facet_pulse_rank(pulse);
    facet_pulse_describe(pulse, trouble->thread, doing, sizeof doing);
    facet_pulse_operation(pulse, trouble->thread, operation);
    if (trouble->kind == WAITING)
        snprintf(text, size, "rank %d on %s waits in %s for %.0f s: %s", rank, w->host, operation, trouble->age, doing);
    else
        snprintf(text, size, "rank %d on %s %s for %.0f s: %s", rank, w->host,
                 trouble->kind == FROZEN ? "has shown no sign of life" : "has not moved", trouble->age, doing);
}

struct speech {
    struct facet_watchdog_options by; // the watchdog may be gone before it is said
    char text[600];
};

static void *speak(void *argument) {
    struct speech *speech = argument;
    speech->by.tell(speech->by.context, speech->text);
    free(speech);
    return NULL;
}

// By a thread of its own, given a few seconds: what hangs may be the very file or terminal that is written to.
static void tell(const struct facet_watchdog *w, const char *text) {
    pthread_t thread;
    struct timespec until;
    struct speech *speech = malloc(sizeof *speech);
    if (!speech) return;
    speech->by = w->options;
    snprintf(speech->text, sizeof speech->text, "%s", text);
    if (pthread_create(&thread, NULL, speak, speech) != 0) {
        free(speech);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 3;
    if (pthread_timedjoin_np(thread, NULL, &until) != 0) pthread_detach(thread);
}

static void warn(struct facet_watchdog *w, const struct trouble *trouble) {
    struct facet_pulse *first = w->board[0];
    bool trouble_now = trouble->kind != NOTHING && trouble->age >= trouble->patience * w->options.warn;
    if (trouble_now == w->warned) return;
    // Of those that wait one is enough, and none when it is known for whom they wait.
    if (trouble_now && trouble->kind == WAITING && (w->comm->rank != 0 || facet_pulse_told(first, 0) > 0)) return;
    w->warned = trouble_now;
    facet_pulse_told(first, trouble_now ? 1 : -1);
    char text[500];
    describe(w, trouble, text, sizeof text);
    if (trouble_now) tell(w, text);
}

static void *last_resort(void *nothing) {
    (void)nothing;
    sleep(10);
    _exit(1); // MPI did not end this process
}

static void end_all(struct facet_watchdog *w) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, last_resort, NULL) != 0) _exit(1);
    facet_ranks_abort(w->comm, 1);
    _exit(1);
}

// One rank of a node speaks for all of it; those that wait on other nodes than rank 0's give it time to end them.
static void end(struct facet_watchdog *w, const struct trouble *trouble) {
    char text[500], whole[600];
    if (trouble->kind == WAITING && facet_pulse_rank(w->board[0]) != 0) sleep(5);
    if (!facet_pulse_first_to_end(w->board[0])) return;
    describe(w, trouble, text, sizeof text);
    snprintf(whole, sizeof whole, "%s; all ranks end, as watchdog_abort = %g says", text, w->options.abort);
    tell(w, whole);
    end_all(w);
}

// ---- the thread ---------------------------------------------------------------------------------------------------------

// False when it is time to leave. A gap much longer than the period is time in which this process did not run.
static bool sleep_a_period(struct facet_watchdog *w) {
    struct timespec until;
    double before = facet_clock(), at = before + w->period;
    until.tv_sec = (time_t)at, until.tv_nsec = (long)((at - (double)until.tv_sec) * 1e9);
    pthread_mutex_lock(&w->lock);
    while (!w->leaving && pthread_cond_timedwait(&w->leave, &w->lock, &until) != ETIMEDOUT) continue;
    bool stay = !w->leaving;
    pthread_mutex_unlock(&w->lock);
    double gap = facet_clock() - before;
    w->ran += gap < 2 * w->period ? gap : 2 * w->period;
    return stay;
}

static void *watch(void *argument) {
    struct facet_watchdog *w = argument;
    while (sleep_a_period(w)) {
        if (facet_pulse_ends(w->board[0])) { // another rank has spoken for all
            sleep(15);
            end_all(w);
        }
        struct trouble trouble = look(w);
        if (w->options.warn > 0) warn(w, &trouble);
        if (w->options.abort > 0 && trouble.kind != NOTHING && trouble.age >= trouble.patience * w->options.abort)
            end(w, &trouble);
    }
    return NULL;
}

// ---- starting and stopping ----------------------------------------------------------------------------------------------

enum { LINE = 128 }; // the board's parts begin on cache lines

static struct facet_pulse *aligned(void *base) {
    return (struct facet_pulse *)(((uintptr_t)base + LINE - 1) / LINE * LINE);
}

// Not every MPI shares memory; without it each rank has a board of its own, and sees itself alone.
static int share_board(struct facet_watchdog *w, size_t size, void **base) {
    int status =
        MPI_TRY(MPI_BOARD, MPI_Comm_split_type(w->comm->mpi, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &w->node));
    if (status == MPI_SUCCESS) status = MPI_Comm_set_errhandler(w->node, MPI_ERRORS_RETURN);
    if (status == MPI_SUCCESS) status = MPI_Comm_size(w->node, &w->n_node);
    if (status == MPI_SUCCESS) status = MPI_Comm_rank(w->node, &w->me);
    if (status == MPI_SUCCESS)
        status = MPI_Win_allocate_shared((MPI_Aint)size, 1, MPI_INFO_NULL, w->node, base, &w->window);
    return status;
}

static int open_board(struct facet_watchdog *w, struct facet_error *error) {
    void *base;
    bool uneven;
    size_t size = facet_pulse_size(w->options.threads) + LINE;
    int status = share_board(w, size, &base);
    struct facet_error why = {.text = "the watchdogs of a node cannot share memory"};
    int code = facet_comm_agree_after(w->comm, status == MPI_SUCCESS ? FACET_OK : FACET_ERROR_MPI, &uneven, &why);
    if (uneven) // others wait in MPI, or did
        return facet_mpi_check(status == MPI_SUCCESS ? MPI_ERR_OTHER : status, "watchdog", error);
    if (code != FACET_OK || status != MPI_SUCCESS) {
        w->n_node = 1, w->me = 0, w->window = MPI_WIN_NULL;
        base = w->own = malloc(size);
        if (!base) return facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the watchdog");
    }
    facet_pulse_init(aligned(base), w->comm->rank, w->options.threads);
    return FACET_OK;
}

static int find_board(struct facet_watchdog *w) {
    int status = MPI_SUCCESS;
    for (int i = 0; status == MPI_SUCCESS && i < w->n_node; i++) {
        void *base = w->own;
        MPI_Aint size;
        int unit;
        if (!w->own) status = MPI_TRY(MPI_QUERY, MPI_Win_shared_query(w->window, i, &size, &unit, &base));
        if (status == MPI_SUCCESS) w->board[i] = aligned(base);
    }
    return status;
}

// Looks often enough that ages are known to a sixteenth of the shorter limit.
static double period_of(const struct facet_watchdog_options *options) {
    double limit = options->abort;
    if (options->warn > 0 && (limit <= 0 || options->warn < limit)) limit = options->warn;
    double period = limit / 16;
    return period < 0.02 ? 0.02 : period > 5 ? 5 : period;
}

static int begin_watching(struct facet_watchdog *w, struct facet_error *error) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->leave, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->running = pthread_create(&w->thread, NULL, watch, w) == 0;
    if (!w->running) return facet_error_set(error, FACET_ERROR_MEMORY, "no thread can be had for the watchdog");
    facet_pulse_use(w->board[w->me]);
    return FACET_OK;
}

static void free_watchdog(struct facet_watchdog *w) {
    if (!w) return;
    bool together = facet_ranks_broken(NULL) == FACET_OK; // else the others may not come
    if (together && w->window != MPI_WIN_NULL) MPI_Win_free(&w->window);
    if (together && w->node != MPI_COMM_NULL) MPI_Comm_free(&w->node);
    free(w->own), free(w->board), free(w->threads), free(w->processes);
    free(w);
}

int facet_watchdog_start(struct facet_comm *comm, const struct facet_watchdog_options *options,
                         struct facet_watchdog **watchdog, struct facet_error *error) {
    *watchdog = NULL;
    if (options->warn <= 0 && options->abort <= 0) return FACET_OK;
    struct facet_watchdog *w = facet_fault(FAULT_MEMORY_WATCHDOG) ? NULL : calloc(1, sizeof *w);
    int code = facet_comm_agree(
        comm, w ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the watchdog"), error);
    if (code != FACET_OK) {
        free(w);
        return code;
    }
    *w = (struct facet_watchdog){.comm = comm, .options = *options, .node = MPI_COMM_NULL, .window = MPI_WIN_NULL};
    w->period = period_of(options);
    if (gethostname(w->host, sizeof w->host - 1) != 0) snprintf(w->host, sizeof w->host, "?");
    code = facet_comm_agree(comm, open_board(w, error), error);
    if (code != FACET_OK) goto error;
    w->board = facet_fault(FAULT_MEMORY_BOARD) ? NULL : calloc((size_t)w->n_node, sizeof *w->board);
    w->processes = calloc((size_t)w->n_node, sizeof *w->processes);
    w->threads = calloc((size_t)options->threads, sizeof *w->threads);
    if (!w->board || !w->processes || !w->threads)
        code = facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for the watchdog");
    if (code == FACET_OK) code = facet_mpi_check(find_board(w), "watchdog", error);
    code = facet_comm_agree(comm, code, error);
    if (code == FACET_OK) code = facet_comm_agree(comm, begin_watching(w, error), error);
    if (code != FACET_OK) goto error;
    *watchdog = w;
    return FACET_OK;
error:
    facet_watchdog_stop(w);
    return code;
}

void facet_watchdog_stop(struct facet_watchdog *watchdog) {
    if (!watchdog) return;
    if (watchdog->running) {
        facet_pulse_leave(watchdog->board[watchdog->me]);
        pthread_mutex_lock(&watchdog->lock);
        watchdog->leaving = true;
        pthread_cond_signal(&watchdog->leave);
        pthread_mutex_unlock(&watchdog->lock);
        pthread_join(watchdog->thread, NULL);
        pthread_cond_destroy(&watchdog->leave);
        pthread_mutex_destroy(&watchdog->lock);
        facet_pulse_use(NULL);
    }
    free_watchdog(watchdog);
}
