// Forgetting a person: every row of the workspace that shows them is erased, a tombstone keeps them away, and what learned
// from them is listed. Runs as one process, with the workspace's lock.
#ifndef FACET_PIPELINE_FORGET_H
#define FACET_PIPELINE_FORGET_H

#include "pipeline/tombstone.h"

#include <stdint.h>

struct facet_forget_options {
    const char *const *subjects;
    int n_subjects;
    const char *dataset; // NULL: each name is in one dataset only
    bool dry_run;        // changes nothing
    bool drop_models;    // removes trained models that saw the person
};

// *report, an object the caller owns: rows, containers, models, summaries, removed, mentions (docs/formats.md). Errors: USAGE
// (no such person, with a near name), STATE (a run is going on), DATA, IO, MEMORY.
int facet_forget(const char *workspace, const struct facet_forget_options *options, json_t **report,
                 struct facet_error *error);
// Finishes what a killed facet_forget left, and erases what came back from elsewhere. *found: rows, over all containers.
// The caller holds the lock.
int facet_forget_finish(const char *workspace, struct facet_tombstone *tombstone, int64_t *found,
                        struct facet_error *error);

#endif
