// How the work of a chain goes on and how it was spread over ranks and threads.
#include "pipeline/chain_internal.h"

#include <stdlib.h>
#include <time.h>

void chain_account_worker(struct chain_run *c, const struct worker *w) {
    double all = 0;
    pthread_mutex_lock(&c->turn);
    for (int node = c->chain->first; node <= c->chain->last; node++)
        c->busy[node] += w->busy[node], all += w->busy[node];
    if (all > c->busiest) c->busiest = all;
    c->rows_done += w->rows_done;
    facet_run_debug(c->run, c->run->graph.nodes[c->chain->last].name, "a thread has done %lld rows in %.3f s of work",
                    (long long)w->rows_done, all);
    pthread_mutex_unlock(&c->turn);
}

static int64_t nanoseconds(double seconds) {
    return (int64_t)(seconds * 1e9);
}

static int busiest_of_all(struct chain_run *c, int64_t *busiest, struct facet_error *error) {
    int size = facet_comm_size(c->run->comm);
    int64_t mine = nanoseconds(c->busiest), *all = calloc((size_t)size, sizeof *all);
    int code = all ? FACET_OK : facet_error_set(error, FACET_ERROR_MEMORY, "out of memory for %d ranks", size);
    code = facet_comm_agree(c->run->comm, code, error);
    if (code == FACET_OK) code = facet_comm_allgather(c->run->comm, &mine, sizeof mine, all, error);
    *busiest = 0;
    for (int rank = 0; code == FACET_OK && rank < size; rank++)
        if (all[rank] > *busiest) *busiest = all[rank];
    free(all);
    return code;
}

int chain_account_gather(struct chain_run *c, struct facet_error *error) {
    struct facet_run *run = c->run;
    int first = c->chain->first, n = c->chain->last - first + 1;
    int64_t sums[FACET_MAX_NODES + 1] = {0}, busiest;
    for (int i = 0; i < n; i++) sums[i] = nanoseconds(c->busy[first + i]);
    sums[n] = c->rows_done;
    int code = facet_comm_sum_i64(run->comm, sums, n + 1, error);
    if (code == FACET_OK) code = busiest_of_all(c, &busiest, error);
    if (code != FACET_OK) return code;
    double all = 0;
    for (int i = 0; i < n; i++) all += (double)sums[i];
    for (int i = 0; i < n; i++) {
        struct facet_account *account = &run->nodes[first + i].account;
        c->shares[i] = account->busy = (double)sums[i] * 1e-9;
        account->rows_done = sums[n];
        account->balance = busiest > 0 ? all / run->workers / (double)busiest : 0;
    }
    return FACET_OK;
}

// Rows that earlier runs set aside in the units not to be done again, as the chain's last container says.
static int64_t set_aside_before(const struct chain_run *c) {
    struct facet_error error = {0};
    struct facet_output *output = NULL;
    int64_t rows = c->run->rows, sum = 0;
    for (int node = c->chain->first; node <= c->chain->last; node++)
        if (c->outputs[node]) output = c->outputs[node];
    if (!output || c->n_pending == c->units.count || facet_comm_rank(c->run->comm) != 0) return 0;
    int32_t *codes = calloc((size_t)rows + 1, sizeof *codes);
    if (!codes) return 0; // the chain's end will tell
    int code = facet_container_read(facet_output_container(output), "quarantine/code", 0, rows, codes, &error);
    if (code != FACET_OK) facet_run_debug(c->run, "run", "rows set aside before are not counted: %s", error.text);
    for (int64_t i = 0; i < c->n_pending; i++)
        for (int64_t row = c->units.range[c->pending[i]][0]; row < c->units.range[c->pending[i]][1]; row++)
            codes[row] = 0;
    for (int64_t row = 0; code == FACET_OK && row < rows; row++)
        sum += codes[row] != FACET_OK && codes[row] != FACET_NOTED;
    free(codes);
    return sum;
}

void chain_take_up(struct chain_run *c) {
    struct facet_journal_task task = {.first = c->chain->first, .last = c->chain->last, .what = "units"};
    for (int64_t i = 0; i < c->n_pending; i++)
        task.rows += c->units.range[c->pending[i]][1] - c->units.range[c->pending[i]][0];
    task.total = c->units.count, task.done = c->units.count - c->n_pending;
    task.set_aside = set_aside_before(c);
    facet_run_debug(c->run, c->run->graph.nodes[c->chain->last].name, "%lld of %lld units to do, %lld rows",
                    (long long)c->n_pending, (long long)task.total, (long long)task.rows);
    facet_journal_take_up(c->run, &task);
}

// The journal's thread waits for its turn a moment only: a thread that writes has it meanwhile.
bool chain_ask(void *context, int64_t *units, int64_t *set_aside) {
    struct chain_run *c = context;
    struct timespec until;
    int64_t sums[FACET_TALLIES] = {-1, -1};
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200000000;
    until.tv_sec += until.tv_nsec / 1000000000, until.tv_nsec %= 1000000000;
    if (pthread_mutex_timedlock(&c->turn, &until) != 0) return false;
    int code = facet_counter_hear(c->counter, sums, NULL);
    pthread_mutex_unlock(&c->turn);
    *units = sums[0], *set_aside = sums[1];
    return code == FACET_OK && sums[0] >= 0;
}
