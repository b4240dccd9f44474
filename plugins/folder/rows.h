// The rows of a manifest in memory: 32 bytes a row, the texts of its own, and of all else what no recent row has.
#ifndef FACET_FOLDER_ROWS_H
#define FACET_FOLDER_ROWS_H

#include "dataset/texts.h"
#include "folder/columns.h"
#include "folder/manifest.h"

enum folder_text {
    TEXT_PATH, // a row's own
    TEXT_LANDMARKS,
    TEXT_TEXTURE,
    N_OWN_TEXTS,
    TEXT_SUBJECT = N_OWN_TEXTS, // those of many rows
    TEXT_LABEL,
    TEXT_LABELS,
    TEXT_SEQUENCE,
    TEXT_AU,
    TEXT_LICENCE,
    TEXT_CONSENT,
    TEXT_SPLIT,
    N_TEXTS
};

struct folder_shared {                   // no room between its members: compared as bytes
    int32_t text[N_TEXTS - N_OWN_TEXTS]; // among the texts
    int32_t onset, apex, offset;
    float valence, arousal;
};

struct folder_entry {
    uint32_t text[N_OWN_TEXTS]; // places in the store
    int32_t shared;             // place among the shared
    int32_t frame, group;
    uint32_t line;
    float intensity;
};

enum { FOLDER_RECENT = 1024 };
struct folder_manifest {
    char *slip;  // NULL: there was none
    char *store; // begins with an empty text
    size_t used, room;
    struct dataset_texts texts;
    struct folder_shared *shared;
    int64_t n_shared, shared_room;
    int32_t recent[FOLDER_RECENT]; // places among the shared + 1, by their hash; 0: none
    struct folder_entry *rows;
    int64_t n_rows, rows_room;
};

const char *folder_text_of(const struct folder_manifest *manifest, const struct folder_entry *row,
                           enum folder_text text);
// Appends a row. Errors: DATA (too many), MEMORY.
int folder_rows_add(struct folder_manifest *manifest, const char *name, const struct folder_record *record,
                    const struct folder_values *values, struct facet_error *error);
// Brings sequences together and numbers groups and frames; refuses paths and frames that stand twice.
int folder_rows_arrange(struct folder_manifest *manifest, const char *name, struct facet_error *error);

#endif
