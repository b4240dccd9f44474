// Rows: which ones have a result already, and looking at those that have none.
#include "pipeline/index_internal.h"

#include "mpi/clock.h"
#include "mpi/counter.h"
#include "mpi/pulse.h"
#include "mpi/ranks.h"
#include "pipeline/block.h"
#include "pipeline/stop.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT_ROWS = 32 };

// ---- keys -----------------------------------------------------------------------------------------------------------

static struct facet_hash key_of(const struct facet_items *items, int64_t row) {
    struct facet_item item = facet_items_get(items, row);
    const int64_t numbers[] = {(int64_t)item.stamp, item.frame}; // numbers of sequences move when files come or go
    struct facet_hash hash = facet_hash_bytes((struct facet_hash){0}, item.path, strlen(item.path) + 1);
    hash = facet_hash_bytes(hash, item.subject, strlen(item.subject) + 1);
    return facet_hash_bytes(hash, numbers, sizeof numbers);
}

static int compare(struct facet_hash a, struct facet_hash b) {
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

static int by_key(const void *a, const void *b, void *context) {
    const int64_t *x = a, *y = b;
    const struct facet_hash *keys = context;
    int order = compare(keys[*x], keys[*y]);
    return order ? order : (*x > *y) - (*x < *y);
}

int index_keys(struct index_run *run, struct facet_error *error) {
    int64_t rows = facet_items_count(run->sources.items);
    run->keys = malloc((size_t)rows * sizeof *run->keys + 1);
    run->order = malloc((size_t)rows * sizeof *run->order + 1);
    if (!run->keys || !run->order) return index_no_memory(error);
    for (int64_t i = 0; i < rows; i++) run->keys[i] = key_of(run->sources.items, i), run->order[i] = i;
    qsort_r(run->order, (size_t)rows, sizeof *run->order, by_key, run->keys);
    return FACET_OK;
}

void index_find(const struct index_run *run, struct facet_hash key, int64_t *first, int64_t *end) {
    int64_t rows = facet_items_count(run->sources.items), low = 0, high = rows;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (compare(run->keys[run->order[middle]], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*first = *end = low; *end < rows && compare(run->keys[run->order[*end]], key) == 0;) ++*end;
}

bool index_is_key(const struct index_run *run, int64_t place, int64_t first) {
    return place < facet_items_count(run->sources.items) &&
           compare(run->keys[run->order[place]], run->keys[run->order[first]]) == 0;
}

// ---- what is to do --------------------------------------------------------------------------------------------------

static int mark(struct index_run *run, const struct index_result *result, void *context, struct facet_error *error) {
    uint8_t *done = context;
    int64_t first, end;
    (void)error;
    index_find(run, result->key, &first, &end);
    for (; first < end; first++) done[run->order[first]] = 1;
    return FACET_OK;
}

int index_find_todo(struct index_run *run, struct facet_error *error) {
    int64_t rows = facet_items_count(run->sources.items);
    uint8_t *done = calloc((size_t)rows + 1, 1);
    run->todo = malloc((size_t)rows * sizeof *run->todo + 1);
    int code = done && run->todo ? FACET_OK : index_no_memory(error);
    if (!code) code = index_old_mark(run, done, error);
    if (!code) code = index_log_read(run, mark, done, error);
    for (int64_t i = 0; !code && i < rows; i++)
        if (!done[i]) run->todo[run->n_todo++] = i;
    free(done);
    return code;
}

// ---- looking at rows ------------------------------------------------------------------------------------------------

struct examiner {
    struct facet_column *columns[FACET_MAX_FIELDS];
    int n;
    struct facet_rows rows;
    struct facet_block *block;
};

static void examiner_destroy(struct examiner *x) {
    for (int i = 0; i < x->n; i++) facet_column_destroy(x->columns[i]);
    facet_block_destroy(x->block);
    facet_rows_destroy(&x->rows);
}

static int examiner_create(const struct index_run *run, struct examiner *x, struct facet_error *error) {
    *x = (struct examiner){0};
    for (; x->n < run->sources.n_fields; x->n++) {
        x->columns[x->n] = facet_column_create(&run->sources.fields[x->n], 1);
        if (!x->columns[x->n]) return index_no_memory(error);
    }
    int code = facet_rows_create(1, &x->rows, error);
    if (code) return code;
    x->rows.count = 1;
    x->block = facet_block_of(x->columns, x->n, &x->rows, run->sources.items, 0);
    return x->block ? FACET_OK : index_no_memory(error);
}

static struct facet_hash hash_values(const struct examiner *x) {
    struct facet_hash hash = {0};
    for (int i = 0; i < x->n; i++) {
        const struct facet_field *field = facet_column_field(x->columns[i]);
        int64_t count = facet_column_count(x->columns[i], 0);
        hash = facet_hash_bytes(hash, field->name, strlen(field->name) + 1);
        hash = facet_hash_bytes(hash, &count, sizeof count);
        size_t bytes = field->ragged ? (size_t)count * facet_field_step(field) : facet_field_bytes(field);
        if (bytes) hash = facet_hash_bytes(hash, facet_column_data(x->columns[i], 0), bytes);
    }
    return hash;
}

static int examine_row(struct index_run *run, struct examiner *x, int64_t row, struct facet_error *error) {
    struct index_result result = {.key = run->keys[row], .message = x->rows.message[0]};
    for (int i = 0; i < x->n; i++) facet_column_clear(x->columns[i], 1);
    x->rows.first = row, x->rows.valid[0] = 1, x->rows.code[0] = FACET_OK, x->rows.message[0][0] = '\0';
    x->rows.noted[0] = 0;
    int code = facet_sources_load(&run->sources, row, x->block, 0, error);
    if (code) return code;
    result.code = x->rows.code[0];
    if (x->rows.noted[0] && facet_block_valid(x->block, 0)) result.code = FACET_NOTED, result.message = x->rows.note[0];
    if (facet_block_valid(x->block, 0)) {
        result.hash = hash_values(x);
        for (int i = 0; i < run->n_ragged; i++) result.counts[i] = facet_column_count(x->columns[run->ragged[i]], 0);
    }
    return index_log_add(run, &result, error);
}

struct telling { // on rank 0
    double told;
    int64_t done;
};

static int tell(struct index_run *run, struct facet_counter *counter, int64_t more, struct telling *telling,
                struct facet_error *error) {
    int64_t tallies[FACET_TALLIES] = {more};
    int code = facet_counter_tally(counter, tallies, error);
    if (code || facet_comm_rank(run->comm) != 0 || !run->options->progress || facet_clock() - telling->told < 1)
        return code;
    telling->told = facet_clock();
    code = facet_counter_hear(counter, tallies, error);
    if (!code) run->options->progress(tallies[0], run->n_todo);
    return code;
}

static int examine_share(struct index_run *run, struct examiner *x, struct facet_counter *counter,
                         struct facet_error *error) {
    struct telling telling = {.told = facet_clock()};
    int code = FACET_OK;
    while (!code && !facet_stop_requested()) {
        int64_t first, count, done = 0;
        code = facet_counter_claim(counter, UNIT_ROWS, &first, &count, error);
        if (code || count == 0) break;
        facet_pulse_unit(first / UNIT_ROWS, first, count);
        for (; !code && done < count && !facet_stop_requested(); done++)
            code = examine_row(run, x, run->todo[first + done], error);
        run->read += done;
        if (!code) code = tell(run, counter, done, &telling, error);
    }
    facet_pulse_rest();
    if (code) facet_counter_stop(counter, NULL);
    return code;
}

// What rank 0 has to do, as another node may not see yet what a run before has left.
static int share_todo(struct index_run *run, struct facet_error *error) {
    int code = facet_comm_bcast(run->comm, &run->n_todo, sizeof run->n_todo, 0, error);
    if (code || run->n_todo == 0) return code;
    return facet_comm_bcast(run->comm, run->todo, (size_t)run->n_todo * sizeof *run->todo, 0, error);
}

// The rows that have no result, shared out among the ranks as they come.
int index_examine(struct index_run *run, struct facet_error *error) {
    struct facet_counter *counter = NULL;
    struct examiner x;
    int code = share_todo(run, error);
    if (code || run->n_todo == 0) return code;
    code = examiner_create(run, &x, error);
    if (!code) code = index_log_open(run, error);
    code = facet_comm_agree(run->comm, code, error);
    if (!code) code = facet_counter_create(run->comm, run->n_todo, &counter, error);
    if (!code) {
        code = examine_share(run, &x, counter, error);
        int closed = index_log_close(run, code ? NULL : error);
        code = facet_comm_agree(run->comm, code ? code : closed, error);
    }
    facet_counter_destroy(counter);
    examiner_destroy(&x);
    if (!code) code = facet_stop_agree(run->comm, error);
    if (!code) code = facet_comm_sum_i64(run->comm, &run->read, 1, error);
    return code;
}
