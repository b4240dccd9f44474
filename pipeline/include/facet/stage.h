// The stage handle: what the engine offers a plugin while it runs. Names are those of the plugin's `needs` and `makes`
// tables; each need was bound to the nearest earlier stage that makes it.
#ifndef FACET_STAGE_H
#define FACET_STAGE_H

#include <facet/comm.h>
#include <facet/error.h>
#include <facet/field.h>
#include <facet/item.h>
#include <facet/params.h>

struct facet_stage;

// ---- any plugin, any rank, not collective -------------------------------------------------------------------------
const char *facet_stage_name(const struct facet_stage *stage);
const struct facet_items *facet_stage_items(const struct facet_stage *stage); // borrowed
uint64_t facet_stage_seed(const struct facet_stage *stage);                   // the pipeline's seed
int facet_stage_threads(const struct facet_stage *stage);                     // threads this rank may use
const uint8_t *facet_stage_valid(const struct facet_stage *stage); // (rows) 1 = no earlier stage set the row aside
bool facet_stage_has(const struct facet_stage *stage, const char *need); // an optional need is met
// Reads a whole array made by an earlier stage. A need may name a group ("model"): then name is a path below it
// ("model/fold_0/weights"). The caller frees *array. Errors: DATA (no such array), IO, MEMORY.
int facet_stage_read(struct facet_stage *stage, const char *name, struct facet_array *array, struct facet_error *error);
int facet_stage_read_string(struct facet_stage *stage, const char *name, char **text, struct facet_error *error);
bool facet_stage_has_array(struct facet_stage *stage, const char *name);
// Shape and type of a need that has one value a row, and the values of rows [first, first + count), packed.
int facet_stage_field(struct facet_stage *stage, const char *need, struct facet_field *field,
                      struct facet_error *error);
int facet_stage_read_rows(struct facet_stage *stage, const char *need, int64_t first, int64_t count, void *rows,
                          struct facet_error *error);

// ---- collective plugins only ---------------------------------------------------------------------------------------
struct facet_comm *facet_stage_comm(struct facet_stage *stage);
// Creates an array of the stage's container; name is in `makes`, or below a group that is ("model/x"). A row-aligned result is an
// array whose first dimension is the number of rows. Collective, all arguments agree.
int facet_stage_create(struct facet_stage *stage, const char *name, enum facet_type type, int rank, const int64_t *dims,
                       struct facet_error *error);
int facet_stage_create_string(struct facet_stage *stage, const char *name, const char *text,
                              struct facet_error *error); // collective, all arguments agree
// Writes [first, first + count) along the first dimension (count 1 for a scalar). Not collective; ranks write disjoint
// parts, or one rank writes all. Data are packed.
int facet_stage_write(struct facet_stage *stage, const char *name, int64_t first, int64_t count, const void *data,
                      struct facet_error *error);

// A checkpoint is a set of named arrays, replaced whole; it is tied to the stage's fingerprint. Collective; rank 0's
// arrays are written. Load gives every rank the arrays in the order saved; *found is false when there is none. A damaged
// checkpoint is an error, never a fresh start. The caller frees arrays[i] and names stay the caller's.
int facet_stage_save(struct facet_stage *stage, int count, const char *const *names, const struct facet_array *arrays,
                     struct facet_error *error);
int facet_stage_load(struct facet_stage *stage, int count, const char *const *names, struct facet_array *arrays,
                     bool *found, struct facet_error *error);
// What to do after a step: go on; save, because the last checkpoint is as old as the pipeline's checkpoint_minutes allow
// by the clock of rank 0; or save and return FACET_INTERRUPTED, because a rank was told to stop. The same on all ranks.
enum facet_wish { FACET_GO_ON, FACET_SAVE, FACET_STOP };
enum facet_wish facet_stage_step(struct facet_stage *stage); // collective
bool facet_stage_should_stop(struct facet_stage *stage);     // the same, for stages without checkpoints: FACET_STOP?
// Rank 0 shows it. what: one word for what is counted, then whatever else is to be seen: "epochs (fold 1 of 2)".
void facet_stage_progress(struct facet_stage *stage, int64_t done, int64_t total, const char *what);

// Tells the user something that does not end the run: "warning: STAGE: ..." on the terminal and in user.log, once, from rank 0;
// nothing in a trial run of `facet plan`. Any rank may call it.
void facet_stage_warn(struct facet_stage *stage, const char *format, ...) FACET_PRINTF(2, 3);

// A file beside the containers, for people: "<workspace>/<relative>"; its folder is made. Rank-local. Returns path.
int facet_stage_path(struct facet_stage *stage, const char *relative, char *path, size_t size,
                     struct facet_error *error);

// What the run has done so far, for a report. Borrowed strings.
struct facet_stage_record {
    const char *name, *plugin, *plugin_version, *citation;
    const char *content_hash; // "" when the stage keeps nothing
    double seconds;           // wall time of the stage or its fused chain, over all runs that worked on it
    int64_t rows, quarantined;
    double busy;       // seconds that workers (ranks x threads) spent inside its units, in this run
    double balance;    // mean busy time of a worker over that of the busiest, in this run; 0: not measured
    double core_hours; // wall x ranks x threads, over all runs
    const struct facet_params *params; // the stage's settings; NULL for the sources
};
int facet_stage_records(const struct facet_stage *stage);
struct facet_stage_record facet_stage_record(const struct facet_stage *stage, int index);
struct facet_quarantine_entry {
    int64_t row;
    const char *stage, *code, *message;
};
int64_t facet_stage_quarantined(struct facet_stage *stage);
struct facet_quarantine_entry facet_stage_quarantine(struct facet_stage *stage, int64_t index);
int64_t facet_stage_noted(struct facet_stage *stage); // rows that are in order but have a note (facet_block_note)
struct facet_quarantine_entry facet_stage_note(struct facet_stage *stage, int64_t index);
// "command", "config", "config_file", "facet_version", "libraries", "ranks", "threads", "isa", "created", "workspace",
// "name", "seed"; "" for any other key. Borrowed.
const char *facet_stage_provenance(const struct facet_stage *stage, const char *key);

#endif
