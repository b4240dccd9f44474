// Shared by the files index*.c alone.
#ifndef FACET_PIPELINE_INDEX_INTERNAL_H
#define FACET_PIPELINE_INDEX_INTERNAL_H

#include "io/h5/container.h"
#include "pipeline/index.h"
#include "pipeline/lock.h"
#include "pipeline/sources.h"

#include <facet/store.h>
#include <limits.h>
#include <stdio.h>

struct index_run {
    struct facet_comm *comm;
    const struct facet_index_options *options;
    const struct facet_plugin *plugin;
    struct facet_config *config; // of one source
    struct facet_sources sources;
    int ragged[FACET_MAX_FIELDS], n_ragged; // the fields whose counts are kept
    struct facet_hash fingerprint;          // of all that the results depend on beside the files
    char list[PATH_MAX];                    // the list of the files, an index without scans
    struct facet_hash *keys;                // (rows) what a row's result belongs to
    int64_t *order;                         // (rows) by key
    int64_t *todo, n_todo;                  // rows without a result
    int64_t read;                           // by all ranks, in this run
    bool has_other_settings;                // the index that is there was made with others
    struct facet_lock *lock;                // on rank 0
    FILE *log;
};

// What was seen of one row.
struct index_result {
    struct facet_hash key, hash; // hash: of the row's values; zero of a broken one
    int code;
    int64_t counts[FACET_MAX_FIELDS]; // of the ragged fields
    const char *message;              // "" of a sound one
};

int index_no_memory(struct facet_error *error); // index.c: sets MEMORY and returns it

// index_list.c: all ranks list, and `list` is there for all of them. Collective.
int index_list(struct index_run *run, const char *root, struct facet_error *error);

// index_log.c: results of a run that is not over, a file a rank, each line with a checksum.
typedef int index_take(struct index_run *run, const struct index_result *result, void *context,
                       struct facet_error *error);
int index_log_read(struct index_run *run, index_take *take, void *context, struct facet_error *error); // whosever
int index_log_open(struct index_run *run, struct facet_error *error);                                  // this rank's
int index_log_add(struct index_run *run, const struct index_result *result, struct facet_error *error);
int index_log_close(struct index_run *run, struct facet_error *error);
void index_log_remove(const struct index_run *run); // and what runs that were stopped have left

// index_rows.c
int index_keys(struct index_run *run, struct facet_error *error);
// The rows of a key: order[first] to order[end - 1].
void index_find(const struct index_run *run, struct facet_hash key, int64_t *first, int64_t *end);
// Whether the row at `place` of the order has the key of the one at `first`; false behind the last one.
bool index_is_key(const struct index_run *run, int64_t place, int64_t first);
int index_find_todo(struct index_run *run, struct facet_error *error);
int index_examine(struct index_run *run, struct facet_error *error); // collective

// index_old.c: results of an earlier index that still hold. *old is NULL where there is no index, or one made with other
// settings. Errors: IO, DATA (damaged), MEMORY. Rank-local.
struct index_old;
int index_old_open(struct index_run *run, struct index_old **old, struct facet_error *error);
void index_old_close(struct index_old *old); // NULL is fine
// Marks rows (a flag each) that the index there has a result of.
int index_old_mark(struct index_run *run, uint8_t *done, struct facet_error *error);
// One array of the old index into `to` (rows, width), or its messages into `to` (rows), where they hold.
int index_old_numbers(const struct index_run *run, const struct index_old *old, const char *name, int width,
                      int64_t *to, struct facet_error *error);
int index_old_messages(const struct index_run *run, const struct index_old *old, char **to, struct facet_error *error);

// index_changes.c: fills in added, changed, gone and unchanged. Rank-local.
int index_changes(const struct index_run *run, struct facet_index_summary *summary, struct facet_error *error);

// index_summary.c: all of the summary that is told of the rows.
struct index_table { // (rows)
    int64_t rows, *hashes, *counts, *codes;
    char **messages; // NULL: none
};
int index_summarise(const struct index_run *run, const struct index_table *table, struct facet_index_summary *summary,
                    struct facet_error *error);

// index_write.c: rank 0 puts everything together.
int index_write(struct index_run *run, struct facet_index_summary *summary, struct facet_error *error);

#endif
