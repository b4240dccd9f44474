// The rows of a manifest in memory: numbers and places in one store of texts, 88 bytes a row and what is new in its texts.
#ifndef FACET_FOLDER_ROWS_H
#define FACET_FOLDER_ROWS_H

#include "folder/columns.h"
#include "folder/manifest.h"

enum folder_text {
    TEXT_PATH,
    TEXT_SUBJECT,
    TEXT_LABEL,
    TEXT_LABELS,
    TEXT_SEQUENCE,
    TEXT_LANDMARKS,
    TEXT_TEXTURE,
    TEXT_AU,
    TEXT_LICENCE,
    TEXT_CONSENT,
    TEXT_SPLIT,
    N_TEXTS
};

struct folder_entry {
    uint32_t text[N_TEXTS]; // places in the store
    int32_t frame, group, onset, apex, offset;
    float intensity, valence, arousal;
    int64_t line;
};

struct folder_manifest {
    char *store; // begins with an empty text
    size_t used, room;
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
