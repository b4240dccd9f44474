// The columns of a manifest, and what their texts mean. CSV and JSON Lines both come down to one text a column.
#ifndef FACET_FOLDER_COLUMNS_H
#define FACET_FOLDER_COLUMNS_H

#include <facet/error.h>
#include <facet/item.h>
#include <stddef.h>
#include <stdint.h>

enum folder_column {
    FOLDER_PATH,
    FOLDER_SUBJECT,
    FOLDER_LABEL,
    FOLDER_LABELS,
    FOLDER_SEQUENCE,
    FOLDER_FRAME,
    FOLDER_INTENSITY,
    FOLDER_LANDMARKS,
    FOLDER_TEXTURE,
    FOLDER_AU,
    FOLDER_VALENCE,
    FOLDER_AROUSAL,
    FOLDER_ONSET,
    FOLDER_APEX,
    FOLDER_OFFSET,
    FOLDER_LICENCE,
    FOLDER_CONSENT,
    FOLDER_SPLIT,
    FOLDER_COLUMNS
};

const char *folder_column_name(enum folder_column column);
int folder_column_code(const char *name); // -1: there is no such column
int folder_column_like(const char *name); // the column that a name with a slip may mean; -1: none

// One line of a manifest: what stands in each column, "" where nothing does. Borrowed from whoever read it.
struct folder_record {
    const char *text[FOLDER_COLUMNS];
    int64_t line;
};

enum { FOLDER_LABELS_MAX = 256 }; // bytes of all labels of a row

// What the columns that are more than text say.
struct folder_values {
    char au[FACET_AU_MAX + 2];      // as in struct facet_item
    char labels[FOLDER_LABELS_MAX]; // sorted, joined by '+', each once
    char label[FOLDER_LABELS_MAX];  // the column, or the first of the labels
    int32_t frame, onset, apex, offset;
    float intensity, valence, arousal;
};

// What is wrong with a record: the column, and what was expected there.
struct folder_complaint {
    enum folder_column column;
    const char *expected;
};

// 0, or -1 with the complaint filled.
int folder_values_read(const struct folder_record *record, struct folder_values *values,
                       struct folder_complaint *complaint);

#endif
