// Shared by the files of the journal alone.
#ifndef FACET_PIPELINE_JOURNAL_INTERNAL_H
#define FACET_PIPELINE_JOURNAL_INTERNAL_H

#include "pipeline/run_internal.h"

#include <facet/json.h>
#include <jansson.h>
#include <pthread.h>

// What the journal knows of a node: copied when the run says so, for the run goes on meanwhile.
struct journal_stage {
    struct facet_account account;
    int64_t done, total, set_aside;
    char what[64], content_hash[33];
    char began[32], ended[32]; // in this run
};

struct facet_journal {
    struct facet_run *run;
    pthread_t thread;
    bool has_thread, ending, changed, complained;
    pthread_mutex_t lock; // of all below
    pthread_cond_t wake;
    char id[40], host[128], began[32];
    const char *state;
    struct facet_error outcome;
    struct journal_stage stages[FACET_MAX_NODES];
    int first, last;           // the stages taken up; first -1: none
    int64_t done, total, rows; // of them, over all ranks; rows in the units that were left
    int64_t done_before, set_aside, set_aside_before;
    double taken_up, moved; // by the monotonic clock
    char what[64], moved_at[32];
    facet_journal_ask *ask;
    void *context;
    double written, asked;
};

// How fast the stages taken up go; what a run shows. The lock is held.
struct facet_run_progress journal_speed(const struct facet_journal *journal);
void journal_time(char text[32]); // now, "2026-11-25T01:11:39Z"
// journal_file.c
int facet_json_write(const json_t *json, const char *path, struct facet_error *error); // beside itself, then renamed
json_t *journal_json(const struct facet_journal *journal); // NULL when out of memory; the lock is held
int journal_write(struct facet_journal *journal, struct facet_error *error); // the lock is held
void journal_read_before(struct facet_run *run, double (*before)[2]);        // seconds, core hours of each node

#endif
