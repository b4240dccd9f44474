// Items: one line a row of the workspace, saying whose scan it is and what it shows. Row numbers never change.
#ifndef FACET_ITEM_H
#define FACET_ITEM_H

#include <facet/error.h>
#include <stdint.h>

struct facet_item {
    const char *dataset; // name of the source; set by the engine
    const char *subject; // unique inside its dataset
    const char *label;   // class name, "" when unknown
    const char *labels;  // every class that holds, where several may: "negative+repression", sorted; "": label alone
    const char *au;   // action units: character k is unit k: '0' absent, '1' present, '?' unknown, as is what follows
    const char *path; // where the scan came from
    const char *licence; // of the scan, travels with the row
    const char *consent; // what the person agreed to, travels with the row; "" when nothing is known
    const char *split;   // the part the dataset itself puts the row into ("train"); "" when it does not
    int32_t sequence;    // rows of a sequence are consecutive; numbered inside the source
    int32_t frame;       // 0, 1, ... inside the sequence
    float intensity;     // 0..1, NaN when unknown
    float valence;       // -1 (unpleasant) to 1, NaN when unknown
    float arousal;       // -1 (calm) to 1, NaN when unknown
    int32_t onset;       // frames of the sequence where the expression begins, is strongest and ends; -1 when unknown
    int32_t apex;
    int32_t offset;
    uint64_t stamp; // changes when the scan's file does (from its size and time); 0 when there is nothing to tell
};

enum { FACET_AU_MAX = 64 }; // the highest number of an action unit

// An item of which nothing is known: what a source starts from. Texts are "".
struct facet_item facet_item_unknown(void);

struct facet_items; // the table; strings are kept once

int64_t facet_items_count(const struct facet_items *items);
// Borrowed strings, valid as long as the table.
struct facet_item facet_items_get(const struct facet_items *items, int64_t row);

// Appends a row (strings are copied; NULL is ""). Not thread-safe. Errors: FACET_ERROR_MEMORY.
int facet_items_add(struct facet_items *items, const struct facet_item *item, struct facet_error *error);

// Tells the user something about the source as a whole ("3 of 2500 scans are missing: first ..."): shown as a warning by
// `facet run` and `facet plan` and kept in user.log, with the dataset's name before it. Errors: MEMORY.
int facet_items_note(struct facet_items *items, struct facet_error *error, const char *format, ...) FACET_PRINTF(3, 4);
int facet_items_notes(const struct facet_items *items);
const char *facet_items_note_text(const struct facet_items *items, int note);

// Small integers for grouping: datasets in source order; subjects unique over all datasets in order of first
// appearance; classes (labels) sorted by name, -1 for an unlabelled row.
int facet_items_datasets(const struct facet_items *items);
const char *facet_items_dataset_name(const struct facet_items *items, int dataset);
int facet_items_classes(const struct facet_items *items);
const char *facet_items_class_name(const struct facet_items *items, int label);
int facet_items_subjects(const struct facet_items *items);
int facet_items_dataset_of(const struct facet_items *items, int64_t row);
int facet_items_subject_of(const struct facet_items *items, int64_t row);
int facet_items_class_of(const struct facet_items *items, int64_t row);

#endif
