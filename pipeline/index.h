// `facet index`: lists a source's files, loads every row once, and writes what it saw into one HDF5 file. A source that is
// given the file lists nothing and knows how large its rows are; a second indexing reads only what changed.
#ifndef FACET_PIPELINE_INDEX_H
#define FACET_PIPELINE_INDEX_H

#include "pipeline/plugin_host.h"
#include "pipeline/stop.h"

#include <facet/comm.h>

struct facet_index_options {
    const char *plugin, *root, *out;
    const char *const *sets; // "key=value" for the plugin's parameters
    int n_sets;
    struct facet_stop_rules stop;
    void (*progress)(int64_t done, int64_t total); // on rank 0, every second or so; may be NULL
};

enum { FACET_INDEX_REASONS = 16, FACET_INDEX_EXAMPLES = 3 };
// Why rows are broken or have a note: sentences that differ in names and numbers alone count as one.
struct facet_index_reason {
    int64_t count;
    char *example[FACET_INDEX_EXAMPLES]; // "path: sentence"
};
struct facet_index_label {
    char *name;
    int64_t rows;
};
struct facet_index_summary {
    int64_t files, bytes, archives; // below the root
    int64_t rows, read, subjects, broken, noted;
    int64_t added, changed, gone, unchanged; // rows, against the index that was there
    bool other_settings;                     // which was made with others, so that all rows were read again
    double seconds;                          // of the whole run
    struct facet_index_label *labels;        // sorted by name
    int n_labels;
    int64_t unlabelled;                                     // rows
    struct facet_index_reason reasons[FACET_INDEX_REASONS]; // most frequent first
    int n_reasons;
    int64_t others; // broken or noted for further reasons
    char **notes;   // what the source says of itself: missing and stray files
    int n_notes;
};

// Collective; options agree. The summary is filled in on rank 0. Errors: USAGE, CONFIG (parameters), STATE (another
// `facet index` writes this file), what the source says, IO, INTERRUPTED (asked to stop; the next call goes on from there).
int facet_index_run(struct facet_comm *comm, const struct facet_plugin_host *host,
                    const struct facet_index_options *options, struct facet_index_summary *summary,
                    struct facet_error *error);
void facet_index_summary_free(struct facet_index_summary *summary);

#endif
