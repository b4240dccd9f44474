// Records of a JSON Lines file: an object a line.
#ifndef FACET_FOLDER_JSONL_H
#define FACET_FOLDER_JSONL_H

#include "folder/columns.h"
#include <stdbool.h>

struct jsonl {
    const char *name; // for messages
    const char *at, *end;
    int64_t next_line;
    const char *line; // the record's text, for places in it
    size_t length;
    struct json_t *object;      // its strings are the record's
    char *made[FOLDER_COLUMNS]; // texts of numbers, lists and objects
};

// The next record that is not an empty line; *found is false at the end. The record is valid until the next call or
// jsonl_end. Errors: DATA with file:line:column, MEMORY.
int jsonl_next(struct jsonl *jsonl, struct folder_record *record, bool *found, struct facet_error *error);
void jsonl_end(struct jsonl *jsonl);
// The column of the line, from 1, where the value of a key begins; 1 when it cannot be told.
int64_t jsonl_place(const struct jsonl *jsonl, const char *key);

#endif
